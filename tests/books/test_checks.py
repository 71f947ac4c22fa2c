"""The books say where what they are made from does not agree with itself, and are not made then."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.books.exporting import export
from api.books.journal import FaultyBooksError
from projections.reader import open_reader
from tests.cli.run import support_ledger
from tests.cli.test_verify import tamper
from tests.http.door import Door, opened
from tests.words import PREPAID, grant, log_work, open_ticket, sign, top_up

SUM: dict[str, Any] = {"pools.lump-sum.allotment": "1000.00", "rates.macros": "600.00"}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def door(url: str) -> Iterator[Door]:
    """Two hours of which one was bought before and one is settled by a gift of the day after; and a lump sum."""
    with opened(url) as door:
        door.ok(sign(PREPAID))
        door.ok(open_ticket(at="2026-01-05T09:00:00Z"))
        door.ok(top_up(480, "2026-01-06T09:00:00Z", top_up_id="lot", price="90.00"))
        door.ok(log_work(540, "2026-02-02T09:00:00Z", entry_id="W"))
        door.ok(grant(60, "2026-02-03T09:00:00Z", grant_id="gift"))
        door.ok(sign("dytron-sbp", contract_id="S", agreed=SUM))
        door.see("contracts/S/balance")
        yield door


def made(url: str) -> bytes:
    async def asked() -> bytes:
        reader = open_reader(url)
        try:
            return b"".join((await export(reader, "csv", None, None, None)).pieces)
        finally:
            await reader.close()

    return asyncio.run(asked())


def test_books_that_agree_with_themselves_are_made(door: Door, url: str) -> None:
    assert b"lot" in made(url)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            """UPDATE deductions SET draws = '[{"grant_id":"lot","quantity":540}]'""",
            "W: of grant gift its account drew 60, it says 0",
        ),
        ("DELETE FROM deductions", "W: its account drew credit, and there is no such deduction"),
        (
            "UPDATE movements SET effective_at = effective_at - 86400000000 WHERE kind = 'debt_settled'",
            "grant gift settles W at 2026-02-02T09:00:00Z, outside its life",
        ),
        ("DELETE FROM charges WHERE kind = 'lump_sum'", "S.allotment.1 was bought, and its charge S.lump-sum.1"),
        ("DELETE FROM charges WHERE kind = 'top_up'", "grant lot was bought, and its charge lot.price is not in"),
    ],
)
def test_the_first_fault_is_named(door: Door, url: str, change: str, fault: str) -> None:
    tamper(url, change)
    with pytest.raises(FaultyBooksError, match=fault):
        made(url)


def test_the_command_line_says_it_in_a_sentence(door: Door, url: str) -> None:
    tamper(url, "DELETE FROM charges WHERE kind = 'top_up'")
    done = support_ledger(url, "export", "csv")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("The books do not agree with themselves: position ")
    assert len(done.err.splitlines()) == 1
