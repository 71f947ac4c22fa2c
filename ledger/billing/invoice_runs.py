"""The command that issues a provider's invoices in one go: issue-invoices. Each is a command of its own (M3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import Field

from ledger.billing.closing import OfProvider, the_provider
from ledger.billing.events import InvoiceIssued, InvoiceOfRun, InvoiceRunEnded, LeftByRun, LeftFault
from ledger.billing.issuing import ExchangeRate, IssueInvoice, issue
from ledger.billing.numbering import day_of_issue
from ledger.billing.vat import check_converts
from ledger.contracts.events import ContractSigned
from ledger.kernel.access import FINANCE
from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Fact
from ledger.kernel.faults import FaultError, FieldFault
from ledger.plans.loader import Provider
from ledger.store import EventStore
from ledger.work.case import Case
from ledger.work.declaration import DECLARED, Declared, Parts, command
from ledger.work.fields import AnyId, Day

LOOKED_THROUGH = 500  # contracts at a time


class IssueInvoices(OfProvider):
    """`exchange_rate` is taken for the documents that the law wants one on, and for no other; it is for all of them.

    It is refused where the provider's documents are in the currency of its country: none of them needs one.
    """

    through_on: Day = Field(description="The last day that counts.")
    issued_on: Day | None = Field(default=None, description="The day that the documents bear; today if absent.")
    customer_id: AnyId | None = Field(default=None, description="Of one customer alone.")
    exchange_rate: ExchangeRate | None = None


class InvoiceRun(LedgerAggregate):
    """That the invoices of a provider were issued in one go, under the name of the command that did it."""

    FACTS = InvoiceRunEnded

    def end(self, ended: InvoiceRunEnded, stamp: Stamp) -> None:
        self.record(ended, stamp.now, stamp)

    @applies(InvoiceRunEnded)
    def _ended(self, fact: InvoiceRunEnded) -> None:
        """Nothing is decided by it: each document stands for itself."""


def _contracts(store: EventStore, body: IssueInvoices, after: str) -> list[str]:
    """The next contracts of the provider, and of the customer if one is named, by id."""
    while found := store.begun_under("contract", body.provider, after, LOOKED_THROUGH):
        wanted = [id_ for id_, signed in found if body.customer_id in (None, _customer(signed))]
        if wanted:
            return wanted
        after = found[-1][0]
    return []


def _customer(signed: Fact) -> str:
    assert isinstance(signed, ContractSigned), "a contract begins with its signing"
    return signed.customer_id


def _issue_invoice() -> Declared[IssueInvoice]:
    def one_of_many(case: Case, body: IssueInvoice) -> None:
        issue(case, body, ignores_needless_rate=True)

    return replace(DECLARED["issue-invoice"], carry_out=one_of_many)


def _body(body: IssueInvoices, contract_id: str) -> IssueInvoice:
    """What the one says was checked when the many was."""
    return IssueInvoice.model_construct(
        contract_id=contract_id,
        through_on=body.through_on,
        issued_on=body.issued_on,
        exchange_rate=body.exchange_rate,
    )


def _note(contract_id: str, outcome: Sequence[Fact] | Refusal) -> InvoiceOfRun | LeftByRun | None:
    if isinstance(outcome, Refusal):
        is_due = outcome.code != "nothing-to-invoice"
        return _left(contract_id, outcome) if is_due else None
    (invoice,) = (fact for fact in outcome if isinstance(fact, InvoiceIssued))
    return InvoiceOfRun(contract_id, invoice.number, invoice.gross_cents, invoice.currency)


def _left(contract_id: str, refusal: Refusal) -> LeftByRun:
    faults = [
        LeftFault(one.field, one.fault.code, one.fault.told)
        for one in refusal.faults
        if isinstance(one.fault, FieldFault)
    ]
    return LeftByRun(contract_id, refusal.code, refusal.detail, faults)


def _end(case: Case, body: IssueInvoices, run: str, notes: Sequence[InvoiceOfRun | LeftByRun]) -> None:
    issued = [note for note in notes if isinstance(note, InvoiceOfRun)]
    left = [note for note in notes if isinstance(note, LeftByRun)]
    ended = InvoiceRunEnded(run=run, provider=body.provider, through_on=body.through_on, issued=issued, left=left)
    case.get(InvoiceRun, run).end(ended, case.stamp)


def _check_converts(provider: Provider) -> None:
    try:
        check_converts(provider.country, provider.currency)
    except FaultError as error:
        raise malformed("exchange_rate", error.fault) from None


@command(
    "issue-invoices",
    IssueInvoices,
    roles=FINANCE,
    about=the_provider,
    reads_history=True,
    parts=Parts(_contracts, _issue_invoice, _body, _note, _end),
)
def issue_invoices(case: Case, body: IssueInvoices) -> None:
    """The invoice of each contract of a provider that has something to invoice up to `through_on`, each as by
    `issue-invoice` (M3).

    Answers `issued`, and `left`: the contracts whose invoice is refused, with the code and the sentence of the refusal.
    What has nothing due is in neither. Each document is a command of its own, `{command_id}/{contract_id}`; the whole
    is remembered when it ends. Interrupted and sent again under its `command_id`, it issues the rest, and `issued`
    lists all.

    Raises Refusal period-closed, malformed for a day that can't be, not-found for a customer that has no contract.
    """
    day_of_issue(case, body.issued_on)
    if body.exchange_rate is not None:
        _check_converts(case.catalogue.provider(body.provider))
    if body.customer_id is not None and not _contracts(case.unit.store, body, ""):
        detail = f"Provider {body.provider} has no contract with customer {body.customer_id}."
        raise Refusal("not-found", detail, customer_id=body.customer_id)
