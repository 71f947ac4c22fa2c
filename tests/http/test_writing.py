"""The write door: the same command twice, JSON Lines with refusals in their places, and bodies that are too large."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.http.door import Door, Json, opened, problem
from tests.http.world import MINE, OF, OPENED, TEN, prepared
from tests.words import (
    MONDAY,
    book,
    confirm,
    grant,
    hold,
    log_work,
    open_ticket,
    record_service,
    renew,
    resume,
    sign,
    top_up,
)

LOGGED = log_work(30, TEN, entry_id="e", ticket_id="t")


@pytest.fixture
def ready(door: Door) -> Door:
    door.all_ok([sign(**OF[MINE]), open_ticket("t", at=OPENED)])
    return door


def recorded(answer: Json) -> Json:
    return {name: answer[name] for name in ("command_id", "position", "events")}


# ---- the same command again


def test_an_answer_names_what_was_recorded(ready: Door) -> None:
    before = ready.count()
    answer = ready.ok(LOGGED.but(command_id="k"))
    assert answer == {
        "command_id": "k",
        "replayed": False,
        "position": before + 3,
        "events": [
            {"position": before + 1, "type": "CreditDrawn", "stream": "account:C:care"},
            {"position": before + 2, "type": "HoursDeducted", "stream": "deduction:e"},
            {"position": before + 3, "type": "WorkLogged", "stream": "ticket:t"},
        ],
    }
    stored = [(one["position"], one["type"], one["stream"]) for one in ready.events()[before:]]
    assert stored == [(one["position"], one["type"], one["stream"]) for one in answer["events"]]


def test_the_same_id_with_the_same_content_answers_as_the_first_time(ready: Door) -> None:
    first = ready.ok(LOGGED.but(command_id="k"))
    before = ready.count()
    for same in (
        LOGGED,
        LOGGED.but(at="2026-02-02T11:00:00+01:00"),  # the same instant
        replace(LOGGED, fields={**LOGGED.fields, "on_site": False, "treatment": "billable", "pool": None}),  # defaults
        replace(LOGGED, fields=dict(reversed(LOGGED.fields.items()))),
    ):
        again = ready.ok(same.but(command_id="k"))
        assert again["replayed"] is True
        assert recorded(again) == recorded(first)
    assert ready.count() == before


def test_the_same_id_with_other_content_is_refused(ready: Door) -> None:
    ready.ok(LOGGED.but(command_id="k"))
    before = ready.count()
    others: list[Json] = [
        {"minutes": 31},
        {"at": "2026-02-02T10:00:01Z"},
        {"engineer": "Ada"},
        {"entry_id": "e2"},
        {"reason": "Why"},
        {"treatment": "goodwill", "reason": "Sorry"},
    ]
    for other in others:
        refusal = ready.refused("command-id-reused", LOGGED.but(**other, command_id="k"))
        assert (refusal["status"], refusal["command_id"]) == (422, "k")
    assert ready.count() == before


def test_the_same_id_for_another_command_is_refused(ready: Door) -> None:
    ready.ok(hold("2026-02-03T10:00:00Z", "t", command_id="k"))
    ready.refused("command-id-reused", resume("2026-02-03T10:00:00Z", "t", command_id="k"))
    ready.ok(resume("2026-02-03T10:00:00Z", "t", command_id="k2"))


def test_every_command_is_replayed_by_its_id(door: Door) -> None:
    bodies = prepared(door)
    for command, by_side in bodies.items():
        first = door.ok(by_side["mine"].but(command_id=f"id.{command}"))
        before = door.count()
        again = door.ok(by_side["mine"].but(command_id=f"id.{command}"))
        assert (again["replayed"], recorded(again)) == (True, recorded(first)), command
        assert door.count() == before, command


def test_a_new_thing_with_a_known_id_and_the_same_content_is_a_replay_without_any_command_id(door: Door) -> None:
    lines = [
        sign(**OF[MINE]),
        open_ticket("t", at=OPENED),
        log_work(30, TEN, entry_id="e", ticket_id="t"),
        book(60, "2026-03-10T10:00:00Z", "2026-03-02T09:00:00Z", "s"),
        record_service("audit", at=MONDAY, service_id="v"),
        top_up(60, MONDAY, pool="care", top_up_id="u"),
        renew(starts_on="2027-01-01"),
    ]
    first = door.all_ok(lines)
    before = door.count()
    again = door.all_ok(lines)
    assert [one["replayed"] for one in again] == [True] * len(lines)
    assert [(one["position"], one["events"]) for one in again] == [(one["position"], one["events"]) for one in first]
    assert door.count() == before
    others: list[Json] = [
        {"subscriptions": 2},
        {"priority": 1},
        {"minutes": 40},
        {"estimate_minutes": 61},
        {"quantity": 2},
        {"minutes": 70},
    ]
    answers = door.lines([step.but(**other) for step, other in zip(lines, others, strict=False)])
    assert [one.get("code") for one in answers] == ["already-exists"] * 6
    assert door.count() == before


def test_entries_sessions_and_services_share_one_name_space_and_so_do_grants_and_top_ups(ready: Door) -> None:
    ready.ok(LOGGED)
    ready.refused("already-exists", book(60, "2026-03-10T10:00:00Z", "2026-03-02T09:00:00Z", "e"))
    ready.refused("already-exists", record_service("audit", service_id="e"))
    ready.ok(top_up(60, MONDAY, top_up_id="g", pool="care"))
    ready.refused("already-exists", grant(60, MONDAY, grant_id="g", pool="care"))


def test_the_header_is_the_commands_id(ready: Door) -> None:
    first = ready.send(LOGGED, Idempotency_Key="k").json()
    assert first["command_id"] == "k"
    for again in (
        ready.send(LOGGED, Idempotency_Key="k"),
        ready.send(LOGGED.but(command_id="k"), Idempotency_Key="k"),
        ready.send(LOGGED.but(command_id="k")),
    ):
        assert (again.status_code, again.json()["replayed"], recorded(again.json())) == (200, True, recorded(first))
    other = problem(ready.send(LOGGED.but(minutes=31), Idempotency_Key="k"))
    assert other["code"] == "command-id-reused"
    differing = problem(ready.send(LOGGED.but(command_id="k2"), Idempotency_Key="k"))
    assert (differing["code"], differing["field"]) == ("malformed", "command_id")
    before = ready.count()
    for odd in ("", "a b", "a/b", "x" * 65, "ü"):
        refusal = problem(ready.send(LOGGED.but(entry_id="e9"), Idempotency_Key=odd))
        assert refusal["code"] == "malformed", odd
    assert ready.count() == before


def test_ids_are_known_after_a_restart(database_url: str) -> None:
    with opened(database_url) as door:
        door.all_ok([sign(**OF[MINE]), open_ticket("t", at=OPENED)])
        first = door.ok(LOGGED.but(command_id="k"))
        before = door.count()
    with opened(database_url) as door:
        again = door.ok(LOGGED.but(command_id="k"))
        assert (again["replayed"], recorded(again)) == (True, recorded(first))
        without_id = door.ok(LOGGED)
        assert (without_id["replayed"], without_id["events"]) == (True, first["events"])
        door.refused("command-id-reused", LOGGED.but(minutes=31, command_id="k"))
        door.refused("already-exists", LOGGED.but(minutes=31))
        assert door.count() == before
        assert door.see("deductions/e")["billed_minutes"] == 30


def test_a_refused_command_may_be_sent_again_with_its_id(ready: Door) -> None:
    later = {"deduction_id": "e", "by": "K", "command_id": "k"}
    ready.refused("unknown-deduction", confirm(**later))
    ready.ok(LOGGED)
    answer = ready.ok(confirm(**later))
    assert answer["replayed"] is False
    assert ready.ok(confirm(**later))["replayed"] is True
    ready.refused("nothing-to-confirm", confirm("e", by="K", command_id="k2"))
    malformed = {"ticket_id": "t", "at": "2026-02-03T10:00:00", "command_id": "k3"}
    ready.refused("malformed", hold(**malformed))
    ready.ok(hold(**malformed | {"at": "2026-02-03T10:00:00Z"}))


def test_a_replay_is_shown_to_nobody_who_may_not_see_the_contract(ready: Door) -> None:
    ready.ok(LOGGED.but(command_id="k"))
    stranger = ready.token("operator", provider="south")
    ready.refused("unknown-ticket", LOGGED.but(command_id="k"), stranger)
    ready.refused("unknown-ticket", LOGGED, stranger)


# ---- JSON Lines


def test_lines_are_answered_in_their_order_with_refusals_in_their_places(door: Door) -> None:
    lines = [
        json.dumps(sign(command_id="one", **OF[MINE]).line()),
        json.dumps(open_ticket("t", at=OPENED).line()),
        "",
        json.dumps(open_ticket("t2", contract_id="none", at=OPENED).line()),
        "{damaged",
        "   \t ",
        json.dumps([1, 2]),
        json.dumps(log_work(30, TEN, entry_id="e", ticket_id="t").line()),
        json.dumps({"command": "no-such-command", "ticket_id": "t"}),
        json.dumps({"ticket_id": "t"}),
        json.dumps({"command": 5}),
        json.dumps(log_work(0, TEN, entry_id="f", ticket_id="t").line()),
        json.dumps(confirm("e", "2026-02-02T11:00:00Z").line()),
        json.dumps(log_work(30, TEN, entry_id="e", ticket_id="t").line()),
        json.dumps(sign(command_id="one", **OF[MINE]).line()),
        "null",
    ]
    body = "\n".join(lines).encode() + b"\r\n\n"
    answers = door.lines(body)
    shown = [(one["line"], one.get("status", 200), one.get("code", one.get("replayed"))) for one in answers]
    assert shown == [
        (1, 200, False),
        (2, 200, False),
        (4, 404, "unknown-contract"),
        (5, 400, "not-json"),
        (7, 422, "malformed"),
        (8, 200, False),
        (9, 404, "unknown-command"),
        (10, 422, "malformed"),
        (11, 422, "malformed"),
        (12, 422, "malformed"),
        (13, 200, False),
        (14, 200, True),
        (15, 200, True),
        (16, 422, "malformed"),
    ]
    assert answers[0]["command_id"] == "one"
    assert [one.get("field") for one in answers if one.get("code") == "malformed"] == [
        "line",
        "command",
        "command",
        "minutes",
        "line",
    ]
    for one in answers:
        if "code" in one:
            assert {"line", "status", "code", "detail", "type", "title"} <= one.keys()
        else:
            assert {"line", "command_id", "replayed", "position", "events"} == one.keys() - {"ticket_id"}
            opened_one = any(event["type"] == "TicketOpened" for event in one["events"])
            assert ("ticket_id" in one) == opened_one  # an answer names what it made
    assert answers[11]["events"] == answers[5]["events"]
    assert door.count() == sum(len(one["events"]) for one in answers if one.get("replayed") is False)
    assert door.see("deductions/e")["status"] == "confirmed"


def test_many_lines_are_more_than_one_batch_and_keep_their_order(door: Door) -> None:
    door.all_ok([sign(**OF[MINE]), open_ticket("t", at=OPENED)])
    lines = [
        log_work(1, TEN, entry_id=f"e{n}", ticket_id="t") if n % 10 else {"command": "hold-ticket"} for n in range(1203)
    ]
    answers = door.lines(lines)
    assert [one["line"] for one in answers] == list(range(1, 1204))
    assert [one["line"] % 10 for one in answers if "code" in one] == [1] * 121
    positions = [one["position"] for one in answers if "position" in one]
    assert positions == sorted(positions)
    assert door.account("C", "care", as_of="2026-02-28")["consumed"] == 10820


def test_a_body_without_lines_is_answered_with_none(door: Door) -> None:
    for body in (b"", b"\n", b" \n\t\r\n"):
        response = door.send_lines(body)
        assert (response.status_code, response.content) == (200, b"")


def test_many_commands_come_as_json_lines_and_as_nothing_else(door: Door) -> None:
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded", "", None):
        headers = door.headers(None) | ({"Content-Type": kind} if kind is not None else {})
        response = door.client.post(
            "/v1/commands", content=json.dumps(sign(**OF[MINE]).line()).encode(), headers=headers
        )
        assert problem(response)["code"] == "unsupported-media-type"
        assert (response.status_code, door.count()) == (415, 0)


def test_json_lines_are_known_by_several_names(door: Door) -> None:
    for kind in ("application/x-ndjson; charset=utf-8", "APPLICATION/X-NDJSON", "application/jsonl"):
        response = door.client.post("/v1/commands", content=b"{}", headers=door.headers(None) | {"Content-Type": kind})
        assert response.status_code == 200


def test_a_header_with_an_id_does_not_go_with_many_lines(door: Door) -> None:
    headers = door.headers(None) | {"Content-Type": "application/x-ndjson", "Idempotency-Key": "k"}
    response = door.client.post("/v1/commands", content=json.dumps(sign(**OF[MINE]).line()).encode(), headers=headers)
    assert (problem(response)["field"], door.count()) == ("Idempotency-Key", 0)


# ---- too large


def test_a_body_that_is_too_large_is_refused_and_leaves_nothing(ready: Door) -> None:
    before = ready.count()
    fits = json.dumps(LOGGED.fields).encode()
    large = fits.ljust(1_000_001)  # JSON may end in blanks
    response = ready.send_raw("log-work", large)
    assert (problem(response)["code"], response.status_code, response.json()["limit"]) == ("too-large", 413, 1_000_000)
    answers = ready.lines(large + b"\n" + json.dumps(open_ticket("t2", at=OPENED).line()).encode())
    assert [one.get("code") for one in answers] == ["too-large", None]
    assert ready.count() == before + 1
    assert ready.send_raw("log-work", fits.ljust(1_000_000)).status_code == 200


def test_a_body_that_comes_in_pieces_is_measured_as_it_comes(ready: Door) -> None:
    """Nobody has to say beforehand how long a body is."""
    before = ready.count()
    taken = []

    def endless() -> Any:
        for _ in range(100):
            taken.append(1)
            yield b" " * 100_000

    response = ready.client.post("/v1/commands/log-work", content=endless(), headers=ready.headers(None))
    assert (problem(response)["code"], ready.count()) == ("too-large", before)


# ---- what is not there


def test_an_unknown_command_and_another_method_are_problems(door: Door) -> None:
    assert problem(door.send_raw("no-such-command", {}))["code"] == "unknown-command"
    assert problem(door.send_raw("no-such-command", {}, ""))["code"] == "unauthenticated"
    for method, path in (("GET", "/v1/commands/log-work"), ("PUT", "/v1/commands"), ("DELETE", "/v1/contracts/C")):
        response = door.client.request(method, path, headers=door.headers(None))
        assert (response.status_code, problem(response)["code"]) == (405, "method-not-allowed")
        assert response.headers["allow"]
    for path in ("/v1", "/v1/nothing", "/v2/contracts", "/v1/contracts/C/nothing"):
        assert problem(door.client.get(path, headers=door.headers(None)))["code"] == "not-found"
