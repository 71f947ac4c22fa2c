"""Rows of the views written by hand, without any event: for questions that are held against a pure rule."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from ledger.events import Sealed
from ledger.store import open_store
from projections.all_views import VIEWS
from projections.contracts.view import ContractRow
from projections.credit.deductions_view import DeductionRow
from projections.credit.movements import MovementRow
from projections.credit.waits import WaitRow
from projections.reader import Reader, open_reader
from projections.runner import Projector
from projections.tables import Table, to_json
from tests.clock import Clock
from tests.views.asking import Asking

CONTRACT, POOL = "C", "care"
GONE = to_json(Sealed("no such key", b""))
TABLES = {table.name: table for view in VIEWS.values() for table in view.tables}


class Written:
    """Empty views to write rows into, and a reader whose clock is set."""

    def __init__(self, url: str) -> None:
        self.store = open_store(url)
        self.projector = Projector(url)
        self.projector.prepare()
        self.clock = Clock("2026-07-01T00:00:00Z")
        self.reader: Reader = open_reader(url, self.clock)
        self.asking = Asking(self.reader)
        self._filled = set(TABLES)

    def write(self, rows: Sequence[msgspec.Struct], position: int = 1_000) -> None:
        """These rows and no others, in views that have read up to a position."""
        database = self.projector.database
        tell_what_is_left([row for row in rows if isinstance(row, MovementRow)])
        of_table: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            (name,) = (table.name for table in TABLES.values() if isinstance(row, table.row))
            of_table[name].append(row)
            if isinstance(row, ContractRow):  # who signed it is always known
                of_table["customers"].append(blank(TABLES["customers"], contract_id=row.contract_id, party=GONE))
        with database.transaction() as transaction:
            for name in self._filled:
                transaction.execute(f"DELETE FROM {name}")
            for name, found in of_table.items():
                TABLES[name].write(transaction, database.dialect, name, found)
            transaction.execute("UPDATE view_position SET position = :position", {"position": position})
        self._filled = set(of_table)

    def close(self) -> None:
        self.asking.close()
        self.projector.close()
        self.store.close()


@contextmanager
def written(url: str) -> Iterator[Written]:
    views = Written(url)
    yield views
    views.close()


def blank(table: Table[Any], **told: Any) -> Any:
    """A row with nothing in it but what is told."""
    empty = {"TEXT NOT NULL": "", "BIGINT NOT NULL": 0, "TEXT": None, "BIGINT": None}
    return table.row(**({name: empty[kind] for name, kind in table.columns.items()} | told))


def contract(contract_id: str = CONTRACT, **told: Any) -> ContractRow:
    about = {"provider": "acme", "customer_id": "K", "timezone": "Europe/Berlin", "currency": "EUR"}
    row: ContractRow = blank(TABLES["contracts"], **(about | {"contract_id": contract_id, "terms": "[]"} | told))
    return row


def movement(position: int, at: int, grant_id: str | None, **told: Any) -> MovementRow:
    about = {"position": position, "contract_id": CONTRACT, "pool": POOL, "effective_at": at, "grant_id": grant_id}
    row: MovementRow = blank(TABLES["movements"], **(about | told))
    return row


def tell_what_is_left(movements: Sequence[MovementRow]) -> None:
    """Of its grant, by each movement."""
    owned: dict[str, int] = {}
    ends: dict[str, int | None] = {}
    for row in movements:
        if row.grant_id is not None:
            row.owned = owned[row.grant_id] = owned.get(row.grant_id, 0) + row.granted - row.consumed
            row.counts_until = ends[row.grant_id] = row.expires_at or ends.get(row.grant_id)


def deduction(number: int, **told: Any) -> DeductionRow:
    about = {"deduction_id": f"D-{number}", "contract_id": CONTRACT, "pool": POOL, "position": number}
    empty = {"kind": "work", "draws": "[]", "overage": "[]"}
    row: DeductionRow = blank(TABLES["deductions"], **(about | empty | told))
    return row


def wait(number: int, at: int, deductions: int, quantity: int) -> WaitRow:
    """That more waits for the customer's word from an instant on, or less."""
    about = {"position": number, "part": int(deductions < 0), "contract_id": CONTRACT, "pool": POOL}
    row: WaitRow = blank(TABLES["waits"], effective_at=at, deductions=deductions, quantity=quantity, **about)
    return row
