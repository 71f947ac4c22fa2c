"""Compliance costs the months, days and groups that it shows, however many tickets were opened in them.

Held at 120 and at 1,200 tickets of the same year, of which as many are open, and as many took a step of late.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ledger.kernel.access import COMMAND_LINE, Actor
from projections.asking import PageAsked
from projections.reader import NOW, SqliteReader, Times, open_reader
from projections.sla.calendars import Calendars
from projections.sla.compliance import Group, compliance
from projections.sla.opened import OfTickets
from tests.clock import Clock
from tests.sla.desk import desk_over
from tests.views.steps import steps
from tests.words import open_ticket, resolve, respond, sign

FEW, MANY = 120, 1_200
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
# Between which nothing was opened, nor on the days around them.
QUIET_FROM, QUIET_TO = datetime(2026, 7, 29, 12, tzinfo=UTC), datetime(2026, 8, 3, 12, tzinfo=UTC)
LATE = datetime(2026, 12, 20, 9, tzinfo=UTC)
ASKED: list[tuple[OfTickets, tuple[Group, ...], Times]] = [
    (OfTickets(), (), NOW),
    (OfTickets(), ("month", "target"), NOW),
    (OfTickets(customer_id="K"), ("priority", "plan", "contract"), NOW),
    (OfTickets(opened_from=date(2026, 2, 28), opened_to=date(2026, 11, 1)), ("month",), NOW),
    (OfTickets(opened_from=QUIET_FROM), ("month",), NOW),
    (OfTickets(contract_id="C", opened_to=QUIET_TO), ("target",), NOW),
    (OfTickets(), ("month", "target"), Times(as_of=LATE - timedelta(days=6))),
]


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SqliteReader]]:
    found = []
    for tickets in (FEW, MANY):
        path: Path = tmp_path_factory.mktemp("compliance") / "ledger.db"
        with desk_over(f"sqlite:///{path}", LATE.isoformat()) as desk:
            desk.tell(sign("dial-office"))
            lines = []
            for number in range(tickets):
                at = BEGIN + timedelta(days=330) * number / tickets
                if QUIET_FROM - timedelta(days=4) < at < QUIET_TO + timedelta(days=4):
                    continue
                name, soon, later = f"T{number}", at + timedelta(minutes=number % 300), at + timedelta(days=number % 5)
                lines += [open_ticket(name, at=at.isoformat(), priority=number % 3 + 1)]
                lines += [respond(soon.isoformat(), name), resolve(later.isoformat(), name)]
            for number in range(4):
                at = LATE - timedelta(days=5, minutes=number)
                lines.append(open_ticket(f"open-{number}", at=at.isoformat(), priority=3))
            desk.tell(*lines)
            desk.see("contracts")
        reader = open_reader(f"sqlite:///{path}", Clock(LATE.isoformat()))
        assert isinstance(reader, SqliteReader)
        found.append(reader)
    yield found
    for reader in found:
        reader.database.close()


@pytest.mark.parametrize("which", range(len(ASKED)))
def test_ten_times_as_many_tickets_cost_the_same(readers: list[SqliteReader], which: int) -> None:
    tickets, groups, times = ASKED[which]
    cost = []
    for reader in readers:

        async def asked(reader: SqliteReader = reader, actor: Actor = COMMAND_LINE) -> int:
            async with reader.snapshot() as snapshot:
                page, calendars = PageAsked(20), Calendars()
                found = await compliance(snapshot, actor, tickets, groups, calendars, times, page)
                return sum(one.met + one.breached for one in found.items)

        judged, count = steps(reader, asked)
        assert judged > 0
        cost.append(count)
    assert cost[1] <= 1.3 * cost[0] + 20, cost
