"""A ledger whose views nobody follows unless told to, fed with the lines of examples/year.jsonl."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.door.batches import Ledger
from ledger.plans.loader import load_catalogue
from ledger.store import EventStore, open_store
from projections.all_views import VIEWS
from projections.runner import Projector
from tests.senders import imported

YEAR = Path(__file__).parents[2] / "examples" / "year.jsonl"
LINES = YEAR.read_bytes().splitlines()


class Fed:
    """`feed` carries out lines; `dump` is every row of every view."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.store: EventStore = open_store(url)
        self.projector = Projector(url)
        self._ledger = Ledger(self.store, load_catalogue())

    def feed(self, begin: int = 0, end: int | None = None) -> int:
        """The position reached."""
        refused = imported(self._ledger, b"\n".join(LINES[begin:end]))
        assert not refused, refused
        return self.store.highest_position()

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        tables = [table for view in VIEWS.values() for table in view.tables]
        found = {}
        for table in tables:
            rows = self.projector.database.query(f"SELECT {', '.join(table.columns)} FROM {table.name}")
            found[table.name] = sorted(rows, key=repr)
        return found

    def change(self, sql: str) -> None:
        with self.projector.database.transaction() as transaction:
            transaction.execute(sql)


@contextmanager
def fed(url: str) -> Iterator[Fed]:
    ledger = Fed(url)
    ledger.projector.prepare()
    yield ledger
    ledger.projector.close()
    ledger.store.close()
