"""Statements: every movement of what is owned, in order, with the balance after each line (C16).

Owned is granted − consumed − expired; reservations are no lines. What a grant leaves unused when it expires is
breakage, a line of its own at that instant, under the grant's position and without a recorded time (C10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import msgspec

from ledger.events import CreditUnit, Sealed
from ledger.kernel.access import Actor
from ledger.kernel.values import first_instant, to_micros
from ledger.store.database import Row
from projections.asking import EVERYTHING, Page, PageAsked, all_of, equal
from projections.contracts.questions import contract_as_of
from projections.credit.accounts import accounts_of, check_pool
from projections.credit.flows import OF_NO_POOL
from projections.credit.movements import LineMovement, SilentMovement
from projections.credit.penalties import PenaltyTold, penalty_told
from projections.credit.rules import breakage_in_sql
from projections.credit.spans import FIGURES_THEN, places
from projections.reader import NOW, AsOf, Moment, Snapshot, Times, last_instant, open_texts, wrong_way_round
from projections.tickets.titles import titles_of

OF_TIME = ("work", "session", "penalty")  # lines that say how time was billed
NO_LINES = get_args(SilentMovement)
StatementKind = Literal[LineMovement, "breakage"]
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
            raise wrong_way_round(first, last)
        return begin, end


@dataclass(slots=True)
class Line:
    """`change` and `balance` in the pool's unit; `balance` counts the pool's lines from its beginning.

    `note` and `ticket_title` are None until `open_notes` has opened what is sealed, and where its key is gone. Lines
    `OF_TIME` have the time of the whole deduction. `is_of_grant` says that `reference` is a grant, where it may also be
    a deduction of the same id.
    """

    position: int
    effective_at: int
    recorded_at: int | None
    pool: str
    kind: StatementKind
    reference: str
    change: int
    balance: int
    unit: CreditUnit
    note: str | None = None
    ticket_id: str | None = None
    ticket_title: str | None = None
    worked_seconds: int | None = None
    billed_minutes: int | None = None
    increment_minutes: int | None = None
    dated: int | None = None
    sealed_note: str | None = None
    is_of_grant: bool = False
    penalty: PenaltyTold | None = None

    @property
    def order(self) -> tuple[int, int, int]:
        """By effective time, then position; a grant goes before its own breakage."""
        return (self.effective_at, self.position, int(self.recorded_at is None))


# Lines that are effective from `:begin` to `:until`, as they were known at `:position`. Breakage is what is left at a
# grant's end, and what comes to the grant later, when it comes; so it is of grants that end then, or move then.
_BREAKAGE = breakage_in_sql("changes m JOIN ended e ON e.grant_id = m.grant_id", "e.counts_until")
# Its last movement, column by column: PostgreSQL finds no row by both at once, and asks for each movement of the grant.
_LAST = """SELECT l.{column} FROM movements l WHERE l.grant_id = e.grant_id AND l.position <= :position
    ORDER BY l.position DESC, l.part DESC LIMIT 1"""
_LINES = f"""
WITH moved AS (
  SELECT * FROM movements WHERE contract_id = :contract_id AND effective_at >= :begin AND effective_at <= :until
    AND +position <= :position
), ending AS (
  SELECT grant_id FROM moved WHERE grant_id IS NOT NULL
  UNION SELECT grant_id FROM movements WHERE contract_id = :contract_id AND expires_at >= :begin
    AND expires_at <= :until AND +position <= :position
), ended AS (
  SELECT t.grant_id, t.counts_until, t.owned FROM ending e CROSS JOIN movements t
  WHERE t.grant_id = e.grant_id AND t.counts_until <= :until AND t.position = ({_LAST.format(column="position")})
    AND t.part = ({_LAST.format(column="part")})
), later AS (
  SELECT m.grant_id, m.effective_at, m.granted, m.consumed FROM ended e CROSS JOIN movements m
  WHERE m.grant_id = e.grant_id AND m.effective_at > e.counts_until AND +m.position <= :position
), changes AS (
  SELECT e.grant_id, e.counts_until AS effective_at, 0 AS consumed, e.owned - coalesce((
    SELECT CAST(sum(l.granted - l.consumed) AS BIGINT) FROM later l WHERE l.grant_id = e.grant_id), 0) AS granted
  FROM ended e UNION ALL SELECT grant_id, effective_at, consumed, granted FROM later
), lines AS (
  SELECT position, 0 AS is_breakage, min(effective_at) AS effective_at, min(recorded_at) AS recorded_at,
    min(pool) AS pool, min(kind) AS kind, min(reference) AS reference,
    CAST(sum(granted - consumed) AS BIGINT) AS change, min(note) AS note, min(dated) AS dated,
    max(abs(granted)) AS granted
  FROM moved WHERE kind NOT IN ({", ".join(f"'{kind}'" for kind in NO_LINES)})
  GROUP BY position
  UNION ALL
  SELECT g.position, 1, b.moment, NULL, g.pool, 'breakage', b.grant_id, -b.quantity, NULL, NULL, 0 FROM ({_BREAKAGE}) b
  JOIN grants g ON g.grant_id = b.grant_id WHERE b.quantity <> 0 AND b.moment >= :begin AND b.moment <= :until
)
SELECT l.*, a.unit, d.ticket_id, d.note AS done, d.worked_seconds, d.billed_minutes, d.increment_minutes,
  d.session_id, d.penalised_start, d.penalty_cause FROM lines l
JOIN accounts a ON a.contract_id = :contract_id AND a.pool = l.pool
LEFT JOIN deductions d ON d.deduction_id = l.reference
  AND l.kind IN ('work', 'session', 'penalty', 'service', 'reversal') AND l.granted = 0
WHERE """
_WINDOW = """SELECT effective_at FROM movements
WHERE contract_id = :contract_id AND effective_at >= :begin AND effective_at <= :until
ORDER BY effective_at LIMIT 1 OFFSET :most"""
_OWNED = f"""WITH {FIGURES_THEN} SELECT pool, granted - consumed - expired AS owned FROM figures
WHERE pool <> '{OF_NO_POOL}' AND (granted <> 0 OR consumed <> 0 OR expired <> 0) ORDER BY pool"""
_EVER = -(1 << 62)  # before any instant


async def statement(
    snapshot: Snapshot, actor: Actor, asked: StatementAsked, page: PageAsked = EVERYTHING
) -> Page[Line]:
    """The lines of a contract that the actor may see. Raises Refusal unknown-contract, unknown-pool, malformed."""
    contract, as_of = await contract_as_of(snapshot, actor, asked.contract_id, asked.times)
    check_pool(asked.pool, await accounts_of(snapshot, asked.contract_id))
    period = asked.instants(contract.timezone)
    lines = await statement_lines(snapshot, asked.contract_id, asked.pool, as_of, period, page)
    shown, next_after = page.cut(lines, lambda line: line.order)
    await open_notes(snapshot, shown)
    return Page(as_of.position, shown, next_after, lambda line: line.order)


async def statement_lines(
    snapshot: Snapshot,
    contract_id: str,
    pool: str | None,
    as_of: AsOf,
    period: tuple[int | None, int | None],
    page: PageAsked = EVERYTHING,
) -> list[Line]:
    """Lines up to a place in both times and of a period (microseconds, both included), each with its pool's balance.

    They are read from the page's first instant on, as many instants at once as may hold the page.
    """
    first, last = period
    begin = max(first if first is not None else _EVER, page.after[0] if page.after is not None else _EVER)
    end = min(last, as_of.at) if last is not None else as_of.at
    owned = await owned_before(snapshot, contract_id, as_of, begin) if begin > _EVER else {}
    lines: list[Line] = []
    most = page.limit
    while begin <= end:
        until = end if most is None else await _window(snapshot, contract_id, begin, end, most)
        for row in await _window_lines(snapshot, contract_id, pool, as_of.position, begin, until):
            owned[row.pool] = owned.get(row.pool, 0) + row.change
            line = _line(row, owned[row.pool])
            if page.after is None or line.order > page.after:
                lines.append(line)
        if page.limit is not None and most is not None:
            if len(lines) > page.limit:
                return lines[: page.limit + 1]
            most *= 2
        begin = until + 1
    return lines


async def _window(snapshot: Snapshot, contract_id: str, begin: int, end: int, most: int) -> int:
    """Until when there are as many movements as may be a page of lines."""
    params = {"contract_id": contract_id, "begin": begin, "until": end, "most": most}
    rows = await snapshot.query(_WINDOW, params)
    return int(rows[0].effective_at) if rows else end


async def _window_lines(
    snapshot: Snapshot, contract_id: str, pool: str | None, position: int, begin: int, until: int
) -> list[Row]:
    condition, params = all_of(equal("l", pool=pool))
    params |= {"contract_id": contract_id, "position": position, "begin": begin, "until": until}
    return await snapshot.query(f"{_LINES}{condition} ORDER BY l.effective_at, l.position, l.is_breakage", params)


def _line(row: Row, balance: int) -> Line:
    return Line(
        position=row.position,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        pool=row.pool,
        kind=row.kind,
        reference=row.reference,
        change=row.change,
        balance=balance,
        unit=row.unit,
        ticket_id=row.ticket_id,
        worked_seconds=row.worked_seconds if row.kind in OF_TIME else None,
        billed_minutes=row.billed_minutes if row.kind in OF_TIME else None,
        increment_minutes=row.increment_minutes if row.kind in OF_TIME else None,
        dated=row.dated,
        sealed_note=row.note or row.done,
        is_of_grant=row.granted != 0,
        penalty=penalty_told(row),
    )


async def owned_before(snapshot: Snapshot, contract_id: str, as_of: AsOf, first: int) -> dict[str, int]:
    """What each pool owned before an instant, in its unit; those left out had nothing yet."""
    before = AsOf(min(first - 1, as_of.at), as_of.position, current=False)
    rows = await snapshot.query(_OWNED, places(contract_id, before))
    return {row.pool: row.owned for row in rows}


async def owned_at_first(snapshot: Snapshot, actor: Actor, asked: StatementAsked) -> dict[str, int]:
    """What each pool owned before the period begins. Raises Refusal unknown-contract."""
    contract, as_of = await contract_as_of(snapshot, actor, asked.contract_id, asked.times)
    first, _ = asked.instants(contract.timezone)
    return await owned_before(snapshot, asked.contract_id, as_of, first) if first is not None else {}


async def open_notes(snapshot: Snapshot, lines: Sequence[Line]) -> None:
    """Opens the notes of lines that are shown, and names their tickets."""
    boxes = {line.sealed_note: _read_sealed(line.sealed_note) for line in lines if line.sealed_note is not None}
    titles = await titles_of(snapshot, [line.ticket_id for line in lines])
    texts = await open_texts(snapshot, [*boxes.values(), *titles.values()])
    for line in lines:
        if line.ticket_id in titles:
            line.ticket_title = texts.get(titles[line.ticket_id])
        if line.sealed_note is not None:
            line.note = texts.get(boxes[line.sealed_note])
