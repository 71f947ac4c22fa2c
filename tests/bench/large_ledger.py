"""The ledgers of `make bench-large`: one of a million events, and a small one with the same contracts in it.

In both are contracts of a believable year, a prepaid contract with many entries of work (`LONG`) and one whose entries
are billed one by one (`BILLED`); what differs is how many there are. A ledger that was made is kept under `var/` as it
was before anything was measured, with its views, and each run works on a copy.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path

import psycopg

from ledger.door.batches import Ledger
from ledger.plans.loader import load_catalogue
from ledger.store import open_store
from projections.runner import Projector
from tests.bench.commands import FIRST_DAY, PREFIX, TITLE, TODAY, account_of, customer_of, year_of_work
from tests.senders import imported
from tests.words import as_lines, log_work, open_ticket, sign

LONG, BILLED, SMALL = f"{PREFIX}long", f"{PREFIX}billed", f"{PREFIX}0"
BILLED_PLAN, PROVIDER = "groupios-l", "groupios"
ENTRIES_A_DAY = 200
Say = Callable[[str], None]


@dataclass(frozen=True)
class Extent:
    """How much is in a ledger: commands of the year, entries of the long contract, entries that are billed."""

    name: str
    commands: int
    long: int
    billed: int

    @property
    def kept_as(self) -> str:
        """A kept ledger is that of a day, since its contracts run while they are measured."""
        return f"{self.name}-{self.commands}-{self.long}-{self.billed}"


def lines_of(extent: Extent) -> Iterator[bytes]:
    return chain(year_of_work(extent.commands), account_of(LONG, extent.long), _billed(extent.billed))


def _billed(entries: int) -> Iterator[bytes]:
    """A contract with eight hours included, and work beyond them on the days before the last month."""
    customer = customer_of(BILLED)
    told = [sign(BILLED_PLAN, FIRST_DAY.date().isoformat(), contract_id=BILLED, customer=customer)]
    for n in range(entries):
        at = (FIRST_DAY + timedelta(days=1 + n // ENTRIES_A_DAY, minutes=n % ENTRIES_A_DAY)).isoformat()
        if n % 10 == 0:
            told.append(open_ticket(f"{BILLED}.t{n}", contract_id=BILLED, title=TITLE, at=at))
        told.append(log_work(15, at, entry_id=f"{BILLED}.w{n}", ticket_id=f"{BILLED}.t{n - n % 10}"))
    return (as_lines([step]) for step in told)


def filled(url: str, extent: Extent, say: Say) -> None:
    """Imports it, and lets the views read it."""
    say(f"{extent.name}: importing")
    with closing(open_store(url)) as store:
        refused = imported(Ledger(store, load_catalogue(None)), b"".join(lines_of(extent)))
        assert not refused, f"line {refused[0][0]}: {refused[0][1].detail}"
    say(f"{extent.name}: reading it into the views")
    with closing(Projector(url)) as projector:
        projector.prepare()
        projector.catch_up()


def count_events(url: str) -> int:
    with closing(open_store(url)) as store:
        return store.highest_position()


# -- kept ones -------------------------------------------------------------------------------------------------------


def sqlite_copy(extent: Extent, kept: Path, folder: Path, say: Say) -> str:
    """The URL of a copy in `folder`; what is kept is made where it is missing, or of another day."""
    file = kept / f"{extent.kept_as}-{TODAY:%Y%m%d}.db"
    if not file.exists():
        made = folder / f"{extent.name}-made.db"
        filled(f"sqlite:///{made}", extent, say)
        _clear(kept, f"{extent.name}-*.db")
        with closing(sqlite3.connect(made)) as connection:
            connection.execute("VACUUM INTO ?", (str(file),))
        made.unlink()
    copy = folder / f"{extent.name}.db"
    shutil.copyfile(file, copy)
    return f"sqlite:///{copy}"


def postgres_copy(extent: Extent, kept: Path, fresh: Callable[[], str], say: Say) -> str:
    """The same on PostgreSQL, kept as a dump."""
    file, url = kept / f"{extent.kept_as}-{TODAY:%Y%m%d}.dump", fresh()
    if file.exists():
        open_store(fresh()).close()  # makes the role that a dump names and does not hold
        _run(url, "pg_restore", "--dbname", url, str(file))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        return url
    filled(url, extent, say)
    _clear(kept, f"{extent.name}-*.dump")
    _run(url, "pg_dump", "--format=custom", "--compress=1", "--file", str(file), url)
    return url


def program_at(url: str, name: str) -> Path:
    """Where a program of the server's own version is, if it was installed with it."""
    with psycopg.connect(url) as connection:
        (folder,) = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone() or ("",)
    return Path(folder) / name


def _run(url: str, program: str, *arguments: str) -> None:
    subprocess.run([program_at(url, program), *arguments], check=True)


def _clear(kept: Path, pattern: str) -> None:
    for file in kept.glob(pattern):
        file.unlink()
