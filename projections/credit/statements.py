"""Statements: every movement of what is owned, in order, with the balance after each line (C16).

Owned is granted − consumed − expired; reservations are no lines. What a grant leaves unused when it expires is
breakage, a line of its own at that instant, under the grant's position and without a recorded time (C10).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ledger.credit.expiry import GrantLife
from ledger.events import Sealed
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed
from ledger.kernel.values import first_instant, to_micros
from ledger.store.database import Row
from projections.asking import EVERYTHING, Page, PageAsked
from projections.contracts.questions import contract_as_of
from projections.credit.accounts import accounts_of, check_pool
from projections.reader import NOW, AsOf, Moment, Snapshot, Times, last_instant, open_texts, show_moment

NO_LINES = ("reserved", "released", "debt_settled", "cut")
_read_sealed = msgspec.json.Decoder(Sealed).decode


@dataclass(slots=True, frozen=True)
class StatementAsked:
    """What of a contract's statement is asked for: one pool or all, and a period whose ends are both included."""

    contract_id: str
    pool: str | None = None
    first: Moment | None = None
    last: Moment | None = None
    times: Times = NOW

    def instants(self, zone: str) -> tuple[int | None, int | None]:
        """The first and the last instant of the period in microseconds. Raises Refusal malformed."""
        first, last = self.first, self.last
        begin = end = None
        if first is not None:
            begin = to_micros(first if isinstance(first, datetime) else first_instant(first, zone))
        if last is not None:
            end = last_instant(last, zone)
        if first is not None and last is not None and begin is not None and end is not None and begin > end:
            raise malformed("from", f"{show_moment(first)} lies after {show_moment(last)}")
        return begin, end


@dataclass(slots=True)
class Line:
    """`change` and `balance` in the pool's unit; `balance` counts the pool's lines from its beginning.

    `note` is None until `open_notes` has opened what is sealed, and where its key is gone. `is_of_grant` says that
    `reference` is a grant, where it may also be a deduction of the same id.
    """

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
    sealed_note: str | None = None
    is_of_grant: bool = False

    @property
    def order(self) -> tuple[int, int, int]:
        """By effective time, then position; a grant goes before its own breakage."""
        return (self.effective_at, self.position, int(self.recorded_at is None))


@dataclass(slots=True, frozen=True)
class StatementPage(Page[Line]):
    """Lines of a statement, and the unit of each pool."""

    units: dict[str, str]


async def statement(
    snapshot: Snapshot, actor: Actor, asked: StatementAsked, page: PageAsked = EVERYTHING
) -> StatementPage:
    """The lines of a contract that the actor may see. Raises Refusal unknown-contract, unknown-pool, malformed."""
    contract, as_of = await contract_as_of(snapshot, actor, asked.contract_id, asked.times)
    accounts = await accounts_of(snapshot, asked.contract_id)
    check_pool(asked.pool, accounts)
    first, last = asked.instants(contract.timezone)
    lines = between(await statement_lines(snapshot, asked.contract_id, asked.pool, as_of), first, last)
    if page.after is not None:
        lines = [line for line in lines if line.order > page.after]
    shown, next_after = page.cut(lines, lambda line: line.order)
    await open_notes(snapshot, shown)
    return StatementPage(as_of.position, shown, next_after, {pool: row.unit for pool, row in accounts.items()})


async def statement_lines(snapshot: Snapshot, contract_id: str, pool: str | None, as_of: AsOf) -> list[Line]:
    """All lines up to a place in both times, pools apart, each pool's running balance in its lines."""
    sql = (
        "SELECT m.position, m.pool, m.grant_id, m.effective_at, m.recorded_at, m.kind, m.reference, m.granted, "
        "m.consumed, m.expires_at, m.note, m.dated, d.ticket_id FROM movements m LEFT JOIN deductions d "
        "ON d.deduction_id = m.reference AND m.kind IN ('work', 'session', 'penalty', 'service', 'reversal') "
        "AND m.granted = 0 "
        "WHERE m.contract_id = :contract_id AND m.position <= :position ORDER BY m.position, m.part"
    )
    lines: dict[int, Line] = {}
    grants: dict[str, GrantLife[Row, int]] = {}
    for row in await snapshot.query(sql, {"contract_id": contract_id, "position": as_of.position}):
        if pool is not None and row.pool != pool:
            continue
        position, grant_id, effective_at = row.position, row.grant_id, row.effective_at
        if row.expires_at is not None:  # as known at the position asked for, the last word on the grant's end
            life = grants.setdefault(grant_id, GrantLife(row, row.expires_at))
            life.expires_at = row.expires_at
        if effective_at > as_of.at:
            continue
        change = row.granted - row.consumed
        if grant_id is not None:
            grants[grant_id].flows.append((effective_at, change))
        if row.kind in NO_LINES:
            continue
        line = lines.get(position)
        if line is None:
            line = lines[position] = Line(
                position=position,
                effective_at=effective_at,
                recorded_at=row.recorded_at,
                pool=row.pool,
                kind=row.kind,
                reference=row.reference,
                change=0,
                ticket_id=row.ticket_id,
                dated=row.dated,
                sealed_note=row.note,
                is_of_grant=row.granted != 0,
            )
        line.change += change
    everything = [*lines.values(), *_breakage_lines(grants, as_of.at)]
    everything.sort(key=lambda line: line.order)
    balances: dict[str, int] = defaultdict(int)
    for line in everything:
        balances[line.pool] += line.change
        line.balance = balances[line.pool]
    return everything


def _breakage_lines(grants: dict[str, GrantLife[Row, int]], at: int) -> Iterator[Line]:
    for grant_id, life in grants.items():
        for moment, quantity in life.breakage().items():
            if moment <= at:
                yield Line(life.first.position, moment, None, life.first.pool, "breakage", grant_id, -quantity)


def between(lines: list[Line], first: int | None, last: int | None) -> list[Line]:
    """The lines of a period, both its instants (microseconds) included."""
    if first is not None:
        lines = [line for line in lines if line.effective_at >= first]
    if last is not None:
        lines = [line for line in lines if line.effective_at <= last]
    return lines


async def open_notes(snapshot: Snapshot, lines: Sequence[Line]) -> None:
    """Opens the notes of lines that are shown."""
    boxes = {line.sealed_note: _read_sealed(line.sealed_note) for line in lines if line.sealed_note is not None}
    texts = await open_texts(snapshot, list(boxes.values()))
    for line in lines:
        if line.sealed_note is not None:
            line.note = texts.get(boxes[line.sealed_note])
