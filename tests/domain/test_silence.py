"""Silence is a yes from the end of the terms' days on, and only where a word is awaited (C8)."""

import pytest

from ledger.credit.confirmation import status_at


@pytest.mark.parametrize(
    ("status", "deemed_at", "at", "expected"),
    [
        ("pending", 100, 99, "pending"),
        ("pending", 100, 100, "deemed_confirmed"),
        ("pending", 100, 101, "deemed_confirmed"),
        ("pending", None, 10**18, "pending"),
        ("confirmed", 100, 101, "confirmed"),
        ("disputed", 100, 101, "disputed"),
        ("upheld", 100, 101, "upheld"),
        ("reversed", 100, 101, "reversed"),
        ("not_required", 100, 101, "not_required"),
    ],
)
def test_the_status_at_an_instant(status: str, deemed_at: int | None, at: int, expected: str) -> None:
    assert status_at(status, deemed_at, at) == expected
