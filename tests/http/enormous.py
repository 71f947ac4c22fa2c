"""A ledger with one enormous thing of each kind in it, and a reader that counts the rows that questions read."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ledger.kernel.clock import Clock
from ledger.store.database import NO_PARAMS, Params, Row
from projections.reader import Reader, Snapshot
from tests.http.door import Door
from tests.http.world import CUSTOMER, MINE, OF, OPENED, TEN
from tests.words import book, close_month, issue, log_work, open_ticket, renew, reprioritise, sign

WORK = 2_500  # entries on one ticket: steps of it, movements, deductions, charges, lines of one invoice
BESIDE = 150  # contracts and tickets that say as much as they may
LONG = "\U00010348" * 200  # a name may have so many letters, and one letter four bytes
REASON = "\U00010348" * 4000
# What stands in the paths of doors, by the name of the parameter.
NAMED = {
    "contract_id": "big",
    "ticket_id": "big-t",
    "deduction_id": "big-e0",
    "session_id": "big-s",
    "customer_id": CUSTOMER[MINE],
    "provider": "north",
}


def tell_enormous(door: Door) -> dict[str, str]:
    """Tells it; answers what stands in the paths of doors."""
    who = {"name": LONG, "address": {"line1": LONG, "line2": LONG, "postcode": "10115", "city": LONG}}
    contact = {"name": LONG, "company": LONG}
    tiers = OF[MINE] | {"plan": "north-tiers"}
    door.all_ok(
        [
            sign(contract_id="big", **tiers),
            sign(contract_id="watch", **OF[MINE]),
            open_ticket("big-t", contract_id="big", title=LONG, contact=contact, at=OPENED),
            open_ticket("watch-t", contract_id="watch", title=LONG, contact=contact, at=OPENED),
            book(60, "2026-11-10T10:00:00Z", "2026-10-20T09:00:00Z", "big-s", contract_id="watch"),
            book(60, "2026-11-11T10:00:00Z", "2026-11-02T09:00:00Z", "late-s", contract_id="watch"),
        ]
    )
    for start in range(0, WORK, 500):
        entries = range(start, start + 500)
        door.all_ok([log_work(1, TEN, entry_id=f"big-e{n}", ticket_id="big-t", engineer=LONG) for n in entries])
    for ticket in ("big-t", "watch-t"):
        door.all_ok([reprioritise(OPENED, ticket, priority=3 + n % 2, reason=REASON) for n in range(60)])
    door.all_ok([renew("big") for _ in range(60)])
    for n in range(BESIDE):
        name, customer = f"beside-{n}", OF[MINE]["customer"] | who | {"customer_id": f"beside-{n}"}
        signed = sign(contract_id=name, **OF[MINE] | {"customer": customer})
        door.all_ok([signed, open_ticket(f"{name}-t", contract_id=name, title=LONG, contact=contact, at=OPENED)])
        door.ok(issue(name))
    number = str(door.ok(issue("big"))["number"])
    door.ok(close_month("2026-10", "north"))
    return NAMED | {"number": number}


@dataclass
class Counting:
    """A reader that counts the rows of its questions: those of each snapshot, and of questions beside them as one."""

    reader: Reader
    rows: list[int] = field(default_factory=list)
    asked: dict[str, Params] = field(default_factory=dict)  # every statement, with what it was asked for last
    steps: int = 0  # instructions of SQLite's machine, in tens

    @property
    def clock(self) -> Clock:
        return self.reader.clock

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        found = await self.reader.query(sql, params)
        self.rows.append(len(found))
        return found

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        async with self.reader.snapshot() as snapshot:
            self.rows.append(0)
            yield _CountingSnapshot(snapshot, self)

    async def close(self) -> None:
        await self.reader.close()


@dataclass
class _CountingSnapshot:
    snapshot: Snapshot
    counting: Counting

    @property
    def clock(self) -> Clock:
        return self.snapshot.clock

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        connection = getattr(self.snapshot, "connection", None)
        if isinstance(connection, sqlite3.Connection):
            connection.set_progress_handler(self._tick, 10)
        self.counting.asked[sql] = params
        found = await self.snapshot.query(sql, params)
        self.counting.rows[-1] += len(found)
        return found

    def _tick(self) -> int:
        self.counting.steps += 1
        return 0
