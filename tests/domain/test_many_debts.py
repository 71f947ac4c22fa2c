"""Work beyond credit costs the same however much is owed already: counted in calls of functions, not in time."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from tests.scenario import given
from tests.words import PREPAID, contract, top_up, worked

LATER = "2027-03-01T09:00:00Z"  # when the year of what was bought is over


def calls(act: Callable[[], Any]) -> int:
    """How many functions are called, comprehensions and steps of generators among them."""
    count = 0

    def look(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(look)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def test_a_deduction_looks_at_no_earlier_debt() -> None:
    """Credit that is left is over, so that no debt is settled."""
    world = given(contract(PREPAID)).world
    world.ok(top_up(480, "2026-01-05T09:00:00Z"), worked(60, "2026-01-06T09:00:00Z", entry_id="drawn"))
    world.ok([worked(15, LATER, entry_id=f"w{n}") for n in range(20)])
    few = calls(lambda: world.ok(worked(15, LATER, entry_id="few")))
    world.ok([worked(15, LATER, entry_id=f"m{n}") for n in range(200)])
    assert calls(lambda: world.ok(worked(15, LATER, entry_id="many"))) < 1.2 * few
