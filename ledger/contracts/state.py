"""What is known of a contract: who agreed, its term history, and what holds at a moment. Rules C14, C15, T3.

Folded from its events; `contract` decides over it.
"""

from __future__ import annotations

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
from ledger.contracts.term import Term, term_of
from ledger.kernel.aggregate import LedgerAggregate, applies
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Fact, Sealed
from ledger.kernel.values import ONE_DAY, show_instant
from ledger.plans.terms import Terms


class ContractState(LedgerAggregate):
    def begin(self) -> None:
        super().begin()
        self.provider = ""
        self.timezone = "UTC"
        self.currency = ""
        self.customer_id = ""
        self.partner_id: str | None = None
        self.party: Sealed | None = None
        self.country = ""
        self.language: str | None = None
        self.subscriptions: int | None = None
        self.customer_coverage: dict[str, Any] | None = None
        self.direct_contact = False
        self.term_history: list[Term] = []
        self.terminated_on: date | None = None
        self.overage_minutes = 0

    # -- questions -------------------------------------------------------------------------------------------

    @property
    def pools(self) -> dict[str, str]:
        """Every pool the contract ever had, with its unit."""
        return {name: pool.kind for term in self.term_history for name, pool in term.terms.pools.items()}

    def term_at(self, moment: datetime, field: str = "at") -> Term:
        """The term in force at a moment (C14). Raises Refusal contract-not-active outside all terms."""
        for term in self.term_history:
            if term.holds(moment):
                return term
        raise Refusal(
            "contract-not-active",
            f"Contract {self.contract_id} has no term in force at {show_instant(moment)}; {self._days()}.",
            field=field,
        )

    def _days(self) -> str:
        spans = [f"{t.starts_on} to {t.ends_on or 'further notice'}" for t in self.term_history if t.is_lived]
        return "its terms run " + ", ".join(spans) if spans else "it has none"

    @property
    def is_withdrawn(self) -> bool:
        """Whether no term will ever have been (C15)."""
        return self.terminated_on is not None and self.terminated_on < self.term_history[0].starts_on

    def fee_shares_from(self, moment: datetime) -> list[ServiceCreditCharged]:
        """Service credits that are shares of the fees of terms that begin at a moment or later."""
        later = [term for term in self.term_history if term.starts_at >= moment]
        return [share for term in later for share in term.fee_shares.values()]

    def first_term_from(self, moment: datetime) -> Term | None:
        """The first term that begins at a moment or later, unless it was cut away before it did."""
        return next((term for term in self.term_history if term.starts_at >= moment and term.is_lived), None)

    def term_from(self, starts_on: date) -> Term | None:
        """The term that begins on a day, unless it was cut away before it did."""
        return next((t for t in self.term_history if t.starts_on == starts_on and t.is_lived), None)

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
        self.party, self.country, self.language = fact.party, fact.customer_country, fact.customer_language
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
        self.party, self.country, self.language = fact.party, fact.customer_country, fact.customer_language

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
