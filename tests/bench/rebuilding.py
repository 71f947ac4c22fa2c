"""Row 3: rebuilding all views from a long history, against the loop of `batch_projector`."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

from projections.runner import Projector
from tests.bench import batch_projector
from tests.bench.commands import PREFIX
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


def rebuild(database: str, url: str, length: int, rounds: int) -> Row:
    """Throughput of rebuilding. Raises AssertionError where the floor does not make the product's rows."""
    views = batch_projector.MADE
    row = Row(3, f"rebuild of {length:,} events, {len(views)} views", database, "events/s", 0.25, at_most=False)
    projector = Projector(url)
    projector.prepare()
    connection = batch_projector.connect(url)
    for _ in range(rounds):
        batch_projector.settle(connection)
        gc.collect()
        product = seconds(lambda: projector.rebuild(views))
        batch_projector.settle(connection)
        gc.collect()
        floor = seconds(lambda: batch_projector.build(connection))
        row.add(length / product, length / floor)
    odd = batch_projector.differences(connection)
    assert not odd, f"the floor of rebuilding has to follow the product's views: {'; '.join(odd)}"
    for name in batch_projector.TABLES:
        connection.execute(f"DROP TABLE floor_{name}")
    connection.close()
    if row.short:
        row.profile = profiled(lambda: projector.rebuild(views), f"rebuild on {database}")
    projector.close()
    return row
