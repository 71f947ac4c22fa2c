"""The tables of pricing.md, running-out.md and sla.md: each is what the product makes of the same story."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.docs.ledgers import Ledgers
from tests.docs.pages import DOCS, PAGES, Rows, table_after
from tests.docs.running_out import forecasts, grants_before, grants_of_a_year, months
from tests.words import (
    PREPAID,
    book,
    cancel,
    contract,
    grant,
    hold,
    log_work,
    move,
    no_show,
    open_ticket,
    record_service,
    renew,
    resolve,
    resume,
    reverse,
    service_credit,
    top_up,
)

# -- docs/pricing.md ----------------------------------------------------------------------------------------------


@pytest.fixture
def new_books(tmp_path: Path) -> Iterator[Callable[[], Ledgers]]:
    opened: list[Ledgers] = []

    def open_another() -> Ledgers:
        opened.append(Ledgers(tmp_path / str(len(opened))))
        return opened[-1]

    yield open_another
    for books in opened:
        books.close()


def day(date: str, clock: str = "10:00") -> str:
    """An instant of 2026 in Central Europe's winter: `01-20`, `10:00`."""
    return f"2026-{date}T{clock}:00+01:00"


def rounding(new_books: Callable[[], Ledgers]) -> Rows:
    cases = [
        ("groupios-l", 50, 0, 15),
        ("groupios-l", 15, 0, 15),
        ("groupios-l", 15, 1, 15),
        ("groupios-l", 241, 0, 15),
        (PREPAID, 95, 0, 10),
        ("easyredmine-basic", 2, 1, 1),
    ]
    rows = []
    for plan, minutes, seconds, increment in cases:
        books = new_books()
        ended_at = datetime.fromisoformat(day("02-02")).timestamp() + minutes * 60 + seconds
        span = {"started_at": day("02-02"), "ended_at": datetime.fromtimestamp(ended_at, UTC).isoformat()}
        books.ok(contract(plan), log_work(entry_id="E", **span))
        worked = f"{minutes} min" + (f" {seconds} s" if seconds else "")
        rows.append([worked, f"{increment} min", f"{books.deduction('E').billed_minutes} min"])
    return rows


def drawdown(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.ok(contract("groupios-l"))
    books.ok(grant(60, day("02-01"), grant_id="goodwill", pool="included", expires_on="2026-04-01"))
    rows = []
    for number, (date, minutes) in enumerate([("02-02", 30), ("03-02", 50), ("04-01", 15), ("04-02", 440)], 1):
        books.ok(log_work(minutes, day(date), entry_id=f"E{number}"))
        found = books.deduction(f"E{number}")
        drawn = {draw.grant_id: draw.minutes for draw in found.draws}
        parts = [drawn.get("goodwill", 0), drawn.get("C.allotment.1", 0), sum(line.minutes for line in found.overage)]
        rows.append([f"2026-{date}", str(minutes), str(found.billed_minutes), *map(str, parts)])
    return rows


def tiers(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.ok(contract("groupios-s"), open_ticket("A", at=day("02-02")), open_ticket("B", at=day("02-02")))
    rows = []
    for entry_id, ticket_id, minutes in [("E1", "A", 20), ("E2", "A", 45), ("E3", "B", 61), ("E4", "A", 15)]:
        if entry_id == "E4":
            books.ok(reverse("E1", day("02-04")))
            rows.append(["E1 reversed", "A", "", "", "", "", books.charged("E1")[-1].amount])
        books.ok(log_work(minutes, day("02-03"), entry_id=entry_id, ticket_id=ticket_id))
        found = books.deduction(entry_id)
        by_rate = {line.rate: f"{line.minutes} min: {line.amount}" for line in found.overage}
        total = sum(int(line.amount.replace(".", "")) for line in found.overage)
        lines = [by_rate.get("149.00", ""), by_rate.get("129.00", "")]
        billed = str(found.billed_minutes)
        rows.append([entry_id, ticket_id, str(minutes), billed, *lines, f"{total // 100}.{total % 100:02}"])
    return rows


def half_up(new_books: Callable[[], Ledgers]) -> Rows:
    rows = []
    for minutes, rate, exact in [(7, "1150.00", "134.1666…"), (20, "1000.00", "333.3333…"), (3, "90.10", "4.505")]:
        books = new_books()
        books.ok(contract("dytron-pay", agreed={"rates.training": rate}))
        books.ok(log_work(minutes, entry_id="E", service="training"))
        rows.append([str(minutes), rate, exact, books.charged("E")[0].amount])
    return rows


def figures(books: Ledgers, *names: str) -> list[str]:
    account = books.account()
    return [str(getattr(account, name)) for name in names]


def debts(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.ok(contract(PREPAID))
    rows = []
    for what, step in [
        ("top-up T1 of 480", top_up(480, day("01-05"), top_up_id="T1")),
        ("work E1 of 500", log_work(500, entry_id="E1")),
        ("top-up T2 of 480", top_up(480, day("02-06"), top_up_id="T2")),
    ]:
        books.ok(step)
        draws = ""
        if what != "top-up T1 of 480":
            found = books.deduction("E1").draws
            draws = ", ".join(f"{draw.minutes} from {draw.grant_id or 'nothing yet'}" for draw in found)
        rows.append([what, *figures(books, "granted", "consumed", "available"), draws])
    return rows


def reservations(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.ok(contract(PREPAID))
    rows = []
    for what, step in [
        ("top-up of 480", top_up(480, day("01-05"), top_up_id="T1")),
        ("session of 120 booked for 20 February", book(120, day("02-20"), day("02-01"))),
        ("work of 400", log_work(400, entry_id="E1")),
        ("session cancelled in time", cancel(day("02-10"))),
    ]:
        books.ok(step)
        rows.append([what, *figures(books, "consumed", "reserved", "available")])
    return rows


def penalties(new_books: Callable[[], Ledgers]) -> Rows:
    later = day("01-21")
    cases = [
        ("the customer moves it", day("01-19"), move(later, day("01-19"))),
        ("the customer moves it", day("01-19", "10:01"), move(later, day("01-19", "10:01"))),
        ("the customer cancels it", day("01-19", "10:01"), cancel(day("01-19", "10:01"))),
        ("the provider moves it", day("01-19", "10:01"), move(later, day("01-19", "10:01"), by="provider")),
        ("the customer does not appear", day("01-20", "10:30"), no_show(day("01-20", "10:30"))),
    ]
    rows = []
    for what, at, step in cases:
        books = new_books()
        books.ok(contract(PREPAID), top_up(480, day("01-05"), top_up_id="T1"), book(120, day("01-20"), day("01-06")))
        books.ok(step)
        account = books.account()
        rows.append([what, at[5:16].replace("T", " "), *map(str, (account.consumed, account.reserved))])
    return rows


def reversal(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.ok(contract("groupios-l"), log_work(50, entry_id="E1"))
    rows = []
    for what, step in [
        ("before", None),
        ("work E2 of 425", log_work(425, day("02-03"), entry_id="E2")),
        ("E2 reversed", reverse("E2", day("02-10"))),
    ]:
        if step is not None:
            books.ok(step)
        charges = ", ".join(charge.amount for charge in books.charged("E2"))
        rows.append([what, *figures(books, "consumed", "available"), charges])
    return rows


def expiry(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.ok(contract("groupios-l", "2025-01-01"))
    books.ok(log_work(60, "2025-12-15T10:00:00+01:00", entry_id="E1"), renew(at="2025-12-20T10:00:00+01:00"))
    books.ok(reverse("E1", day("01-10")))
    lines = books.statement("2026-03-01")
    return [[line.effective_at, line.kind, line.reference, f"{line.change:+}", str(line.balance)] for line in lines]


def lump_sum(new_books: Callable[[], Ledgers]) -> Rows:
    rates = {"rates.macros": "1350.00", "rates.training": {"kind": "flat", "amount": "18000.00"}}
    prepaid, paid = new_books(), new_books()
    prepaid.ok(contract("dytron-sbp", agreed={"pools.lump-sum.allotment": "120000.00", **rates}))
    paid.ok(contract("dytron-pay", agreed=rates))
    rows = [["the contract begins", "", prepaid.account().available, prepaid.charged("C")[0].amount, ""]]
    training = record_service("training", at=day("02-03"), service_id="E2")
    for what, price, reference, step in [
        ("90 minutes of macros", "1350.00 an hour", "E1", log_work(90, entry_id="E1", service="macros")),
        ("a training", "18000.00 flat", "E2", training),
    ]:
        prepaid.ok(step)
        paid.ok(step)
        assert prepaid.charged(reference) == []
        rows.append([what, price, prepaid.account().available, "", paid.charged(reference)[0].amount])
    return rows


def two_times(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.ok(contract("groupios-l"))
    before = books.clock().isoformat()
    books.clock.now += timedelta(hours=1)
    books.ok(log_work(50, "2026-03-30T10:00:00+02:00", entry_id="E1"))
    asked = [("2026-03-31", None), ("2026-03-31", before), ("2026-03-29", None)]
    told = {None: "now", before: "before the entry was recorded"}
    return [[as_of, told[known], str(books.account(as_of, known).available)] for as_of, known in asked]


# -- docs/sla.md -----------------------------------------------------------------------------------------------------


def told(instant: str) -> str:
    """An instant as people in Central Europe write it: `Fri 2026-03-06 16:30`."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo("Europe/Prague"))
    return f"{local:%a %Y-%m-%d %H:%M}"


def targets(new_books: Callable[[], Ledgers]) -> Rows:
    cases = [
        ("eurolinux-premium", 1, "60 elapsed", "2026-03-06T22:30:00+01:00"),
        ("eurolinux-standard", 1, "60 covered", "2026-03-06T16:30:00+01:00"),
        ("eurolinux-standard", 1, "60 covered", "2026-04-30T16:30:00+02:00"),
        ("eurolinux-standard", 3, "1 business day", "2026-03-06T11:00:00+01:00"),
        ("eurolinux-standard", 3, "1 business day", "2026-03-07T12:00:00+01:00"),
        ("easyredmine-basic", 3, "1440 covered", "2026-03-02T09:00:00+01:00"),
        ("easyredmine-priority", 2, "end of 1 business day", "2026-03-05T18:00:00+01:00"),
    ]
    rows = []
    for plan, priority, target, opened_at in cases:
        books = new_books()
        books.ok(contract(plan, ticket=None), open_ticket(priority=priority, at=opened_at))
        (clock,) = books.ticket().sla
        rows.append([f"{plan}, {priority}", target, told(opened_at), told(clock.due_at)])
    return rows


def waiting(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.ok(contract("easyredmine-basic", ticket=None))
    rows = []
    for what, at, word in [
        ("opened", "2026-03-02T09:00:00+01:00", lambda at: open_ticket(at=at)),
        ("held on Monday at 12:00", "2026-03-02T12:00:00+01:00", hold),
        ("resumed on Tuesday at 12:00", "2026-03-03T12:00:00+01:00", resume),
        ("resolved on Thursday at 17:00", "2026-03-05T17:00:00+01:00", resolve),
    ]:
        books.ok(word(at))
        (clock,) = books.ticket(as_of=at).sla
        rows.append([what, clock.state, told(clock.due_at) if clock.due_at else ""])
    return rows


def service_credits(new_books: Callable[[], Ledgers]) -> Rows:
    rows = []
    for percent, exact in [(3, "37.035"), (10, "123.45")]:
        books = new_books()
        credit = {"kind": "fee_share", "percent": percent}
        agreed = {"fee": "1234.50", "sla.reaction.1": 60, "service_credits.reaction": credit}
        books.ok(contract("dytron-sla", ticket=None, agreed=agreed), open_ticket(priority=1, at=day("02-02")))
        books.ok(service_credit("reaction", day("02-03")))
        rows.append([f"{percent} %", exact, books.charged("T")[0].amount])
    return rows


STORIES = {
    "pricing.md": [
        rounding,
        half_up,
        drawdown,
        tiers,
        debts,
        reservations,
        penalties,
        reversal,
        expiry,
        lump_sum,
        two_times,
    ],
    "running-out.md": [grants_of_a_year, grants_before, months, forecasts],
    "sla.md": [targets, waiting, service_credits],
}
TABLES = [(page, story) for page, stories in STORIES.items() for story in stories]


@pytest.mark.parametrize(("page", "story"), TABLES, ids=[story.__name__ for _, story in TABLES])
def test_the_figures_of_a_page_are_those_of_the_product(
    page: str, story: Callable[[Callable[[], Ledgers]], Rows], new_books: Callable[[], Ledgers]
) -> None:
    assert table_after(DOCS / page, f"<!-- figures: {story.__name__} -->") == story(new_books)


def test_no_table_of_figures_goes_unchecked() -> None:
    marked = [
        (page.name, name)
        for page in PAGES
        for name in re.findall(r"<!-- figures: ([a-z_]+) -->", page.read_text("utf-8"))
    ]
    assert sorted(marked) == sorted((page, story.__name__) for page, story in TABLES)
