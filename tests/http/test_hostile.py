"""What nobody should send: each is answered with a problem that names the field, and leaves no trace."""

import json
from typing import Any

import pytest

from tests.http.door import Door, Json, problem
from tests.http.world import commands, opening, prepared, signing, working
from tests.words import CUSTOMER, amend, book, hold, log_work, open_ticket, reject, sign, top_up

LARGE = 10**400
SIGN: Json = sign("north-all", contract_id="N").fields
OPEN: Json = open_ticket("n", at="2026-02-02T09:00:00Z").fields
WORK: Json = log_work(30, "2026-02-02T10:00:00Z", entry_id="n", ticket_id="t").fields
SPAN: Json = log_work(None, None, entry_id="n", ticket_id="t").fields
TOP_UP: Json = top_up(60, "2026-02-02T09:00:00Z", pool="care", top_up_id="n").fields
BOOK: Json = book(60, "2026-03-10T10:00:00Z", "2026-03-02T09:00:00Z", "n").fields
BAD_IDS = ["", " ", "a b", "a/b", "a\n", "../etc", "ü", "a\0", "x" * 65, "%2e", "a'b", "a:b", "\u202ea", "😀"]
RESERVED = ["s.penalty.1", "s.penalty.22", "c.allotment.1", "e.correction", ".correction"]
BAD_INSTANTS: list[Any] = [
    "",
    "now",
    "2026-02-02",
    "2026-02-02T10:00:00",
    "2026-02-30T10:00:00Z",
    "2026-02-02T25:00:00Z",
    "2026-02-02T10:00:00+25:00",
    "2026-02-02T23:59:60Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "10000-01-01T00:00:00Z",
    "1989-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "-2026-02-02T10:00:00Z",
    "2026-02-02T10:00:00Z\0",
    1767225600,
    1767225600.5,
    True,
]
BAD_DAYS: list[Any] = [
    "",
    "2026-02-30",
    "2026-2-3",
    "20260203",
    "2026-W06-1",
    "0001-01-01",
    "9999-12-31",
    "1989-12-31",
    "2026-02-02T10:00:00Z",
    20260203,
    1767225600,
    True,
]
BAD_MINUTES: list[Any] = [
    0,
    -1,
    10_000_001,
    2**63,
    LARGE,
    -LARGE,
    1.0,
    1.5,
    1e300,
    True,
    "30",
    "",
    [30],
    {"minutes": 30},
]
BAD_AMOUNTS: list[Any] = [
    "",
    "1.234",
    "1e5",
    "-1.00",
    "+1.00",
    " 1.00",
    "1.00 ",
    "1,00",
    "1.",
    ".5",
    "0x10",
    "NaN",
    "Infinity",
    "١.00",
    "9" * 13,
    1,
    1.5,
    True,
    LARGE,
    ["1.00"],
]
BAD_TEXTS: list[Any] = [
    "",
    "   ",
    "\n",
    "a\0b",
    "\x07",
    "a\x1b[31m",
    "\x7f",
    "\x85",
    "x" * 4001,
    5,
    True,
    ["a"],
    {"a": "b"},
]
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
    b"\xef\xbb\xbf{}",
    '{"a": 1}'.encode("utf-16"),
    b"\x00",
    b"\x1f\x8b\x08\x00",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"minutes": ' + b"9" * 5000 + b"}",
]
NO_OBJECT = [b"[]", b"null", b"true", b"5", b'"text"', b'[{"ticket_id": "t"}]', b"1.5"]


def fields() -> list[tuple[str, Json, str]]:
    """A command, a body, and the field that its refusal names."""
    found: list[tuple[str, Json, str]] = []

    def add(command: str, body: Json, path: str, *values: Any, field: str = "") -> None:
        for value in values:
            found.append((command, put(body, path, value), field or path))

    for command, body, path in (
        ("sign-contract", SIGN, "contract_id"),
        ("sign-contract", SIGN, "customer.customer_id"),
        ("sign-contract", SIGN | {"partner": {"partner_id": "p", "name": "P"}}, "partner.partner_id"),
        ("open-ticket", OPEN, "ticket_id"),
        ("log-work", WORK, "entry_id"),
        ("top-up-credit", TOP_UP, "top_up_id"),
        ("book-session", BOOK, "session_id"),
    ):
        add(command, body, path, *BAD_IDS, *RESERVED, 5, True, None, ["a"])
    for command, body, path in (
        ("open-ticket", OPEN, "contract_id"),
        ("log-work", WORK, "ticket_id"),
        ("log-work", WORK, "pool"),
        ("log-work", WORK, "service"),
        ("confirm-deduction", {"deduction_id": "e", "by": "K"}, "deduction_id"),
        ("cancel-session", {"session_id": "s", "by": "customer"}, "session_id"),
        ("hold-ticket", {"ticket_id": "t"}, "command_id"),
        ("sign-contract", SIGN, "plan"),
    ):
        add(command, body, path, *(one for one in BAD_IDS if len(one) != 65), 5, True, ["a"])
    add("hold-ticket", {"ticket_id": "t"}, "at", *BAD_INSTANTS)
    add("book-session", BOOK, "starts_at", *BAD_INSTANTS, None)
    add("log-work", SPAN | {"ended_at": "2026-02-02T11:00:00Z"}, "started_at", *BAD_INSTANTS)
    add("log-work", SPAN | {"started_at": "2026-02-02T10:00:00Z"}, "ended_at", *BAD_INSTANTS)
    add("sign-contract", SIGN, "starts_on", *BAD_DAYS, None)
    add("top-up-credit", TOP_UP, "expires_on", *BAD_DAYS)
    add("terminate-contract", {"contract_id": "C", "reason": "R"}, "ends_on", *BAD_DAYS)
    add("log-work", WORK, "minutes", *BAD_MINUTES)
    add("book-session", BOOK, "estimate_minutes", *BAD_MINUTES, None)
    add("sign-contract", SIGN, "subscriptions", *(one for one in BAD_MINUTES if one != 10_000_001))
    add("open-ticket", OPEN, "priority", *BAD_MINUTES, 5)
    money = {"contract_id": "C", "pool": "care", "top_up_id": "n"}
    add("top-up-credit", money, "amount", *BAD_AMOUNTS, "0.00", "0")
    add("top-up-credit", TOP_UP, "price", *BAD_AMOUNTS)
    add("open-ticket", OPEN, "title", *BAD_TEXTS, None)
    add("reject-ticket", {"ticket_id": "t"}, "reason", *BAD_TEXTS, None)
    add("log-work", WORK, "engineer", *BAD_TEXTS, "x" * 201, None)
    add("sign-contract", SIGN, "customer.name", *BAD_TEXTS, "x" * 201, None)
    add("sign-contract", SIGN, "customer.country", "de", "DEU", "", "D\0", 5, None)
    add("sign-contract", SIGN, "customer.email", "k", "@", "a@b@c", "a b@c", "a@\0", 5)
    add("sign-contract", SIGN, "customer.language", "DE", "deu", "", 5)
    add("sign-contract", SIGN, "customer.address", {}, field="customer.address.line1")
    add("sign-contract", SIGN, "customer", None, [], "k", 5)
    add("sign-contract", SIGN, "partner", [], "p", 5)
    add("sign-contract", SIGN, "agreed", [], "a", 5, None, {f"fee{n}": 1 for n in range(101)})
    add("open-ticket", OPEN, "kind", "", "Incident", "incident\0", 5, None, ["incident"])
    add("open-ticket", OPEN, "channel", "", "fax", 5, None)
    add("open-ticket", OPEN, "scope", "", "everything", 5)
    add("open-ticket", OPEN, "contact", [], "Eva", 5)
    add("open-ticket", OPEN, "contact.email", "Eva", 5)
    add("escalate-ticket", {"ticket_id": "t", "by": "provider"}, "to_level", "L4", "l2", "", 2, None)
    add("log-work", WORK, "on_site", 0, 1, "true", "", [], 1.0)
    add("log-work", WORK, "treatment", "free", "", True, None)
    add("log-work", WORK | {"treatment": "goodwill"}, "reason", None, "", "  ")
    for level, path in ((SIGN, "unknown"), (SIGN, "customer.unknown"), (SIGN, "partner.unknown")):
        add("sign-contract", level | {"partner": {"partner_id": "p", "name": "P"}}, path, 1, None)
    address = {"line1": "Weg 1", "postcode": "1", "city": "B"}
    add("sign-contract", SIGN | {"customer": CUSTOMER | {"address": address}}, "customer.address.unknown", 1)
    add("open-ticket", OPEN, "contact.unknown", 1)
    add("amend-customer", {"contract_id": "C", "customer": {}}, "customer.unknown", 1)
    for command in ("hold-ticket", "log-work", "open-ticket"):
        add(
            command,
            {"hold-ticket": {"ticket_id": "t"}, "log-work": WORK, "open-ticket": OPEN}[command],
            "__proto__",
            {},
        )
        add(command, {"hold-ticket": {"ticket_id": "t"}, "log-work": WORK, "open-ticket": OPEN}[command], "AT", "x")
    found += [
        ("log-work", SPAN, "minutes"),
        ("log-work", WORK | {"started_at": "2026-02-02T10:00:00Z", "ended_at": "2026-02-02T11:00:00Z"}, "minutes"),
        ("log-work", SPAN | {"started_at": "2026-02-02T10:00:00Z"}, "started_at"),
        ("log-work", SPAN | {"started_at": "2026-02-02T10:00:00Z", "ended_at": "2026-02-02T10:00:00Z"}, "ended_at"),
        (
            "log-work",
            SPAN | {"started_at": "2026-02-02T10:00:00Z", "ended_at": "2026-02-02T10:30:00+01:00"},
            "ended_at",
        ),
        ("open-ticket", put(OPEN, "priority", None), "priority"),
        ("open-ticket", put(OPEN, "priority", None) | {"impact": "high"}, "impact"),
        ("open-ticket", OPEN | {"impact": "high", "urgency": "low"}, "priority"),
        ("top-up-credit", money, "minutes"),
        ("top-up-credit", TOP_UP | {"amount": "1.00"}, "minutes"),
        ("top-up-credit", money | {"amount": "1.00"}, "amount"),  # the pool counts minutes
        ("top-up-credit", TOP_UP | {"expires_on": "2026-02-02"}, "expires_on"),  # over before it counts
        ("hold-ticket", {"ticket_id": "t", "at": "2199-01-01T00:00:00Z"}, "at"),  # more than a day ahead
        ("amend-customer", {"contract_id": "C"}, "customer"),
        ("hold-ticket", {}, "ticket_id"),
    ]
    return found


def put(body: Json, path: str, value: Any) -> Json:
    """The body with another value at a path; `None` at a field that has a value leaves the field out."""
    head, _, rest = path.partition(".")
    if rest:
        return body | {head: put(body.get(head, {}), rest, value)}
    if value is None and head in body:
        return {name: kept for name, kept in body.items() if name != head}
    return body | {head: value}


@pytest.fixture
def ready(door: Door) -> Door:
    door.all_ok([signing("C", "mine"), opening("t", "C"), working("e", "t")])
    return door


def test_a_hostile_field_is_named_in_the_refusal_and_nothing_is_stored(ready: Door) -> None:
    before = ready.count()
    table = fields()
    found = []
    for command, body, _ in table:
        refusal = problem(ready.send(command, body))
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
            refusal = problem(ready.send(command, body))
            assert (refusal["status"], refusal["code"]) == (400, "not-json"), body[:40]
            assert len(refusal["detail"]) < 300
        for body in NO_OBJECT:
            refusal = problem(ready.send(command, body))
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
        refusal = problem(ready.send(command, body))
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
        refusal = problem(door.send(command, {}))
        assert (refusal["status"], refusal["code"]) == (422, "malformed")
        missing = {fault["field"] for fault in refusal["errors"]}
        assert refusal["field"] in missing
        assert missing & {"contract_id", "ticket_id", "session_id", "deduction_id", "invoice_number", "provider"}
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
        good = opening("t2", "C")
        answers = ready.lines([good, hold(value, "t")])
        assert [one.get("status", 200) for one in answers] == [200, 422]


def test_a_deep_value_harms_no_other_line(ready: Door) -> None:
    deep = json.dumps(SIGN).encode()[:-1] + b', "agreed": {"fee": ' + b"[" * 400 + b"]" * 400 + b"}}"
    assert problem(ready.send("sign-contract", deep))["code"] in ("malformed", "not-json")
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
