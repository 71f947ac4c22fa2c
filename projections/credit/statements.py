"""Statements: every movement of what is owned, in order, with the balance after each line (C16).

Owned is granted − consumed − expired; reservations are no lines. What a grant leaves unused when it expires is
breakage, a line of its own at that instant, under the grant's position and without a recorded time (C10).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from projections.reader import AsOf, Snapshot

_NUMBER = (
    "(SELECT b.number FROM billed b WHERE b.charge_id = o.charge_id AND b.effective_at <= ? AND b.position <= ? "
    "ORDER BY b.position DESC LIMIT 1)"
)
_SHOWN_ON = (  # the invoice that shows a deduction, unless a credit note took that one back
    "(SELECT s.number FROM shown s WHERE s.deduction_id = o.deduction_id AND s.kind = 'invoice' "
    "AND s.effective_at <= ? AND s.position <= ? AND NOT EXISTS (SELECT 1 FROM shown c "
    "WHERE c.deduction_id = s.deduction_id AND c.corrects = s.number AND c.effective_at <= ? AND c.position <= ?) "
    "ORDER BY s.position DESC LIMIT 1)"
)
NO_LINES = ("reserved", "released", "debt_settled", "cut")


@dataclass(slots=True)
class Line:
    """`change` and `balance` in the pool's unit; `balance` counts the pool's lines from its beginning."""

    position: int
    effective_at: int
    recorded_at: int | None
    pool: str
    kind: str
    reference: str
    change: int
    balance: int = 0
    note: str | None = None
    ticket_id: str | None = None
    dated: int | None = None

    @property
    def order(self) -> tuple[int, int, int]:
        """By effective time, then position; a grant goes before its own breakage."""
        return (self.effective_at, self.position, int(self.recorded_at is None))


@dataclass(slots=True)
class _GrantLife:
    pool: str
    position: int
    expires_at: int
    flows: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # effective at → change


async def statement(snapshot: Snapshot, contract_id: str, pool: str | None, as_of: AsOf) -> list[Line]:
    """All lines up to a place in both times, pools apart, each pool's running balance in its lines."""
    sql = (
        "SELECT m.position, m.pool, m.grant_id, m.effective_at, m.recorded_at, m.kind, m.reference, m.granted, "
        "m.consumed, m.expires_at, m.note, m.dated, d.ticket_id FROM movements m LEFT JOIN deductions d "
        "ON d.deduction_id = m.reference AND m.kind IN ('work', 'session', 'penalty', 'service', 'reversal') "
        "WHERE m.contract_id = ? AND m.position <= ? ORDER BY m.position, m.part"
    )
    lines: dict[int, Line] = {}
    grants: dict[str, _GrantLife] = {}
    for row in await snapshot.query(sql, (contract_id, as_of.position)):
        position, of_pool, grant_id, effective_at, recorded_at, kind, reference = row[:7]
        granted, consumed, expires_at, note, dated, ticket_id = row[7:]
        if pool is not None and of_pool != pool:
            continue
        if expires_at is not None:  # as known at the position asked for, the last word on the grant's end
            life = grants.setdefault(grant_id, _GrantLife(of_pool, position, expires_at))
            life.expires_at = expires_at
        if effective_at > as_of.at:
            continue
        if grant_id is not None:
            grants[grant_id].flows[effective_at] += granted - consumed
        if kind in NO_LINES:
            continue
        line = lines.get(position)
        if line is None:
            line = lines[position] = Line(
                position, effective_at, recorded_at, of_pool, kind, reference, 0, note=note, ticket_id=ticket_id
            )
            line.dated = dated
        line.change += granted - consumed
    everything = list(lines.values())
    for grant_id, life in grants.items():
        everything.extend(_breakage(grant_id, life, as_of.at))
    everything.sort(key=lambda line: line.order)
    balances: dict[str, int] = defaultdict(int)
    for line in everything:
        balances[line.pool] += line.change
        line.balance = balances[line.pool]
    return everything


def _breakage(grant_id: str, life: _GrantLife, at: int) -> list[Line]:
    """What expires: the remainder at the end of the grant, and what a reversal gives back to it afterwards (C9)."""
    if life.expires_at > at:
        return []
    expired: dict[int, int] = defaultdict(int)
    for moment, change in life.flows.items():
        expired[max(moment, life.expires_at)] += change
    parts = sorted(expired.items())
    return [
        Line(life.position, moment, None, life.pool, "breakage", grant_id, -change)
        for moment, change in parts
        if change
    ]


def between(lines: list[Line], first: int | None, last: int | None) -> list[Line]:
    """The lines of a period, both its instants (microseconds) included."""
    if first is not None:
        lines = [line for line in lines if line.effective_at >= first]
    if last is not None:
        lines = [line for line in lines if line.effective_at <= last]
    return lines


@dataclass(slots=True, frozen=True)
class DeductionDetails:
    """The deduction behind a line; `engineer` is sealed, `on_behalf` says who entered the customer's word (C8)."""

    deduction_id: str
    pool: str | None
    ticket_id: str | None
    session_id: str | None
    service: str | None
    engineer: str | None
    worked_seconds: int
    billed_minutes: int
    status: str
    on_behalf: bool


async def deduction_details(snapshot: Snapshot, contract_id: str, as_of: AsOf) -> dict[str, DeductionDetails]:
    """The deductions of a contract, the customer's word on each as it stood at the as_of."""
    sql = (
        "SELECT w.deduction_id, w.status FROM status_changes w JOIN deductions d ON d.deduction_id = w.deduction_id "
        "WHERE d.contract_id = ? AND w.effective_at <= ? AND w.position <= ? ORDER BY w.position"
    )
    words: dict[str, str] = dict(
        await snapshot.query(sql, (contract_id, as_of.at, as_of.position))
    )  # the last word counts
    sql = (
        "SELECT deduction_id, pool, ticket_id, session_id, service, engineer, worked_seconds, billed_minutes, awaited, "
        "deemed_at, on_behalf FROM deductions WHERE contract_id = ? AND position <= ?"
    )
    found = {}
    for row in await snapshot.query(sql, (contract_id, as_of.position)):
        awaited, deemed_at, on_behalf = row[8:]
        status = words.get(row[0], "pending" if awaited else "not_required")
        if status == "pending" and deemed_at is not None and deemed_at <= as_of.at:
            status = "deemed_confirmed"
        spoken = bool(on_behalf) and status in ("confirmed", "disputed")
        found[row[0]] = DeductionDetails(*(*row[:8], status, spoken))
    return found


@dataclass(slots=True, frozen=True)
class OutsideCredit:
    """Time or a service that no credit bore: charged, negative where a reversal takes it back, or free of charge.

    `kind` is `overage`, `service`, `surcharge`, or what bore it: `flat`, `goodwill`, `warranty`.
    """

    position: int
    effective_at: int
    deduction_id: str
    kind: str
    reverses: str | None
    minutes: int | None
    rate_cents: int | None
    amount_cents: int
    invoice_number: str | None


async def outside_credit(
    snapshot: Snapshot, contract_id: str, as_of: AsOf, first: int | None, last: int
) -> list[OutsideCredit]:
    """What a period has beside its credit, both its instants included, by effective time, then position.

    Invoices as at the as_of.
    """
    period = "contract_id = ? AND position <= ? AND effective_at <= ? AND effective_at >= ?"
    sql = (
        "SELECT position, effective_at, coalesce(deduction_id, reference), family, reverses, minutes, rate_cents, "
        f"amount_cents, {_NUMBER}, charge_id FROM charges o WHERE family IN ('overage', 'service', 'surcharge') "
        f"AND {period} UNION ALL "
        "SELECT position, effective_at, deduction_id, basis, NULL, billed_minutes, NULL, 0, "
        f"{_SHOWN_ON}, deduction_id FROM deductions o WHERE basis IN ('flat', 'goodwill', 'warranty') AND {period} "
        "ORDER BY 2, 1, 10"
    )
    of_period = (contract_id, as_of.position, min(last, as_of.at), first or 0)
    until = (as_of.at, as_of.position)
    params = (*until, *of_period, *until, *until, *of_period)
    return [OutsideCredit(*row[:9]) for row in await snapshot.query(sql, params)]
