"""Row 15: eight processes that write to one PostgreSQL, every save durable and in the order of positions.

The recorder alone is held against unordered raw inserts of the same rows and against the library's own recorder; whole
commands, one a transaction, are shown beside it. All take turns in the same server.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg

from tests.bench.commands import PREPAID
from tests.bench.many_clients import ACCOUNTS, Turns
from tests.bench.raw import Rowset, open_raw
from tests.bench.rounds import Row
from tests.bench.savers import SAVERS, Savers, Task, library_recorder, savers

AIM, AIM_TO_LIBRARY = 0.6, 4.0
WHAT = f"{SAVERS} writers, the recorder alone"
LOOK_SECONDS = 0.005


def many_writers(url: str, fresh: Callable[[str], str], saved: Rowset, turns: Turns) -> list[Row]:
    """`saved` is what one command left behind in the ledger at `url`, which has the accounts."""
    urls = {kind: fresh(kind) for kind in ("recorder", "unordered", "library")}
    for kind in ("recorder", "unordered"):
        open_raw(urls[kind]).close()  # with the tables, indexes and triggers of the product
    library = library_recorder(urls["library"])
    library.create_table()
    library.datastore.close()
    events = [(topic, bytes(content)) for _, _, topic, content, *_ in saved.rows["stored_events"]]
    task = Task(urls | {"commands": url}, events, PREPAID.partition("-")[0], ACCOUNTS[:SAVERS])
    unordered = Row(15, WHAT, "PostgreSQL", "saves/s", AIM, at_most=False)
    of_library = Row(15, f"{WHAT}, against the library's", "PostgreSQL", "saves/s", AIM_TO_LIBRARY, at_most=False)
    whole = Row(15, "  whole commands", "PostgreSQL", "commands/s", None, at_most=False)
    with savers(task) as crew:
        for warm in turns.warm:
            took = {kind: crew.saves_a_second(kind, turns.for_seconds) for kind in task.urls}
            if not warm:
                unordered.add(took["recorder"], took["unordered"])
                of_library.add(took["recorder"], took["library"])
                whole.add(took["commands"], took["unordered"])
        if unordered.short or of_library.short:
            unordered.profile = _waits(urls["recorder"], crew, turns.for_seconds)
    return [unordered, of_library, whole]


def _waits(url: str, crew: Savers, for_seconds: float) -> str:
    """What PostgreSQL's processes were doing, looked at again and again while the recorders save."""
    done, seen = threading.Event(), Counter[str]()
    sql = (
        "SELECT state, coalesce(wait_event_type || ' ' || wait_event, 'computes') FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    def look() -> None:
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            while not done.wait(LOOK_SECONDS):
                for state, event in connection.execute(sql).fetchall():
                    seen[event if state == "active" else "waits for its client"] += 1

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        crew.saves_a_second("recorder", for_seconds)
        done.set()
        looking.result()
    whole = seen.total() or 1
    lines = [f"PostgreSQL's processes while {SAVERS} recorders save, by {whole:,} looks"]
    return "\n".join([*lines, *(f"    {count / whole:6.1%}  {event}" for event, count in seen.most_common(8))])
