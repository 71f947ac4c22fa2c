"""Booked sessions as they are asked for: by their starts, by state, of one contract, and each as it once stood."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ledger.kernel.clock import system_clock
from tests.clock import Clock
from tests.http.door import Door, Json, opened
from tests.http.world import MINE, OF, alone
from tests.words import book, cancel, complete, log_work, move, no_show, open_ticket, sign, terminate, top_up

BOOKED = "2026-02-02T09:00:00Z"
PREPAID = {"contract_id": "P", "pool": "hours"}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """On the evening of 10 March 2026, with two contracts of one provider: `P` is prepaid, `C` is not."""
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok(
            [
                sign("north-prepaid", "2026-02-01", contract_id="P", customer=alone("P")),
                top_up(600, BOOKED, top_up_id="u", price="10.00", **PREPAID),
                sign(**OF[MINE]),
            ]
        )
        yield door


def five(door: Door) -> None:
    """One session of each course, all on 10 March but the one that moved."""
    door.all_ok(
        [
            book(60, "2026-03-10T08:00:00Z", BOOKED, "done", **PREPAID),
            book(60, "2026-03-10T09:00:00Z", BOOKED, "off", **PREPAID),
            book(60, "2026-03-10T10:00:00Z", BOOKED, "nobody", **PREPAID),
            book(60, "2026-03-10T11:00:00Z", BOOKED, "later", **PREPAID),
            book(90, "2026-03-12T12:00:00Z", BOOKED, "open", **PREPAID),
            complete(50, "2026-03-10T09:00:00Z", "done"),
            cancel("2026-03-01T09:00:00Z", session_id="off"),
            no_show("2026-03-10T10:30:00Z", "nobody"),
            move("2026-03-20T11:00:00Z", "2026-03-10T07:00:00Z", session_id="later"),
        ]
    )


def states(items: list[Json]) -> dict[str, str]:
    return {one["session_id"]: one["state"] for one in items}


def test_each_session_tells_its_course_what_it_holds_and_what_was_billed(door: Door) -> None:
    five(door)
    found = {one["session_id"]: one for one in door.walk("sessions", limit=2)}
    assert states(list(found.values())) == {
        "done": "completed",
        "off": "cancelled",
        "nobody": "missed",
        "open": "booked",
        "later": "moved",
    }
    assert {name: one["reserved"] for name, one in found.items()} == {
        "done": 0,
        "off": 0,
        "nobody": 0,
        "open": 90,
        "later": 60,
    }
    done = found["done"]
    assert (done["starts_at"], done["estimate_minutes"], done["pool"]) == ("2026-03-10T08:00:00Z", 60, "hours")
    assert done["deductions"] == [
        {"deduction_id": "done", "kind": "session", "worked_minutes": 50, "billed_minutes": 50, "penalty": None}
    ]
    penalty = {"kind": "penalty", "worked_minutes": 0, "billed_minutes": 120}
    missed = {"cause": "no_show", "session_starts_at": "2026-03-10T10:00:00Z"}
    moved = {"cause": "move", "session_starts_at": "2026-03-10T11:00:00Z"}
    assert found["nobody"]["deductions"] == [{"deduction_id": "nobody.penalty.1", **penalty, "penalty": missed}]
    assert found["later"]["deductions"] == [{"deduction_id": "later.penalty.1", **penalty, "penalty": moved}]
    assert (found["later"]["moves"], found["later"]["penalties"]) == (1, 1)
    assert (found["off"]["ended_by"], found["off"]["ended_at"]) == ("customer", "2026-03-01T09:00:00Z")
    assert found["off"]["deductions"] == []
    assert found["open"]["ended_at"] is None


def test_sessions_stand_in_the_order_of_their_starts_and_are_found_by_state_and_customer(door: Door) -> None:
    five(door)
    door.ok(book(30, "2026-03-11T12:00:00Z", BOOKED, "other"))
    order = ["done", "off", "nobody", "other", "open", "later"]
    assert [one["session_id"] for one in door.walk("sessions", limit=1)] == order
    everything = states(door.walk("sessions"))
    for state in ("booked", "moved", "completed", "cancelled", "missed", "released"):
        expected = {name for name, its in everything.items() if its == state}
        assert states(door.walk("sessions", state=state, limit=1)).keys() == expected
    assert [*states(door.walk("sessions", customer_id="kunde"))] == ["other"]
    assert [*states(door.walk("sessions", provider="north", customer_id="k-P", state="booked"))] == ["open"]
    assert door.walk("sessions", provider="south") == []
    assert [*states(door.walk("contracts/C/sessions"))] == ["other"]
    assert [*states(door.walk("contracts/P/sessions", state="moved"))] == ["later"]
    assert door.unseen("sessions", state="asleep")["field"] == "state"
    assert door.unseen("contracts/none/sessions")["code"] == "unknown-contract"
    assert door.unseen("sessions/none")["code"] == "unknown-session"


def test_a_day_is_one_of_the_providers_and_an_instant_is_itself(door: Door) -> None:
    """In March Berlin is an hour ahead: its 11 March begins on 10 March at 23:00."""
    starts = {"before": "2026-03-10T22:59:00Z", "first": "2026-03-10T23:00:00Z", "last": "2026-03-11T22:59:00Z"}
    starts |= {"after": "2026-03-11T23:00:00Z"}
    door.all_ok([book(10, at, BOOKED, name) for name, at in starts.items()])

    def found(**query: Any) -> list[str]:
        return [one["session_id"] for one in door.walk("sessions", **query)]

    assert found(from_="2026-03-11", to="2026-03-11") == ["first", "last"]
    assert found(from_="2026-03-12") == ["after"]
    assert found(to="2026-03-10") == ["before"]
    assert found(from_="2026-03-10T23:00:00Z", to="2026-03-11T22:59:00Z") == ["first", "last"]
    assert found(from_="2026-03-10T23:00:01Z", to="2026-03-11") == ["last"]
    assert [*states(door.walk("contracts/C/sessions", from_="2026-03-12"))] == ["after"]
    assert door.unseen("sessions", from_="2026-03-12", to="2026-03-11")["field"] == "from"
    assert door.unseen("sessions", from_="2026-03-12T00:00:00")["field"] == "from"


def test_a_session_is_shown_with_its_history_a_page_of_which_is_a_page(door: Door) -> None:
    five(door)
    told = door.see("sessions/later")
    assert [one["type"] for one in told["history"]] == ["SessionBooked", "SessionMoved"]
    assert told["history"][1]["data"]["penalty_id"] == "later.penalty.1"
    assert told["history_next"] is None
    assert door.walk("sessions/later/history", limit=1) == told["history"]
    assert door.unseen("sessions/none/history")["code"] == "unknown-session"


def test_a_session_is_shown_as_it_stood_and_as_it_was_known(door: Door) -> None:
    five(door)
    before = "2026-03-10T06:00:00Z"
    assert (door.see("sessions/later", as_of=before)["starts_at"]) == "2026-03-10T11:00:00Z"
    assert states(door.walk("sessions", as_of=before, limit=2)) == {
        "done": "booked",
        "off": "cancelled",
        "nobody": "booked",
        "open": "booked",
        "later": "booked",
    }
    shown = states(door.walk("sessions", as_of=before, to="2026-03-10", state="booked"))
    assert shown == {"done": "booked", "nobody": "booked", "later": "booked"}
    assert door.see("sessions/done", as_of=before)["deductions"] == []
    assert door.see("sessions/done", as_of=before)["reserved"] == 60
    assert door.walk("sessions", as_of="2026-02-01") == []
    assert door.unseen("sessions/done", as_of="2026-02-01")["code"] == "unknown-session"
    assert door.unseen("sessions/done", known_at="2026-03-09")["code"] == "unknown-session"


def test_what_is_dated_ahead_changes_nothing_yet(database_url: str) -> None:
    """What is post-dated shows by its recorded time, which is the server's own on PostgreSQL: so the clock is too."""
    with opened(database_url, system_clock) as door:
        now = door.clock()

        def at(hours: int) -> str:
            return (now + timedelta(hours=hours)).isoformat()

        start = (now - timedelta(days=30)).date().isoformat()
        door.all_ok(
            [
                sign("north-prepaid", start, contract_id="P", customer=alone("P")),
                book(60, at(48), at(-1), "s", **PREPAID),
                cancel(at(20), session_id="s"),
                book(60, at(72), at(21), "t", **PREPAID),
            ]
        )
        assert states(door.walk("sessions")) == {"s": "booked"}
        assert [*states(door.walk("sessions", state="booked", from_=at(47)))] == ["s"]
        assert door.walk("sessions", state="cancelled") == []
        assert door.see("sessions/s")["reserved"] == 60
        assert states(door.walk("sessions", as_of=at(22))) == {"s": "cancelled", "t": "booked"}


def test_the_end_of_a_contract_releases_its_sessions(door: Door) -> None:
    door.all_ok(
        [
            book(60, "2026-03-20T08:00:00Z", BOOKED, "s", **PREPAID),
            terminate("2026-03-15", "P", reason="Sold"),
        ]
    )
    found = door.see("sessions/s")
    assert (found["state"], found["reserved"], found["ended_by"]) == ("released", 0, None)


def test_money_that_a_session_holds_is_an_amount(door: Door) -> None:
    door.all_ok(
        [
            sign("north-sum", "2026-02-01", contract_id="M", customer=alone("M")),
            book(60, "2026-03-20T08:00:00Z", BOOKED, "s", contract_id="M", pool="sum", service="help"),
        ]
    )
    found = door.see("sessions/s")
    assert (found["reserved"], found["currency"], found["service"]) == ("100.10", "EUR", "help")


def test_many_late_moves_leave_the_item_of_a_list_short(door: Door) -> None:
    """Each costs a penalty: the newest ten stand with the session, the others in the deductions of its contract."""
    days = ["2026-03-11T10:00:00Z", "2026-03-11T11:00:00Z"]
    lines = [book(30, days[0], BOOKED, "s", **PREPAID)]
    lines += [move(days[(n + 1) % 2], "2026-03-10T17:00:00Z", session_id="s") for n in range(12)]
    door.all_ok(lines)
    (found,) = door.walk("sessions")
    assert (found["moves"], found["penalties"]) == (12, 12)
    assert [one["deduction_id"] for one in found["deductions"]] == [f"s.penalty.{n}" for n in range(3, 13)]


def test_a_session_about_a_ticket_names_it_and_work_on_the_ticket_is_not_the_sessions(door: Door) -> None:
    door.all_ok(
        [
            open_ticket("t", at="2026-02-02T09:00:00Z"),
            log_work(30, "2026-02-03T09:00:00Z", entry_id="e", ticket_id="t"),
            book(60, "2026-03-11T08:00:00Z", BOOKED, "s", ticket_id="t"),
        ]
    )
    found = door.see("sessions/s")
    assert (found["ticket_id"], found["deductions"], found["pool"]) == ("t", [], "care")


def test_a_refused_booking_names_no_id_that_nobody_gave(door: Door) -> None:
    unnamed = book(9000, "2026-03-12T12:00:00Z", BOOKED, **PREPAID).but(session_id=None)
    assert door.refused("insufficient-credit", unnamed)["detail"].startswith("The session needs 9000 minutes; ")
    assert door.refused("insufficient-credit", unnamed.but(session_id="s9"))["detail"].startswith(
        "Session s9 needs 9000 minutes; "
    )
