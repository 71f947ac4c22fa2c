"""The stories behind the tables of docs/running-out.md."""

from collections.abc import Callable
from datetime import date

from api.http.paging import times_of
from ledger.credit.forecast import LiveGrant, forecast
from ledger.kernel.access import COMMAND_LINE
from projections.asking import EVERYTHING
from projections.credit.burn_down import BurnDownAsked, burn_down
from projections.credit.grants import contract_grants
from tests.docs.ledgers import Ledgers
from tests.docs.pages import Rows
from tests.words import contract, grant, log_work, renew

NewBooks = Callable[[], Ledgers]


def _two_years(new_books: NewBooks) -> Ledgers:
    books = new_books()
    books.ok(
        contract("groupios-l", "2025-01-01"),
        log_work(60, "2025-12-15T10:00:00+01:00", entry_id="E1"),
        renew(at="2025-12-20T10:00:00+01:00"),
        grant(60, "2026-02-01T10:00:00+01:00", grant_id="goodwill", pool="included", expires_on="2026-04-01"),
        log_work(30, "2026-02-02T10:00:00+01:00", entry_id="E2"),
        log_work(50, "2026-03-02T10:00:00+01:00", entry_id="E3"),
    )
    return books


def _grants(books: Ledgers, as_of: str) -> Rows:
    async def asked() -> Rows:
        async with books.state.reader.snapshot() as snapshot:
            found = await contract_grants(snapshot, COMMAND_LINE, "C", times_of(as_of, None), EVERYTHING)
        return [
            [one.grant_id, *map(str, (one.granted, one.consumed, one.remaining, one.expired)), one.state]
            for one in found.items
        ]

    rows: Rows = books.ask(asked())
    return rows


def grants_of_a_year(new_books: NewBooks) -> Rows:
    return _grants(_two_years(new_books), "2026-04-01")


def grants_before(new_books: NewBooks) -> Rows:
    return _grants(_two_years(new_books), "2025-12-31")


def months(new_books: NewBooks) -> Rows:
    books = _two_years(new_books)
    asked = BurnDownAsked("C", None, date(2025, 11, 1), date(2026, 3, 31), "month")

    async def points() -> Rows:
        async with books.state.reader.snapshot() as snapshot:
            found = await burn_down(snapshot, COMMAND_LINE, asked)
        return [
            [one.on.isoformat(), *map(str, (one.granted, one.consumed, one.expired, one.balance))]
            for one in found.points
        ]

    rows: Rows = books.ask(points())
    return rows


def forecasts(_: NewBooks) -> Rows:
    until = date(2026, 4, 1)
    cases: list[tuple[int, int, list[tuple[str, int, date | None]]]] = [
        (90, 90, [("A", 60, None)]),
        (90, 90, [("A", 60, until)]),
        (90, 90, [("A", 60, until), ("B", 400, None)]),
        (600, 90, [("A", 450, date(2027, 1, 1))]),
        (45, 90, [("A", 60, until)]),
        (0, 90, [("A", 60, until)]),
        (90, 90, []),
        (13, 13, [("A", 60, until)]),
        (1, 90, [("A", 1_000_000, None)]),
    ]
    rows = []
    for consumed, over_days, told in cases:
        grants = [LiveGrant(name, left, date(2026, 1, 1), ends_on) for name, left, ends_on in told]
        found = forecast(date(2026, 3, 1), consumed, over_days, grants)
        names = [f"{name} {left}" + (f" until {ends_on}" if ends_on else "") for name, left, ends_on in told]
        pace = "null" if found.pace is None else str(found.pace)
        lost = [f"{name} {'null' if left is None else left}" for name, left in found.lost.items()]
        figures = [pace, str(found.runs_out_on or ""), ", ".join(lost)]
        rows.append([str(consumed), str(over_days), ", ".join(names), *figures])
    return rows
