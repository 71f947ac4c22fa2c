"""What is known of a contract: who agreed, its term history, and what holds at a moment. Rules C14, C15, T3.

Folded from its events; `contract` decides over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.contracts.events import (
    ContractOverageCounted,
    ContractSigned,
    ContractTerminated,
    CustomerAmended,
    DirectContactAuthorised,
    DirectContactWithdrawn,
    FeeCharged,
    FeeReversed,
    LumpSumCharged,
    LumpSumReversed,
    PlanChanged,
    ServiceCreditCharged,
    ServiceCreditReversed,
    TermEndBroughtForward,
    TermStarted,
)
from ledger.contracts.parties import takes_over
from ledger.contracts.term import Term, term_of
from ledger.kernel.aggregate import LedgerAggregate, applies
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Fact, Sealed
from ledger.kernel.values import EPOCH, ONE_DAY, show_instant
from ledger.plans.terms import Terms


@dataclass(slots=True, frozen=True)
class CustomerData:
    """What is known of the customer from a moment on; `given` are the members that were told then."""

    effective_at: datetime
    country: str
    language: str | None
    party: Sealed
    given: frozenset[str] = frozenset()


class ContractState(LedgerAggregate):
    def begin(self) -> None:
        super().begin()
        self.provider = ""
        self.timezone = "UTC"
        self.currency = ""
        self.customer_id = ""
        self.partner_id: str | None = None
        self.customers: list[CustomerData] = []  # by effective time, each whole; the first is that of the signing
        self.subscriptions: int | None = None
        self.customer_coverage: dict[str, Any] | None = None
        self.direct_contact = False
        self.term_history: list[Term] = []
        self.terminated_on: date | None = None
        self.overage_minutes = 0

    @property
    def weight_bytes(self) -> int:
        return super().weight_bytes + 5_000 * len(self.term_history) + 1_000 * len(self.customers)

    # -- questions -------------------------------------------------------------------------------------------

    def customer_at(self, moment: datetime) -> CustomerData:
        """The customer's data as they are at a moment; what is dated later does not count yet."""
        known = self.customers[0]
        for one in self.customers:
            known = one if takes_over(one.effective_at, known.effective_at, moment) else known
        return known

    def customers_after(self, moment: datetime) -> list[CustomerData]:
        return [one for one in self.customers[1:] if one.effective_at > moment]

    @property
    def pools(self) -> dict[str, str]:
        """Every pool the contract ever had, with its unit."""
        return {name: pool.kind for term in self.term_history for name, pool in term.terms.pools.items()}

    def term_at(self, moment: datetime, field: str = "at") -> Term:
        """The term in force at a moment (C14). Raises Refusal contract-not-active outside all terms."""
        for term in self.term_history:
            if term.holds(moment):
                return term
        raise self.not_active(moment, field)

    def not_active(self, moment: datetime, field: str, besides: str = "", **members: Any) -> Refusal:
        """The refusal of what no term allows; `besides` is a sentence more, with its figures."""
        detail = f"Contract {self.contract_id} has no term in force at {show_instant(moment)}; {self._days()}.{besides}"
        return Refusal("contract-not-active", detail, field=field, **members)

    def _days(self) -> str:
        spans = [f"{t.starts_on} to {t.ends_on or 'further notice'}" for t in self._lived]
        return "its terms run " + ", ".join(spans) if spans else "it has none"

    @property
    def _lived(self) -> list[Term]:
        return [term for term in self.term_history if term.is_lived]

    def is_over(self, moment: datetime) -> bool:
        """Whether all its terms have ended by then, or it was withdrawn and never has one (C4, C15)."""
        return all(term.ends_at <= moment for term in self._lived)

    @property
    def last_terms(self) -> Terms:
        """Those of its last term that has any time."""
        return (self._lived or self.term_history)[-1].terms

    @property
    def credit_ends_at(self) -> datetime | None:
        """The end of a contract that was terminated is that of all its credit (C15)."""
        return self._lived[-1].ends_at if self.terminated_on is not None and self._lived else None

    @property
    def is_withdrawn(self) -> bool:
        """Whether no term will ever have been (C15)."""
        return self.terminated_on is not None and not self._lived

    def fee_shares_from(self, moment: datetime) -> list[ServiceCreditCharged]:
        """Service credits that are shares of the fees of terms that begin at a moment or later."""
        later = [term for term in self.term_history if term.starts_at >= moment]
        return [share for term in later for share in term.fee_shares.values()]

    def first_term_from(self, moment: datetime) -> Term | None:
        """The first term that begins at a moment or later, unless it was cut away before it did."""
        return next((term for term in self._lived if term.starts_at >= moment), None)

    def term_from(self, starts_on: date) -> Term | None:
        """The term that begins on a day, unless it was cut away before it did."""
        return next((term for term in self._lived if term.starts_on == starts_on), None)

    def next_term(self, starts_on: date | None) -> tuple[date, Terms]:
        """First day and terms of the term that a renewal appends: the day after the last one's end (C15)."""
        self.check_ongoing()
        last = self.term_history[-1]
        if last.ends_on is None:
            raise Refusal(
                "invalid-transition",
                f"Contract {self.contract_id} runs until further notice; there is no term to renew.",
            )
        following = last.ends_on + ONE_DAY
        if starts_on not in (None, following):
            raise Refusal(
                "invalid-transition",
                f"The next term of contract {self.contract_id} begins on {following}, not on {starts_on}.",
                expected=following.isoformat(),
            )
        return following, last.terms

    def needs_authorisation(self, terms: Terms) -> bool:
        """Whether the provider may not speak with the end customer at present, by the terms of the matter (T3, T11)."""
        if self.partner_id is None or self.direct_contact:
            return False
        partnership = terms.partnership
        return partnership is None or partnership.direct_contact_needs_authorisation

    def check_ongoing(self) -> None:
        if self.terminated_on is not None:
            raise Refusal(
                "contract-not-active", f"Contract {self.contract_id} was terminated after {self.terminated_on}."
            )

    # -- history ---------------------------------------------------------------------------------------------

    @applies(ContractSigned)
    def _signed(self, fact: ContractSigned) -> None:
        self.contract_id = fact.contract_id
        self.provider, self.timezone, self.currency = fact.provider, fact.timezone, fact.currency
        self.customer_id, self.partner_id = fact.customer_id, fact.partner_id
        self.customers = [CustomerData(EPOCH, fact.customer_country, fact.customer_language, fact.party)]
        self.subscriptions = fact.subscriptions
        self.customer_coverage = fact.customer_coverage

    @applies(TermStarted)
    def _term_started(self, fact: TermStarted) -> None:
        self.term_history.append(term_of(fact))

    @applies(TermEndBroughtForward)
    def _term_end_brought_forward(self, fact: TermEndBroughtForward) -> None:
        term = self.term_history[fact.term_no - 1]
        term.ends_on, term.ends_at = fact.ends_on, fact.ends_at

    @applies(FeeCharged)
    def _fee_charged(self, fact: FeeCharged) -> None:
        self.term_history[fact.term_no - 1].fee = fact

    @applies(FeeReversed)
    def _fee_reversed(self, fact: FeeReversed) -> None:
        self.term_history[fact.term_no - 1].fee = None

    @applies(ServiceCreditCharged)
    def _fee_share_owed(self, fact: ServiceCreditCharged) -> None:
        for term in self.term_history:
            if term.fee is not None and term.fee.charge_id == fact.fee_charge_id:
                term.fee_shares[fact.charge_id] = fact

    @applies(ServiceCreditReversed)
    def _fee_share_reversed(self, fact: ServiceCreditReversed) -> None:
        for term in self.term_history:
            term.fee_shares.pop(fact.reverses, None)

    @applies(LumpSumCharged)
    def _lump_sum_charged(self, fact: LumpSumCharged) -> None:
        self.term_history[fact.term_no - 1].lump_sums.append(fact)

    @applies(ContractTerminated)
    def _terminated(self, fact: ContractTerminated) -> None:
        self.terminated_on = fact.ends_on

    @applies(CustomerAmended)
    def _amended(self, fact: CustomerAmended) -> None:
        told = CustomerData(
            fact.effective_at, fact.customer_country, fact.customer_language, fact.party, frozenset(fact.given)
        )
        others = [one for one in self.customers if one.effective_at != told.effective_at]
        self.customers = sorted([*others, told], key=lambda one: one.effective_at)

    @applies(DirectContactAuthorised)
    def _authorised(self, fact: DirectContactAuthorised) -> None:
        self.direct_contact = True

    @applies(DirectContactWithdrawn)
    def _withdrawn(self, fact: DirectContactWithdrawn) -> None:
        self.direct_contact = False

    @applies(ContractOverageCounted)
    def _overage_counted(self, fact: ContractOverageCounted) -> None:
        self.overage_minutes += fact.minutes

    @applies(LumpSumReversed, PlanChanged)
    def _nothing_more(self, fact: Fact) -> None:
        """TermEndBroughtForward and TermStarted say what follows for the state."""
