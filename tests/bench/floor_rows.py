"""What the floor of rebuilding writes for one event: rows of six views, by hand.

It knows the events that `commands.year_of_work` leaves behind, and takes shortcuts where that history allows them. Of
the product it has the shapes of rows, so that both write the same columns, and none of the folding."""

from __future__ import annotations

from typing import Any

import msgspec

from ledger import events as e
from ledger.tickets.timeline import Timeline
from projections.billing.charges_view import CHARGES, ChargeRow
from projections.contracts.view import (
    CONTRACT_TERMS,
    CONTRACTS,
    CUSTOMERS,
    ContractRow,
    ContractTerm,
    CustomerRow,
    TermRow,
)
from projections.credit import deductions_view as d
from projections.credit import movements as m
from projections.credit.overages_view import OVERAGES, OverageRow
from projections.credit.status_changes import STATUS_CHANGES
from projections.credit.waits import WAITS, WaitRow
from projections.tickets.view import TICKETS, TicketRow
from tests.bench.floor_pool_days import FloorPoolDays
from tests.bench.floor_reports import FloorReports
from tests.bench.floor_subtotals import FloorSubtotals
from tests.bench.floor_table import FloorTable
from tests.bench.floor_values import NEVER, At, longer, micros, text, text_or_none

_draws = msgspec.json.Decoder(list[e.Draw]).decode
Wanted = dict[FloorTable[Any], set[str]]
FLOWS = (e.CreditGranted, e.CreditDrawn, e.DebtSettled, e.HoursDeducted, e.OverageCharged)


class FloorRows:
    """The tables of the six views that are compared, and beside each what may change."""

    def __init__(self) -> None:
        self.contracts = FloorTable(CONTRACTS, "plan", "ends_on", "ends_at", "terms")
        self.customers = FloorTable(CUSTOMERS)
        self.terms = FloorTable(CONTRACT_TERMS)
        self.movements = FloorTable(m.MOVEMENTS)
        self.accounts = FloorTable(m.ACCOUNTS, "granted", "consumed", "lost")
        self.grants = FloorTable(m.GRANTS, "consumed", "lost")
        self.overages = FloorTable(OVERAGES, "minutes", "amount_cents")
        self.deductions = FloorTable(d.DEDUCTIONS, "draws", "overage")
        self.pending = FloorTable(d.PENDING, "quantity")
        self.waits = FloorTable(WAITS)
        self.status_changes = FloorTable(STATUS_CHANGES)
        self.charges = FloorTable(CHARGES)
        self.tickets = FloorTable(TICKETS, "worked_minutes", "state", "timeline")
        self.tables: tuple[FloorTable[Any], ...] = (
            *(self.contracts, self.customers, self.terms, self.movements, self.accounts, self.grants, self.overages),
            *(self.deductions, self.pending, self.waits, self.status_changes, self.charges, self.tickets),
        )
        self.reports, self.subtotals, self.pool_days = FloorReports(), FloorSubtotals(), FloorPoolDays()
        self.folds: dict[type[e.Fact], Any] = {
            e.ContractSigned: self._signed,
            e.TermStarted: self._term,
            e.AccountOpened: self._account,
            e.CreditGranted: self._granted,
            e.CreditDrawn: self._drawn,
            e.DebtSettled: self._debt,
            e.HoursDeducted: self._hours,
            e.DrawSettled: self._draw_settled,
            e.OverageCharged: self._overage,
            e.FeeCharged: self._fee,
            e.TopUpCharged: self._top_up,
            e.TicketOpened: self._opened,
            e.WorkLogged: self._worked,
        }

    def want(self, fact: Any, wanted: Wanted) -> None:
        """Which rows of earlier pages the event may change."""
        kind = type(fact)
        if kind in FLOWS:
            wanted[self.subtotals.tallies].add(fact.contract_id)
        if kind is e.CreditDrawn:
            wanted[self.accounts].add(f"{fact.contract_id}:{fact.pool}")
            wanted[self.grants].update(draw.grant_id for draw in fact.draws if draw.grant_id)
        elif kind is e.HoursDeducted:
            wanted[self.reports.engineers].add(fact.engineer.key_id)
            if fact.status == "pending" and fact.pool:
                wanted[self.pending].add(f"{fact.contract_id}:{fact.pool}")
        elif kind is e.WorkLogged:
            wanted[self.tickets].add(fact.ticket_id)
        elif kind is e.OverageCharged:
            wanted[self.overages].add(fact.contract_id)
            wanted[self.deductions].add(fact.deduction_id)
        elif kind in (e.DebtSettled, e.CreditGranted):
            wanted[self.accounts].add(f"{fact.contract_id}:{fact.pool}")
            if kind is e.DebtSettled:
                wanted[self.grants].add(fact.grant_id)
        elif kind is e.DrawSettled:
            wanted[self.deductions].add(fact.deduction_id)
        elif kind is e.TermStarted:
            wanted[self.contracts].add(fact.contract_id)

    # -- contracts

    def _signed(self, fact: e.ContractSigned, at: At) -> None:
        row = ContractRow(
            contract_id=fact.contract_id,
            provider=fact.provider,
            customer_id=fact.customer_id,
            partner_id=fact.partner_id,
            plan="",
            timezone=fact.timezone,
            currency=fact.currency,
            starts_on=fact.starts_on.isoformat(),
            ends_on=None,
            starts_at=at.effective_at,
            ends_at=at.effective_at,
            terminated_on=None,
            direct_contact=0,
            subscriptions=fact.subscriptions,
            partner=text_or_none(fact.partner),
            terms="[]",
            position=at.position,
        )
        self.contracts.make(fact.contract_id, row)
        self.overages.make(fact.contract_id, OverageRow(fact.contract_id, 0, 0, fact.currency))
        known = CustomerRow(
            contract_id=fact.contract_id,
            position=at.position,
            effective_at=0,
            country=fact.customer_country,
            language=fact.customer_language,
            party=text(fact.party),
        )
        self.customers.made.append(known)
        self.reports.signed(fact)

    def _term(self, fact: e.TermStarted, at: At) -> None:
        """No term ends early here, so that the last one says how the contract ends."""
        row = self.contracts.known[fact.contract_id]
        ends_at = micros(fact.ends_at) if fact.ends_at else NEVER
        term = ContractTerm(
            term_no=fact.term_no,
            plan=fact.plan,
            plan_version=fact.plan_version,
            starts_on=fact.starts_on,
            ends_on=fact.ends_on,
            starts_at=micros(fact.starts_at),
            ends_at=ends_at,
            position=at.position,
        )
        row.terms = longer(row.terms, term)
        held = TermRow(fact.contract_id, term.term_no, term.plan, term.starts_at, term.ends_at)
        self.terms.make((fact.contract_id, term.term_no), held)
        self.reports.term(fact, term.starts_at)
        row.plan, row.ends_at = fact.plan, ends_at
        row.ends_on = fact.ends_on.isoformat() if fact.ends_on else None

    # -- credit

    def _account(self, fact: e.AccountOpened, at: At) -> None:
        key = f"{fact.contract_id}:{fact.pool}"
        row = m.AccountRow(key, fact.contract_id, fact.pool, fact.unit, fact.currency, 0, 0, 0, 0)
        self.accounts.make(key, row)
        if fact.unit != "minutes":
            raise LookupError("the floor of rebuilding knows credit of minutes alone")

    def _granted(self, fact: e.CreditGranted, at: At) -> None:
        expires_at = micros(fact.expires_at) if fact.expires_at else NEVER
        valid_from = micros(fact.valid_from)
        row = m.GrantRow(
            grant_id=fact.grant_id,
            contract_id=fact.contract_id,
            pool=fact.pool,
            source=fact.source,
            rule=fact.rule,
            granted=fact.quantity,
            consumed=0,
            reserved=0,
            valid_from=valid_from,
            expires_at=expires_at,
            counts_from=max(valid_from, at.effective_at),
            position=at.position,
        )
        self.grants.make(fact.grant_id, row)
        move = self._move(fact, at, 0, fact.source, fact.grant_id, fact.grant_id)
        move.granted, move.expires_at = fact.quantity, expires_at
        move.note, move.charge_id = text_or_none(fact.reason), fact.charge_id
        move.owned, move.counts_until = fact.quantity, expires_at
        account = self.accounts.known[f"{fact.contract_id}:{fact.pool}"]
        account.granted += fact.quantity
        self._lose(account, row)

    def _drawn(self, fact: e.CreditDrawn, at: At) -> None:
        for part, draw in enumerate(fact.draws):
            self._consume(fact, at, part, fact.kind, draw.grant_id, draw.quantity)

    def _debt(self, fact: e.DebtSettled, at: At) -> None:
        self._consume(fact, at, 0, "debt_settled", None, -fact.quantity)
        self._consume(fact, at, 1, "debt_settled", fact.grant_id, fact.quantity)

    def _consume(
        self, fact: e.CreditDrawn | e.DebtSettled, at: At, part: int, kind: str, grant_id: str | None, quantity: int
    ) -> None:
        move = self._move(fact, at, part, kind, fact.deduction_id, grant_id)
        move.consumed = quantity
        account = self.accounts.known[f"{fact.contract_id}:{fact.pool}"]
        account.consumed += quantity
        if grant_id is not None:
            grant = self.grants.known[grant_id]
            grant.consumed += quantity
            self._lose(account, grant)
            move.owned, move.counts_until = grant.granted - grant.consumed, grant.expires_at

    def _lose(self, account: m.AccountRow, grant: m.GrantRow) -> None:
        """What the grant loses at its end, if it has one."""
        self.reports.loses(grant)
        lost = max(grant.granted - grant.consumed, 0) if grant.expires_at < NEVER else 0
        account.lost += lost - grant.lost
        grant.lost = lost

    def _move(
        self,
        fact: e.CreditGranted | e.CreditDrawn | e.DebtSettled,
        at: At,
        part: int,
        kind: str,
        reference: str,
        grant_id: str | None,
    ) -> m.MovementRow:
        row = m.MovementRow(
            position=at.position,
            part=part,
            contract_id=fact.contract_id,
            pool=fact.pool,
            grant_id=grant_id,
            effective_at=at.effective_at,
            recorded_at=at.recorded_at,
            kind=kind,
            reference=reference,
            granted=0,
            consumed=0,
            reserved=0,
            expires_at=None,
            note=None,
            dated=None,
            charge_id=None,
        )
        self.movements.made.append(row)
        self.subtotals.flow(fact.contract_id)
        return row

    # -- deductions

    def _hours(self, fact: e.HoursDeducted, at: At) -> None:
        quantity = sum(draw.quantity for draw in fact.draws)
        pending = fact.status == "pending"
        row = d.DeductionRow(
            deduction_id=fact.deduction_id,
            contract_id=fact.contract_id,
            kind=fact.kind,
            basis=fact.basis,
            position=at.position,
            effective_at=at.effective_at,
            recorded_at=at.recorded_at,
            worked_seconds=fact.worked_seconds,
            billed_minutes=fact.billed_minutes,
            increment_minutes=fact.increment_minutes,
            pool=fact.pool,
            quantity=quantity,
            draws=text(fact.draws),
            overage="[]",
            status=fact.status,
            awaited=int(pending),
            on_behalf=0,
            deemed_at=micros(fact.deemed_at) if fact.deemed_at else None,
            ticket_id=fact.ticket_id,
            session_id=None,
            service=fact.service,
            service_quantity=None,
            rate_cents=fact.rate_cents_per_hour,
            cost_cents=fact.cost_cents,
            engineer=text(fact.engineer),
            engineer_key=fact.engineer.key_id,
            reason=text_or_none(fact.reason),
            note=text_or_none(fact.note),
            dated=None,
            waits_until=None,
        )
        self.deductions.make(fact.deduction_id, row)
        self.reports.work(fact, quantity if fact.pool else 0, row.engineer or "")
        if pending and fact.pool:
            key = f"{fact.contract_id}:{fact.pool}"
            of_pool = (fact.contract_id, fact.pool)
            total = self.pending.known.get(key) or self.pending.make(key, d.PendingRow(key, *of_pool, 0))
            total.quantity += quantity
            self.subtotals.flow(fact.contract_id)
            self.waits.made.append(WaitRow(at.position, 0, fact.contract_id, fact.pool, at.effective_at, 1, quantity))

    def _draw_settled(self, fact: e.DrawSettled, at: At) -> None:
        row = self.deductions.known[fact.deduction_id]
        shares = {draw.grant_id: draw.quantity for draw in _draws(row.draws)}
        shares[None] -= fact.quantity
        shares[fact.grant_id] = shares.get(fact.grant_id, 0) + fact.quantity
        row.draws = text([e.Draw(grant_id, share) for grant_id, share in shares.items() if share])

    # -- charges

    def _overage(self, fact: e.OverageCharged, at: At) -> None:
        row = self._charge(fact, at, "overage", fact.deduction_id)
        row.minutes, row.rate_cents, row.deduction_id = fact.minutes, fact.rate_cents_per_hour, fact.deduction_id
        self.subtotals.flow(fact.contract_id)
        total = self.overages.known[fact.contract_id]
        total.minutes += fact.minutes
        total.amount_cents += fact.amount_cents
        deduction = self.deductions.known[fact.deduction_id]
        billed = d.OverageBilled(fact.minutes, fact.rate_cents_per_hour, fact.amount_cents, fact.currency)
        deduction.overage = longer(deduction.overage, billed)

    def _fee(self, fact: e.FeeCharged, at: At) -> None:
        self._charge(fact, at, "fee", fact.contract_id)

    def _top_up(self, fact: e.TopUpCharged, at: At) -> None:
        row = self._charge(fact, at, "top_up", fact.grant_id)
        row.quantity, row.rate_cents = fact.quantity, fact.rate_cents_per_hour

    def _charge(
        self, fact: e.OverageCharged | e.FeeCharged | e.TopUpCharged, at: At, kind: str, reference: str
    ) -> ChargeRow:
        """Nothing is invoiced here: every charge stays open."""
        row = ChargeRow(
            charge_id=fact.charge_id,
            contract_id=fact.contract_id,
            position=at.position,
            effective_at=at.effective_at,
            recorded_at=at.recorded_at,
            kind=kind,
            family=kind,
            amount_cents=fact.amount_cents,
            currency=fact.currency,
            reference=reference,
            minutes=None,
            quantity=None,
            rate_cents=None,
            service=None,
            deduction_id=None,
            reverses=None,
            dated=None,
            is_open=1,
            is_due=1,
        )
        self.charges.made.append(row)
        self.reports.charge(fact, kind)
        return row

    # -- tickets

    def _opened(self, fact: e.TicketOpened, at: At) -> None:
        is_defect = fact.kind == "defect"
        row = TicketRow(
            ticket_id=fact.ticket_id,
            contract_id=fact.contract_id,
            position=at.position,
            title=text(fact.title),
            kind=fact.kind,
            channel=fact.channel,
            scope=fact.scope,
            impact=fact.impact,
            urgency=fact.urgency,
            contact=text_or_none(fact.contact),
            priority=fact.priority,
            level="L1",
            state="open",
            term_no=fact.term_no,
            opened_at=at.effective_at,
            recorded_at=at.recorded_at,
            first_response_at=None,
            resolved_at=None,
            closed_at=None,
            waiting_since=None,
            responses=0,
            responses_since_call=0,
            call_after_responses=fact.call_after_responses,
            worked_minutes=0,
            defect="reported" if is_defect else None,
            fix_release=None,
            fix_expected_on=None,
            timeline=text(Timeline(at.effective_at, fact.priority, fact.impact, fact.urgency, is_defect)),
        )
        self.tickets.make(fact.ticket_id, row)

    def _worked(self, fact: e.WorkLogged, at: At) -> None:
        """Work is told in its order here, and a ticket has no other steps: only the first work changes its timeline."""
        row = self.tickets.known[fact.ticket_id]
        row.worked_minutes += fact.billed_minutes
        if row.state == "open":
            row.state = "in_progress"
            row.timeline = f'{row.timeline[:-1]},"worked_from":{at.effective_at}}}'
