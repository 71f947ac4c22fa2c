"""Compliance as its page shows it: a map by priority and month, and the sums of each promise by priority."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.languages import Labels
from api.portal.billing.month_charts import heat_map
from api.portal.frame.charts import MOST_MONTHS, Chart
from ledger.kernel.values import add_months
from projections.sla.compliance import Group, GroupCount

COMPLIANCE_GROUPS: tuple[Group, ...] = ("priority", "month", "target")  # of the rows that are shown here

Square = tuple[str, date]


@dataclass(slots=True, frozen=True)
class PromiseSum:
    """All targets of one kind and priority, by their states; what was not judged stands beside the share (S5)."""

    target: str
    priority: int
    met: int
    breached: int
    running: int
    paused: int
    void: int


def sums_of(rows: Sequence[GroupCount]) -> list[PromiseSum]:
    """Of rows by GROUPS, all months together."""
    counts: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for row in rows:
        priority, _, target = row.key
        counts[str(target), int(priority)] += Counter(
            met=row.met, breached=row.breached, running=row.running, paused=row.paused, void=row.void
        )
    return [
        PromiseSum(
            target=target,
            priority=priority,
            met=states["met"],
            breached=states["breached"],
            running=states["running"],
            paused=states["paused"],
            void=states["void"],
        )
        for (target, priority), states in sorted(counts.items())
    ]


def map_of(rows: Sequence[GroupCount], labels: Labels) -> Chart | None:
    """Of rows by GROUPS: a square for each priority and month in which a promise was judged."""
    kept: dict[Square, tuple[int, int]] = {}
    for row in rows:
        priority, month, _ = row.key
        square = labels("Priority {number}", number=str(priority)), date.fromisoformat(f"{month}-01")
        met, judged = kept.get(square, (0, 0))
        if row.met + row.breached:
            kept[square] = met + row.met, judged + row.met + row.breached
    if not kept:
        return None
    last = max(month for _, month in kept)
    first = max(min(month for _, month in kept), add_months(last, 1 - MOST_MONTHS))
    months = [first]
    while months[-1] < last:
        months.append(add_months(months[-1], 1))
    shown = {square: counts for square, counts in kept.items() if square[1] >= first}
    return heat_map(sorted({name for name, _ in shown}), months, shown, labels)
