"""Charges of all contracts in pages, by days and by whether they are invoiced, are those of plain lists.

Searched by Hypothesis, on both databases, with contracts that have few charges on the days and such as have more.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.values import to_micros
from projections.asking import PageAsked
from projections.billing.charge_questions import list_charges, list_charges_across
from projections.contracts.across import ContractsAsked, DaysAsked
from projections.reader import NOW, Times
from tests.views.rows import TABLES, Written, blank, contract, written

BEGIN = datetime(2026, 1, 1, 23, tzinfo=UTC)  # the next day in Berlin
DAYS = st.integers(0, 6)
CHARGES = st.lists(st.tuples(st.sampled_from("AB"), DAYS, st.booleans()), max_size=14)
searched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@pytest.fixture
def views(database_url: str) -> Iterator[Written]:
    with written(database_url) as views:
        yield views


def write(views: Written, charges: list[tuple[str, int, bool]]) -> None:
    rows: list[Any] = [contract("A"), contract("B")]
    for position, (contract_id, on, is_invoiced) in enumerate(charges, 1):
        at, charge_id = to_micros(BEGIN + timedelta(days=on)), f"c{position}"
        told = {"charge_id": charge_id, "contract_id": contract_id, "position": position, "effective_at": at}
        rows.append(blank(TABLES["charges"], **told, kind="fee", is_open=int(not is_invoiced)))
        if is_invoiced:
            stands = {"charge_id": charge_id, "position": 100 + position, "effective_at": at}
            rows.append(blank(TABLES["invoiced_charges"], **stands, number="R-1"))
    views.write(rows)


@searched
@given(
    charges=CHARGES,
    days=st.tuples(st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS)),
    is_invoiced=st.sampled_from([None, True, False]),
    limit=st.integers(1, 4),
    times=st.sampled_from([NOW, Times(as_of=BEGIN + timedelta(days=30))]),
)
def test_pages_of_charges(
    views: Written,
    charges: list[tuple[str, int, bool]],
    days: tuple[int | None, int | None],
    is_invoiced: bool | None,
    limit: int,
    times: Times,
) -> None:
    write(views, charges)
    first, last = (None if one is None else date(2026, 1, 2) + timedelta(days=one) for one in days)
    if first is not None and last is not None and first > last:
        first, last = last, first
    asked, found, of_a = ContractsAsked(provider="acme"), list[str](), list[str]()

    async def walk() -> None:
        try:
            async with views.reader.snapshot() as snapshot:
                after: Any = None
                while True:
                    page, within = PageAsked(limit, after), DaysAsked(first, last)
                    some = await list_charges_across(snapshot, COMMAND_LINE, asked, within, times, is_invoiced, page, 3)
                    found.extend(one.row.charge_id for one in some.items)
                    after = some.next_after
                    if after is None:
                        break
                while True:
                    part = await list_charges(snapshot, COMMAND_LINE, "A", times, is_invoiced, PageAsked(limit, after))
                    of_a.extend(one.row.charge_id for one in part.items)
                    after = part.next_after
                    if after is None:
                        return
        finally:
            await views.reader.close()

    asyncio.run(walk())
    told = [
        (contract_id, position, on)
        for position, (contract_id, on, stands) in enumerate(charges, 1)
        if is_invoiced is None or stands == is_invoiced
    ]
    assert of_a == [f"c{position}" for contract_id, position, _ in told if contract_id == "A"]
    within = [
        (contract_id, position)
        for contract_id, position, on in told
        if (first is None or first <= date(2026, 1, 2) + timedelta(days=on))
        and (last is None or date(2026, 1, 2) + timedelta(days=on) <= last)
    ]
    assert found == [f"c{position}" for _, position in sorted(within)]
