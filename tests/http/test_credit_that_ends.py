"""Grants with what is left of them, burn-down and forecast, as each door answers; sums against the balance."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clock import Clock
from tests.http.door import Door, Json, opened
from tests.http.histories import CONTRACTS, tell
from tests.http.test_time_travel import units
from tests.http.world import OPENED, alone
from tests.words import close_month, grant, log_work, open_ticket, renew, reverse, reverse_credit, sign

NOW = "2026-03-31T10:00:00Z"  # noon of 31 March in Berlin, 90 days after 1 January


@pytest.fixture
def spring(database_url: str) -> Iterator[Door]:
    """120 minutes a term of three months; 60 until 10 February, 60 without an end, 60 given by mistake."""
    with opened(database_url, Clock(NOW)) as door:
        door.all_ok(
            [
                sign("north-prepaid", contract_id="C", customer=alone("C")),
                open_ticket("t", contract_id="C", at=OPENED),
                grant(60, "2026-01-05T09:00:00Z", grant_id="early", pool="hours", expires_on="2026-02-10"),
                grant(60, "2026-01-06T09:00:00Z", grant_id="ever", pool="hours"),
                grant(60, "2026-01-07T09:00:00Z", grant_id="slip", pool="hours", expires_on="2026-05-01"),
                reverse_credit("slip", "2026-01-08T09:00:00Z"),
                log_work(40, "2026-02-02T09:00:00Z", entry_id="e1", ticket_id="t"),
                log_work(30, "2026-03-02T09:00:00Z", entry_id="e2", ticket_id="t"),
                renew("C"),
            ]
        )
        yield door


def shown(items: list[Json]) -> list[tuple[Any, ...]]:
    names = ("grant_id", "granted", "consumed", "remaining", "expired", "state")
    return [tuple(one[name] for name in names) for one in items]


EARLY = ("early", 60, 40, 0, 20, "expired")
FIRST = ("C.allotment.1", 120, 30, 90, 0, "active")
SLIP = ("slip", 0, 0, 0, 0, "taken_back")
SECOND = ("C.allotment.2", 120, 0, 120, 0, "upcoming")
EVER = ("ever", 60, 0, 60, 0, "active")


def test_grants_stand_in_the_order_of_use_with_what_is_left_and_what_expired_unused(spring: Door) -> None:
    items = spring.walk("contracts/C/grants", limit=2)
    assert shown(items) == [EARLY, FIRST, SLIP, SECOND, EVER]
    assert items[0] == {
        "grant_id": "early",
        "contract_id": "C",
        "pool": "hours",
        "unit": "minutes",
        "currency": None,
        "source": "goodwill",
        "granted": 60,
        "consumed": 40,
        "remaining": 0,
        "reserved": 0,
        "expired": 20,
        "valid_from": "2026-01-05T09:00:00Z",
        "expires_at": "2026-02-09T23:00:00Z",
        "state": "expired",
    }
    assert [one["expires_at"] for one in items[1:]] == [
        "2026-03-31T22:00:00Z",
        "2026-04-30T22:00:00Z",
        "2026-06-30T22:00:00Z",
        None,
    ]


def test_grants_as_of_a_moment_and_as_known_at_one(spring: Door) -> None:
    before = ("early", 60, 40, 20, 0, "active")
    allotment = ("C.allotment.1", 120, 0, 120, 0, "active")
    assert shown(spring.walk("contracts/C/grants", as_of="2026-02-09")) == [before, allotment, SLIP, SECOND, EVER]
    assert shown(spring.walk("contracts/C/grants", as_of="2026-02-10", limit=1))[:2] == [EARLY, allotment]
    given = ("slip", 60, 0, 60, 0, "active")
    assert given in shown(spring.walk("contracts/C/grants", as_of="2026-01-07"))
    ahead = ("slip", 60, 0, 60, 0, "upcoming")  # as it will begin
    assert ahead in shown(spring.walk("contracts/C/grants", as_of="2026-01-06"))
    ended = shown(spring.walk("contracts/C/grants", as_of="2026-07-01"))
    assert ("C.allotment.1", 120, 30, 0, 90, "expired") in ended
    assert ("C.allotment.2", 120, 0, 0, 120, "expired") in ended
    assert spring.walk("contracts/C/grants", known_at="2026-03-30") == []  # all of it was told later


def test_a_grant_that_is_used_up_stays_so_after_its_end(spring: Door) -> None:
    spring.ok(log_work(20, "2026-02-03T09:00:00Z", entry_id="late", ticket_id="t"))
    assert shown(spring.walk("contracts/C/grants"))[0] == ("early", 60, 60, 0, 0, "used_up")
    spring.ok(reverse("late", "2026-03-30T09:00:00Z"))
    assert shown(spring.walk("contracts/C/grants"))[0] == EARLY  # what came back is lost, and again as a correction
    assert ("late.correction", 20, 0, 20, 0, "active") in shown(spring.walk("contracts/C/grants"))


def test_what_ends_soon_is_what_still_has_something_to_lose(spring: Door) -> None:
    def ending(**query: Any) -> list[str]:
        return [one["grant_id"] for one in spring.walk("grants", limit=1, **query)]

    assert ending() == ["early", "C.allotment.1", "slip", "C.allotment.2", "ever"]
    assert ending(expiring_before="2026-04-01") == ["C.allotment.1"]
    assert ending(expiring_before="2026-03-31T22:00:00Z") == []
    assert ending(expiring_before="2026-03-31T22:00:00.000001Z") == ["C.allotment.1"]
    assert ending(expiring_before="2199-12-31") == ["C.allotment.1", "C.allotment.2"]
    assert ending(expiring_before="2026-02-15") == []
    assert ending(provider="north") == ending(customer_id="k-C") == ending()
    assert ending(provider="south") == ending(customer_id="K") == []
    spring.ok(log_work(90, "2026-03-02T09:00:00Z", entry_id="rest", ticket_id="t"))
    assert ending(expiring_before="2026-04-01") == []


def test_credit_told_after_its_month_was_closed_counts_from_the_first_open_instant(spring: Door) -> None:
    late = grant(60, "2026-01-20T09:00:00Z", grant_id="late", pool="hours", expires_on="2026-12-01")
    spring.all_ok([close_month("2026-01", "north"), late])
    for as_of, state, granted in (("2026-01-31", "upcoming", 240), ("2026-02-01", "active", 300)):
        assert ("late", 60, 0, 60, 0, state) in shown(spring.walk("contracts/C/grants", as_of=as_of))
        (point,) = spring.see("contracts/C/burn-down", from_=as_of, to=as_of)["points"]
        assert point["granted"] == spring.account("C", "hours", as_of=as_of)["granted"] == granted


def test_a_burn_down_says_what_the_balance_says_at_each_of_its_points(spring: Door) -> None:
    found = spring.see("contracts/C/burn-down", by="month")
    told = {name: found[name] for name in ("contract_id", "pool", "unit", "currency")}
    assert told == {"contract_id": "C", "pool": "hours", "unit": "minutes", "currency": None}
    assert [list(point.values()) for point in found["points"]] == [
        ["2026-01-31", 240, 0, 0, 240],
        ["2026-02-28", 240, 40, 20, 180],
        ["2026-03-31", 240, 70, 20, 150],
    ]
    ahead = spring.see("contracts/C/burn-down", by="month", from_="2026-06-15", to="2026-07-15")["points"]
    assert [list(point.values()) for point in ahead] == [
        ["2026-06-30", 360, 70, 110, 180],  # what ends at its midnight still counts
        ["2026-07-15", 360, 70, 230, 60],
    ]


def test_points_are_the_last_days_of_days_weeks_and_months(spring: Door) -> None:
    def days(**query: Any) -> list[str]:
        return [one["on"] for one in spring.see("contracts/C/burn-down", **query)["points"]]

    assert days() == days(by="day", from_="2026-01-01", to="2026-03-31")
    assert len(days()) == 90
    assert days(from_="2026-03-30", by="day") == ["2026-03-30", "2026-03-31"]
    assert days(from_="2026-03-14", to="2026-03-24", by="week") == ["2026-03-15", "2026-03-22", "2026-03-24"]
    assert days(from_="2026-03-15", to="2026-03-22", by="week") == ["2026-03-15", "2026-03-22"]
    assert days(from_="2026-01-31", to="2026-02-28", by="month") == ["2026-01-31", "2026-02-28"]
    assert days(to="2025-12-01") == ["2025-12-01"]
    assert len(days(from_="2026-01-01", to="2027-05-15")) == 500
    assert len(days(to="2199-12-31")) == len(days(to="2199-12-31", by="week")) == 500
    assert days(to="2199-12-31")[0] == "2198-08-19"


def test_a_forecast_goes_by_the_pace_of_the_last_ninety_days(spring: Door) -> None:
    """70 in 90 days."""
    told = spring.see("contracts/C/burn-down")["forecast"]
    assert told["per_day"] == "0.78"
    assert told["over_days"] == 90
    assert [list(one.values()) for one in told["expiring"]] == [
        ["C.allotment.1", "2026-03-31T22:00:00Z", 90, 89],  # a day at 0.78
        ["C.allotment.2", "2026-06-30T22:00:00Z", 120, 49],  # 91 days at 0.78 are 70.8
    ]
    assert told["runs_out_on"] == "2026-09-16"  # 60 at 0.78 last 77.1 days from 1 July on


def test_work_that_is_dated_ahead_counts_in_the_forecast_on_its_day(spring: Door) -> None:
    """All of the second allotment on its first day: of the 60 that have no end 0.78 a day are used from then on."""
    spring.ok(log_work(120, "2026-04-01T09:00:00Z", entry_id="e3", ticket_id="t"))
    told = spring.see("contracts/C/burn-down")["forecast"]
    assert [list(one.values())[2:] for one in told["expiring"]] == [[90, 89], [120, 0]]
    assert told["runs_out_on"] == "2026-06-17"


def test_a_forecast_that_looks_at_not_all_grants_names_no_day(spring: Door) -> None:
    several = [grant(60, "2026-01-06T09:00:00Z", grant_id=f"g{number}", pool="hours") for number in range(200)]
    spring.all_ok(several)
    told = spring.see("contracts/C/burn-down")["forecast"]
    assert (told["runs_out_on"], told["expiring"][0]["grant_id"]) == (None, "C.allotment.1")


def test_a_forecast_says_nothing_where_there_is_too_little_to_tell(spring: Door) -> None:
    spring.ok(sign("north-prepaid", "2026-03-19", contract_id="new", customer=alone("new")))
    told = spring.see("contracts/new/burn-down")["forecast"]
    assert (told["per_day"], told["over_days"], told["runs_out_on"]) == (None, 13, None)
    assert [one["lost_at_this_pace"] for one in told["expiring"]] == [None]
    spring.ok(sign("north-prepaid", "2026-03-18", contract_id="idle", customer=alone("idle")))
    told = spring.see("contracts/idle/burn-down")["forecast"]
    assert (told["per_day"], told["over_days"], told["runs_out_on"]) == ("0.00", 14, None)
    assert [one["lost_at_this_pace"] for one in told["expiring"]] == [120]
    spring.ok(sign("north-prepaid", "2026-06-01", contract_id="later", customer=alone("later")))
    told = spring.see("contracts/later/burn-down")["forecast"]
    assert (told["per_day"], told["over_days"], told["runs_out_on"]) == (None, 0, None)


def test_a_pool_is_named_where_there_are_several_and_is_one_of_the_contract(spring: Door) -> None:
    spring.all_ok(
        [
            sign("north-tiers", contract_id="two", customer=alone("two")),
            sign("dytron-pay", contract_id="none", customer=alone("none"), agreed={"rates.training": "1150.00"}),
            sign("north-sum", contract_id="sum", customer=alone("sum")),
        ]
    )
    several = spring.unseen("contracts/two/burn-down")
    assert (several["field"], several["detail"]) == ("pool", "pool: is one of the contract's: care, extra")
    assert spring.see("contracts/two/burn-down", pool="extra")["pool"] == "extra"
    unknown = spring.unseen("contracts/two/burn-down", pool="hours")
    assert (unknown["status"], unknown["code"], unknown["pool"]) == (409, "unknown-pool", "hours")
    none = spring.unseen("contracts/none/burn-down")
    assert (none["status"], none["code"], none["contract_id"]) == (409, "unknown-pool", "none")
    assert none["detail"] == "Contract none has no pool: no credit is counted in it, so that nothing can run down."
    assert spring.unseen("contracts/none/burn-down", pool="hours")["code"] == "unknown-pool"
    assert spring.see("contracts/none/grants")["items"] == []
    money = spring.see("contracts/sum/burn-down", from_="2026-03-31")
    assert (money["unit"], money["currency"]) == ("money", "EUR")
    assert money["points"] == [
        {"on": "2026-03-31", "granted": "1000.00", "consumed": "0.00", "expired": "0.00", "balance": "1000.00"}
    ]
    assert money["forecast"] == {"per_day": "0.00", "over_days": 90, "runs_out_on": None, "expiring": []}


def test_bad_input_is_refused_by_the_name_of_its_field(spring: Door) -> None:
    door = "contracts/C/burn-down"
    for query, field in [
        ({"by": "year"}, "by"),
        ({"from_": "2026-04-01"}, "from"),
        ({"from_": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from_": "2026-01-01", "to": "2027-05-16"}, "from"),
        ({"from_": "1990-01-01", "to": "2199-12-31", "by": "month"}, "from"),
        ({"from_": "2026-03-02T00:00:00Z"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"as_of": "2026-03-01"}, "as_of"),
    ]:
        found = spring.unseen(door, **query)  # type: ignore[arg-type]
        assert (found["status"], found["field"]) == (422, field), query
    for when in ("soon", "2026-03-01T00:00:00", "9999-12-31"):
        assert spring.unseen("grants", expiring_before=when)["field"] == "expiring_before"


def test_a_list_of_grants_is_a_file_too(spring: Door) -> None:
    lines = spring.get("contracts/C/grants", headers={"Accept": "text/csv"}).text.splitlines()
    assert lines[0] == (
        "grant_id,contract_id,pool,unit,currency,source,granted,consumed,remaining,reserved,expired,valid_from,expires_at,state"
    )
    assert lines[5] == "ever,C,hours,minutes,,goodwill,60,0,60,0,0,2026-01-06T09:00:00Z,,active"


@pytest.mark.parametrize("seed", [1, 2])
def test_grants_and_burn_downs_are_what_balances_say_at_any_moment(door: Door, seed: int) -> None:
    tell(door, seed)
    for contract in CONTRACTS:
        today = door.clock().date().isoformat()
        for account in door.see(f"contracts/{contract}/balance")["accounts"]:
            points = door.see(f"contracts/{contract}/burn-down", pool=account["pool"], by="week", to="2027-02-01")
            for point in points["points"][::7]:
                query = {} if point["on"] == today else {"as_of": point["on"]}
                then = door.account(contract, account["pool"], **query)
                assert {name: then[name] for name in ("granted", "consumed", "expired")} == {
                    name: point[name] for name in ("granted", "consumed", "expired")
                }, (contract, point)
                assert units(point["balance"]) == units(then["available"]) + units(then["reserved"])
                check_grants(door.walk(f"contracts/{contract}/grants", **query), account["pool"], then)
            last = door.see(f"contracts/{contract}/burn-down", pool=account["pool"])["points"][-1]
            assert units(last["balance"]) == units(account["available"]) + units(account["reserved"])


def check_grants(items: list[Json], pool: str, account: Json) -> None:
    """What has begun adds up to the account; what nothing bears yet is consumed beside it."""
    begun = [one for one in items if one["pool"] == pool and one["state"] != "upcoming"]
    for one in items:
        figures = [units(one[name]) for name in ("granted", "consumed", "remaining", "expired")]
        assert figures[0] == sum(figures[1:]), one
    for name in ("granted", "expired"):
        assert sum(units(one[name]) for one in begun) == units(account[name]), (pool, name)
    assert sum(units(one["reserved"]) for one in begun) == units(account["reserved"])
    debt = units(account["consumed"]) - sum(units(one["consumed"]) for one in begun)
    owned = units(account["available"]) + units(account["reserved"])
    assert sum(units(one["remaining"]) for one in begun) - debt == owned
