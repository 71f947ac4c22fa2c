"""The view of subtotals: the flows of a contract are reckoned up, a few hundred at once, span by span.

So a question about any place in both times reads as many rows however long the history
(docs/decisions/0020-subtotals.md). A contract of fewer flows has no subtotals. None changes later: what comes late is
known from a later position on, and makes subtotals of the spans that it lies in as of that.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import msgspec

from ledger.store.database import among
from projections.billing.charges_view import CHARGES, charges
from projections.credit.deductions_view import deductions
from projections.credit.expiries import newly_expired
from projections.credit.flows import EXPIRIES, FIGURES, NOTHING, RECORDED, flows_in_sql
from projections.credit.movements import MOVEMENTS, movements
from projections.credit.spans import (
    HIGHEST,
    RECKONINGS,
    SPANS,
    SUBTOTALS,
    ReckoningRow,
    SpanRow,
    SubtotalRow,
    last_at,
    starts_at,
)
from projections.credit.waits import WAITS
from projections.tables import Table
from projections.views import Rows, View, Written

_AT_ONCE = 50  # spans whose newest subtotals are read by one statement
ByPool = dict[str, tuple[int, ...]]  # figures by pool


@dataclass(slots=True, frozen=True)
class Density:
    """How many flows of a contract are reckoned up at once, and how many a span may have that is not divided."""

    every: int = 200
    most: int = 200


class TallyRow(msgspec.Struct):
    """How many flows of a contract there are since it was reckoned up, and up to which position it was."""

    contract_id: str
    flows: int
    reckoned: int


class Flow(NamedTuple):
    """Figures of a pool that count from an instant on, and are in subtotals as of a position."""

    pool: str
    position: int
    effective_at: int
    figures: tuple[int, ...]


TALLIES = Table("tallies", TallyRow, "contract_id")
subtotals = View(
    "subtotals", TALLIES, RECKONINGS, SPANS, SUBTOTALS, EXPIRIES, rests_on=(movements, deductions, charges)
)


@subtotals.after_each_page
def _tally(rows: Rows, written: Written) -> None:
    """Counts the flows of each contract, and reckons up where there are enough of them."""
    overage = [row for row in written.made(CHARGES) if row.family == "overage"]
    made: list[Any] = [*written.made(MOVEMENTS), *written.made(WAITS), *overage]
    counts = Counter(row.contract_id for row in made)
    if not counts:
        return
    rows.prefetch(TALLIES, set(counts))
    for contract_id, count in counts.items():
        tally = rows.get(TALLIES, contract_id) or TallyRow(contract_id, 0, 0)
        tally.flows += count
        if tally.flows >= rows.tool(Density).every:
            _reckon(rows, tally)
        rows.put(TALLIES, tally)
    rows.flush()


def _reckon(rows: Rows, tally: TallyRow) -> None:
    recorded = flows_in_sql("f.position > :since", RECORDED, suffix=rows.suffix)
    about = {"contract_id": tally.contract_id, "since": tally.reckoned}
    flows = [
        Flow(pool, position, at, tuple(figures))
        for pool, position, at, *figures in rows.transaction.tuples(f"{recorded} ORDER BY position", about)
    ]
    for some in _together(flows, rows.tool(Density).every):
        until = some[-1].position
        expired = newly_expired(rows, _moved(rows, tally, until), tally.reckoned, until)
        for row in expired:
            rows.add(EXPIRIES, row)
        rows.add(RECKONINGS, ReckoningRow(tally.contract_id, until))
        rows.flush()
        lost = [Flow(row.pool, until, row.effective_at, _of(expired=row.quantity)) for row in expired]
        _enter(rows, tally.contract_id, [*some, *lost], until)
        rows.flush()
        tally.flows -= len(some)
        tally.reckoned = until


def _moved(rows: Rows, tally: TallyRow, until: int) -> list[str]:
    """The grants that moved since the contract was reckoned up."""
    sql = (
        f"SELECT DISTINCT grant_id FROM movements{rows.suffix} "
        "WHERE contract_id = :contract_id AND position > :since AND position <= :until AND grant_id IS NOT NULL"
    )
    about = {"contract_id": tally.contract_id, "since": tally.reckoned, "until": until}
    return [grant_id for (grant_id,) in rows.transaction.tuples(sql, about)]


def _together(flows: Sequence[Flow], every: int) -> Iterator[Sequence[Flow]]:
    """As many as are reckoned up at once, and those of the same event with them."""
    begin = 0
    while len(flows) - begin >= every:
        end = begin + every
        while end < len(flows) and flows[end].position == flows[end - 1].position:
            end += 1
        yield flows[begin:end]
        begin = end


def _enter(rows: Rows, contract_id: str, flows: Sequence[Flow], until: int) -> None:
    """Adds flows to the spans that they begin in, from the highest level down, as of a position."""
    level = HIGHEST
    while flows:
        by_start = _by_start(flows, level)
        known = _known_spans(rows, contract_id, level, list(by_start))
        below: list[Flow] = []
        for start, inside in by_start.items():
            new = SpanRow(contract_id, level, start, last_at(start, level), 0, 0, until)
            span, totals = known.get(start, (new, {}))
            span.flows += len(inside)
            span.position = until
            rows.add(SPANS, span)
            _subtotal(rows, span, _added(totals, inside))
            if span.is_divided:
                below += inside
            elif _is_too_full(rows, span):
                span.is_divided = 1
                _divide(rows, span)
        flows, level = below, level - 1


def _divide(rows: Rows, span: SpanRow) -> None:
    """Makes the spans of the level below from the flows of one, with their subtotals as of each reckoning."""
    reckoned = (
        f", (SELECT min(r.position) FROM reckonings{rows.suffix} r WHERE r.contract_id = :contract_id "
        "AND r.position >= f.position) AS reckoned"
    )
    sql = flows_in_sql(
        "f.effective_at >= :first AND f.effective_at <= :last AND +f.position <= :until",
        also=reckoned,
        suffix=rows.suffix,
    )
    about = {"contract_id": span.contract_id, "until": span.position, "first": span.starts_at, "last": span.last_at}
    flows = [
        Flow(pool, known, at, tuple(figures)) for pool, _, at, *figures, known in rows.transaction.tuples(sql, about)
    ]
    _make(rows, span, sorted(flows, key=lambda flow: flow.position))


def _make(rows: Rows, parent: SpanRow, flows: Sequence[Flow]) -> None:
    level = parent.level - 1
    for start, inside in _by_start(flows, level).items():
        span = SpanRow(parent.contract_id, level, start, last_at(start, level), len(inside), 0, 0)
        totals: ByPool = {}
        for position, some in groupby(inside, lambda flow: flow.position):
            span.position = position
            _subtotal(rows, span, _added(totals, some))
        span.is_divided = int(_is_too_full(rows, span))
        rows.add(SPANS, span)
        if span.is_divided:
            _make(rows, span, inside)


def _is_too_full(rows: Rows, span: SpanRow) -> bool:
    return span.flows > rows.tool(Density).most and span.level > 0


def _subtotal(rows: Rows, span: SpanRow, totals: ByPool) -> None:
    for pool, figures in totals.items():
        row = SubtotalRow(span.contract_id, span.level, span.starts_at, span.position, pool, *figures)
        rows.add(SUBTOTALS, row)


def _added(totals: ByPool, flows: Iterable[Flow]) -> ByPool:
    by_pool: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    for flow in flows:
        by_pool[flow.pool].append(flow.figures)
    for pool, figures in by_pool.items():
        totals[pool] = tuple(map(sum, zip(totals.get(pool, NOTHING), *figures, strict=True)))
    return totals


def _by_start(flows: Sequence[Flow], level: int) -> dict[int, list[Flow]]:
    found: dict[int, list[Flow]] = defaultdict(list)
    for flow in flows:
        found[starts_at(flow.effective_at, level)].append(flow)
    return found


def _known_spans(rows: Rows, contract_id: str, level: int, starts: Sequence[int]) -> dict[int, tuple[SpanRow, ByPool]]:
    """The spans of a level that begin at these instants, with their newest subtotals."""
    condition, params = among(rows.dialect, "starts", starts)
    of_level = "contract_id = :contract_id AND level = :level"
    params |= {"contract_id": contract_id, "level": level}
    sql = f"SELECT {', '.join(SPANS.columns)} FROM spans{rows.suffix} WHERE {of_level} AND starts_at {condition}"
    spans = [SpanRow(*row) for row in rows.transaction.tuples(sql, params)]
    found: dict[int, tuple[SpanRow, ByPool]] = {span.starts_at: (span, {}) for span in spans}
    for begin in range(0, len(spans), _AT_ONCE):
        newest: dict[str, int] = {}
        for number, span in enumerate(spans[begin : begin + _AT_ONCE]):
            newest |= {f"start_{number}": span.starts_at, f"position_{number}": span.position}
        # Each is looked up by itself: left to join, PostgreSQL reads all subtotals of the level.
        any_of = " OR ".join(
            f"{of_level} AND starts_at = :start_{number} AND position = :position_{number}"
            for number in range(len(newest) // 2)
        )
        sql = f"SELECT starts_at, pool, {', '.join(FIGURES)} FROM subtotals{rows.suffix} WHERE {any_of}"
        about = {"contract_id": contract_id, "level": level, **newest}
        for start, pool, *figures in rows.transaction.tuples(sql, about):
            found[start][1][pool] = tuple(figures)
    return found


def _of(**figures: int) -> tuple[int, ...]:
    return tuple(figures.get(name, 0) for name in FIGURES)
