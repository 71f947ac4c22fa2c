"""How often promises were kept: a random year against its tickets counted one by one, and what is at risk (S4–S6)."""

from collections.abc import Iterator
from itertools import chain, combinations, pairwise
from typing import Any

import pytest

from tests.http.door import Door, Json, problem
from tests.servers import drop_database, fresh_database
from tests.sla import year
from tests.sla.desk import Desk, desk_over, same
from tests.sla.slow import SECOND, micros
from tests.words import CUSTOMER, hold, open_ticket, reject, resolve, respond, resume, sign

GROUPS = ("contract", "plan", "priority", "target", "month")
MIXES = list(chain.from_iterable(combinations(GROUPS, size) for size in range(len(GROUPS) + 1)))
SOME_MIXES = [(), ("target",), ("month", "plan"), GROUPS]
TICKETS = 300


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A year of tickets on each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('year') / 'ledger.db'}"
    else:
        url = fresh_database(request.getfixturevalue("postgresql_server"))
    with desk_over(url) as desk:
        year.tell_year(desk, TICKETS)
        yield desk
    if request.param == "postgresql":
        drop_database(url)


def rows(desk: Door, groups: tuple[str, ...] = (), **query: Any) -> list[Json]:
    return desk.walk("sla/compliance", group_by=list(groups), **query)


# -- the year ------------------------------------------------------------------------------------------------------


def test_compliance_by_every_mix_of_groups_is_what_the_tickets_come_to_one_by_one(told: Desk) -> None:
    tickets = [told.ticket(f"t{number}") for number in range(TICKETS)]
    states = {row["state"] for ticket in tickets for row in ticket["sla"]}
    assert states == set(year.STATES), "the year should hold every state"
    for mix in MIXES:
        assert rows(told, mix) == year.recounted(tickets, mix), mix
    assert told.walk("tickets") == [
        {name: value for name, value in ticket.items() if name not in ("position", "history", "history_next")}
        for ticket in sorted(tickets, key=lambda one: one["history"][0]["position"])
    ]


def test_compliance_at_a_moment_in_either_time_is_what_the_tickets_were_then(told: Desk) -> None:
    recorded = sorted({one["recorded_at"] for one in told.events()})
    assert len(recorded) >= 4
    early = told.events()[900]["recorded_at"]
    questions: list[Json] = [
        {"as_of": "2026-06-30"},
        {"as_of": "2026-09-14T09:30:00+02:00"},
        {"as_of": "2026-03-31T10:00:00Z", "known_at": early},
        {"known_at": early},
    ]
    answers = []
    for question in questions:
        tickets = told.walk("tickets", **question)
        for mix in SOME_MIXES:
            assert rows(told, mix, **question) == year.recounted(tickets, mix), (question, mix)
        answers.append(rows(told, ("target", "month"), **question))
    assert answers[0] != answers[1] != answers[2]
    one_by_one = [told.get(f"tickets/t{number}", as_of="2026-03-31") for number in range(0, TICKETS, 10)]
    listed = {ticket["ticket_id"]: ticket["sla"] for ticket in told.walk("tickets", as_of="2026-03-31")}
    seen = {one.json()["ticket_id"]: one.json()["sla"] for one in one_by_one if one.status_code == 200}
    assert seen
    assert seen == {name: listed[name] for name in seen}


def test_filters_leave_in_what_they_name(told: Desk) -> None:
    tickets = told.walk("tickets")
    sold = year.CONTRACTS

    def check(keep: Any, **query: Any) -> None:
        for mix in SOME_MIXES[1:3]:
            expected = year.recounted([one for one in tickets if keep(one)], mix)
            assert rows(told, mix, **query) == expected, (query, mix)
            assert rows(told, mix, **query, as_of=year.NOW) == expected, (query, mix)

    check(lambda one: one["contract_id"] == "office", contract_id="office")
    check(lambda one: sold[one["contract_id"]].provider == "dial", provider="dial")
    check(lambda one: sold[one["contract_id"]].customer == "n", customer_id="n")
    check(lambda one: False, customer_id="n", contract_id="office")
    check(lambda one: "2026-03" <= year.month_of(one) <= "2026-05", from_="2026-03-01", to="2026-05-31")
    noon = "2026-06-15T12:00:00Z"
    check(lambda one: micros(one["opened_at"]) >= micros(noon), from_=noon)
    check(lambda one: micros(one["opened_at"]) <= micros(noon), to="2026-06-15T14:00:00+02:00")


def test_every_clock_is_what_a_slow_reading_of_the_tickets_history_makes_it(told: Desk) -> None:
    checked = 0
    for ticket in told.walk("tickets"):
        if year.CONTRACTS[ticket["contract_id"]].plan not in year.HOURS or ticket["state"] == "rejected":
            continue
        slow = year.slow_clocks(told.ticket(ticket["ticket_id"]))
        shown = {
            clock["target"]: (
                clock["priority"],
                clock["due_at"] and micros(clock["due_at"]),
                clock["ended_at"] and micros(clock["ended_at"]),
            )
            for clock in ticket["sla"]
        }
        assert shown == slow, ticket["ticket_id"]
        checked += len(shown)
        if checked >= 60:
            break
    assert checked >= 60


def test_accounts_lie_side_by_side_from_the_opening_to_the_due_instant_and_add_up(told: Desk) -> None:
    kinds = set()
    for ticket in told.walk("tickets")[: TICKETS // 2]:
        plan = year.CONTRACTS[ticket["contract_id"]].plan
        for clock in ticket["sla"]:
            account = told.account(clock["target"], ticket["ticket_id"])
            assert {name: account[name] for name in ("target", "priority", "started_at", "due_at", "state")} == {
                name: clock[name] for name in ("target", "priority", "started_at", "due_at", "state")
            }
            windows = account["windows"]
            assert windows[0]["from"] == ticket["opened_at"]
            assert all(before["to"] == after["from"] for before, after in pairwise(windows))
            assert all(one["from"] < one["to"] and one["why"] for one in windows)
            lengths = [(micros(one["to"]) - micros(one["from"])) // SECOND for one in windows]
            assert all(one["counted_seconds"] in (0, length) for one, length in zip(windows, lengths, strict=True))
            if clock["due_at"] is None:
                continue
            assert windows[-1]["to"] == clock["due_at"]
            if plan in year.PROMISES:
                promised = year.promised_seconds(plan, clock["target"], clock["priority"])
                counted = sum(one["counted_seconds"] for one in windows)
                assert promised in (None, counted), (ticket["ticket_id"], clock["target"])
                kinds.add(year.PROMISES[plan][clock["target"]][clock["priority"]][0])
    assert kinds == {"elapsed", "covered", "business_days", "end_of_business_day"}


# -- the denominator, and months -----------------------------------------------------------------------------------


def test_only_what_was_judged_is_in_the_denominator(desk: Desk) -> None:
    desk.tell(sign("eurolinux-premium"))
    assert rows(desk) == []
    desk.clock.put("2026-02-02T12:00:00Z")
    desk.tell(open_ticket("running", at="2026-02-02T11:30:00Z", priority=1))
    running = {"met": 0, "breached": 0, "running": 1, "paused": 0, "void": 0, "ratio": None}
    assert rows(desk) == [running]
    desk.tell(open_ticket("void", at="2026-02-02T11:30:00Z", priority=1), reject("2026-02-02T11:40:00Z", "void"))
    assert rows(desk) == [running | {"void": 1}]
    ratios = []
    for number, minute in enumerate(["02", "03", "04", "59", "05", "59", "59"]):  # due at 10:01
        desk.tell(open_ticket(f"t{number}", at="2026-02-02T09:01:00Z", priority=1))
        late = minute == "59"
        at = "2026-02-02T10:59:00Z" if late else f"2026-02-02T09:{minute}:00Z"
        desk.tell(respond(at, f"t{number}"))
        ratios.append(rows(desk)[0]["ratio"])
    assert ratios == ["1.0000", "1.0000", "1.0000", "0.7500", "0.8000", "0.6667", "0.5714"]
    assert rows(desk) == [{"met": 4, "breached": 3, "running": 1, "paused": 0, "void": 1, "ratio": "0.5714"}]
    assert rows(desk, ("priority",)) == [{"priority": 1, **rows(desk)[0]}]


def test_a_paused_target_is_shown_beside_the_ratio(desk: Desk) -> None:
    desk.tell(sign("easyredmine-basic"))
    desk.tell(open_ticket(at="2026-02-02T09:00:00Z", priority=1), hold("2026-02-02T10:00:00Z"))
    assert rows(desk) == [{"met": 0, "breached": 0, "running": 0, "paused": 1, "void": 0, "ratio": None}]
    before = rows(desk, as_of="2026-02-02T09:59:59Z")
    assert before == [{"met": 0, "breached": 0, "running": 1, "paused": 0, "void": 0, "ratio": None}]


def test_a_month_begins_at_midnight_where_the_provider_is(any_desk: Desk) -> None:
    """The same instant lies in two months, in Berlin (+01:00) and in Auckland (+13:00)."""
    any_desk.tell(sign("dial-office", contract_id="B"))
    any_desk.tell(sign("kiwi-office", contract_id="A"))
    instants = ["2026-02-28T10:59:59Z", "2026-02-28T11:00:00Z", "2026-02-28T22:59:59Z", "2026-02-28T23:00:00Z"]
    for number, at in enumerate(instants):
        any_desk.tell(
            open_ticket(f"b{number}", at=at, priority=1, contract_id="B"),
            open_ticket(f"a{number}", at=at, priority=1, contract_id="A"),
        )
    expected = [("A", "2026-02", 1), ("A", "2026-03", 3), ("B", "2026-02", 3), ("B", "2026-03", 1)]
    for query in ({}, {"as_of": "2026-04-01"}):
        found = rows(any_desk, ("contract", "target", "month"), **query)
        reactions = [one for one in found if one["target"] == "reaction"]
        assert [(one["contract"], one["month"], one["breached"]) for one in reactions] == expected
    march = {"from_": "2026-03-01", "to": "2026-03-31"}
    counted = {one["contract"]: one["breached"] for one in rows(any_desk, ("contract", "target"), **march)}
    assert counted == {"A": 3, "B": 1}
    exact = rows(any_desk, ("contract", "target"), from_="2026-02-28T11:00:00Z", to="2026-02-28T22:59:59Z")
    assert {(one["contract"], one["breached"]) for one in exact} == {("A", 2), ("B", 2)}


def test_groups_may_be_named_twice_and_unknown_ones_are_refused(desk: Desk) -> None:
    desk.tell(sign("dial-office"))
    desk.tell(open_ticket(at="2026-02-02T09:00:00Z", priority=1))
    assert rows(desk, ("target", "target")) == rows(desk, ("target",))
    assert rows(desk, ("month", "target"))[0].keys() >= {"month", "target"}
    for query in ({"group_by": "customer"}, {"from_": "soon"}, {"to": "2026-02-02T09:00:00"}, {"as_of": "2026-13-01"}):
        assert desk.unseen("sla/compliance", **query)["code"] == "malformed", query
    assert desk.unseen("sla/compliance", contract_id="nobody")["code"] == "unknown-contract"


# -- at risk -------------------------------------------------------------------------------------------------------


def risks(desk: Door, **query: Any) -> list[str]:
    return [f"{one['ticket_id']} {one['target']}" for one in desk.see("sla/at-risk", **query)["items"]]


EDGES: list[tuple[str, Json, bool]] = [
    ("09:44:59", {}, False),
    ("09:45:00", {}, False),  # a quarter is left: not less than a quarter
    ("09:45:01", {}, True),
    ("10:00:00", {}, True),
    ("10:00:01", {}, False),  # breached
    ("09:30:00", {"share": "0.5"}, False),
    ("09:30:01", {"share": "0.5"}, True),
    ("09:00:00", {"share": "1"}, False),
    ("09:00:01", {"share": "1.0000"}, True),
    ("10:00:00", {"share": "0"}, False),
    ("09:59:59", {"share": "0.0003"}, True),  # a second of 3600
    ("09:59:59", {"share": "0.0002"}, False),
    ("09:29:59", {"within_minutes": 30}, False),
    ("09:30:00", {"within_minutes": 30}, True),
    ("10:00:00", {"within_minutes": 0}, True),
]


def test_a_target_is_at_risk_when_less_than_a_share_of_its_time_is_left(desk: Desk) -> None:
    desk.tell(sign("dial-office"))
    desk.tell(open_ticket(at="2026-02-02T09:00:00+01:00", priority=1))
    for now, query, found in EDGES:
        desk.clock.put(f"2026-02-02T{now}+01:00")
        assert ("T reaction" in risks(desk, **query)) is found, (now, query)


def test_the_share_is_of_the_time_that_counts_and_the_minutes_are_those_on_the_wall(any_desk: Desk) -> None:
    any_desk.tell(sign("dial-office"))
    any_desk.tell(open_ticket(at="2026-02-06T16:20:00+01:00", priority=1))  # 40 minutes of Friday, 20 of Monday
    any_desk.clock.put("2026-02-07T12:20:00+01:00")
    (item,) = any_desk.see("sla/at-risk", share="0.34")["items"]
    assert same(item["due_at"], "2026-02-09T09:20:00+01:00")
    assert {name: item[name] for name in item if not name.endswith("_at")} == {
        "ticket_id": "T",
        "contract_id": "C",
        "target": "reaction",
        "priority": 1,
        "minutes_left": 45 * 60,
        "share_left": "0.3333",
    }
    assert risks(any_desk, share="0.33") == []


def test_waits_are_no_part_of_the_share(desk: Desk) -> None:
    desk.tell(sign("dial-office"))
    desk.tell(
        open_ticket(at="2026-02-02T09:00:00+01:00", priority=1),
        hold("2026-02-02T10:00:00+01:00"),
        resume("2026-02-02T12:00:00+01:00"),
    )
    for clock, found in (("09:00:00", []), ("09:00:01", ["T resolution"])):  # 6 of 8 hours were used on Monday
        desk.clock.put(f"2026-02-03T{clock}+01:00")
        assert risks(desk) == found


def test_the_nearest_come_first_and_only_what_still_runs_is_at_risk(any_desk: Desk) -> None:
    any_desk.tell(sign("dial-office"))
    for minute in (30, 10, 20):
        any_desk.tell(open_ticket(f"t{minute}", at=f"2026-02-02T09:{minute}:00+01:00", priority=1))
    for name, word in (("met", respond), ("void", reject), ("solved", resolve)):
        any_desk.tell(open_ticket(name, at="2026-02-02T09:15:00+01:00", priority=1))
        any_desk.tell(word("2026-02-02T09:20:00+01:00", name))
    any_desk.tell(
        open_ticket("waits", at="2026-02-02T08:00:00+01:00", priority=2), hold("2026-02-02T09:00:00+01:00", "waits")
    )
    any_desk.clock.put("2026-02-02T10:15:01+01:00")
    assert risks(any_desk) == ["t20 reaction", "t30 reaction"]  # t10 is breached
    assert risks(any_desk, limit=1) == ["t20 reaction"]
    assert risks(any_desk, within_minutes=300) == ["t20 reaction", "t30 reaction", "waits reaction"]
    everything = any_desk.see("sla/at-risk", within_minutes=100_000)["items"]
    for size in (1, 2, 3):
        assert any_desk.walk("sla/at-risk", limit=size, within_minutes=100_000) == everything
    assert [one["due_at"] for one in everything] == sorted(one["due_at"] for one in everything)
    assert not {"met reaction", "void reaction", "solved resolution", "waits resolution"} & set(
        risks(any_desk, within_minutes=100_000)
    )


def test_share_and_minutes_exclude_each_other_and_stay_in_their_bounds(desk: Desk) -> None:
    for query in (
        {"share": "0.5", "within_minutes": 5},
        {"share": "1.1"},
        {"share": "-0.1"},
        {"share": "0.00001"},
        {"share": "half"},
        {"within_minutes": -1},
        {"within_minutes": "soon"},
        {"within_minutes": 10**12},
        {"limit": 0},
        {"limit": 501},
    ):
        assert desk.unseen("sla/at-risk", **query)["code"] == "malformed", query


# -- who sees what -------------------------------------------------------------------------------------------------

SIDES = {
    "mine": ("dial-office", "k", "h"),
    "anothers": ("dial-office", "n", "l"),
    "abroad": ("kiwi-office", "k", "h"),  # the same ids at another provider are somebody else
}
WHO: dict[str, tuple[dict[str, str], set[str]]] = {
    "operator": ({"provider": "dial"}, {"mine", "anothers"}),
    "finance": ({"provider": "dial"}, {"mine", "anothers"}),
    "customer": ({"provider": "dial", "customer": "k"}, {"mine"}),
    "partner": ({"provider": "dial", "partner": "h"}, {"mine"}),
    "auditor": ({}, set(SIDES)),
    "admin": ({}, set(SIDES)),
}


@pytest.fixture
def sides(any_desk: Desk) -> Desk:
    for name, (plan, customer, partner) in SIDES.items():
        any_desk.tell(
            sign(
                plan,
                contract_id=name,
                customer=CUSTOMER | {"customer_id": customer},
                partner={"partner_id": partner, "name": f"Partner {partner}"},
            )
        )
        any_desk.tell(open_ticket(f"{name}-t", at="2026-02-01T20:20:00Z", priority=1, contract_id=name))
    any_desk.clock.put("2026-02-01T20:30:00Z")  # Monday morning in Auckland
    any_desk.tell(open_ticket("abroad-now", at="2026-02-01T20:01:00Z", priority=1, contract_id="abroad"))
    return any_desk


def test_no_door_of_promises_shows_what_belongs_to_somebody_else(sides: Desk) -> None:
    """Compliance, what is at risk, accounts, and tickets with their clocks: for every role, now and in the past."""
    for role, (who, own) in WHO.items():
        reader = sides.token(role, **who)
        for query in ({}, {"as_of": "2026-02-10"}, {"known_at": "2190-01-01", "as_of": "2026-02-10"}):
            answer = sides.see("sla/compliance", reader, group_by=["contract"], **query)
            assert {one["contract"] for one in answer["items"]} == own, (role, query)
        at_risk = sides.see("sla/at-risk", reader, within_minutes=5_000_000)["items"]
        assert {one["contract_id"] for one in at_risk} == own, role
        assert [one["ticket_id"] for one in sides.see("sla/at-risk", reader, share="0.6")["items"]] == (
            ["abroad-now"] if "abroad" in own else []
        )
        for side in SIDES:
            shown = sides.get(f"tickets/{side}-t/sla/reaction/trace", reader)
            assert (shown.status_code, side in own) in ((200, True), (404, False)), (role, side)
            if side not in own:
                assert problem(shown)["code"] == "unknown-ticket"
                assert sides.unseen("sla/compliance", reader, contract_id=side)["code"] == "unknown-contract"
                assert sides.unseen(f"tickets/{side}-t", reader)["code"] == "unknown-ticket"
        neighbour = sides.see("sla/compliance", reader, customer_id="n", group_by=["contract"])["items"]
        assert {one["contract"] for one in neighbour} == own & {"anothers"}
        abroad = sides.see("sla/compliance", reader, provider="kiwi", group_by=["contract"])["items"]
        assert {one["contract"] for one in abroad} == own & {"abroad"}


def test_totals_count_only_what_the_token_may_see(sides: Desk) -> None:
    for role, (who, own) in WHO.items():
        (row,) = sides.see("sla/compliance", sides.token(role, **who))["items"]
        assert sum(row[state] for state in year.STATES) == 2 * len(own) + 2 * ("abroad" in own), role


def test_promises_are_not_read_without_a_token(desk: Desk) -> None:
    for path in ("sla/compliance", "sla/at-risk", "tickets/mine-t/sla/reaction/trace"):
        for odd in ("", "nobody"):
            assert problem(desk.get(path, odd))["code"] == "unauthenticated", path


def test_an_account_that_is_not_there_is_not_found(desk: Desk) -> None:
    desk.tell(sign("eurolinux-standard"))
    desk.tell(open_ticket(at="2026-02-02T09:00:00+01:00", priority=1))
    assert desk.unseen("tickets/U/sla/reaction/trace")["code"] == "unknown-ticket"
    assert desk.unseen("tickets/T/sla/resolution/trace")["code"] == "not-found"
    assert desk.get("tickets/T/sla/anything/trace").status_code in (404, 422)
