"""Compliance at any place in both times, and of tickets opened between any instants, counts what each ticket shows.

A ticket that took no step since is counted in totals, one that did is worked out anew; what is shown of one ticket is
always worked out from its events.
"""

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.runner import Projector
from tests.http.door import Json
from tests.sla.desk import Desk
from tests.words import Step, close, hold, open_ticket, reopen, reprioritise, resolve, respond, resume, retract, sign

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
HOURS = st.integers(0, 60)
STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 7), HOURS, st.integers(1, 3)), min_size=3, max_size=16)
STATES = ("met", "breached", "running", "paused", "void")
searched = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=25
)


def at(hours: int) -> str:
    return (BEGIN + timedelta(hours=hours)).isoformat()


def at_of(ticket: Json) -> str:
    return datetime.fromisoformat(ticket["opened_at"]).isoformat()


def step_of(ticket: str, what: int, hours: int, priority: int) -> Step:
    then = at(hours)
    return (
        respond(then, ticket),
        hold(then, ticket),
        resume(then, ticket),
        resolve(then, ticket),
        reopen(then, ticket),
        close(then, ticket),
        reprioritise(then, ticket, priority=priority, reason="as it is"),
        respond(then, ticket),
    )[what]


def tell(desk: Desk, steps: list[tuple[int, int, int, int]]) -> None:
    """What of the steps there may be, late or not; some are taken back."""
    for number, what, hours, priority in steps:
        ticket = desk.named(f"T{number}")
        (answer,) = desk.lines([step_of(ticket, what, hours, priority)])
        if "code" not in answer and hours % 5 == 0 and answer["events"]:
            desk.lines([retract(answer["position"], ticket)])


def counted(rows: list[Json]) -> Counter[tuple[str, str]]:
    found = Counter[tuple[str, str]]()
    for row in rows:
        found.update({(row["target"], state): row[state] for state in STATES})
    return +found


def shown(tickets: list[Json]) -> Counter[tuple[str, str]]:
    return Counter((clock["target"], clock["state"]) for ticket in tickets for clock in ticket["sla"])


@searched
@given(
    steps=STEPS,
    moments=st.lists(st.tuples(HOURS, st.integers(0, 40)), min_size=4, max_size=4),
    periods=st.lists(st.tuples(HOURS, HOURS), max_size=2),
)
def test_what_is_counted_is_what_each_ticket_shows(
    any_desk: Desk,
    steps: list[tuple[int, int, int, int]],
    moments: list[tuple[int, int]],
    periods: list[tuple[int, int]],
) -> None:
    any_desk.begin()
    any_desk.tell(sign("dial-office"))
    for number in range(4):
        any_desk.tell(open_ticket(f"T{number}", at=at(3 * number), priority=number % 3 + 1))
    tell(any_desk, steps)
    known = [event["recorded_at"] for event in any_desk.events()][-20:]
    for hours, place in moments:
        asked: Json = {"as_of": at(hours)}
        if place < len(known):
            asked["known_at"] = known[place]
        tickets = any_desk.walk("tickets", contract_id=any_desk.named("C"), **asked)
        assert counted(any_desk.compliance("C", "target", **asked)) == shown(tickets), asked
        for first, last in periods:
            opened = [one for one in tickets if at(first) <= at_of(one) <= at(last)]
            asked |= {"from_": at(first), "to": at(last), "group_by": ["target", "priority"], "limit": 1}
            if first <= last:
                rows = any_desk.walk("sla/compliance", contract_id=any_desk.named("C"), **asked)
                assert counted(rows) == shown(opened), asked
    for hours, _ in moments:
        then = any_desk.compliance("C", "priority", "month", as_of=at(hours))
        any_desk.clock.put(at(hours))
        assert any_desk.compliance("C", "priority", "month") == then, hours


@settings(searched, max_examples=4)
@given(steps=STEPS)
def test_built_anew_the_totals_are_the_same(
    any_desk: Desk, database_url: str, steps: list[tuple[int, int, int, int]]
) -> None:
    any_desk.begin()
    any_desk.tell(sign("dial-office"))
    for number in range(4):
        any_desk.tell(open_ticket(f"T{number}", at=at(3 * number), priority=number % 3 + 1))
    tell(any_desk, steps)
    any_desk.see("contracts")
    with closing(Projector(database_url)) as projector:
        assert projector.differences() == []
