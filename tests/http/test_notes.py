"""What was done, in words: given with the work, sealed like all free text, and shown wherever the time is shown."""

import csv
import io
from typing import Any

import pytest

from ledger.store.tokens import create_token
from tests.http.door import Door, Json
from tests.words import (
    MONDAY,
    PREPAID,
    Step,
    book,
    cancel,
    complete,
    contract,
    grant,
    log_work,
    open_ticket,
    record_service,
    reverse,
    sign,
    top_up,
)

RESTORED = "Záloha obnovena: «orders», 3 tables"
JULY = "2026-07-01T10:00:00+02:00"
YEAR_ENDS = "2026-12-31T23:00:00Z"  # 1 January 2027 in Berlin


def of_deduction(door: Door, deduction_id: str, *names: str, **query: Any) -> list[Any]:
    found = door.see(f"deductions/{deduction_id}", **query)
    return [found[name] for name in names]


def used_up() -> list[Step]:
    """425 minutes are billed as 435 and leave 45 of 480; 50 more are billed as 60, of which 15 go beyond."""
    return [
        sign("groupios-l"),
        open_ticket(title="Orders are gone", at="2026-01-05T09:00:00Z"),
        log_work(425, MONDAY, entry_id="A"),
        log_work(50, JULY, entry_id="B", note=RESTORED, engineer="Tomáš"),
    ]


def test_one_read_answers_what_was_done_when_by_whom_how_rounded_from_which_credit_and_what_is_left(door: Door) -> None:
    door.all_ok(used_up())
    found = door.see("deductions/B")
    assert [found["note"], found["ticket_title"], found["engineer"], found["effective_at"]] == [
        *(RESTORED, "Orders are gone", "Tomáš", "2026-07-01T08:00:00Z")
    ]
    assert [found["worked_minutes"], found["billed_minutes"], found["increment_minutes"]] == [50, 60, 15]
    grant = "C.allotment.1"
    assert found["draws"] == [{"grant_id": grant, "minutes": 45}]
    assert found["grants"] == [{"grant_id": grant, "remaining": 0, "reserved": 0, "expires_at": YEAR_ENDS}]
    assert found["overage"] == [{"minutes": 15, "rate": "89.00", "amount": "22.25"}]
    assert [one["data"].get("note") for one in found["history"]] == [RESTORED, None]


def test_what_is_left_is_told_as_of_the_moment_that_is_asked_about(door: Door) -> None:
    door.all_ok(used_up())

    def left(**query: Any) -> list[Any]:
        draws, grants = of_deduction(door, "A", "draws", "grants", **query)
        return [
            (draw["minutes"], grant["remaining"], grant["expires_at"])
            for draw, grant in zip(draws, grants, strict=True)
            if draw["grant_id"] == grant["grant_id"]
        ]

    assert left() == [(435, 0, YEAR_ENDS)]
    assert left(as_of="2026-06-30") == [(435, 45, YEAR_ENDS)]
    assert left(as_of="2027-01-01") == [(435, 0, YEAR_ENDS)]
    door.ok(reverse("B"))
    assert left() == [(435, 45, YEAR_ENDS)]
    assert left(as_of="2027-01-01") == [(435, 0, YEAR_ENDS)], "what expired is not left"
    # 60 more are dated ahead of now, and do not count yet
    door.ok(log_work(60, "2026-11-03T09:00:00Z", entry_id="D"))
    assert left() == [(435, 45, YEAR_ENDS)]
    assert left(as_of="2026-11-03") == [(435, 0, YEAR_ENDS)]


def test_a_debt_rests_on_no_grant_until_credit_settles_it(door: Door) -> None:
    door.all_ok([*contract(PREPAID), log_work(95, entry_id="A", note="Upgrade")])
    debt = {"grant_id": None, "minutes": 100}
    assert of_deduction(door, "A", "note", "draws", "grants") == ["Upgrade", [debt], []]
    door.ok(top_up(480, "2026-02-03T09:00:00Z", top_up_id="U"))
    settled = {"grant_id": "U", "minutes": 100}
    left = {"grant_id": "U", "remaining": 380, "reserved": 0, "expires_at": None}
    assert of_deduction(door, "A", "draws", "grants") == [[settled], [left]]


def test_what_sessions_hold_of_a_grant_is_told_beside_what_is_left_of_it(door: Door) -> None:
    """The session holds all 20 minutes of the grant that ends first, and 100 of the other."""
    ends = {"expires_on": "2026-12-01", "pool": "server-support"}
    door.all_ok([*contract(PREPAID), top_up(480, MONDAY, top_up_id="U"), grant(30, MONDAY, grant_id="G", **ends)])
    door.ok(log_work(35, entry_id="A"))  # 40 are billed: 30 of G, 10 of U
    assert held(door) == [("G", 0, 0), ("U", 470, 0)]
    door.ok(grant(20, "2026-02-05T09:00:00Z", grant_id="H", **ends))
    door.ok(book(120, "2026-11-10T10:00:00+01:00", "2026-02-10T09:00:00Z"))
    assert held(door) == [("G", 0, 0), ("U", 470, 100)]
    listed = door.walk("contracts/C/grants")
    assert [(one["grant_id"], one["remaining"], one["reserved"]) for one in listed] == [
        *(("G", 0, 0), ("H", 20, 20), ("U", 470, 100))
    ]
    assert held(door, as_of="2026-02-09") == [("G", 0, 0), ("U", 470, 0)]
    door.ok(cancel("2026-03-01T09:00:00Z", by="provider"))
    assert held(door) == [("G", 0, 0), ("U", 470, 0)]
    assert held(door, as_of="2026-02-11") == [("G", 0, 0), ("U", 470, 100)]


def held(door: Door, **query: Any) -> list[tuple[str, int, int]]:
    (grants,) = of_deduction(door, "A", "grants", **query)
    return [(one["grant_id"], one["remaining"], one["reserved"]) for one in grants]


def test_a_reversed_deduction_says_what_came_back_what_is_gone_and_what_stands_for_it(door: Door) -> None:
    """Of 60 minutes 30 return to a grant that ended four days before: gone, a correction of 30 has them (C9)."""
    ending = grant(30, MONDAY, grant_id="G", pool="included", expires_on="2026-03-01")
    work = log_work(50, "2026-02-03T09:00:00Z", entry_id="B")
    door.all_ok([sign("groupios-l"), open_ticket(at="2026-01-05T09:00:00Z"), ending, work])
    assert of_deduction(door, "B", "given_back") == [None]
    door.ok(reverse("B", "2026-03-05T09:00:00Z"))
    correction = {"grant_id": "B.correction", "granted": 30, "reserved": 0, "expires_at": "2026-04-04T09:00:00Z"}
    back = {
        "at": "2026-03-05T09:00:00Z",
        "returns": [
            {"grant_id": "G", "is_gone": True, "minutes": 30},
            {"grant_id": "C.allotment.1", "is_gone": False, "minutes": 30},
        ],
        "correction": {**correction, "remaining": 30},
    }
    assert of_deduction(door, "B", "given_back", as_of="2026-03-10") == [back]
    assert of_deduction(door, "B", "given_back") == [{**back, "correction": {**correction, "remaining": 0}}]
    assert of_deduction(door, "B", "given_back", as_of="2026-03-04") == [None]
    (grants,) = of_deduction(door, "B", "grants")
    assert [(one["grant_id"], one["remaining"]) for one in grants] == [("G", 0), ("C.allotment.1", 480)]


def test_a_reversal_in_time_gives_back_to_the_same_grant_and_a_debt_to_none(door: Door) -> None:
    door.all_ok([*contract(PREPAID), top_up(480, MONDAY, top_up_id="U"), log_work(500, entry_id="A"), reverse("A")])
    (back,) = of_deduction(door, "A", "given_back")
    assert back["returns"] == [
        {"grant_id": "U", "is_gone": False, "minutes": 480},
        {"grant_id": None, "is_gone": False, "minutes": 20},
    ]
    assert back["correction"] is None


def test_money_is_left_in_the_pool_of_a_service_and_the_service_says_what_was_done(door: Door) -> None:
    door.all_ok([sign("north-sum"), record_service("visit", 2, MONDAY, service_id="V", note="Two days at the branch")])
    assert of_deduction(door, "V", "note", "quantity", "rate", "cost", "increment_minutes") == [
        *("Two days at the branch", 2, "333.33", "666.66", None)
    ]
    draw = {"grant_id": "C.allotment.1", "amount": "666.66"}
    left = {"grant_id": "C.allotment.1", "remaining": "333.34", "reserved": "0.00", "expires_at": None}
    assert of_deduction(door, "V", "draws", "grants") == [[draw], [left]]
    door.all_ok([open_ticket(at=MONDAY), log_work(60, entry_id="H", service="help")])
    assert of_deduction(door, "H", "note", "quantity", "rate", "cost") == [None, None, "100.10", "100.10"]


def test_a_completed_session_says_what_was_done_and_whoever_confirms_reads_it_in_the_list(door: Door) -> None:
    door.all_ok([*contract(PREPAID), top_up(480)])
    door.ok(book(120, "2026-02-10T10:00:00+01:00", MONDAY))
    door.ok(complete(95, note=RESTORED))
    _, customer = create_token(door.store.database, "customer", "easyredmine", customer="K")
    (listed,) = door.walk("contracts/C/deductions", customer, status="pending")
    names = ("note", "worked_minutes", "billed_minutes", "increment_minutes", "engineer", "ticket_title")
    assert [listed[name] for name in names] == [RESTORED, 95, 100, 10, "Eva", None]
    text = door.get("contracts/C/deductions", customer, headers={"Accept": "text/csv"}).text
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert [row["note"], row["increment_minutes"]] == [RESTORED, "10"]


def test_a_statement_notes_what_was_done_and_otherwise_the_ticket_as_ever(door: Door) -> None:
    door.all_ok([*used_up(), reverse("B", "2026-07-02T09:00:00Z")])
    lines: list[Json] = door.walk("contracts/C/statement", as_of="2026-12-01")
    assert [(one["kind"], one["reference"], one["note"]) for one in lines] == [
        ("allotment", "C.allotment.1", None),
        ("work", "A", "ticket T"),
        ("work", "B", RESTORED),
        ("reversal", "B", RESTORED),
    ]


OF_TIME = ("ticket_id", "ticket_title", "worked_minutes", "billed_minutes", "increment_minutes")


def test_a_line_of_a_statement_names_its_ticket_and_says_how_time_was_rounded(door: Door) -> None:
    """50 minutes are billed as 60, of which 45 are left in the credit: the line has all of them, as the deduction."""
    door.all_ok([*used_up(), reverse("B", "2026-07-02T09:00:00Z")])
    lines: list[Json] = door.walk("contracts/C/statement", as_of="2026-12-01")
    assert [(one["change"], *(one[name] for name in OF_TIME)) for one in lines] == [
        (480, None, None, None, None, None),
        (-435, "T", "Orders are gone", 425, 435, 15),
        (-45, "T", "Orders are gone", 50, 60, 15),
        (45, "T", "Orders are gone", None, None, None),
    ]


def test_a_line_of_a_penalty_or_a_service_has_the_time_that_it_has(door: Door) -> None:
    door.all_ok([*contract(PREPAID), top_up(480), book(120, "2026-02-10T10:00:00+01:00", MONDAY)])
    door.all_ok([cancel("2026-02-10T09:00:00+01:00"), sign("north-sum", contract_id="D")])
    door.ok(record_service("visit", 2, MONDAY, service_id="V", contract_id="D"))
    penalty = door.walk("contracts/C/statement")[-1]
    assert [penalty["kind"], *(penalty[name] for name in OF_TIME)] == ["penalty", None, None, 0, 120, None]
    service = door.walk("contracts/D/statement")[-1]
    assert [service["kind"], *(service[name] for name in OF_TIME)] == ["service", None, None, None, None, None]


def test_a_note_is_sealed_and_gone_with_the_customers_key(door: Door) -> None:
    door.all_ok(used_up())
    with door.store.database.transaction() as connection:
        connection.execute("DELETE FROM party_keys WHERE party = 'customer:K'")
    assert of_deduction(door, "B", "note", "ticket_title", "engineer") == [None, None, "Tomáš"]
    (line,) = [one for one in door.walk("contracts/C/statement") if one["reference"] == "B"]
    assert [line["note"], line["ticket_title"], line["billed_minutes"]] == ["ticket T", None, 60]


@pytest.mark.parametrize("note", ["", "  ", "x" * 1001, "bell \a", 7, ["done"]])
def test_a_note_is_a_text_of_a_thousand_characters_at_most(door: Door, note: Any) -> None:
    door.all_ok([sign("north-all"), open_ticket(at=MONDAY), book(60, "2026-02-10T10:00:00+01:00", MONDAY)])
    before = door.count()
    for step in (log_work(10, note=note), record_service("audit", at=MONDAY, note=note), complete(10, note=note)):
        assert door.refused("malformed", step)["field"] == "note"
    assert door.count() == before
