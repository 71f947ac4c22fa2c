"""What nobody should send: values of every kind of field, and the field that each refusal has to name."""

from typing import Any

from tests.http.door import Json
from tests.words import CUSTOMER, book, log_work, open_ticket, sign, top_up

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
        add(command, body, path, *BAD_IDS, *RESERVED, 5, True, ["a"])
        if path not in ("ticket_id", "session_id"):  # these may be left out
            add(command, body, path, None)
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
