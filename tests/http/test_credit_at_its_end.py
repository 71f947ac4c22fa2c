"""Credit at its end, at every door: what it lacks is owed, and what sessions hold of it is reserved (C6, C17)."""

from collections.abc import Iterator

import pytest

from tests.cli.run import support_ledger
from tests.clock import Clock
from tests.http.door import Door, opened
from tests.words import PREPAID, book, change_plan, contract, reverse, reverse_credit, top_up, worked

BOUGHT, BACK, DONE, UNDONE = (f"2026-11-{day}T10:00:00Z" for day in ("01", "02", "05", "20"))


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """480 until the 9th are all worked. After that the work is found to be none, and the top-up a mistake."""
    with opened(database_url, Clock("2026-11-26T10:00:00Z")) as door:
        door.all_ok([*contract(PREPAID), top_up(480, BOUGHT, top_up_id="p1", expires_on="2026-11-10")])
        door.all_ok([worked(480, DONE, entry_id="e1"), reverse("e1", UNDONE), reverse_credit(top_up_id="p1", at=BACK)])
        yield door


def test_every_door_shows_the_debt_until_the_work_is_reversed(door: Door) -> None:
    for day, granted, consumed, available in [
        ("2026-11-01", 480, 0, 480),
        ("2026-11-04", 0, 0, 0),
        ("2026-11-07", 0, 480, -480),
        ("2026-11-09", 0, 480, -480),
        ("2026-11-10", 0, 480, -480),
        ("2026-11-15", 0, 480, -480),
        ("2026-11-20", 0, 0, 0),
        ("2026-11-25", 0, 0, 0),
    ]:
        account = door.account("C", "server-support", as_of=day)
        assert (account["granted"], account["consumed"], account["expired"]) == (granted, consumed, 0), day
        assert (account["reserved"], account["available"]) == (0, available), day
        asked = {"pool": "server-support", "from": day, "to": day}
        (point,) = door.see("contracts/C/burn-down", **asked)["points"]
        assert point == {
            "on": day,
            "granted": granted,
            "consumed": consumed,
            "expired": 0,
            "balance": available,
        }
        (p1, *_) = door.walk("contracts/C/grants", as_of=day)
        assert (p1["granted"], p1["consumed"], p1["remaining"], p1["expired"]) == (granted, consumed, available, 0)
    (p1, _) = door.walk("contracts/C/grants", as_of="2026-11-15")
    assert p1["state"] == "taken_back"


def test_nothing_expired_by_statement_report_and_books(door: Door, database_url: str) -> None:
    lines = door.walk("contracts/C/statement")
    assert [(one["effective_at"], one["kind"], one["reference"], one["change"], one["balance"]) for one in lines] == [
        (BOUGHT, "top_up", "p1", 480, 480),
        (BACK, "reversal", "p1", -480, 0),
        (DONE, "work", "e1", -480, -480),
        (UNDONE, "reversal", "e1", 480, 0),
        (UNDONE, "correction", "e1.correction", 480, 480),
        (UNDONE, "reversal", "e1.correction", -480, 0),
    ]
    assert door.walk("reports/breakage") == []
    for form in ("hledger", "beancount"):
        made = support_ledger(database_url, "export", form)
        assert made.status == 0
        assert "breakage" not in made.out
    assert support_ledger(database_url, "verify").status == 0


def test_what_a_grant_lacks_at_an_end_that_was_told_late_has_not_expired(database_url: str) -> None:
    """300 of the 480 are used until that is reversed on 9 January. Then the plan is told to have changed on the 6th,
    and 360 to have been worked on the 2nd: so at its end the old allotment lacks 180, and from the 9th on has 120 left.
    """
    with opened(database_url, Clock("2026-01-24T10:00:00Z")) as door:
        door.all_ok([*contract("groupios-l", "2025-01-20"), worked(300, "2026-01-03T14:00:00Z", entry_id="e1")])
        door.all_ok([reverse("e1", "2026-01-09T00:00:00Z"), change_plan("groupios-m", "2026-01-06")])
        door.all_ok([worked(360, "2026-01-02T09:00:00Z")])
        for moment, granted, consumed, expired, available in [
            ("2026-01-04T00:00:00Z", 480, 660, 0, -180),
            ("2026-01-05T22:59:59Z", 480, 660, 0, -180),
            ("2026-01-05T23:00:00Z", 720, 660, 0, 60),
            ("2026-01-08T23:59:59Z", 720, 660, 0, 60),
            ("2026-01-09T00:00:00Z", 720, 360, 120, 240),
        ]:
            told = {"granted": granted, "consumed": consumed, "expired": expired, "available": available}
            account = door.account("C", "included", as_of=moment)
            assert {name: account[name] for name in told} == told, moment
        lines = door.walk("contracts/C/statement")
        assert [(one["effective_at"], one["change"]) for one in lines if one["kind"] == "breakage"] == [
            ("2026-01-09T00:00:00Z", -120)
        ]
        (row,) = door.walk("reports/breakage")
        assert row["expired"] == 120


def test_a_booking_is_refused_by_what_the_balance_as_of_its_start_shows(database_url: str) -> None:
    """480 of which 120 are held expire on the 5th, 480 others last; the session that holds the 120 may still move."""
    with opened(database_url, Clock("2026-11-26T10:00:00Z")) as door:
        door.all_ok([*contract(PREPAID), top_up(480, BOUGHT, top_up_id="p1", expires_on="2026-12-05")])
        door.all_ok([book(120, "2026-12-02T10:00:00Z", session_id="s1"), top_up(480, BOUGHT, top_up_id="p2")])
        then = "2026-12-10T10:00:00Z"
        seen = door.account("C", "server-support", as_of=then)
        assert (seen["granted"], seen["reserved"], seen["expired"], seen["available"]) == (960, 120, 480, 360)
        refused = door.refused("insufficient-credit", book(490, then, session_id="s2"))
        assert (refused["available"], refused["short_by"]) == (360, 130)
        door.ok(book(360, then, session_id="s2"))
        assert door.account("C", "server-support", as_of=then)["available"] == 0
    assert support_ledger(database_url, "verify").status == 0
