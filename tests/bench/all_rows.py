"""All rows of the table on one database, and how large the histories are that they are measured on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench import holding, many_clients, many_writers, pages, reading, rebuilding, writing
from tests.bench.batch_projector import PAGE
from tests.bench.commands import promised_tickets, year_of_work
from tests.bench.rounds import Row

AIM_OF_READING = {"SQLite": 0.9, "PostgreSQL": 0.8}


@dataclass(frozen=True)
class Sizes:
    """Of `make bench`. `more_commands` are those that a profile of an import takes, where it falls short."""

    import_commands: int = 20_000
    import_rounds: int = 5
    more_commands: int = 2_000
    single_rounds: int = 7
    single_times: int = 50
    long_entries: int = 10_000
    history_events: int = 200_000
    rebuild_rounds: int = 3
    page: int = PAGE
    reading_rounds: int = 5
    reading_seconds: float = 1.5
    reading_contracts: int = 40
    promised_tickets: int = 2_000
    page_times: int = 30
    waiting_answers: int = 100
    many_rounds: int = 3
    many_seconds: float = 1.0


QUICK = Sizes(
    import_commands=4_000,
    import_rounds=4,
    single_rounds=5,
    single_times=30,
    long_entries=1_000,
    history_events=20_000,
    rebuild_rounds=2,
    reading_rounds=3,
    reading_seconds=0.8,
    promised_tickets=400,
    many_rounds=2,
)


def all_rows(
    database: str, fresh: Callable[[str], str], sizes: Sizes, folder: Path, say: Callable[[str], None]
) -> list[Row]:
    """`fresh` makes an empty database and tells its URL; `say` is told what is being done."""
    lines = year_of_work(sizes.import_commands + sizes.more_commands)
    desk_url = fresh("ledger")
    desk = writing.Desk(database, desk_url, fresh("copy"))
    say(f"{database}: importing")
    imported, events = writing.import_year(desk, lines[: sizes.import_commands], sizes.import_rounds)
    if imported.short:
        imported.profile = writing.profile_import(desk, lines[sizes.import_commands :])
        desk.tail.transactions(sizes.more_commands)
    say(f"{database}: single entries")
    singles = writing.one_entry(desk, sizes.single_rounds, sizes.single_times)
    long = writing.long_account(desk, sizes.long_entries, sizes.single_rounds, sizes.single_times)
    desk.carry_out(promised_tickets(sizes.promised_tickets))
    desk.carry_out(many_clients.accounts())
    saved = writing.left_behind(desk, many_clients.ACCOUNTS[0])
    desk.close()
    say(f"{database}: rebuilding")
    history = fresh("history")
    rebuilding.long_history(history, events, sizes.history_events)
    rebuilt = rebuilding.rebuild(database, history, sizes.history_events, sizes.rebuild_rounds, sizes.page)
    say(f"{database}: reading")
    aim = AIM_OF_READING[database]
    clients = reading.Clients(sizes.reading_contracts, sizes.reading_rounds, sizes.reading_seconds)
    read = reading.balances(database, history, aim, clients, folder)
    say(f"{database}: pages")
    shown = pages.measured_pages(database, desk_url, sizes.reading_rounds, sizes.page_times)
    say(f"{database}: holding up others")
    held = holding.holding(database, desk_url, sizes.reading_seconds, sizes.waiting_answers)
    say(f"{database}: many who write")
    turns = many_clients.Turns(sizes.many_rounds, sizes.many_seconds)
    many = many_clients.many_clients(database, desk_url, fresh("raw_rows"), turns, folder)
    if database == "PostgreSQL":
        many += many_writers.many_writers(desk_url, fresh, saved, turns)
    return [*singles, imported, rebuilt, read, *long, *shown, *held, *many]
