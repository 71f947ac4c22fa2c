"""A period that ends before it begins: every list says so in the same sentence, of days and of instants alike."""

import pytest

from tests.http.door import Door
from tests.http.world import MINE, OF
from tests.words import sign

DAYS = ("2026-03-02", "2026-03-01")
INSTANTS = ("2026-03-02T08:00:00Z", "2026-03-01T09:30:00+01:00")
TOLD = "from: 2026-03-02T08:00:00Z lies after 2026-03-01T08:30:00Z"


@pytest.mark.parametrize(
    "path",
    [
        "charges",
        f"contracts/{MINE}/sessions",
        f"contracts/{MINE}/statement",
        "invoices",
        "reports/breakage",
        "reports/revenue",
        "reports/time",
        "sessions",
        "sla/compliance",
    ],
)
def test_days_that_are_the_wrong_way_round_are_told_as_they_are(door: Door, path: str) -> None:
    assert _detail(door, path, DAYS) == "from: 2026-03-02 lies after 2026-03-01"


@pytest.mark.parametrize(
    "path", [f"contracts/{MINE}/sessions", f"contracts/{MINE}/statement", "sessions", "sla/compliance"]
)
def test_instants_that_are_the_wrong_way_round_are_told_as_json_has_them(door: Door, path: str) -> None:
    assert _detail(door, path, INSTANTS) == TOLD


def _detail(door: Door, path: str, period: tuple[str, str]) -> str:
    door.ok(sign(contract_id=MINE, **OF[MINE]))
    first, last = period
    found = door.unseen(path, from_=first, to=last)
    assert (found["status"], found["field"]) == (422, "from")
    return str(found["detail"])
