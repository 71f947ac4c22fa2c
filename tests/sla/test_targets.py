"""When promises fall due: each row of the tables is sold, opened and read over HTTP; and where nothing is promised."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path

import holidays
import pytest

from ledger.plans.holiday_sets import holidays_of
from tests.sla.desk import Desk, desk_over, same
from tests.sla.promises import ALL, CASES
from tests.words import CUSTOMER, amend, change_plan, open_ticket, sign


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A ticket for each row, named by its number, all on contracts of their plans."""
    folder: Path = tmp_path_factory.mktemp("targets")
    with desk_over(f"sqlite:///{folder / 'ledger.db'}") as desk:
        contracts: dict[str, str] = {}
        numbers = count(1)
        lines = []
        for number, (plan, agreed, _, priority, told, opened, _, _) in enumerate(CASES):
            key = f"{plan} {agreed}"
            if key not in contracts:
                contracts[key] = f"C{next(numbers)}"
                desk.tell(sign(plan, contract_id=contracts[key], agreed=agreed))
            lines.append(open_ticket(f"T{number}", at=opened, priority=priority, contract_id=contracts[key], **told))
        desk.tell(*lines)
        yield desk


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{case[0]}-{case[2]}-{case[3]}-{case[7]}".replace(" ", "_") for case in CASES]
)
def test_a_target_falls_due_as_the_text_promises(tickets: Desk, number: int) -> None:
    _, _, target, priority, _, opened, due, _ = CASES[number]
    clock = tickets.target(target, f"T{number}")
    assert same(clock["due_at"], due), f"opened {opened}: due {clock['due_at']}, not {due}"
    assert clock["priority"] == priority
    assert clock["paused_minutes"] == 0


@pytest.mark.parametrize("plan", ["eurolinux-standard", "easyredmine-basic", "easyredmine-priority"])
def test_a_plan_promises_no_more_than_its_text(tickets: Desk, plan: str) -> None:
    promised = {"eurolinux-standard": ["reaction"]}.get(plan, ["resolution"])
    numbers = [number for number, case in enumerate(CASES) if case[0] == plan][::7]
    assert [[clock["target"] for clock in tickets.ticket(f"T{number}")["sla"]] for number in numbers] == [
        promised for _ in numbers
    ]


def test_priorities_nobody_agreed_a_target_for_are_promised_nothing(shared: Desk) -> None:
    shared.tell(sign("dytron-sla", agreed={"sla.reaction.2": 60}))
    shared.tell(*(open_ticket(f"T{priority}", at="2026-02-04T10:00:00+01:00", priority=priority) for priority in ALL))
    assert [len(shared.ticket(f"T{priority}")["sla"]) for priority in ALL] == [0, 1, 0, 0]


def test_a_target_in_working_time_cannot_be_agreed_without_hours(desk: Desk) -> None:
    customer = {"customer_id": "k", "name": "Kunde", "country": "CZ"}
    told = {"contract_id": "C", "plan": "dytron-sla", "starts_on": "2026-01-01", "customer": customer}
    for target in ({"kind": "covered", "minutes": 60}, {"kind": "business_days", "days": 1}):
        refusal = desk.refused("not-agreed", sign(**told, agreed={"sla.reaction.1": target}))
        assert refusal["missing"] == ["coverage"]


# -- plans that promise no time: a view of their hours --------------------------------------------------------------

# Mon–Thu 9–17, Fri 9–12 in Berlin: opened, inside?
GROUP_HOURS = [
    ("2026-02-02T09:00:00+01:00", True),
    ("2026-02-02T08:59:59+01:00", False),
    ("2026-02-05T16:59:59+01:00", True),
    ("2026-02-05T17:00:00+01:00", False),
    ("2026-02-06T11:59:59+01:00", True),
    ("2026-02-06T12:00:00+01:00", False),
    ("2026-02-07T10:00:00+01:00", False),
    ("2026-05-14T10:00:00+02:00", False),  # Ascension Day
    ("2026-06-04T10:00:00+02:00", True),  # Corpus Christi is no holiday of the whole country
    ("2026-12-24T10:00:00+01:00", True),  # nor is Christmas Eve
    ("2026-12-25T10:00:00+01:00", False),
    ("2026-03-30T09:00:00+02:00", True),
    ("2026-10-26T09:00:00+01:00", True),
]
# What stands at an instant: open now, and when next.
GROUP_NEXT = [
    ("2026-06-15T10:00:00+02:00", True, None),
    ("2026-06-15T08:00:00+02:00", False, "2026-06-15T09:00:00+02:00"),
    ("2026-06-19T12:00:00+02:00", False, "2026-06-22T09:00:00+02:00"),
    ("2026-10-24T12:00:00+02:00", False, "2026-10-26T09:00:00+01:00"),
    ("2026-12-24T17:00:00+01:00", False, "2026-12-28T09:00:00+01:00"),
]


@pytest.mark.parametrize("plan", ["groupios-l", "groupios-m", "groupios-s"])
def test_hours_without_a_promise_are_a_view_of_coverage_and_no_clock(shared: Desk, plan: str) -> None:
    shared.tell(sign(plan))
    shared.tell(*(open_ticket(f"T{number}", at=opened, priority=1) for number, (opened, _) in enumerate(GROUP_HOURS)))
    for number, (opened, inside) in enumerate(GROUP_HOURS):
        ticket = shared.ticket(f"T{number}")
        assert ticket["sla"] == []
        assert ticket["coverage"]["opened_inside"] is inside, opened
    for at, is_open, following in GROUP_NEXT:
        coverage = shared.ticket("T0", as_of=at)["coverage"]
        assert coverage["open_now"] is is_open, at
        assert same(coverage["next_opening_at"], following), at
    assert shared.compliance("C") == []
    assert shared.unseen(f"tickets/{shared.named('T0')}/sla/reaction/trace")["code"] == "not-found"


def test_a_channel_may_have_hours_of_its_own(shared: Desk) -> None:
    """cloudempiere's portal is open always, its phone Mon–Fri 8–17 in Bratislava."""
    shared.tell(sign("cloudempiere-standard"))
    instants = ["2026-02-06T16:59:59+01:00", "2026-02-06T17:00:00+01:00", "2026-01-06T10:00:00+01:00"]
    for number, at in enumerate(instants):
        shared.tell(
            open_ticket(f"P{number}", at=at, priority=1, channel="phone"),
            open_ticket(f"W{number}", at=at, priority=1, channel="portal"),
        )
    assert [shared.ticket(f"P{number}")["coverage"]["opened_inside"] for number in range(3)] == [True, False, False]
    assert [shared.ticket(f"W{number}")["coverage"]["opened_inside"] for number in range(3)] == [True, True, True]
    assert shared.ticket("P0")["sla"] == shared.ticket("W0")["sla"] == []
    shown = shared.ticket("P0", as_of="2026-09-15T17:00:00+02:00")["coverage"]
    assert same(shown["next_opening_at"], "2026-09-16T08:00:00+02:00")


@pytest.mark.parametrize("plan", ["dytron-alc", "dytron-pay", "dytron-sbp", "dytron-sla", "cloudempiere-sla"])
def test_a_plan_without_hours_shows_none(shared: Desk, plan: str) -> None:
    required = {figure["name"] for figure in shared.see(f"plans/{plan}")["open"] if figure["required"]}
    shared.tell(sign(plan, agreed=dict.fromkeys(required, "1000.00")))
    shared.tell(open_ticket(at="2026-02-06T16:30:00+01:00", priority=1))
    assert shared.ticket()["sla"] == []
    assert shared.ticket()["coverage"] is None


# -- the set of holidays in force -----------------------------------------------------------------------------------


def test_the_holidays_in_force_are_kept_with_the_contract(desk: Desk) -> None:
    desk.tell(sign("dial-region"))
    desk.tell(sign("eurolinux-premium", contract_id="N"))
    started = {one["contract_id"]: one["data"] for one in desk.events() if one["type"] == "TermStarted"}
    assert set(started["C"]["holidays"]) == {"DE-BY"}
    kept = {date.fromisoformat(day) for day in started["C"]["holidays"]["DE-BY"]}
    assert {date(2026, 1, 6), date(2026, 6, 4), date(2026, 12, 25), date(2027, 1, 1), date(2031, 1, 6)} <= kept
    assert date(2026, 12, 24) not in kept
    assert started["C"]["holidays_source"].startswith("holidays ")
    assert started["N"]["holidays"] == {}


@pytest.fixture
def later_release(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[date, str]], None]]:
    """The library that knows the holidays, as if another one were installed: it has these days and no others."""

    def install(days: dict[date, str]) -> None:
        monkeypatch.setattr(holidays, "country_holidays", lambda *_, **__: days)
        holidays_of.cache_clear()

    yield install
    holidays_of.cache_clear()


def test_a_later_release_of_the_source_moves_no_clock_of_a_contract(
    tmp_path: Path, later_release: Callable[[dict[date, str]], None]
) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with desk_over(url) as desk:
        desk.tell(sign("eurolinux-standard", contract_id="OLD"))
    released = {date(2026, 2, 9): "Day of the Release"}  # and nothing else, of any year
    later_release(released)
    with desk_over(url) as desk:
        desk.tell(sign("eurolinux-standard", contract_id="NEW"))
        for contract in ("OLD", "NEW"):
            desk.tell(open_ticket(f"{contract}-1", at="2026-02-06T16:30:00+01:00", priority=1, contract_id=contract))
            desk.tell(open_ticket(f"{contract}-2", at="2026-11-10T16:30:00+01:00", priority=1, contract_id=contract))
        dues = {name: desk.due("reaction", name) for name in ("OLD-1", "OLD-2", "NEW-1", "NEW-2")}
    assert dues == {
        "OLD-1": "2026-02-09T08:30:00Z",
        "OLD-2": "2026-11-12T08:30:00Z",
        "NEW-1": "2026-02-10T08:30:00Z",
        "NEW-2": "2026-11-11T08:30:00Z",
    }


# -- whose calendar -------------------------------------------------------------------------------------------------

AFTERNOONS = {"hours": {key: [["13:00", "15:00"]] for key in ("mon", "tue", "wed", "thu", "fri")}}
EVENINGS = {"hours": {key: [["18:00", "20:00"]] for key in ("mon", "tue", "wed", "thu", "fri")}}


def test_hours_are_the_contracts_before_the_customers_before_the_plans(desk: Desk) -> None:
    hours = {"coverage": EVENINGS, "sla.reaction.1": 60}
    desk.tell(sign("eurolinux-standard", contract_id="plans"))
    desk.tell(sign("eurolinux-standard", contract_id="customers", customer=CUSTOMER | {"coverage": AFTERNOONS}))
    desk.tell(sign("dytron-sla", contract_id="agreed", customer=CUSTOMER | {"coverage": AFTERNOONS}, agreed=hours))
    desk.tell(
        sign(
            "dytron-sla",
            contract_id="open",
            customer=CUSTOMER | {"coverage": AFTERNOONS},
            agreed={"sla.reaction.1": 60},
        )
    )
    for contract in ("plans", "customers", "agreed", "open"):
        desk.tell(open_ticket(contract, at="2026-02-02T10:00:00+01:00", priority=1, contract_id=contract))
    assert {contract: desk.due("reaction", contract) for contract in ("plans", "customers", "agreed", "open")} == {
        "plans": "2026-02-02T10:00:00Z",
        "customers": "2026-02-02T13:00:00Z",
        "agreed": "2026-02-02T18:00:00Z",
        "open": "2026-02-02T13:00:00Z",
    }


def test_a_later_plan_takes_the_customers_hours_too(desk: Desk) -> None:
    desk.tell(sign("eurolinux-premium", customer=CUSTOMER | {"coverage": AFTERNOONS}))
    desk.tell(
        change_plan("eurolinux-standard", "2026-03-01", "C"),
        open_ticket("before", at="2026-02-02T10:00:00+01:00", priority=1),
        open_ticket("after", at="2026-03-02T10:00:00+01:00", priority=1),
    )
    assert desk.due("reaction", "before") == "2026-02-02T10:00:00Z"  # 60 minutes around the clock
    assert desk.due("reaction", "after") == "2026-03-02T13:00:00Z"


def test_hours_of_a_customer_that_are_none_are_refused_by_name(desk: Desk) -> None:
    signing = {"contract_id": "C", "plan": "eurolinux-standard", "starts_on": "2026-01-01"}
    customer = {"customer_id": "k", "name": "Customer k", "country": "CZ"}
    for hours, field in (
        ({"hours": {}}, "customer.coverage"),
        ({"hours": {"mon": [["15:00", "13:00"]]}}, "customer.coverage.hours.mon"),
        ({"timezone": "Prague", **AFTERNOONS}, "customer.coverage.timezone"),
        ({"opens": "never"}, "customer.coverage.opens"),
    ):
        refused = desk.refused("malformed", sign(**signing, customer=customer | {"coverage": hours}))
        assert refused["field"] == field, refused
    desk.tell(sign("eurolinux-standard"))
    amended = {"contract_id": "C", "customer": {"coverage": AFTERNOONS}}
    assert desk.refused("malformed", amend(**amended))["field"] == "customer.coverage"
