"""Row 3: rebuilding all views from a long history, against the loop of `batch_projector`."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

from projections.runner import Projector
from tests.bench.batch_projector import MADE, BatchProjector
from tests.bench.commands import PREFIX
from tests.bench.floor_table import connect, settle
from tests.bench.raw import Rowset, multiplied, open_raw
from tests.bench.rounds import Row, profiled, seconds


def long_history(url: str, events: Sequence[tuple[Any, ...]], length: int) -> None:
    """Fills a database with so many events: those of an import again and again, each time under other ids."""
    raw = open_raw(url)
    left = length
    for part in multiplied(events, PREFIX, -(-length // len(events))):
        for start in range(0, min(len(part), left), 10_000):
            raw.insert(Rowset({"stored_events": part[start : min(start + 10_000, left)]}))
        left -= min(len(part), left)
    raw.close()


def rebuild(database: str, url: str, length: int, rounds: int, page: int) -> Row:
    """Throughput of rebuilding. Raises AssertionError where the floor does not make the product's rows."""
    row = Row(3, f"rebuild of {length:,} events, {len(MADE)} views", database, "events/s", 0.6, at_most=False)
    projector = Projector(url, page)
    projector.prepare()
    connection = connect(url)
    by_hand = BatchProjector(connection, page)
    for _ in range(rounds):
        settle(connection)
        gc.collect()
        product = seconds(lambda: projector.rebuild(MADE))
        settle(connection)
        gc.collect()
        floor = seconds(by_hand.build)
        row.add(length / product, length / floor)
    odd = by_hand.differences()
    assert not odd, f"the floor of rebuilding has to follow the product's views: {'; '.join(odd)}"
    by_hand.drop()
    connection.close()
    if row.short:
        row.profile = profiled(lambda: projector.rebuild(MADE), f"rebuild on {database}")
    projector.close()
    return row
