"""Statements: every movement of what is owned, in order, with the balance after each line (C16).

Owned is granted − consumed − expired; reservations are no lines. What a grant leaves unused when it expires is
breakage, a line of its own at that instant, under the grant's position and without a recorded time (C10).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from projections.reader import Cut, Snapshot

NO_LINES = ("reserved", "released", "debt_covered", "cut")


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
        """By effective time, then position; what expires goes before what follows from it."""
        return (self.effective_at, self.position, self.recorded_at is not None)


@dataclass(slots=True)
class _GrantLife:
    pool: str
    position: int
    expires_at: int
    flows: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # effective at → change


async def statement(snapshot: Snapshot, contract_id: str, pool: str | None, cut: Cut) -> list[Line]:
    """All lines up to a place in both times, pools apart, each pool's running balance in its lines."""
    sql = (
        "SELECT m.position, m.pool, m.grant_id, m.effective_at, m.recorded_at, m.kind, m.reference, m.granted, "
        "m.consumed, m.expires_at, m.note, m.dated, d.ticket_id FROM movements m LEFT JOIN deductions d "
        "ON d.deduction_id = m.reference AND m.kind IN ('work', 'session', 'penalty', 'service', 'reversal') "
        "WHERE m.contract_id = ? AND m.position <= ? ORDER BY m.position, m.part"
    )
    lines: dict[int, Line] = {}
    grants: dict[str, _GrantLife] = {}
    for row in await snapshot.query(sql, (contract_id, cut.position)):
        position, of_pool, grant_id, effective_at, recorded_at, kind, reference = row[:7]
        granted, consumed, expires_at, note, dated, ticket_id = row[7:]
        if pool is not None and of_pool != pool:
            continue
        if expires_at is not None:  # as known at the position asked for, the last word on the grant's end
            life = grants.setdefault(grant_id, _GrantLife(of_pool, position, expires_at))
            life.expires_at = expires_at
        if effective_at > cut.at:
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
        everything.extend(_breakage(grant_id, life, cut.at))
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
