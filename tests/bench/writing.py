"""Rows 1, 2 and 5: commands on their way into the ledger, against the same rows inserted raw into a copy of it."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import islice
from typing import Any

from api.cli.importing import Tally
from api.writer import BATCH, Writer
from ledger.door.batches import Answer, Ledger
from ledger.door.requests import Request
from ledger.kernel.errors import Refusal
from ledger.plans.loader import load_catalogue
from ledger.store import open_store
from tests.bench.commands import account_of, entries_for
from tests.bench.raw import Rowset, Tail, open_raw
from tests.bench.rounds import Row, profiled, seconds
from tests.senders import imported

AIM_OF_ENTRY = {"SQLite": 1.7, "PostgreSQL": 1.2}
AIM_OF_IMPORT = 0.35

Submit = Callable[[Sequence[Request]], list[Answer | Refusal]]


class Desk:
    """One ledger where the product writes, and its copy where the same rows are inserted raw."""

    def __init__(self, database: str, url: str, copy_url: str) -> None:
        self.database = database
        self.url = url
        self.catalogue = load_catalogue(None)
        self.open()
        self.tail = Tail(url)
        self.copy = open_raw(copy_url)

    def open(self) -> None:
        """As a process does that starts: nothing of the ledger is cached."""
        self.store = open_store(self.url)
        self.ledger = Ledger(self.store, self.catalogue)

    def restart(self) -> None:
        self.store.close()
        self.open()

    def carry_out(self, lines: Sequence[bytes]) -> None:
        """Imports lines, every one of which has to be accepted."""
        tally = Tally()
        refused = imported(self.ledger, b"".join(lines), tally)
        assert not refused, f"line {refused[0][0]} was refused: {refused[0][1].code}: {refused[0][1].detail}"
        assert tally.accepted == len(lines), f"{tally.accepted} of {len(lines)} commands were accepted"

    def copy_all(self, rowsets: Sequence[Rowset]) -> None:
        for rowset in rowsets:
            self.copy.insert(rowset)

    def close(self) -> None:
        self.store.close()
        self.tail.close()
        self.copy.close()


def import_year(desk: Desk, lines: Sequence[bytes], rounds: int) -> tuple[Row, list[tuple[Any, ...]]]:
    """Row 2, each round the next part of one file; also the events that came of it."""
    row = Row(2, f"import of {len(lines):,} commands", desk.database, "commands/s", AIM_OF_IMPORT, at_most=False)
    size = len(lines) // rounds
    events: list[tuple[Any, ...]] = []
    for start in range(0, size * rounds, size):
        part = lines[start : start + size]
        gc.collect()
        product = seconds(lambda part=part: desk.carry_out(part))  # type: ignore[misc]
        rowsets = desk.tail.transactions(BATCH)
        gc.collect()
        floor = seconds(lambda rowsets=rowsets: desk.copy_all(rowsets))  # type: ignore[misc]
        row.add(size / product, size / floor)
        events.extend(event for rowset in rowsets for event in rowset.rows["stored_events"])
    return row, events


def profile_import(desk: Desk, lines: Sequence[bytes]) -> str:
    return profiled(lambda: desk.carry_out(lines), f"import of {len(lines):,} more commands on {desk.database}")


def one_entry(desk: Desk, rounds: int, times: int) -> list[Row]:
    """Row 1: entries of work, one a transaction; called directly, then handed to the thread that writes.

    The processor's part of it is shown as well: a slow disk hides all that the product itself costs.
    """
    contract_id = "x00-one"
    desk.carry_out(account_of(contract_id, 10))
    desk.copy_all(desk.tail.transactions(BATCH))
    requests = entries_for(contract_id, "single")
    direct = Row(1, "one log-work, Ledger.submit", desk.database, "µs", AIM_OF_ENTRY[desk.database], at_most=True)
    busy = Row(1, "  of which this thread computes", desk.database, "µs", None, at_most=True)
    _in_turns(desk, direct, desk.ledger.submit, requests, rounds, times, busy)
    handed = Row(1, "one log-work, over the Writer", desk.database, "µs", AIM_OF_ENTRY[desk.database], at_most=True)
    writer = Writer(desk.ledger)
    writer.start()
    _in_turns(desk, handed, lambda asked: writer.submit(asked).result(), requests, rounds, times)
    writer.stop()
    if direct.short or handed.short:
        more = list(islice(requests, 300))
        profile = profiled(lambda: _one_by_one(desk, more), f"300 × {direct.what} on {desk.database}")
        (direct if direct.short else handed).profile = profile
        desk.copy_all(desk.tail.transactions(BATCH))
    return [direct, busy, handed]


def _in_turns(
    desk: Desk, row: Row, submit: Submit, requests: Iterator[Request], rounds: int, times: int, busy: Row | None = None
) -> None:
    """Product and floor command by command, so that a slow moment of the disk meets both."""
    for _ in range(rounds):
        product, floor = [], []
        for request in islice(requests, times):
            product.append(_clocks(lambda request=request: _accepted(submit([request]))))  # type: ignore[misc]
            (rowset,) = desk.tail.transactions(1)
            floor.append(_clocks(lambda rowset=rowset: desk.copy.insert(rowset)))  # type: ignore[misc]
        for number, one in enumerate((row, busy)):
            if one is not None:
                one.add(*(statistics.median(took[number] for took in side) * 1e6 for side in (product, floor)))


def _clocks(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall, and seconds of this thread on a processor."""
    began = time.thread_time()
    took = seconds(work)
    return took, time.thread_time() - began


def _accepted(answers: list[Answer | Refusal]) -> None:
    for answer in answers:
        assert isinstance(answer, Answer), f"refused: {answer.code}: {answer.detail}"


def left_behind(desk: Desk, contract_id: str) -> Rowset:
    """The rows that one more entry of work leaves behind."""
    desk.tail.transactions(BATCH)
    _one(desk, next(entries_for(contract_id, "kept")))
    (rowset,) = desk.tail.transactions(1)
    return rowset


def long_account(desk: Desk, entries: int, rounds: int, times: int) -> list[Row]:
    """Row 5: an entry of work on an account with many entries beside one with ten; then the first after a restart."""
    many, few = "x00-many", "x00-few"
    desk.carry_out([*account_of(many, entries), *account_of(few, 10)])
    requests = {contract_id: entries_for(contract_id, "next") for contract_id in (many, few)}
    what = f"log-work after {entries:,} entries, against 10"
    warm = Row(5, what, desk.database, "µs", 1.3, at_most=True)
    _accepted(desk.ledger.submit([next(requests[many]), next(requests[few])]))
    for _ in range(rounds):
        took: dict[str, list[float]] = {many: [], few: []}
        for _ in range(times):
            for contract_id in (many, few):
                took[contract_id].append(_one(desk, next(requests[contract_id])))
        warm.add(statistics.median(took[many]) * 1e6, statistics.median(took[few]) * 1e6)
    cold = Row(5, "  the first one after a restart", desk.database, "µs", None, at_most=True)
    for _ in range(3):
        first = {}
        for contract_id in (many, few):
            desk.restart()
            first[contract_id] = _one(desk, next(requests[contract_id])) * 1e6
        cold.add(first[many], first[few])
    if warm.short:
        more = list(islice(requests[many], 300))
        warm.profile = profiled(lambda: _one_by_one(desk, more), f"300 × {what} on {desk.database}")
    return [warm, cold]


def beside_a_small_ledger(database: str, urls: Sequence[str], contract_id: str, rounds: int, times: int) -> Row:
    """Row 13: an entry of work on the same contract of a large ledger and of a small one, in turns."""
    row = Row(13, "one log-work", database, "µs", 1.3, at_most=True)
    with ExitStack() as stack:
        stores = [stack.enter_context(closing(open_store(url))) for url in urls]
        ledgers = [Ledger(store, load_catalogue(None)) for store in stores]
        requests = entries_for(contract_id, "next")
        for warm in (True, *[False] * rounds):
            took: list[list[float]] = [[] for _ in ledgers]
            for request in islice(requests, times):
                for ledger, mine in zip(ledgers, took, strict=True):
                    mine.append(seconds(lambda: _accepted(ledger.submit([request]))))  # noqa: B023
            if not warm:
                row.add(*(statistics.median(mine) * 1e6 for mine in took))
    return row


def _one_by_one(desk: Desk, requests: Sequence[Request]) -> None:
    for request in requests:
        _accepted(desk.ledger.submit([request]))


def _one(desk: Desk, request: Request) -> float:
    return seconds(lambda: carry_out_one(desk.ledger, request))


def carry_out_one(ledger: Ledger, request: Request) -> None:
    """One command, one transaction. Raises AssertionError where it is refused."""
    _accepted(ledger.submit([request]))
