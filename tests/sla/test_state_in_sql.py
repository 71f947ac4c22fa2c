"""The state of a target is one rule (S4): what is counted by SQL is what the pure rule says, on both databases."""

from hypothesis import example, given
from hypothesis import strategies as st

from ledger.sla.targets import TargetClock
from ledger.store.database import open_database
from projections.sla.states import STATE

AT = st.integers(0, 4) | st.integers(-(2**62), 2**62)  # few of them, so that they often fall together
MAYBE = st.none() | AT
JUDGED = ("breached_at", "ended_at", "paused_since", "void_at")
SQL = (
    f"SELECT {STATE} AS state FROM "
    f"(SELECT {', '.join(f'CAST(:{column} AS BIGINT) AS {column}' for column in JUDGED)}) k"
)


def test_the_state_in_sql_is_the_state_by_the_pure_rule(database_url: str) -> None:
    database = open_database(database_url)

    @given(MAYBE, MAYBE, MAYBE, MAYBE, AT)
    @example(breached_at=None, ended_at=2, paused_since=None, void_at=None, now=9)  # met
    @example(breached_at=3, ended_at=3, paused_since=None, void_at=None, now=9)  # a moment too late
    @example(breached_at=3, ended_at=None, paused_since=None, void_at=None, now=2)  # still running
    @example(breached_at=3, ended_at=None, paused_since=None, void_at=None, now=3)  # breached with nothing done
    @example(breached_at=None, ended_at=None, paused_since=1, void_at=None, now=9)
    @example(breached_at=None, ended_at=None, paused_since=None, void_at=1, now=9)
    def same(
        breached_at: int | None, ended_at: int | None, paused_since: int | None, void_at: int | None, now: int
    ) -> None:
        clock = TargetClock("reaction", 3, 0, 2, breached_at, ended_at, 0, paused_since, void_at)
        told = {"breached_at": breached_at, "ended_at": ended_at, "paused_since": paused_since, "void_at": void_at}
        (row,) = database.query(SQL, told | {"now": now})
        assert row.state == clock.state(now)

    try:
        same()
    finally:
        database.close()
