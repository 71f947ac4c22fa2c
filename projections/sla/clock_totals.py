"""How many targets were kept and missed, added up by month and by day of opening, of each provider and contract.

The clocks' view moves them as verdicts change (`projections.sla.clocks`), so that compliance costs the groups and the
months that it shows, however many tickets there were (`projections.sla.compliance`).
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from ledger.kernel.words import TargetName
from projections.months_and_days import spans_of
from projections.tables import Table
from projections.views import Rows, Written

OF_NO_CONTRACT = ""  # in the totals of a provider
COUNTED_STATES = ("met", "breached", "running", "paused", "void")


class ClockTotalRow(msgspec.Struct):
    """Targets of the tickets that were opened in a span, by what becomes of each in the end if nothing more is done:
    what runs and is to be missed some day counts as missed.
    """

    contract_id: str
    span: str
    provider: str
    plan: str
    priority: int
    target: TargetName
    met: int = 0
    breached: int = 0
    running: int = 0
    paused: int = 0
    void: int = 0


CLOCK_TOTALS = Table(
    "clock_totals",
    ClockTotalRow,
    ("contract_id", "span", "provider", "plan", "priority", "target"),
    adds=COUNTED_STATES,
)


class CountedClock(Protocol):
    """What a clock counts under."""

    contract_id: str
    plan: str
    priority: int
    target: TargetName
    opened_on: str


def count_clock(rows: Rows, provider: str, clock: CountedClock, state: str, sign: int) -> None:
    """Adds a clock with the state that it has in the end, or takes it off again: on its day, of its contract."""
    _, day = spans_of(clock.opened_on)
    row = ClockTotalRow(clock.contract_id, day, provider, clock.plan, clock.priority, clock.target)
    rows.increase(CLOCK_TOTALS, msgspec.structs.replace(row, **{state: sign}))


def add_up(rows: Rows, written: Written) -> None:
    """The same of months and of providers, from the days of contracts that a page has counted."""
    for row in written.rows.get(CLOCK_TOTALS.name, ()):
        month, day = spans_of(row.span[1:])
        for contract_id, span in ((row.contract_id, month), (OF_NO_CONTRACT, day), (OF_NO_CONTRACT, month)):
            rows.increase(CLOCK_TOTALS, msgspec.structs.replace(row, contract_id=contract_id, span=span))
    rows.flush()
