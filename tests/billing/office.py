"""An office that bills: the application over a database, a clock that one can put, and what its documents say.

Figures in the tests beside this file are literals, worked out by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ledger.door.batches import Ledger
from ledger.store import EventStore
from tests.clock import Clock
from tests.documents.rules import check_e_invoice
from tests.http.asgi import Headers, Response
from tests.http.door import PLANS, Door, Json, opened
from tests.senders import WriteDoor
from tests.words import Step

NOW = "2026-11-02T12:00:00Z"
ADDRESS = {"line1": "Allee 1", "postcode": "10115", "city": "Berlin"}


def billed(contract: str) -> Json:
    """A German customer with all that documents ask for."""
    return {
        **{"customer_id": f"k-{contract}", "name": f"Customer {contract}", "country": "DE"},
        **{"address": ADDRESS, "email": "k@kunde.example", "buyer_reference": "04011000-1234512345-06"},
    }


class Office(Door):
    """`clock` says when now is."""

    clock: Clock

    def get(self, path: str, token: str | None = None, headers: Headers | None = None, **query: Any) -> Response:
        """Every e-invoice that is made keeps the published rules."""
        response = super().get(path, token, headers, **query)
        if path.endswith(".xml") and response.status_code == 200:
            check_e_invoice(response.content)
        return response

    def number(self, step: Step) -> str:
        """The number of the document that a step makes."""
        return str(self.ok(step)["number"])

    def beside(self, kind: type[EventStore]) -> WriteDoor:
        """The write door of another process on this ledger, whose store is of a kind that a test makes up."""
        store = kind(self.store.application, self.store.database)
        return WriteDoor(Ledger(store, self.client.app.state.ledger.catalogue, self.clock))

    def draft(self, contract: str, through_on: str | None = "2026-12-31", **query: Any) -> Json:
        return self.see(f"contracts/{contract}/invoice-draft", through_on=through_on, **query)

    def invoice(self, number: str, **query: Any) -> Json:
        return self.see(f"invoices/{number}", **query)

    def invoices(self, contract: str) -> list[Json]:
        """All documents of a contract, each whole."""
        return [self.invoice(one["number"]) for one in self.walk("invoices", contract_id=contract)]

    def charges(self, contract: str, **query: Any) -> dict[str, str | None]:
        """Each charge and the document it stands on."""
        return {one["charge_id"]: one["invoice_number"] for one in self.walk(f"contracts/{contract}/charges", **query)}


@contextmanager
def office_over(url: str, now: str = NOW, **settings: Any) -> Iterator[Office]:
    """The application over a database, opened anew, at a time."""
    clock = Clock(now)
    with opened(url, clock, **({"catalogue": PLANS} | settings)) as door:
        yield Office(door.client, door.store, clock)


def lines(document: Json) -> list[tuple[str, str | None, int, str]]:
    """Kind, deduction or charge, quantity and net of each line, in order."""
    return [
        (line["kind"], line["deduction_id"] or line["charge_id"], line["quantity"], line["net"])
        for line in document["lines"]
    ]


def totals(document: Json) -> tuple[str, str, str]:
    return document["net"], document["vat_total"], document["gross"]


def taxes(document: Json) -> list[tuple[str, str, str, str]]:
    """Category, rate, net and VAT of each sum."""
    return [(one["category"], one["rate"], one["net"], one["amount"]) for one in document["vat"]]
