"""Credit that was taken back, at every door and in both times: balance, statement, charges, deductions (C17)."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clock import Clock
from tests.http.door import Door, Json, opened
from tests.words import (
    PREPAID,
    book,
    contract,
    grant,
    log_work,
    respond,
    reverse_credit,
    reverse_service_credit,
    service_credit,
    top_up,
)

MARCH, APRIL = "2026-03-02T09:00:00Z", "2026-04-07T09:00:00Z"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-05-04T12:00:00Z")) as door:
        yield door


def figures(door: Door, **query: Any) -> tuple[int, int, int, int]:
    """Granted, consumed, expired, available."""
    account = door.account("C", "server-support", **query)
    return account["granted"], account["consumed"], account["expired"], account["available"]


def statement(door: Door, **query: Any) -> list[tuple[str, str, str, int, int]]:
    found = door.walk("contracts/C/statement", **query)
    return [(one["effective_at"], one["kind"], one["reference"], one["change"], one["balance"]) for one in found]


def test_a_wrong_top_up_leaves_two_lines_and_two_charges(door: Door) -> None:
    door.all_ok([*contract(PREPAID), top_up(480, "2026-03-01T09:00:00Z", top_up_id="right")])
    door.all_ok([top_up(4800, MARCH, top_up_id="wrong", price="4800.00")])
    before = door.events()[-1]["recorded_at"]
    door.hear("2026-05-04T13:00:00Z")
    door.all_ok([reverse_credit(top_up_id="wrong", at=APRIL, reason="One nought too many")])
    assert statement(door) == [
        ("2026-03-01T09:00:00Z", "top_up", "right", 480, 480),
        (MARCH, "top_up", "wrong", 4800, 5280),
        (APRIL, "reversal", "wrong", -4800, 480),
    ]
    assert door.walk("contracts/C/statement")[-1]["note"] == "One nought too many"
    assert figures(door) == (480, 0, 0, 480)
    assert figures(door, as_of="2026-04-07T08:59:59Z") == (5280, 0, 0, 5280)
    assert figures(door, as_of=APRIL) == (480, 0, 0, 480)
    assert figures(door, as_of=APRIL, known_at=before) == (5280, 0, 0, 5280)
    charges = [
        (one["charge_id"], one["kind"], one["amount"], one["effective_at"], one["reference"], one["reverses"])
        for one in door.walk("contracts/C/charges")
    ]
    assert charges == [
        ("wrong.price", "top_up", "4800.00", MARCH, "wrong", None),
        ("wrong.price.reversal", "reversal", "-4800.00", APRIL, "wrong", "wrong.price"),
    ]
    response = door.get("contracts/C/statement", headers={"Accept": "text/csv"}, limit=500)
    rows = list(csv.reader(io.StringIO(response.text, newline="")))
    assert rows[-1][4:9] == ["reversal", "wrong", "-4800", "480", "One nought too many"]


def test_expired_credit_that_is_taken_back_is_breakage_only_before(door: Door) -> None:
    """480 bought on 2 March until 1 April, which is 22:00 on 31 March in UTC; taken back on 7 April."""
    door.all_ok([*contract(PREPAID), top_up(480, MARCH, top_up_id="lot", expires_on="2026-04-01")])
    door.all_ok([reverse_credit("lot", APRIL)])
    assert figures(door, as_of="2026-03-31") == (480, 0, 0, 480)
    assert figures(door, as_of="2026-04-01") == (480, 0, 480, 0)
    assert figures(door, as_of=APRIL) == figures(door) == (0, 0, 0, 0)
    assert statement(door) == [
        (MARCH, "top_up", "lot", 480, 480),
        ("2026-03-31T22:00:00Z", "breakage", "lot", -480, 0),
        (APRIL, "breakage", "lot", 480, 480),
        (APRIL, "reversal", "lot", -480, 0),
    ]
    notes = [one["note"] for one in door.walk("contracts/C/statement")]
    assert notes[1:3] == ["expired unused", "expiry undone: taken back since"]


def test_a_debt_stands_again_and_other_credit_bears_it(door: Door) -> None:
    """60 owed since 2 March, settled by a gift on 10 March, borne by the top-up of 20 March from 7 April on."""
    door.all_ok([*contract(PREPAID), log_work(60, MARCH, entry_id="W")])
    door.all_ok([grant(60, "2026-03-10T09:00:00Z", grant_id="gift")])
    assert door.see("deductions/W")["draws"] == [{"grant_id": "gift", "minutes": 60}]
    door.all_ok([top_up(480, "2026-03-20T09:00:00Z", top_up_id="lot"), reverse_credit("gift", APRIL)])
    assert door.see("deductions/W")["draws"] == [{"grant_id": "lot", "minutes": 60}]
    assert figures(door, as_of="2026-03-09") == (0, 60, 0, -60)
    assert figures(door, as_of="2026-03-21") == (540, 60, 0, 480)
    assert figures(door) == (480, 60, 0, 420)
    drawn = door.walk("contracts/C/deductions", as_of="2026-03-21")[0]["draws"]
    assert drawn == [{"grant_id": "gift", "minutes": 60}]


def test_what_is_in_use_is_told_with_its_deductions_and_sessions(door: Door) -> None:
    door.all_ok([*contract(PREPAID), top_up(480, MARCH, top_up_id="lot"), log_work(60, MARCH, entry_id="W")])
    door.ok(book(60, "2026-06-01T09:00:00Z"))
    response = door.send(reverse_credit(top_up_id="lot"))
    assert response.status_code == 409
    answer: Json = response.json()
    assert (answer["code"], answer["deductions"], answer["sessions"]) == ("credit-in-use", ["W"], ["S"])
    assert answer["detail"] == "Credit lot is in use by deductions W and sessions S. Undo these first."
    unknown = door.send(reverse_credit("nothing"))
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["grant_id"]) == (
        404,
        "unknown-grant",
        "nothing",
    )


def test_credit_of_somebody_else_is_unknown(door: Door) -> None:
    door.all_ok([*contract(PREPAID), top_up(480, MARCH, top_up_id="lot")])
    step = reverse_credit(top_up_id="lot")
    told = [door.send(step, door.token("operator", provider="groupios"))]
    told.append(door.send(step.but(top_up_id="none"), door.token("operator", provider="groupios")))
    assert [one.status_code for one in told] == [404, 404]
    assert told[0].json()["detail"].replace("lot", "none") == told[1].json()["detail"]
    customer = door.token("customer", provider="easyredmine", customer="K")
    assert door.send(step, customer).status_code == 403


SHARE = {"fee": "1000.00", "sla.reaction.3": 60, "service_credits.reaction": {"kind": "fee_share", "percent": 10}}


def test_a_service_credit_that_is_taken_back_may_be_given_anew(door: Door) -> None:
    door.all_ok([*contract("dytron-sla", agreed=SHARE), respond(MARCH)])
    door.all_ok([service_credit("reaction", MARCH), reverse_service_credit("reaction", APRIL, reason="He was on site")])
    door.all_ok([service_credit("reaction", APRIL)])
    owed = [(one["charge_id"], one["amount"], one["reverses"]) for one in door.walk("contracts/C/charges")]
    assert owed == [
        ("C.fee.1", "1000.00", None),
        ("T.reaction.credit", "-100.00", None),
        ("T.reaction.credit.reversal", "100.00", "T.reaction.credit"),
        ("T.reaction.credit.2", "-100.00", None),
    ]
    history = [one for one in door.see("tickets/T")["history"] if one["type"].startswith("ServiceCredit")]
    assert [one["type"] for one in history] == [
        "ServiceCreditGranted",
        "ServiceCreditTakenBack",
        "ServiceCreditGranted",
    ]
    assert history[1]["data"]["reason"] == "He was on site"
    assert door.see("tickets/T")["sla"][0]["state"] == "breached"
