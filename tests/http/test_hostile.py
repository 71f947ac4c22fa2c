"""What nobody should send: each is answered with a problem that names the field, and leaves no trace."""

import json

import pytest

from tests.http.bad_values import LARGE, OPEN, SIGN, WORK, fields
from tests.http.door import Door, Json, problem
from tests.http.world import MINE, OF, OPENED, TEN, commands, prepared
from tests.words import amend, hold, log_work, open_ticket, reject, sign

NO_JSON = [
    b"",
    b" ",
    b"{",
    b'{"a": 1',
    b"{'a': 1}",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": -Infinity}',
    b'{"a": 1e400}',
    b'{"a": 01}',
    b'{"a": 1}{}',
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\x80"}',
    b'{"a": "\\ud800"}',
    b'{"a": "\\udc00x"}',
    b'{"a": "\\ud800\\ud800"}',
    b'{"a": "\x01"}',
    b'{"a": "\\x41"}',
    b"\xef\xbb\xbf\xef\xbb\xbf{}",
    '{"a": 1}'.encode("utf-16"),
    b"\x00",
    b"\x1f\x8b\x08\x00",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"minutes": ' + b"9" * 5000 + b"}",
]
NO_OBJECT = [b"[]", b"null", b"true", b"5", b'"text"', b'[{"ticket_id": "t"}]', b"1.5"]


@pytest.fixture
def ready(door: Door) -> Door:
    door.all_ok([sign(**OF[MINE]), open_ticket("t", at=OPENED), log_work(30, TEN, entry_id="e", ticket_id="t")])
    return door


def test_a_hostile_field_is_named_in_the_refusal_and_nothing_is_stored(ready: Door) -> None:
    before = ready.count()
    table = fields()
    found = []
    for command, body, _ in table:
        refusal = problem(ready.send_raw(command, body))
        found.append((command, short(body), refusal["status"], refusal["code"], refusal.get("field")))
        assert len(refusal["detail"]) < 3000
    expected = [(command, short(body), 422, "malformed", field) for command, body, field in table]
    assert [(one, two) for one, two in zip(found, expected, strict=True) if one != two] == []
    assert ready.count() == before
    answers = ready.lines([{"command": command} | body for command, body, _ in table])
    assert [one.get("field") for one in answers] == [field for _, _, field in table]
    assert ready.count() == before


def short(body: Json) -> str:
    return repr(body)[:300]


def test_what_is_no_json_is_answered_400_and_what_is_no_object_422(ready: Door) -> None:
    before = ready.count()
    for command in ("log-work", "sign-contract"):
        for body in NO_JSON:
            refusal = problem(ready.send_raw(command, body))
            assert (refusal["status"], refusal["code"]) == (400, "not-json"), body[:40]
            assert len(refusal["detail"]) < 300
        for body in NO_OBJECT:
            refusal = problem(ready.send_raw(command, body))
            assert (refusal["status"], refusal["code"], refusal["field"]) == (422, "malformed", "body"), body
    lines = [body for body in NO_JSON if b"\n" not in body and body.strip()]
    answers = ready.lines(b"\n".join([*lines, *NO_OBJECT]))
    assert [one["code"] for one in answers] == ["not-json"] * len(lines) + ["malformed"] * len(NO_OBJECT)
    assert ready.count() == before


def test_a_name_that_is_given_twice_is_malformed(ready: Door) -> None:
    before = ready.count()
    twice = json.dumps(WORK).encode()[:-1] + b', "minutes": 600}'
    inside = json.dumps(SIGN).encode().replace(b'"name": ', b'"name": "L", "name": ')
    escaped = json.dumps(WORK).encode()[:-1] + b', "min\\u0075tes": 600}'
    for command, body, field in (
        ("log-work", twice, "minutes"),
        ("log-work", escaped, "minutes"),
        ("sign-contract", inside, "name"),
    ):
        refusal = problem(ready.send_raw(command, body))
        assert (refusal["code"], refusal["field"]) == ("malformed", field)
        (answer,) = ready.lines(b'{"command": "%s", ' % command.encode() + body[1:])
        assert (answer["code"], answer["field"]) == ("malformed", field)
    (answer,) = ready.lines(b'{"command": "log-work", "command": "hold-ticket", "ticket_id": "t"}')
    assert (answer["code"], answer["field"]) == ("malformed", "command")
    assert ready.count() == before


def test_every_field_of_every_command_refuses_values_of_another_kind(door: Door) -> None:
    bodies = {command: by_side["mine"].fields for command, by_side in prepared(door).items()}
    before = door.count()
    lines: list[tuple[str, Json]] = []
    for command, body in bodies.items():
        for field in body:
            lines += [
                (field, {"command": command} | body | {field: value}) for value in (1.5, [], [[]], "\0", LARGE, True)
            ]
        lines.append(("unknown", {"command": command} | body | {"unknown": None}))
    answers = door.lines([line for _, line in lines])
    strange = [
        (line, answer)
        for (field, line), answer in zip(lines, answers, strict=True)
        if answer.get("status") != 422 or answer["field"].split(".")[0] != field
    ]
    assert strange == []
    assert door.count() == before


def test_every_command_says_what_is_missing(door: Door) -> None:
    for command in ("sign-contract", *commands("")):
        refusal = problem(door.send_raw(command, {}))
        assert (refusal["status"], refusal["code"]) == (422, "malformed")
        missing = {fault["field"] for fault in refusal["errors"]}
        assert refusal["field"] in missing
        about = {"contract_id", "ticket_id", "session_id", "deduction_id", "invoice_number", "provider"}
        assert missing & about or command == "reverse-credit"  # credit has one of two names, and so neither is missing
        assert all(fault["detail"] for fault in refusal["errors"])
    assert door.count() == 0


def test_instants_and_days_are_not_written_as_numbers(ready: Door) -> None:
    for value in ("1767225600", "1767225600.5", "1767225600000", "-1"):
        assert ready.refused("malformed", hold(value, "t"))["field"] == "at"
    for value in ("1767225600", "1767225600000", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z"):
        assert ready.refused("malformed", sign(**SIGN | {"starts_on": value}))["field"] == "starts_on"


def test_an_instant_at_the_edge_of_the_calendar_harms_no_other_line(ready: Door) -> None:
    for value in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        assert ready.refused("malformed", hold(value, "t"))["field"] == "at"
        good = open_ticket("t2", at=OPENED)
        answers = ready.lines([good, hold(value, "t")])
        assert [one.get("status", 200) for one in answers] == [200, 422]


def test_a_deep_value_harms_no_other_line(ready: Door) -> None:
    deep = json.dumps(SIGN).encode()[:-1] + b', "agreed": {"fee": ' + b"[" * 400 + b"]" * 400 + b"}}"
    assert problem(ready.send_raw("sign-contract", deep))["code"] in ("malformed", "not-json")
    good = json.dumps(hold("2026-02-04T10:00:00Z", "t").line()).encode()
    answers = ready.lines(b'{"command": "sign-contract", ' + deep[1:] + b"\n" + good)
    assert [one.get("status", 200) for one in answers] in ([422, 200], [400, 200])


TEXTS = [
    "Grüße, Łódź, Příliš žluťoučký kůň",
    "مرحبا بالعالم",
    "שלום עולם",
    "\u202eright to left\u202c",
    "👩‍👩‍👧‍👦 and 🏳️‍🌈",
    "e\u0301 is not é",
    "İstanbul ıI",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U0010ffff",
    "tab\tand\nline\r\nends",
    "<script>alert(1)</script> & 'quotes' \"double\" \\ %s {0} ${x}",
    "'; DROP TABLE stored_events; --",
    "\ufeff\u200b\u2028\u2029\ufffd",
    "x" * 4000,
]


def test_texts_of_all_the_world_are_kept_as_they_are(ready: Door) -> None:
    for n, text in enumerate(TEXTS):
        ready.ok(open_ticket(**OPEN | {"ticket_id": f"w{n}", "title": text}))
        ready.ok(reject(ticket_id=f"w{n}", reason=text, at="2026-02-03T09:00:00Z"))
        found = ready.see(f"tickets/w{n}")
        assert (found["title"], found["history"][-1]["data"]["reason"]) == (text, text)
    names = {"name": TEXTS[0], "email": "k@příklad.example", "buyer_reference": TEXTS[1]}
    ready.ok(amend(names, "C"))
    assert names.items() <= ready.see("contracts/C")["customer"].items()


def test_ids_of_all_allowed_shapes_are_kept_as_they_are(ready: Door) -> None:
    for ticket in ("x" * 64, ".", "..", "-", "_", "0", "A.b_C-9", "null", "penalty.1", "s.penalty.x", "x.correction2"):
        ready.ok(open_ticket(**OPEN | {"ticket_id": ticket}))
        assert [one["ticket_id"] for one in ready.walk("tickets", contract_id="C")][-1] == ticket
        if ticket not in (".", ".."):  # a client would take these for steps in the path
            assert ready.see(f"tickets/{ticket}")["ticket_id"] == ticket
