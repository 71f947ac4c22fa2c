"""A list of few sessions costs the same, however many others there are and whatever became of them."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from ledger.kernel.access import Actor
from projections.asking import PageAsked
from projections.reader import NOW, SqliteReader
from projections.sessions.around import sessions_around
from projections.sessions.questions import SessionFilter, list_sessions
from projections.sessions.view import SessionRow
from tests.views.rows import TABLES, Written, blank, contract, written

AFTER = 1_780_000_000_000_000  # May 2026, before the clock of `Written`
MINE = {"contract_id": "mine", "provider": "acme", "customer_id": "K", "partner_id": "H", "timezone": "UTC"}
OTHERS = MINE | {"contract_id": "others", "customer_id": "L", "partner_id": "I"}
LISTS = {
    "a customer's": (Actor("t", "customer", "acme", "K"), SessionFilter()),
    "a partner's": (Actor("t", "partner", "acme", partner="H"), SessionFilter()),
    "a customer's, for the provider": (Actor("t", "operator", "acme"), SessionFilter(customer_id="K")),
    "a contract's": (Actor("t", "auditor"), SessionFilter(contract_id="mine")),
    "open ones of all": (Actor("t", "auditor"), SessionFilter(state="booked")),
    "open ones of a provider": (Actor("t", "operator", "acme"), SessionFilter(state="booked")),
    "open ones of a long contract": (Actor("t", "auditor"), SessionFilter(contract_id="others", state="moved")),
    "open ones of a busy customer": (Actor("t", "customer", "acme", "L"), SessionFilter(state="moved")),
}


def session(number: int, of: dict[str, str], state: str) -> SessionRow:
    told = {"session_id": f"s{number}", "position": number, "state": state, "starts_at": AFTER + number}
    row: SessionRow = blank(TABLES["sessions"], **of, **told)
    return row


def rows(others: int) -> list[msgspec.Struct]:
    found: list[msgspec.Struct] = [contract(**{**one, "partner_id": None}) for one in (MINE, OTHERS)]
    found += [session(number, OTHERS, "completed") for number in range(others)]
    return found + [session(900 + n, MINE, "booked") for n in range(5)] + [session(950, OTHERS, "moved")]


def steps(views: Written, actor: Actor, wanted: SessionFilter | None) -> tuple[int, int]:
    """How many sessions are found, and the instructions of SQLite's machine that this takes, in tens."""
    assert isinstance(views.reader, SqliteReader)
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    async def asked() -> int:
        async with views.reader.snapshot() as snapshot:
            if wanted is None:
                return len(await sessions_around(snapshot, actor))
            return len((await list_sessions(snapshot, actor, wanted, NOW, PageAsked(100))).items)

    views.reader.database.connection().set_progress_handler(tick, 10)
    found = asyncio.run(asked())
    views.reader.database.connection().set_progress_handler(None, 0)
    return found, count


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_few_sessions_does_not_read_the_others(tmp_path: Path, name: str) -> None:
    found = {}
    for others in (3, 800):
        with written(f"sqlite:///{tmp_path / f'{others}.db'}") as views:
            views.write(rows(others))
            found[others] = steps(views, *LISTS[name])
    assert found[3][0] == found[800][0] == (1 if "moved" in str(LISTS[name][1]) else 5)
    assert found[800][1] <= found[3][1] + 5, found


def test_a_calendar_does_not_read_the_sessions_of_others(tmp_path: Path) -> None:
    found = {}
    for others in (3, 800):
        with written(f"sqlite:///{tmp_path / f'{others}.db'}") as views:
            views.write(rows(others))
            found[others] = steps(views, Actor("t", "customer", "acme", "K"), None)
    assert found[3][0] == found[800][0] == 5
    assert found[800][1] <= found[3][1] + 5, found
