"""Compliance at any place in both times counts the targets as each ticket shows them there.

A ticket that took no step since is counted as it is, one that did is worked out anew; what is shown of one ticket is
always worked out from its events.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    return +Counter({(row["target"], state): row[state] for row in rows for state in STATES})


def shown(tickets: list[Json]) -> Counter[tuple[str, str]]:
    return Counter((clock["target"], clock["state"]) for ticket in tickets for clock in ticket["sla"])


@searched
@given(steps=STEPS, moments=st.lists(st.tuples(HOURS, st.integers(0, 40)), min_size=4, max_size=4))
def test_what_is_counted_is_what_each_ticket_shows(
    any_desk: Desk, steps: list[tuple[int, int, int, int]], moments: list[tuple[int, int]]
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
