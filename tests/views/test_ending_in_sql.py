"""What SQL adds up of grants is what the pure rules of credit say, on both databases.

Searched by Hypothesis over rows made up: grants whose end was told anew, and movements after their end.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.credit.expiry import breakage, expired_by
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.values import from_micros, to_micros
from projections.asking import EVERYTHING, PageAsked
from projections.credit.drawn_grants import drawn_grants
from projections.credit.grants import GrantFilter, contract_grants, list_grants, live_grants
from projections.credit.movements import NEVER
from projections.credit.statements import StatementAsked, statement
from projections.reader import NOW, AsOf, Times
from tests.views.rows import CONTRACT, POOL, TABLES, Written, blank, contract, movement, written

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = st.integers(min_value=0, max_value=12)
Told = tuple[int, int, list[tuple[int, int]], list[int | None]]
GRANTS = st.lists(
    st.tuples(
        DAYS,  # its beginning
        st.integers(min_value=1, max_value=90),
        st.lists(st.tuples(DAYS, st.integers(min_value=-30, max_value=60).filter(bool)), max_size=3),  # draws
        st.lists(st.one_of(st.none(), DAYS), min_size=1, max_size=2),  # its end, and the end that was told later
    ),
    max_size=4,
)
searched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def noon(number: int) -> int:
    return to_micros(BEGIN + timedelta(days=number, hours=12))


def end_of(number: int | None) -> int:
    return NEVER if number is None else noon(number)


@pytest.fixture
def views(database_url: str) -> Iterator[Written]:
    with written(database_url) as views:
        yield views


def write(views: Written, grants: list[Told]) -> None:
    rows: list[Any] = [contract(starts_on="2026-01-01", timezone="UTC")]
    consumed, position = 0, 1
    for number, (begins, granted, draws, ends) in enumerate(grants):
        grant_id, first = f"G-{number}", position
        rows.append(movement(position, noon(begins), grant_id, granted=granted, expires_at=end_of(ends[0])))
        for end in ends[1:]:
            position += 1
            rows.append(movement(position, noon(0), grant_id, kind="expiry_moved", expires_at=end_of(end)))
        for on, quantity in draws:
            position += 1
            rows.append(movement(position, noon(on), grant_id, consumed=quantity))
        position += 1
        about = {"contract_id": CONTRACT, "pool": POOL, "position": first, "expires_at": end_of(ends[-1])}
        about |= {"valid_from": noon(begins), "counts_from": noon(begins)}
        drawn = sum(quantity for _, quantity in draws)
        rows.append(blank(TABLES["grants"], grant_id=grant_id, granted=granted, consumed=drawn, **about))
        consumed += drawn
    about = {"contract_id": CONTRACT, "pool": POOL, "unit": "minutes", "consumed": consumed}
    about |= {"granted": sum(granted for _, granted, _, _ in grants)}
    views.write([*rows, blank(TABLES["accounts"], account_id=f"{CONTRACT}:{POOL}", **about)])


@searched
@given(grants=GRANTS, at=DAYS)
def test_where_a_grant_stands_now_and_at_a_moment(views: Written, grants: list[Told], at: int) -> None:
    write(views, grants)
    views.clock.put(from_micros(noon(at)).isoformat())
    expected = {}
    for number, (begins, granted, draws, ends) in enumerate(grants):
        place = noon(max(at, begins))  # what is still to come is shown as it will begin
        consumed = sum(quantity for on, quantity in draws if noon(on) <= place)
        flows = [(noon(begins), granted), *((noon(on), -quantity) for on, quantity in draws)]
        expired = expired_by(flows, end_of(ends[-1]), place)
        expected[f"G-{number}"] = (granted, consumed, expired, granted - consumed - expired)
    then = Times(as_of=from_micros(noon(at)))
    now = views.asking.of_snapshot(
        lambda snapshot: contract_grants(snapshot, COMMAND_LINE, CONTRACT, NOW, EVERYTHING)
    ).items
    assert {one.grant_id: (one.granted, one.consumed, one.expired, one.remaining) for one in now} == expected
    assert views.asking.of_snapshot(lambda s: contract_grants(s, COMMAND_LINE, CONTRACT, then, EVERYTHING)).items == now
    assert views.asking.of_snapshot(lambda s: list_grants(s, COMMAND_LINE, GrantFilter(), PageAsked(9))).items == now
    in_order = sorted(expected, key=lambda one: (end_of(grants[int(one[2:])][3][-1]), int(one[2:])))
    assert [one.grant_id for one in now] == in_order


@searched
@given(grants=GRANTS, at=DAYS, before=st.one_of(DAYS, st.none()))
def test_what_something_remains_of_and_how_much_of_what_was_drawn_on(
    views: Written, grants: list[Told], at: int, before: int | None
) -> None:
    """One of which something remains is in both lists; what is drawn on is shown as it is, not as it will begin."""
    write(views, grants)
    views.clock.put(from_micros(noon(at)).isoformat())
    remaining, owned = {}, {}
    for number, (begins, granted, draws, ends) in enumerate(grants):
        figures = []
        for place in (noon(max(at, begins)), noon(at)):
            flows = [(noon(begins), granted), *((noon(on), -quantity) for on, quantity in draws)]
            known = [(moment, quantity) for moment, quantity in flows if moment <= place]
            figures.append(sum(quantity for _, quantity in known) - expired_by(known, end_of(ends[-1]), place))
        remaining[f"G-{number}"], owned[f"G-{number}"] = figures
    ends_at = {f"G-{number}": end_of(ends[-1]) for number, (_, _, _, ends) in enumerate(grants)}
    left = sorted((name for name in remaining if remaining[name] > 0), key=lambda name: (ends_at[name], name))
    until = GrantFilter(expiring_before=from_micros(end_of(before)))
    listed = views.asking.of_snapshot(lambda snapshot: list_grants(snapshot, COMMAND_LINE, until, PageAsked(9))).items
    assert [one.grant_id for one in listed] == [name for name in left if ends_at[name] < end_of(before)]
    now, then = AsOf(noon(at), 1_000, current=True), Times(as_of=from_micros(noon(at)))
    live, _ = views.asking.of_snapshot(lambda snapshot: live_grants(snapshot, CONTRACT, POOL, now, 9))
    assert [(one.grant_id, one.remaining) for one in live] == [(name, remaining[name]) for name in left]
    for times in (NOW, then):
        drawn = views.asking.of_snapshot(lambda snapshot, times=times: drawn_grants(snapshot, [*owned], now, times))
        for name, one in drawn.items():
            assert (one.remaining, one.expires_at or NEVER) == (owned[name], ends_at[name]), name


@searched
@given(grants=GRANTS, at=DAYS)
def test_what_expired_and_when_by_statement(views: Written, grants: list[Told], at: int) -> None:
    write(views, grants)
    views.clock.put(from_micros(noon(at)).isoformat())
    expired: dict[str, dict[int, int]] = {}
    for number, (begins, granted, draws, ends) in enumerate(grants):
        flows = [(noon(begins), granted), *((noon(on), -taken) for on, taken in draws)]
        expired[f"G-{number}"] = breakage(flows, end_of(ends[-1]))
    lines = views.asking.of_snapshot(lambda snapshot: statement(snapshot, COMMAND_LINE, StatementAsked(CONTRACT))).items
    assert sorted((one.reference, one.effective_at, -one.change) for one in lines if one.kind == "breakage") == sorted(
        (grant_id, moment, quantity)
        for grant_id, moments in expired.items()
        for moment, quantity in moments.items()
        if moment <= noon(at)
    )
