"""A contract: who agreed, under which terms from when to when, and what its terms charge. Rules C14, C15, T3, M1."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ledger.contracts.events import (
    ContractFact,
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
    Unspent,
)
from ledger.contracts.state import ContractState
from ledger.contracts.term import Term, term_started
from ledger.kernel.aggregate import Stamp
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Sealed
from ledger.kernel.ids import fee_id_of, lump_sum_id_of, reversal_id_of
from ledger.kernel.values import ONE_DAY, end_of_day, first_instant, half_up, local_date, parse_cents
from ledger.kernel.words import TargetName
from ledger.plans.terms import Terms


class Contract(ContractState):
    FACTS = ContractFact

    def sign(
        self,
        contract_id: str,
        starts_on: date,
        terms: Terms,
        *,
        customer_id: str,
        customer_country: str,
        customer_language: str | None,
        customer_coverage: dict[str, Any] | None,
        party: Sealed,
        partner_id: str | None,
        partner: Sealed | None,
        subscriptions: int | None,
        stamp: Stamp,
    ) -> None:
        """The agreement itself; `start_term` gives it its first term."""
        self.contract_id = contract_id
        signed = ContractSigned(
            provider=terms.provider,
            timezone=terms.timezone,
            currency=terms.currency,
            starts_on=starts_on,
            signed_on=local_date(stamp.now, terms.timezone),
            customer_id=customer_id,
            customer_country=customer_country,
            customer_language=customer_language,
            customer_coverage=customer_coverage,
            party=party,
            partner_id=partner_id,
            partner=partner,
            subscriptions=subscriptions,
        )
        self.record(signed, first_instant(starts_on, terms.timezone), stamp)

    def start_term(self, starts_on: date, terms: Terms, agreed_at: datetime, stamp: Stamp) -> Term:
        """The next term, its fee, and each sum that its pools are paid in advance (C15, M1)."""
        number = len(self.term_history) + 1
        started = term_started(number, starts_on, terms, self.timezone, agreed_at)
        self.record(started, started.starts_at, stamp)
        fee_cents = parse_cents(terms.fee) if terms.fee is not None else 0
        if fee_cents:
            fee = FeeCharged(fee_id_of(self.contract_id, number), number, fee_cents, self.currency)
            self.record(fee, started.starts_at, stamp)
        for name, pool in terms.pools.items():
            if pool.kind == "money" and pool.allotment_charged and pool.allotment is not None:
                charge_id = lump_sum_id_of(self.contract_id, sum(len(t.lump_sums) for t in self.term_history) + 1)
                lump_sum = LumpSumCharged(charge_id, number, name, parse_cents(pool.allotment), self.currency)
                self.record(lump_sum, started.starts_at, stamp)
        return self.term_history[-1]

    def amend_customer(
        self, country: str, language: str | None, party: Sealed, given: set[str], at: datetime, stamp: Stamp
    ) -> None:
        """The customer's data as they are from then on, whole; `given` are the members that it is about."""
        amended = CustomerAmended(
            customer_id=self.customer_id,
            customer_country=country,
            party=party,
            customer_language=language,
            given=sorted(given),
        )
        self.record(amended, at, stamp)

    def change_plan(
        self, from_on: date, terms: Terms, agreed_at: datetime, unspent: list[Unspent], stamp: Stamp
    ) -> None:
        """From a day inside its terms the contract runs under another plan (C15); `start_term` follows."""
        self.check_ongoing()
        if terms.provider != self.provider:
            raise malformed("plan", f"{terms.plan} is no plan of this contract's provider")
        at = first_instant(from_on, self.timezone)
        old = self.term_at(at, "from_on").plan
        changed = PlanChanged(from_on, old_plan=old, new_plan=terms.plan, agreed_at=agreed_at, unspent=unspent)
        self.record(changed, at, stamp)
        self._cut_terms(from_on - ONE_DAY, at, stamp)

    def terminate(self, ends_on: date, reason: Sealed, agreed_at: datetime, stamp: Stamp) -> None:
        """The contract ends after a day inside its terms, or the day before them all (C15: it is withdrawn)."""
        self.check_ongoing()
        if ends_on + ONE_DAY != self.term_history[0].starts_on:
            self.term_at(first_instant(ends_on, self.timezone), "ends_on")
        over_at = end_of_day(ends_on, self.timezone)
        self.record(ContractTerminated(ends_on, reason, agreed_at), over_at, stamp)
        self._cut_terms(ends_on, over_at, stamp)

    def _cut_terms(self, last_day: date, over_at: datetime, stamp: Stamp) -> None:
        """Terms end after `last_day`; one that will never begin gives back what was charged for it."""
        for term in list(self.term_history):
            if term.ends_at <= over_at or not term.is_lived:
                continue
            begins = term.starts_at < over_at
            cut = TermEndBroughtForward(
                term_no=term.number,
                ends_on=last_day if begins else term.starts_on - ONE_DAY,
                ends_at=over_at if begins else term.starts_at,
            )
            self.record(cut, cut.ends_at, stamp)
            if not begins:
                self._take_back(term, stamp)

    def _take_back(self, term: Term, stamp: Stamp) -> None:
        """The charges of a term that will not begin, by equal negative ones at its first instant.

        A service credit that is a share of its fee goes with it.
        """
        if term.fee is not None:
            fee = term.fee
            taken = FeeReversed(
                reversal_id_of(fee.charge_id), fee.charge_id, fee.term_no, -fee.amount_cents, fee.currency
            )
            self.record(taken, term.starts_at, stamp)
        for paid in term.lump_sums:
            given_back = LumpSumReversed(
                reversal_id_of(paid.charge_id),
                paid.charge_id,
                paid.term_no,
                paid.pool,
                -paid.amount_cents,
                paid.currency,
            )
            self.record(given_back, term.starts_at, stamp)
        for share in list(term.fee_shares.values()):
            self.reverse_fee_share(share, term.starts_at, stamp, rule="C15")

    def allow_direct_contact(self, allowed: bool, by: Sealed, at: datetime, stamp: Stamp) -> None:
        """The partner's word on direct contact (T3). Raises Refusal invalid-transition where there is no partner."""
        if self.partner_id is None:
            raise Refusal("invalid-transition", f"Contract {self.contract_id} is served without a partner.")
        if self.direct_contact == allowed:
            state = "already authorised" if allowed else "not authorised"
            raise Refusal("invalid-transition", f"Direct contact under contract {self.contract_id} is {state}.")
        self.record(DirectContactAuthorised(by) if allowed else DirectContactWithdrawn(by), at, stamp)

    def count_overage(self, deduction_id: str, minutes: int, at: datetime, stamp: Stamp) -> None:
        """Moves the contract's tier position; a reversal moves it back by negative minutes (C3)."""
        self.record(ContractOverageCounted(deduction_id, minutes), at, stamp)

    def owe_fee_share(
        self, term: Term, charge_id: str, ticket_id: str, target: TargetName, percent: int, at: datetime, stamp: Stamp
    ) -> None:
        """A share of a term's fee for a missed promise: 10 % of 899.00 are 89.90. Raises Refusal without a fee."""
        if term.fee is None:
            raise Refusal("invalid-transition", f"Term {term.number} has no fee that a share could be taken of.")
        owed = ServiceCreditCharged(
            charge_id=charge_id,
            ticket_id=ticket_id,
            target=target,
            fee_charge_id=term.fee.charge_id,
            percent=percent,
            amount_cents=-half_up(term.fee.amount_cents * percent, 100),
            currency=term.fee.currency,
        )
        self.record(owed, at, stamp)

    def reverse_fee_share(self, share: ServiceCreditCharged, at: datetime, stamp: Stamp, *, rule: str = "C17") -> None:
        """Takes a share of a fee back by an equal positive charge, not before it was given."""
        reversed_ = ServiceCreditReversed(
            charge_id=reversal_id_of(share.charge_id),
            reverses=share.charge_id,
            ticket_id=share.ticket_id,
            target=share.target,
            amount_cents=-share.amount_cents,
            currency=share.currency,
            rule=rule,
        )
        self.record(reversed_, max(at, share.true_at), stamp)
