"""What a contract owes and has been billed: its charges and deductions, folded from the contract's events (M1, M2).

The same fold serves issuing, which reads the events in its own transaction, and the draft, which reads them as of a
moment. It knows nothing of lines, VAT or parties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from ledger.billing.events import CreditNoteIssued, DocumentLine, InvoiceIssued
from ledger.contracts.events import (
    ContractSigned,
    CustomerAmended,
    FeeCharged,
    FeeReversed,
    LumpSumCharged,
    LumpSumReversed,
    ServiceCreditCharged,
    ServiceCreditReversed,
    TermStarted,
)
from ledger.contracts.parties import takes_over
from ledger.credit.confirmation import STATUS_AFTER
from ledger.credit.deduction_events import (
    Answered,
    ChargeReversed,
    Deducted,
    DeductionConfirmed,
    DeductionDisputed,
    DeductionReversed,
    DeductionStatus,
    DrawSettled,
    DrawSettlementWithdrawn,
    OverageCharged,
    ServiceCharged,
    ServiceDelivered,
    SurchargeCharged,
)
from ledger.credit.events import AccountOpened, CreditDrawn, CreditReturned, TopUpCharged, TopUpReversed
from ledger.kernel.fact import Fact, Sealed
from ledger.kernel.mapper import stored_topics
from ledger.kernel.values import EPOCH
from ledger.tickets.events import TicketOpened

Opposite = FeeReversed | LumpSumReversed | ServiceCreditReversed | TopUpReversed | ChargeReversed
ChargeFact = (
    FeeCharged
    | LumpSumCharged
    | ServiceCreditCharged
    | TopUpCharged
    | OverageCharged
    | ServiceCharged
    | SurchargeCharged
    | Opposite
)
CHARGE_FACTS = get_args(ChargeFact)
ZeroLine = Literal["included", "reversal"]
OF_DEDUCTIONS = (OverageCharged, ServiceCharged, SurchargeCharged, ChargeReversed)


def next_zero_line(is_reversed: bool, shown_on: str | None, given_back_on: str | None) -> ZeroLine | None:
    """The line of zero that the next document has of a deduction, if no charge is for all of it, by the documents that
    show its time, and show it as given back: what no document shows is not given back either (M2).
    """
    if shown_on is None:
        return None if is_reversed and given_back_on is None else "included"
    return "reversal" if is_reversed and given_back_on is None else None


@dataclass(slots=True)
class Charge:
    """One amount owed or taken back; `invoice` is the document it stands on, if any, and `line` its line there.

    `reopened_on` is the day of the credit note that last took it off a document.
    """

    fact: ChargeFact
    position: int
    invoice: str | None = None
    line: DocumentLine | None = None
    reopened_on: date | None = None

    @property
    def charge_id(self) -> str:
        return self.fact.charge_id

    @property
    def reverses(self) -> str | None:
        return self.fact.reverses if isinstance(self.fact, Opposite) else None

    @property
    def deduction_id(self) -> str | None:
        """The deduction that it is for, if it is for one."""
        return self.fact.deduction_id if isinstance(self.fact, OF_DEDUCTIONS) else None


@dataclass(slots=True)
class DeductionState:
    """One deduction: how it was billed, the customer's word, and the invoice that shows its included time."""

    fact: Deducted
    positions: list[int]
    status: DeductionStatus
    on_behalf: bool = False  # whether the customer's word was entered by somebody else (C8)
    shown_on: str | None = None
    reversed_at: datetime | None = None
    given_back_on: str | None = None  # the document that shows the time of a reversed deduction as given back
    reopened_on: date | None = None  # the day of the credit note that last took it off a document

    @property
    def ticket_id(self) -> str | None:
        return None if isinstance(self.fact, ServiceDelivered) else self.fact.ticket_id

    @property
    def zero_line(self) -> ZeroLine | None:
        return next_zero_line(self.reversed_at is not None, self.shown_on, self.given_back_on)


@dataclass(slots=True)
class BillingAccount:
    """All charges and deductions of one contract, by id, in the order in which they were recorded."""

    moment: datetime  # whose customer's data count: what is dated later does not yet
    provider: str = ""
    timezone: str = "UTC"
    currency: str = ""
    customer_id: str = ""
    partner_id: str | None = None
    country: str = ""
    language: str | None = None
    party: Sealed | None = None
    amended_at: datetime = EPOCH
    charges: dict[str, Charge] = field(default_factory=dict)
    deductions: dict[str, DeductionState] = field(default_factory=dict)
    terms: dict[int, tuple[TermStarted, int]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)  # of each pool
    reversals: dict[str, Charge] = field(default_factory=dict)  # by the charge that they take back
    titles: dict[str, Sealed] = field(default_factory=dict)  # of each ticket
    moved: dict[str, list[int]] = field(default_factory=dict)  # positions of credit that moved, by deduction

    def settled_by(self, charge: Charge) -> Charge | None:
        """The opposite of a charge where both stand on no document: they cancel, and neither is ever billed (M3)."""
        opposite = self.reversals.get(charge.charge_id) or self.charges.get(charge.reverses or "")
        return opposite if opposite is not None and charge.invoice is None and opposite.invoice is None else None

    def waits(self, charge: Charge) -> bool:
        """A charge waits while its deduction is disputed (M2)."""
        deduction = self.deduction_of(charge)
        return deduction is not None and deduction.status == "disputed"

    def deduction_of(self, charge: Charge) -> DeductionState | None:
        return self.deductions.get(charge.deduction_id or "")

    def origin(self, charge: Charge) -> Charge | None:
        """What a reversal or a service credit takes back."""
        fact = charge.fact
        origin_id = fact.fee_charge_id if isinstance(fact, ServiceCreditCharged) else charge.reverses
        return self.charges.get(origin_id or "")

    def supplied_at(self, charge: Charge) -> datetime:
        """The date of supply: a reversal and a service credit bear that of what they take back (M4)."""
        origin = self.origin(charge)
        return self.supplied_at(origin) if origin is not None else charge.fact.true_at

    def line_answered(self, charge: Charge) -> DocumentLine | None:
        """The line of an invoice that a charge takes back, or that took it back: both bear the same VAT.

        So what goes back is what was asked for, whatever the customer is by now.
        """
        other = self.origin(charge) or self.reversals.get(charge.charge_id)
        return other.line if other is not None else None


def billing_account(events: Iterable[tuple[int, Fact]], moment: datetime) -> BillingAccount:
    """The account as the events (position, fact) of one contract tell it, in the order of their positions.

    `moment` is that of the document, for which the customer's data are taken.
    """
    account = BillingAccount(moment)
    for position, fact in events:
        fold = _FOLDS.get(type(fact))
        if fold is not None:
            fold(account, fact, position)
    return account


def _signed(account: BillingAccount, fact: ContractSigned, _: int) -> None:
    account.provider, account.timezone, account.currency = fact.provider, fact.timezone, fact.currency
    account.customer_id, account.partner_id = fact.customer_id, fact.partner_id
    account.country, account.language, account.party = fact.customer_country, fact.customer_language, fact.party


def _amended(account: BillingAccount, fact: CustomerAmended, _: int) -> None:
    if not takes_over(fact.effective_at, account.amended_at, account.moment):
        return
    account.amended_at = fact.effective_at
    account.country, account.language, account.party = fact.customer_country, fact.customer_language, fact.party


def _term(account: BillingAccount, fact: TermStarted, position: int) -> None:
    account.terms[fact.term_no] = (fact, position)


def _opened(account: BillingAccount, fact: AccountOpened, _: int) -> None:
    account.units[fact.pool] = fact.unit


def _ticket(account: BillingAccount, fact: TicketOpened, _: int) -> None:
    account.titles[fact.ticket_id] = fact.title


def _charged(account: BillingAccount, fact: ChargeFact, position: int) -> None:
    charge = account.charges[fact.charge_id] = Charge(fact, position)
    if charge.reverses is not None:
        account.reversals[charge.reverses] = charge


def _moved(
    account: BillingAccount, fact: CreditDrawn | CreditReturned | DrawSettled | DrawSettlementWithdrawn, position: int
) -> None:
    """Credit is drawn before its deduction is told, and returned and settled afterwards."""
    known = account.deductions.get(fact.deduction_id)
    positions = known.positions if known is not None else account.moved.setdefault(fact.deduction_id, [])
    positions.append(position)


def _deducted(account: BillingAccount, fact: Deducted, position: int) -> None:
    positions = [*account.moved.pop(fact.deduction_id, []), position]
    account.deductions[fact.deduction_id] = DeductionState(fact, positions, fact.status)


def _answered(account: BillingAccount, fact: Answered, position: int) -> None:
    deduction = account.deductions[fact.deduction_id]
    deduction.status = STATUS_AFTER[type(fact)]
    if isinstance(fact, DeductionConfirmed | DeductionDisputed):
        deduction.on_behalf = fact.on_behalf  # and stays so, whatever the provider answers (C8)
    deduction.positions.append(position)
    if isinstance(fact, DeductionReversed):
        deduction.reversed_at = fact.effective_at


def _invoiced(account: BillingAccount, fact: InvoiceIssued, _: int) -> None:
    """At a moment in the past an invoice may name what was not effective yet; that is not there to be marked."""
    for line in fact.lines:
        charge = account.charges.get(line.charge_id or "")
        deduction = account.deductions.get(line.deduction_id or "")
        if line.charge_id is not None:
            if charge is not None:
                charge.invoice, charge.line = fact.number, line
        elif deduction is not None and line.kind == "included":
            deduction.shown_on = fact.number
        elif deduction is not None:
            deduction.given_back_on = fact.number


def _credited(account: BillingAccount, fact: CreditNoteIssued, _: int) -> None:
    """Charges are open again; one whose reversal is open too meets it there, and neither is billed (M3)."""
    for line in fact.lines:
        charge = account.charges.get(line.charge_id or "")
        deduction = account.deductions.get(line.deduction_id or "")
        if charge is not None and charge.invoice == fact.corrects:
            charge.invoice, charge.line, charge.reopened_on = None, None, fact.issued_on
        if deduction is not None and deduction.shown_on == fact.corrects:
            deduction.shown_on, deduction.reopened_on = None, fact.issued_on
        if deduction is not None and deduction.given_back_on == fact.corrects:
            deduction.given_back_on, deduction.reopened_on = None, fact.issued_on


_FOLDS: dict[type[Fact], Callable[[BillingAccount, Any, int], None]] = {
    ContractSigned: _signed,
    CustomerAmended: _amended,
    TermStarted: _term,
    AccountOpened: _opened,
    TicketOpened: _ticket,
    **dict.fromkeys(CHARGE_FACTS, _charged),
    **dict.fromkeys((CreditDrawn, CreditReturned, DrawSettled, DrawSettlementWithdrawn), _moved),
    **dict.fromkeys(get_args(Deducted), _deducted),
    **dict.fromkeys(STATUS_AFTER, _answered),
    InvoiceIssued: _invoiced,
    CreditNoteIssued: _credited,
}
BILLED_TOPICS = sorted(stored_topics(*_FOLDS))
