"""Local times of a form: the instant that they are in the contract's zone, over changes of the clocks too."""

from datetime import UTC, datetime

import pytest

from api.portal.frame.local_times import instant_of, local_of
from ledger.kernel.errors import Refusal
from ledger.kernel.values import to_micros


@pytest.mark.parametrize(
    ("local", "zone", "told"),
    [
        ("2026-03-02T10:00", "Europe/Berlin", "2026-03-02T09:00:00Z"),
        ("2026-07-02T10:00", "Europe/Berlin", "2026-07-02T08:00:00Z"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30:00Z"),  # comes twice: the first
        ("2026-03-29T03:00", "Europe/Warsaw", "2026-03-29T01:00:00Z"),
        ("2026-03-02T10:00", "UTC", "2026-03-02T10:00:00Z"),
        ("", "Europe/Berlin", ""),
        ("  ", "Europe/Berlin", ""),
    ],
)
def test_a_local_time_is_an_instant_of_its_zone(local: str, zone: str, told: str) -> None:
    assert instant_of(local, zone) == told


@pytest.mark.parametrize(
    "local",
    [
        "2026-03-29T02:30",
        "2026-02-30T10:00",
        "tomorrow",
        "2026-03-02",
        "2026-03-02T10:00Z",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
    ],
)
def test_what_is_no_local_time_is_refused_at_its_field(local: str) -> None:
    with pytest.raises(Refusal) as refused:
        instant_of(local, "Europe/Berlin", "starts_at")
    assert (refused.value.code, refused.value.members["field"]) == ("malformed", "starts_at")


def test_an_instant_fills_a_field_in() -> None:
    assert local_of(to_micros(datetime(2026, 3, 2, 9, tzinfo=UTC)), "Europe/Berlin") == "2026-03-02T10:00"
    assert local_of(datetime(2026, 7, 2, 8, 0, 59, tzinfo=UTC), "Europe/Berlin") == "2026-07-02T10:00"
