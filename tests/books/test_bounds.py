"""What a book holds in memory at once does not grow with what it is made from; asked of both databases."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from contextlib import closing

import pytest

from api.books.exporting import export
from api.books.gathering import BookBounds
from ledger.door.batches import Ledger
from ledger.plans.loader import load_catalogue
from ledger.store import open_store
from projections.reader import open_reader
from projections.runner import Projector
from tests.senders import imported
from tests.words import PREPAID, as_lines, log_work, open_ticket, sign, top_up

FEW, MANY, DAY = 100, 1_000, "2026-02-02T09:00:00Z"
SMALL = BookBounds(rows=20, run=60, block=2)


@pytest.fixture
def filling(database_url: str) -> Iterator[Ledger]:
    with closing(open_store(database_url)) as store:
        ledger = Ledger(store, load_catalogue())
        begun = [sign(PREPAID), open_ticket(at="2026-01-05T09:00:00Z"), top_up(600, DAY, price="9.00", top_up_id="lot")]
        assert not imported(ledger, as_lines(begun))
        yield ledger


def work(ledger: Ledger, first: int, last: int) -> None:
    """Some draw on what was bought, the others leave a debt."""
    steps = [log_work(15, DAY, entry_id=f"w{n}") for n in range(first, last)]
    assert not imported(ledger, as_lines(steps))


def read(url: str, form: str) -> tuple[int, int]:
    """How many bytes the file has, and how many were held at most while it was made."""

    async def asked() -> int:
        reader = open_reader(url)
        try:
            made = await export(reader, form, None, None, None, bounds=SMALL)
        finally:
            await reader.close()
        return sum(len(piece) for piece in made.pieces)

    with closing(Projector(url)) as projector:
        projector.prepare()
        projector.catch_up()
    asyncio.run(asked())  # whatever is loaded once
    tracemalloc.start()
    length = asyncio.run(asked())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return length, most


def test_ten_times_the_entries_take_little_more_memory(filling: Ledger, database_url: str) -> None:
    """What grows is where blocks lie in the file, and a block of each run that is merged."""
    work(filling, 0, FEW)
    few = read(database_url, "hledger")
    work(filling, FEW, MANY)
    many = read(database_url, "hledger")
    assert many[0] > 8 * few[0]
    assert many[1] < 4 * few[1]
