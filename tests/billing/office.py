"""An office that bills: the application over a database, a clock that one can put, and short words for the commands.

Figures in the tests beside this file are literals, worked out by hand.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.clock import Clock
from tests.documents.rules import check_e_invoice
from tests.http.asgi import Headers, Response
from tests.http.door import PLANS, Door, Json, opened
from tests.words import credit_note, issue, log_work, open_ticket, sign, top_up

NOW = "2026-11-02T12:00:00Z"
ADDRESS = {"line1": "Allee 1", "postcode": "10115", "city": "Berlin"}


class Office(Door):
    """`clock` says when now is. Its own words are those of `tests.words`, with what billing asks for filled in."""

    clock: Clock

    def get(self, path: str, token: str | None = None, headers: Headers | None = None, **query: Any) -> Response:
        """Every e-invoice that is made keeps the published rules."""
        response = super().get(path, token, headers, **query)
        if path.endswith(".xml") and response.status_code == 200:
            check_e_invoice(response.content)
        return response

    def sign(self, contract: str, plan: str = "groupios-l", starts_on: str = "2026-01-01", **fields: Any) -> Json:
        """`customer` is merged over a German one with all that documents ask for."""
        customer = {"customer_id": f"k-{contract}", "name": f"Customer {contract}", "country": "DE"}
        customer |= {"address": ADDRESS, "email": "k@kunde.example", "buyer_reference": "04011000-1234512345-06"}
        customer |= fields.pop("customer", {})
        return self.ok(sign(plan, starts_on, contract_id=contract, customer=customer, **fields))

    def ticket(self, ticket: str, contract: str, at: str, **fields: Any) -> Json:
        return self.ok(open_ticket(ticket, contract_id=contract, at=at, **{"title": f"Matter {ticket}"} | fields))

    def work(self, entry: str, ticket: str, minutes: int, at: str, **fields: Any) -> Json:
        told = {"engineer": "Eva Berg"} | fields
        return self.ok(log_work(minutes, at, entry_id=entry, ticket_id=ticket, **told))

    def top_up(self, top_up_id: str, contract: str, minutes: int, at: str, pool: str = "care", **fields: Any) -> Json:
        return self.ok(top_up(minutes, at, top_up_id=top_up_id, contract_id=contract, pool=pool, **fields))

    def issue(self, contract: str, through_on: str = "2026-12-31", **fields: Any) -> str:
        """The number of the document."""
        return str(self.ok(issue(contract, through_on, **fields))["number"])

    def credit(self, number: str, **fields: Any) -> str:
        return str(self.ok(credit_note(number, **fields))["number"])

    def draft(self, contract: str, through_on: str | None = "2026-12-31", **query: Any) -> Json:
        return self.see(f"contracts/{contract}/invoice-draft", through_on=through_on, **query)

    def invoice(self, number: str, **query: Any) -> Json:
        return self.see(f"invoices/{number}", **query)

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
