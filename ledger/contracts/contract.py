"""A contract: who agreed, under which terms from when to when, and what its terms charge. Rules C14, C15, T3, M1."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from ledger.contracts.events import (
    ContractOverageCounted,
    ContractSigned,
    ContractTerminated,
    CustomerAmended,
    DirectContactAuthorised,
    DirectContactWithdrawn,
    FeeCharged,
    FeeReversed,
    PlanChanged,
    ServiceCreditCharged,
    TermCutShort,
    TermStarted,
)
from ledger.contracts.term import Term
from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Fact, Sealed
from ledger.kernel.values import FAR_FUTURE, add_months, first_instant, half_up, parse_cents, show_instant
from ledger.plans.holiday_sets import SOURCE, holidays_in_force
from ledger.plans.terms import Terms, parse_terms

ONE_DAY = timedelta(days=1)


class Contract(LedgerAggregate):
    CATEGORY = "contract"

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
        self.terms: list[Term] = []
        self.terminated_on: date | None = None
        self.overage_minutes = 0

    # -- questions -------------------------------------------------------------------------------------------

    @property
    def pools(self) -> dict[str, str]:
        """Every pool the contract ever had, with its unit."""
        return {name: pool.kind for term in self.terms for name, pool in term.terms.pools.items()}

    def term_at(self, moment: datetime, field: str = "at") -> Term:
        """The term in force at a moment (C14). Raises Refusal contract-not-active outside all terms."""
        for term in self.terms:
            if term.holds(moment):
                return term
        raise Refusal(
            "contract-not-active",
            f"Contract {self.contract_id} has no term in force at {show_instant(moment)}; {self._days()}.",
            field=field,
        )

    def _days(self) -> str:
        spans = [f"{t.starts_on} to {t.ends_on or 'further notice'}" for t in self.terms if t.starts_at < t.ends_at]
        return "its terms run " + ", ".join(spans) if spans else "it has none"

    def needs_authorisation(self, moment: datetime) -> bool:
        """Whether the provider may not speak with the end customer at present (T3)."""
        if self.partner_id is None or self.direct_contact:
            return False
        partnership = self.term_at(moment).terms.partnership
        return partnership is None or partnership.direct_contact_needs_authorisation

    # -- decisions -------------------------------------------------------------------------------------------

    def sign(self, stamp: Stamp, starts_on: date, terms: Terms, **fields: Any) -> None:
        """The agreement itself; `start_term` gives it its first term."""
        self.record(
            ContractSigned,
            first_instant(starts_on, terms.timezone),
            stamp,
            provider=terms.provider,
            timezone=terms.timezone,
            currency=terms.currency,
            starts_on=starts_on,
            **fields,
        )

    def start_term(self, starts_on: date, terms: Terms, stamp: Stamp) -> Term:
        """The next term, and its fee (C15, M1). A term of twelve months from 1 January ends on 31 December."""
        number = len(self.terms) + 1
        ends_on = add_months(starts_on, terms.term_months) - ONE_DAY if terms.term_months else None
        starts_at = first_instant(starts_on, self.timezone)
        self.record(
            TermStarted,
            starts_at,
            stamp,
            term_no=number,
            plan=terms.plan,
            plan_version=terms.version,
            starts_on=starts_on,
            ends_on=ends_on,
            terms=msgspec.Raw(terms.model_dump_json().encode()),
            holidays=holidays_in_force(terms, starts_on.year, (ends_on or starts_on).year),
            holidays_source=SOURCE,
        )
        fee_cents = parse_cents(terms.fee) if terms.fee is not None else 0
        pools = [pool for pool in terms.pools.values() if pool.kind == "money" and pool.allotment_charged]
        fee_cents += sum(parse_cents(pool.allotment) for pool in pools if pool.kind == "money" and pool.allotment)
        if fee_cents:
            self.record(
                FeeCharged,
                starts_at,
                stamp,
                charge_id=f"{self.contract_id}.fee.{number}",
                term_no=number,
                amount_cents=fee_cents,
                currency=self.currency,
            )
        return self.terms[-1]

    def term_from(self, starts_on: date) -> Term | None:
        """The term that begins on a day, unless it was cut away before it did."""
        return next((t for t in self.terms if t.starts_on == starts_on and t.starts_at < t.ends_at), None)

    def next_term_day(self, starts_on: date | None) -> tuple[date, Terms]:
        """First day and terms of the term that a renewal appends: the day after the last one's end (C15)."""
        if self.terminated_on is not None:
            raise Refusal(
                "contract-not-active", f"Contract {self.contract_id} was terminated after {self.terminated_on}."
            )
        last = self.terms[-1]
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

    def change_plan(self, from_on: date, terms: Terms, stamp: Stamp) -> None:
        """From a day inside its terms the contract runs under another plan (C15); `start_term` follows."""
        self._check_ongoing()
        if terms.provider != self.provider:
            raise malformed("plan", f"{terms.plan} is no plan of this contract's provider")
        at = first_instant(from_on, self.timezone)
        old = self.term_at(at, "from_on").plan
        self.record(PlanChanged, at, stamp, from_on=from_on, old_plan=old, new_plan=terms.plan)
        self._cut_terms(from_on - ONE_DAY, at, stamp)

    def terminate(self, ends_on: date, reason: Sealed, stamp: Stamp) -> datetime:
        """The contract ends after a day inside its terms (C15). Returns the instant from which it is over."""
        self._check_ongoing()
        self.term_at(first_instant(ends_on, self.timezone), "ends_on")
        cut_at = first_instant(ends_on + ONE_DAY, self.timezone)
        self.record(ContractTerminated, cut_at, stamp, ends_on=ends_on, reason=reason)
        self._cut_terms(ends_on, cut_at, stamp)
        return cut_at

    def _check_ongoing(self) -> None:
        if self.terminated_on is not None:
            raise Refusal(
                "contract-not-active", f"Contract {self.contract_id} was terminated after {self.terminated_on}."
            )

    def _cut_terms(self, last_day: date, cut_at: datetime, stamp: Stamp) -> None:
        """Terms end after `last_day`; one that will never begin gives its fee back."""
        for term in list(self.terms):
            if term.ends_at <= cut_at or term.starts_at >= term.ends_at:
                continue
            never = term.starts_at >= cut_at
            ends_on = term.starts_on - ONE_DAY if never else last_day
            self.record(TermCutShort, max(cut_at, term.starts_at), stamp, term_no=term.number, ends_on=ends_on)
            if never and term.fee is not None:
                self.record(
                    FeeReversed,
                    term.starts_at,
                    stamp,
                    charge_id=f"{term.fee.charge_id}.reversal",
                    reverses=term.fee.charge_id,
                    term_no=term.number,
                    amount_cents=-term.fee.amount_cents,
                    currency=term.fee.currency,
                )

    def allow_direct_contact(self, allowed: bool, by: Sealed, at: datetime, stamp: Stamp) -> None:
        """The partner's word on direct contact (T3). Raises Refusal invalid-transition where there is no partner."""
        if self.partner_id is None:
            raise Refusal("invalid-transition", f"Contract {self.contract_id} is served without a partner.")
        if self.direct_contact == allowed:
            state = "already authorised" if allowed else "not authorised"
            raise Refusal("invalid-transition", f"Direct contact under contract {self.contract_id} is {state}.")
        self.record(DirectContactAuthorised if allowed else DirectContactWithdrawn, at, stamp, by=by)

    def owe_fee_share(self, term: Term, ticket_id: str, target: str, percent: int, at: datetime, stamp: Stamp) -> str:
        """A share of a term's fee for a missed promise: 10 % of 899.00 are 89.90. Raises Refusal without a fee."""
        if term.fee is None:
            raise Refusal("invalid-transition", f"Term {term.number} has no fee that a share could be taken of.")
        charge_id = f"{ticket_id}.{target}.credit"
        self.record(
            ServiceCreditCharged,
            at,
            stamp,
            charge_id=charge_id,
            ticket_id=ticket_id,
            target=target,
            fee_charge_id=term.fee.charge_id,
            percent=percent,
            amount_cents=-half_up(term.fee.amount_cents * percent, 100),
            currency=term.fee.currency,
        )
        return charge_id

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
        ends_at = first_instant(fact.ends_on + ONE_DAY, self.timezone) if fact.ends_on else FAR_FUTURE
        terms = parse_terms(bytes(fact.terms))
        holidays = {name: frozenset(days) for name, days in fact.holidays.items()}
        self.terms.append(
            Term(fact.term_no, fact.plan, fact.starts_on, fact.ends_on, fact.effective_at, ends_at, terms, holidays)
        )

    @applies(TermCutShort)
    def _term_cut(self, fact: TermCutShort) -> None:
        term = self.terms[fact.term_no - 1]
        term.ends_on = fact.ends_on
        term.ends_at = first_instant(fact.ends_on + ONE_DAY, self.timezone)

    @applies(FeeCharged)
    def _fee_charged(self, fact: FeeCharged) -> None:
        self.terms[fact.term_no - 1].fee = fact

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

    @applies(FeeReversed, PlanChanged, ServiceCreditCharged)
    def _nothing_more(self, fact: Fact) -> None:
        """TermCutShort and TermStarted say what follows for the state."""
