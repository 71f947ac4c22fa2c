"""The twelve worked figures of the domain, asked of the doors that users have."""

from typing import Any

from tests.http.door import Door, Json
from tests.words import (
    MONDAY,
    PREPAID,
    book,
    complete,
    contract,
    log_work,
    move,
    no_show,
    open_ticket,
    renew,
    reverse,
    sign,
    top_up,
)

MORNING = "2026-02-02T10:00:00Z"
JUNE = "2026-06-30T12:00:00Z"


def work(door: Door, entry: str, ticket_id: str, minutes: int, at: str = MORNING) -> Json:
    door.ok(log_work(minutes, at, entry_id=entry, ticket_id=ticket_id))
    return door.see(f"deductions/{entry}")


def figures(door: Door, contract: str, pool: str, *names: str) -> dict[str, Any]:
    account = door.account(contract, pool, as_of=JUNE)
    assert account["granted"] == account["available"] + account["reserved"] + account["consumed"] + account["expired"]
    return {name: account[name] for name in names}


def over(door: Door, contract: str) -> Json:
    found: Json = door.see(f"contracts/{contract}/balance", as_of=JUNE)["overage"]
    return found


def amounts(door: Door, contract: str) -> list[str]:
    return [charge["amount"] for charge in door.walk(f"contracts/{contract}/charges", as_of=JUNE)]


def tiers(deduction: Json) -> list[tuple[int, str, str]]:
    return [(line["minutes"], line["rate"], line["amount"]) for line in deduction["overage"]]


def prepaid(door: Door) -> None:
    """480 minutes of server support, and 120 of them booked for 20 January, 10:00 in Prague."""
    door.ok(sign(PREPAID, contract_id="P"))
    door.ok(top_up(480, "2026-01-05T09:00:00Z", contract_id="P"))
    door.ok(book(120, "2026-01-20T10:00:00+01:00", "2026-01-06T09:00:00Z", contract_id="P"))


def test_figures_1_2_and_12_on_model_l(door: Door) -> None:
    door.all_ok(contract("groupios-l", contract_id="L"))

    first = work(door, "L-1", "T", 50)
    assert (first["worked_minutes"], first["billed_minutes"], first["status"]) == (50, 60, "not_required")
    assert first["draws"] == [{"grant_id": "L.allotment.1", "minutes": 60}]
    assert figures(door, "L", "included", "granted", "consumed", "available") == {
        "granted": 480,
        "consumed": 60,
        "available": 420,
    }
    assert over(door, "L") == {"minutes": 0, "amount": "0.00", "currency": "EUR"}
    assert amounts(door, "L") == ["899.00"]

    second = work(door, "L-2", "T", 425)
    assert (second["billed_minutes"], tiers(second)) == (435, [(15, "89.00", "22.25")])
    assert second["draws"] == [{"grant_id": "L.allotment.1", "minutes": 420}]
    assert figures(door, "L", "included", "consumed", "available") == {"consumed": 480, "available": 0}
    assert over(door, "L") == {"minutes": 15, "amount": "22.25", "currency": "EUR"}
    assert amounts(door, "L") == ["899.00", "22.25"]

    door.ok(reverse("L-2", "2026-02-03T10:00:00Z", reason="logged twice"))
    assert figures(door, "L", "included", "consumed", "available", "expired") == {
        "consumed": 60,
        "available": 420,
        "expired": 0,
    }
    assert over(door, "L") == {"minutes": 0, "amount": "0.00", "currency": "EUR"}
    assert amounts(door, "L") == ["899.00", "22.25", "-22.25"]
    assert door.see("deductions/L-2")["status"] == "reversed"


def test_figure_3_on_model_m(door: Door) -> None:
    door.all_ok(contract("groupios-m", contract_id="M"))
    entry = work(door, "M-1", "T", 241)
    assert (entry["billed_minutes"], tiers(entry)) == (255, [(15, "99.00", "24.75")])
    assert entry["draws"] == [{"grant_id": "M.allotment.1", "minutes": 240}]
    assert figures(door, "M", "included", "consumed", "available") == {"consumed": 240, "available": 0}
    assert amounts(door, "M") == ["499.00", "24.75"]


def test_figures_4_and_5_on_model_s(door: Door) -> None:
    door.ok(sign("groupios-s", contract_id="S"))
    door.all_ok([open_ticket(ticket, contract_id="S", at=MONDAY) for ticket in "AB"])
    assert tiers(work(door, "A-1", "A", 20)) == [(30, "149.00", "74.50")]
    assert tiers(work(door, "A-2", "A", 45)) == [(30, "149.00", "74.50"), (15, "129.00", "32.25")]
    assert over(door, "S") == {"minutes": 75, "amount": "181.25", "currency": "EUR"}
    assert tiers(work(door, "B-1", "B", 61)) == [(60, "149.00", "149.00"), (15, "129.00", "32.25")]
    assert over(door, "S") == {"minutes": 150, "amount": "362.50", "currency": "EUR"}
    assert amounts(door, "S") == ["74.50", "74.50", "32.25", "149.00", "32.25"]


def test_figures_6_and_7_on_prepaid_credit(door: Door) -> None:
    prepaid(door)
    door.ok(complete(95, "2026-01-20T12:00:00+01:00", "S", engineer="Eva"))
    session = door.see("deductions/S")
    assert (session["kind"], session["billed_minutes"], session["status"]) == ("session", 100, "pending")
    assert figures(door, "P", "server-support", "consumed", "available", "reserved", "pending_confirmation") == {
        "consumed": 100,
        "available": 380,
        "reserved": 0,
        "pending_confirmation": 100,
    }
    refusal = door.refused(
        "insufficient-credit", book(400, "2026-02-20T10:00:00+01:00", "2026-02-01T09:00:00Z", "X", contract_id="P")
    )
    assert (refusal["status"], refusal["short_by"]) == (409, 20)


def test_figure_8_a_day_before_is_in_time(door: Door) -> None:
    prepaid(door)
    door.ok(move("2026-01-27T10:00:00+01:00", "2026-01-19T10:00:00+01:00"))
    assert figures(door, "P", "server-support", "consumed", "reserved", "available") == {
        "consumed": 0,
        "reserved": 120,
        "available": 360,
    }
    assert door.walk("contracts/P/deductions") == []


def test_figure_9_a_minute_later_costs_the_penalty_and_the_reservation_moves_along(door: Door) -> None:
    prepaid(door)
    door.ok(move("2026-01-27T10:00:00+01:00", "2026-01-19T10:01:00+01:00"))
    assert figures(door, "P", "server-support", "consumed", "reserved", "available") == {
        "consumed": 120,
        "reserved": 120,
        "available": 240,
    }
    penalty = door.see("deductions/S.penalty.1")
    assert (penalty["kind"], penalty["worked_minutes"], penalty["billed_minutes"]) == ("penalty", 0, 120)


def test_figure_10_a_no_show_costs_the_penalty_and_releases_the_reservation(door: Door) -> None:
    prepaid(door)
    door.ok(no_show("2026-01-20T10:30:00+01:00", "S"))
    assert figures(door, "P", "server-support", "consumed", "reserved", "available") == {
        "consumed": 120,
        "reserved": 0,
        "available": 360,
    }
    assert door.see("deductions/S.penalty.1")["effective_at"] == "2026-01-20T09:00:00Z"


def test_figure_11_what_is_left_expires_with_the_term_and_the_renewal_brings_hours_and_a_fee(door: Door) -> None:
    door.all_ok(contract("groupios-l", "2025-03-01", contract_id="R"))
    work(door, "R-1", "T", 420, at="2025-03-03T10:00:00Z")
    door.ok(renew("R", starts_on="2026-03-01", at="2026-03-01T08:00:00Z"))
    assert figures(door, "R", "included", "granted", "consumed", "expired", "available") == {
        "granted": 960,
        "consumed": 420,
        "expired": 60,
        "available": 480,
    }
    assert amounts(door, "R") == ["899.00", "899.00"]
