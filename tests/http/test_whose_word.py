"""What customers and partners may not decide: when something was, and under which id (C12, C18)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.clock import Clock
from tests.http.door import Door, Json, opened
from tests.http.world import ABROAD, MINE, OF, token
from tests.words import (
    Step,
    authorise,
    book,
    cancel,
    close,
    confirm,
    dispute,
    escalate,
    log_work,
    move,
    open_ticket,
    reopen,
    resolve,
    respond,
    sign,
    top_up,
    withdraw,
)

NOW = "2026-03-09T11:00:00Z"
WRONG = ["2026-03-09T10:54:59Z", "2026-03-09T11:05:01Z", "2026-02-01T09:00:00Z", "2026-03-10T10:00:00Z"]
NEAR = ["2026-03-09T10:55:00Z", "2026-03-09T11:05:00Z", NOW]


@contextmanager
def at_noon(url: str) -> Iterator[Door]:
    with opened(url, Clock(NOW)) as door:
        yield door


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with at_noon(database_url) as door:
        door.all_ok([sign(**OF[MINE]), top_up(6000, "2026-02-01T09:00:00Z", top_up_id="U", pool="care")])
        yield door


def effective(door: Door, answer: Json) -> str:
    event: Json = door.see(f"events/{answer['position']}")
    return str(event["effective_at"])


def words(door: Door) -> list[tuple[str, Step]]:
    """What customers and partners may send, each of its own matter."""
    for ticket in ("T1", "T2", "T3", "T4", "T5"):
        door.ok(open_ticket(ticket, at="2026-03-02T09:00:00Z"))
    door.ok(resolve("2026-03-03T09:00:00Z", "T1"))
    door.ok(resolve("2026-03-03T09:00:00Z", "T2"))
    for session in ("S1", "S2"):
        door.ok(book(30, "2026-03-10T10:00:00Z", "2026-03-02T09:00:00Z", session))
    for entry in ("W1", "W2"):
        door.ok(log_work(30, "2026-03-02T10:00:00Z", entry_id=entry, ticket_id="T3"))
    unnamed = open_ticket().but(ticket_id=None)
    return [
        ("customer", unnamed),
        ("customer", book(30, "2026-03-12T10:00:00Z").but(session_id=None)),
        ("customer", reopen(None, "T1")),
        ("customer", close(None, "T2")),
        ("customer", cancel(session_id="S1")),
        ("customer", move("2026-03-11T10:00:00Z", session_id="S2")),
        ("customer", confirm("W1")),
        ("customer", dispute("W2")),
        ("partner", unnamed),
        ("partner", respond(None, "T4")),
        ("partner", escalate("L2", "partner", ticket_id="T5")),
        ("partner", authorise()),
        ("partner", withdraw()),
    ]


def test_a_time_of_its_own_is_refused_and_a_near_one_is_the_clocks(door: Door) -> None:
    told = words(door)
    senders = {role: token(door, role) for role in ("customer", "partner")}
    before = door.count()
    for role, step in told:
        for wrong in WRONG:
            assert door.refused("malformed", step.but(at=wrong), senders[role])["field"] == "at", step
    assert door.count() == before
    for number, (role, step) in enumerate(told):
        answer = door.ok(step.but(at=NEAR[number % 3]), senders[role])
        assert effective(door, answer) == NOW, step


def test_the_provider_may_enter_their_word_with_its_true_time(door: Door) -> None:
    door.ok(open_ticket("T1", at="2026-03-02T09:00:00Z"))
    door.ok(resolve("2026-03-03T09:00:00Z", "T1"))
    answer = door.ok(reopen("2026-03-04T09:00:00Z", "T1"), token(door, "operator"))
    assert effective(door, answer) == "2026-03-04T09:00:00Z"


def test_a_known_command_is_answered_before_its_time_is_looked_at(door: Door) -> None:
    customer = token(door, "customer")
    step = open_ticket(at=NOW, command_id="mine").but(ticket_id=None)
    first = door.ok(step, customer)
    door.hear("2026-03-09T12:00:00Z")
    again = door.ok(step, customer)
    assert (again["replayed"], again["ticket_id"]) == (True, first["ticket_id"])
    assert door.refused("malformed", step.but(command_id="other"), customer)["field"] == "at"
    (line,) = door.lines([step.but(command_id="third")], customer)
    assert (line["code"], line["field"]) == ("malformed", "at")


def test_the_ledger_gives_ids_and_the_answer_carries_them(door: Door) -> None:
    for role in ("customer", "partner", "operator"):
        answer = door.ok(open_ticket().but(ticket_id=None), token(door, role))
        assert answer["events"][0]["stream"] == f"ticket:{answer['ticket_id']}"
        assert door.see(f"tickets/{answer['ticket_id']}", token(door, role))["contract_id"] == "C"
    answer = door.ok(book(30, "2026-03-12T10:00:00Z").but(session_id=None), token(door, "customer"))
    assert answer["events"][-1]["stream"] == f"session:{answer['session_id']}"
    door.ok(cancel(session_id=answer["session_id"]), token(door, "customer"))
    assert door.ok(open_ticket("mine", at=NOW))["ticket_id"] == "mine"


def test_who_may_not_give_an_id_does_not_learn_whether_it_is_taken(door: Door) -> None:
    step = open_ticket("taken")
    door.ok(step)
    for role in ("customer", "partner"):
        sender = token(door, role)
        taken = door.refused("malformed", step, sender)
        free = door.refused("malformed", step.but(ticket_id="free"), sender)
        assert taken == free
        assert taken["field"] == "ticket_id"
    booked = book(30, "2026-03-12T10:00:00Z")
    assert door.refused("malformed", booked, token(door, "customer"))["field"] == "session_id"


def scopes(door: Door) -> dict[str, tuple[dict[str, Any], str]]:
    """Senders, each of a scope of its own, and a contract that it sees."""
    return {
        "north's staff": ({"role": "operator", "provider": "north"}, "C"),
        "south's staff": ({"role": "operator", "provider": "south"}, "D"),
        "a customer": ({"role": "customer", "provider": "north", "customer": "kunde"}, "C"),
        "its namesake": ({"role": "customer", "provider": "south", "customer": "kunde"}, "D"),
        "a partner": ({"role": "partner", "provider": "north", "partner": "haus"}, "C"),
        "everybody's": ({"role": "admin"}, "C"),
    }


def test_nobody_uses_up_anothers_command_ids(door: Door) -> None:
    door.ok(sign(contract_id="D", **OF[ABROAD]))
    answers = {}
    for name, (who, contract) in scopes(door).items():
        step = open_ticket(contract_id=contract, title=f"Of {name}", command_id="month-close-2026-11")
        answers[name] = (step.but(ticket_id=None), door.ok(step.but(ticket_id=None), door.token(**who)))
    assert not any(answer["replayed"] for _, answer in answers.values())
    for name, (who, _) in scopes(door).items():  # under another token of the same scope
        step, first = answers[name]
        again = door.ok(step, door.token(**who))
        assert (again["replayed"], again["position"]) == (True, first["position"])
        other = door.refused("command-id-reused", step.but(title="Other"), door.token(**who))
        assert other["command_id"] == "month-close-2026-11"
    finance = door.token("finance", provider="north")  # of the same scope as its provider's operator
    door.refused("command-id-reused", top_up(60, NOW, top_up_id="V", command_id="month-close-2026-11"), finance)
    assert len({answer["ticket_id"] for _, answer in answers.values()}) == 6


def test_scopes_hold_within_one_batch_of_lines(door: Door) -> None:
    lines = [open_ticket(title=title, command_id="one").but(ticket_id=None) for title in ("A", "A", "B")]
    for role in ("customer", "operator"):
        first, again, other = door.lines(lines, token(door, role))
        assert (first["replayed"], again["replayed"], other["code"]) == (False, True, "command-id-reused")
        assert again["ticket_id"] == first["ticket_id"]


def test_what_a_customer_books_or_moves_is_still_to_come(door: Door) -> None:
    """The provider may enter late what was agreed; a customer's session of the past would be nobody's but its own."""
    customer, operator = token(door, "customer"), token(door, "operator")
    before = door.count()
    for past in ("2026-03-09T10:59:59Z", NOW, "2026-03-02T10:00:00Z"):
        booked = book(30, past).but(session_id=None)
        assert door.refused("malformed", booked, customer)["field"] == "starts_at"
    assert door.count() == before
    door.ok(book(30, "2026-03-09T11:00:01Z").but(session_id=None), customer)
    door.ok(book(30, "2026-03-02T10:00:00Z", session_id="late"), operator)
    door.ok(book(30, "2026-03-12T10:00:00Z", session_id="S"), operator)
    for past in (NOW, "2026-03-02T10:00:00Z"):
        assert door.refused("invalid-transition", move(past, session_id="S"), customer)["field"] == "starts_at"
