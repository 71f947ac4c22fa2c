"""Days and instants: what `as_of` and `known_at` count, and what is no moment."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.kernel.clock import system_clock
from tests.http.door import Door, opened
from tests.http.world import TEN, alone
from tests.words import PREPAID, confirm, contract, grant, log_work, open_ticket, renew, resolve, reverse, sign

BAD_MOMENTS = [
    "",
    "yesterday",
    "2026",
    "2026-02-30",
    "2026-2-3",
    "20260203",
    "2026-W06-1",
    "2026-034",
    "0001-01-01",
    "9999-12-31",
    "1767225600",
    "1767225600.5",
    "1767225600000",
    "2026-02-03T10:00:00",
    "2026-02-03T25:00:00Z",
    "2026-02-03T10:00:00+25:00",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2026-02-03\0",
    "2026-02-03T10:00:00Z'--",
    "NaN",
]


def available(door: Door, **query: Any) -> tuple[int, int]:
    account = door.account("C", "hours", **query)
    return account["available"], account["expired"]


def test_a_day_counts_what_expires_at_its_end_and_an_instant_does_not(door: Door) -> None:
    """120 included hours end with March, in Berlin at 22:00 UTC; a grant of 60 ends with 9 February, at 23:00 UTC."""
    granted = grant(60, "2026-01-05T09:00:00Z", grant_id="g", pool="hours", expires_on="2026-02-10")
    door.all_ok([sign("north-prepaid", customer=alone("C")), granted, renew("C")])
    assert available(door, as_of="2026-02-09") == (180, 0)
    assert available(door, as_of="2026-02-10") == (120, 60)
    assert available(door, as_of="2026-02-09T22:59:59.999999Z") == (180, 0)
    assert available(door, as_of="2026-02-09T23:00:00Z") == (120, 60)
    assert available(door, as_of="2026-02-10T00:00:00+01:00") == (120, 60)
    # Clocks went forward on 29 March: the term ends at 22:00 UTC, and the next begins in the same instant.
    assert available(door, as_of="2026-03-31") == (120, 60)
    assert available(door, as_of="2026-03-31T21:59:59Z") == (120, 60)
    assert available(door, as_of="2026-03-31T22:00:00Z") == (120, 180)
    assert available(door, as_of="2026-04-01") == (120, 180)
    assert available(door, as_of="2026-07-01") == (0, 300)
    # The day before the contract begins nothing is there; its first day ends 24 hours after it began.
    assert available(door, as_of="2025-12-31") == (0, 0)
    assert available(door, as_of="2025-12-31T22:59:59Z") == (0, 0)
    assert available(door, as_of="2025-12-31T23:00:00Z") == (120, 0)
    assert available(door, as_of="2026-01-01") == (120, 0)


def test_what_is_dated_at_a_local_midnight_belongs_to_the_day_that_begins(door: Door) -> None:
    door.all_ok(
        [
            sign("north-prepaid", customer=alone("C")),
            open_ticket("t", at="2026-01-02T09:00:00Z"),
            log_work(30, "2026-02-04T00:00:00+01:00", entry_id="e", ticket_id="t"),
        ]
    )
    assert door.account("C", "hours", as_of="2026-02-03")["consumed"] == 0
    assert door.account("C", "hours", as_of="2026-02-04")["consumed"] == 30
    assert door.account("C", "hours", as_of="2026-02-03T23:00:00Z")["consumed"] == 30
    assert door.account("C", "hours", as_of="2026-02-03T22:59:59.999999Z")["consumed"] == 0
    lines = door.walk("contracts/C/statement", from_="2026-02-04", to="2026-02-04")
    assert [(one["kind"], one["change"], one["balance"]) for one in lines] == [("work", -30, 90)]
    assert door.walk("contracts/C/statement", from_="2026-02-03", to="2026-02-03") == []
    assert door.walk("contracts/C/deductions", as_of="2026-02-03") == []
    assert door.unseen("deductions/e", as_of="2026-02-03")["code"] == "unknown-deduction"
    assert door.see("deductions/e", as_of="2026-02-04")["status"] == "pending"


def test_a_door_that_spans_providers_counts_days_in_utc(door: Door) -> None:
    """23:30 UTC on 2 February is 3 February in Berlin."""
    late = open_ticket("t", at="2026-02-02T23:30:00Z")
    door.all_ok([sign("north-prepaid", customer=alone("C")), late])
    assert [one["ticket_id"] for one in door.walk("tickets", as_of="2026-02-02")] == ["t"]
    assert door.walk("tickets", contract_id="C", as_of="2026-02-02") == []
    assert [one["ticket_id"] for one in door.walk("tickets", contract_id="C", as_of="2026-02-03")] == ["t"]
    assert door.unseen("tickets/t", as_of="2026-02-02")["code"] == "unknown-ticket"


def test_known_at_asks_what_was_known_and_alone_sets_as_of_too(door: Door) -> None:
    door.all_ok(
        [
            sign("north-prepaid", customer=alone("C")),
            open_ticket("t", at="2026-01-02T09:00:00Z"),
            log_work(30, TEN, entry_id="e", ticket_id="t"),
        ]
    )
    at_first = door.events()[-1]["recorded_at"]
    door.all_ok([reverse("e", "2026-02-05T09:00:00Z", reason="Twice")])
    day = date.fromisoformat(at_first[:10])
    before, after = ((day + timedelta(days=days)).isoformat() for days in (-2, 2))
    march = {"as_of": "2026-03-01"}

    assert door.account("C", "hours", **march)["consumed"] == 0
    assert door.account("C", "hours", **march, known_at=at_first)["consumed"] == 30
    assert door.account("C", "hours", **march, known_at=after)["consumed"] == 0
    assert door.account("C", "hours", **march, known_at=before)["granted"] == 0
    assert door.account("C", "hours", as_of="2026-02-03", known_at=after)["consumed"] == 30
    assert door.account("C", "hours", known_at=at_first)["consumed"] == 30
    assert door.account("C", "hours", known_at=at_first) == door.account(
        "C", "hours", as_of=at_first, known_at=at_first
    )
    assert door.see("deductions/e", known_at=at_first)["status"] == "pending"
    assert len(door.see("deductions/e", known_at=at_first)["history"]) == 1
    assert door.see("deductions/e")["status"] == "reversed"
    assert door.unseen("deductions/e", known_at=before)["code"] == "unknown-deduction"
    assert [one["kind"] for one in door.walk("contracts/C/statement", **march, known_at=at_first)] == [
        "allotment",
        "work",
    ]
    assert door.see("tickets/t", known_at=at_first)["worked_minutes"] == 30
    assert door.see("tickets/t")["worked_minutes"] == 0


@pytest.fixture
def today(database_url: str) -> Iterator[Door]:
    """What is post-dated shows by its recorded time, which is the server's own on PostgreSQL: so the clock is too."""
    with opened(database_url, system_clock) as door:
        yield door


def test_what_begins_tomorrow_does_not_count_today(today: Door) -> None:
    """Beside what counts today: a term that begins in a month, and a grant and a word dated some hours ahead."""
    now = today.clock()
    start = (now - timedelta(days=30)).date().isoformat()
    worked_at, soon = (now - timedelta(days=1)).isoformat(), (now + timedelta(hours=20)).isoformat()
    today.all_ok(
        [
            sign("north-prepaid", start, customer=alone("C")),
            open_ticket("t", at=worked_at),
            log_work(30, worked_at, entry_id="e", ticket_id="t"),
            renew("C"),
            grant(60, soon, grant_id="g", pool="hours"),
            log_work(20, soon, entry_id="f", ticket_id="t"),
        ]
    )
    figures = {"granted": 120, "consumed": 30, "reserved": 0, "expired": 0, "available": 90}
    for query in ({}, {"as_of": now.isoformat()}):
        account = today.account("C", "hours", **query)
        assert {name: account[name] for name in figures} == figures
        assert account["pending_confirmation"] == 30
        assert [one["kind"] for one in today.walk("contracts/C/statement", **query)] == ["allotment", "work"]
        assert [one["deduction_id"] for one in today.walk("contracts/C/deductions", **query)] == ["e"]
        assert [one["charge_id"] for one in today.walk("contracts/C/charges", **query)] == []
    later = today.account("C", "hours", as_of=(now + timedelta(hours=21)).isoformat())
    assert (later["granted"], later["consumed"], later["pending_confirmation"]) == (180, 50, 50)


def test_a_word_dated_ahead_does_not_count_before_its_time(today: Door) -> None:
    """Now is the same question as `as_of` now."""
    soon = (today.clock() + timedelta(hours=20)).isoformat()
    start = (today.clock().date() - timedelta(days=30)).isoformat()
    worked_at = f"{(today.clock().date() - timedelta(days=2)).isoformat()}T09:00:00Z"
    today.all_ok(
        [
            sign("north-prepaid", start, customer=alone("C")),
            open_ticket("t", at=worked_at),
            log_work(30, worked_at, entry_id="e", ticket_id="t"),
            confirm("e", soon, by="K"),
            resolve(soon, "t"),
        ]
    )
    now = {"as_of": today.clock().isoformat()}
    assert today.account("C", "hours", **now)["pending_confirmation"] == 30
    assert today.see("deductions/e", **now)["status"] == "pending"
    assert today.see("tickets/t", **now)["state"] == "in_progress"
    assert today.account("C", "hours")["pending_confirmation"] == 30
    assert today.see("deductions/e")["status"] == "pending"
    assert today.see("tickets/t")["state"] == "in_progress"


def test_a_moment_that_is_none_is_malformed(door: Door) -> None:
    door.all_ok([sign("north-prepaid", customer=alone("C"))])
    found, expected = {}, {}
    for parameter in ("as_of", "known_at", "from", "to"):
        paths = ["contracts/C/statement"]
        if parameter in ("as_of", "known_at"):
            paths += ["contracts/C/balance", "contracts/C/deductions", "contracts/C/charges", "tickets"]
        for path in paths:
            for odd in BAD_MOMENTS:
                response = door.get(path, **{parameter: odd})
                found[path, parameter, odd] = (response.status_code, response.json().get("field"))
                expected[path, parameter, odd] = (422, parameter)
    assert found == expected


@pytest.mark.parametrize("seconds", [-5, 5])
def test_clocks_that_differ_by_seconds_hide_nothing_of_what_is_told_now(database_url: str, seconds: int) -> None:
    """PostgreSQL records by its own clock; effective time and questions go by the server's, so it is there at once."""
    with opened(database_url, lambda: system_clock() + timedelta(seconds=seconds)) as door:
        door.all_ok([*contract(PREPAID), grant(60, None, grant_id="g")])
        door.ok(log_work(30, None, entry_id="W"))
        drawn = door.account("C", "server-support")
        assert drawn["consumed"] == 30
        assert [one["deduction_id"] for one in door.walk("contracts/C/deductions")] == ["W"]
        assert door.see("deductions/W")["status"] == "pending"
        door.ok(confirm("W"))
        assert door.see("deductions/W")["status"] == "confirmed"
        assert door.see("tickets/T")["state"] == "in_progress"
