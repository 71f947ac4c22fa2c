"""What a list is narrowed to is one rule, said of rows in SQL and of rows as they were: on both databases the same."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.kernel.values import from_micros, local_date, to_micros
from projections.asking import Condition
from projections.sessions.questions import SessionFilter
from projections.sessions.view import SessionStatus
from projections.tickets.questions import TicketFilter
from tests.views.rows import TABLES, Written, blank, written

BEGIN = datetime(2026, 3, 27, tzinfo=UTC)  # a clock change in Europe lies within
HOURS = st.integers(min_value=0, max_value=96)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
STATUSES = st.sampled_from(get_args(SessionStatus))
MOMENTS = st.one_of(
    st.none(),
    st.integers(min_value=-1, max_value=5).map(lambda days: date(2026, 3, 27) + timedelta(days=days)),
    HOURS.map(lambda hours: BEGIN + timedelta(hours=hours)),
)
STATES = st.sampled_from(["open", "in_progress", "waiting", "resolved", "closed", "rejected"])
PRIORITIES = st.integers(min_value=1, max_value=3)
searched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def views(database_url: str) -> Iterator[Written]:
    with written(database_url) as views:
        yield views


def found(views: Written, table: str, alias: str, rows: list[Any], stands: Condition) -> set[str]:
    """The keys of the rows for which a condition stands."""
    views.write(rows)
    condition, params = stands
    sql = f"SELECT {alias}.{table[:-1]}_id AS key FROM {table} {alias} WHERE {condition}"
    return {row.key for row in views.projector.database.query(sql, params)}


@searched
@given(
    sessions=st.lists(st.tuples(STATUSES, HOURS, ZONES), min_size=1, max_size=8),
    wanted=st.builds(SessionFilter, state=st.one_of(st.none(), STATUSES), starts_from=MOMENTS, starts_to=MOMENTS),
)
def test_sessions_by_state_and_start(
    views: Written, sessions: list[tuple[str, int, str]], wanted: SessionFilter
) -> None:
    """A day is one of the provider's, an instant the same everywhere; both ends are included."""
    rows = []
    for number, (state, hours, zone) in enumerate(sessions):
        starts_at = to_micros(BEGIN + timedelta(hours=hours))
        starts_on = local_date(from_micros(starts_at), zone).isoformat()
        told = {"state": state, "starts_at": starts_at, "starts_on": starts_on, "timezone": zone}
        rows.append(blank(TABLES["sessions"], session_id=f"S-{number}", **told))
    held = {row.session_id for row in rows if wanted.holds(row)}
    assert found(views, "sessions", "s", rows, wanted.stands) == held


@searched
@given(
    tickets=st.lists(st.tuples(STATES, PRIORITIES), min_size=1, max_size=8),
    wanted=st.builds(
        TicketFilter,
        state=st.one_of(st.none(), STATES),
        priority=st.one_of(st.none(), PRIORITIES),
        is_live=st.booleans(),
    ),
)
def test_tickets_by_state_and_priority(views: Written, tickets: list[tuple[str, int]], wanted: TicketFilter) -> None:
    rows = [
        blank(TABLES["tickets"], ticket_id=f"T-{number}", state=state, priority=priority)
        for number, (state, priority) in enumerate(tickets)
    ]
    held = {row.ticket_id for row in rows if wanted.holds(row)}
    assert found(views, "tickets", "t", rows, wanted.stands) == held
