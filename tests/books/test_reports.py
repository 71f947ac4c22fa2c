"""Reports equal the books: of the demo year, month by month and provider by provider."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.books.reading import Rows, rows, units
from tests.books.year import Year, year_in
from tests.http.door import Json
from tests.words import close_month

PROVIDERS = ("cloudempiere", "dytron", "easyredmine", "eurolinux", "groupios")
KINDS = {
    **{"Fee": "fee", "LumpSum": "lump_sum", "TopUp": "top_up", "Overage": "overage", "Service": "service"},
    **{"Surcharge": "surcharge", "ServiceCredit": "service_credit"},
}
LAST = "2026-11-20"
Sums = dict[tuple[str, ...], int]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with year_in(f"sqlite:///{tmp_path_factory.mktemp('reports') / 'ledger.db'}") as found:
        yield found


def without_nought(sums: Sums) -> Sums:
    return {key: value for key, value in sums.items() if value}


def income(books: Rows) -> Sums:
    """By provider, kind, month and currency."""
    sums: Sums = defaultdict(int)
    for row in books:
        words = row["account"].split(":")
        if words[0] == "Income":
            sums[words[2], KINDS[words[1]], row["effective_on"][:7], row["commodity"]] -= units(row["amount"])
    return without_nought(sums)


def credit(books: Rows, leaf: str, first: str = "") -> Sums:
    """By provider, month and commodity, from a day on."""
    sums: Sums = defaultdict(int)
    for row in books:
        words = row["account"].split(":")
        if words[:2] == ["Equity", "Credit"] and words[-1] == leaf and row["effective_on"] >= first:
            sums[words[2], row["effective_on"][:7], row["commodity"]] += units(row["amount"])
    return without_nought(sums)


def asked(year: Year, path: str, provider: str, *groups: str) -> list[Json]:
    return year.door.walk(grouped(path, *groups), provider=provider, to=LAST, limit=7)


def grouped(path: str, *groups: str) -> str:
    return f"reports/{path}?{'&'.join(f'group_by={group}' for group in groups)}"


def test_revenue_is_the_income_of_the_books(year: Year) -> None:
    found = {
        (provider, row["kind"], row["month"], row["currency"]): units(row["amount"])
        for provider in PROVIDERS
        for row in asked(year, "revenue", provider, "kind", "month")
    }
    books = income(rows(year.books()))
    assert without_nought(found) == books
    assert len(books) > 20


def test_breakage_is_what_the_books_expired(year: Year) -> None:
    found = {
        (provider, row["month"], row["currency"] or "MIN"): units(str(row["expired"]))
        for provider in PROVIDERS
        for row in asked(year, "breakage", provider, "month")
    }
    books = credit(rows(year.books()), "Expired")
    assert found == books
    assert books


def test_the_minutes_of_credit_are_what_the_books_consumed(year: Year) -> None:
    found = Counter[tuple[str, str, str]]()  # a month has a row of its own for words on behalf of the customer (C8)
    for provider in PROVIDERS:
        for row in asked(year, "time", provider, "month"):
            found[provider, row["month"], "MIN"] += row["credit_minutes"]
    books = {key: value for key, value in credit(rows(year.books()), "Consumed").items() if key[2] == "MIN"}
    assert without_nought(found) == books
    assert books


def test_closed_months_came_to_what_the_reports_say_of_them(tmp_path: Path) -> None:
    with year_in(f"sqlite:///{tmp_path / 'ledger.db'}") as closing:
        for provider in PROVIDERS:
            closing.door.ok(close_month("2026-10", provider))
            closed = [one for one in closing.door.walk("periods", provider=provider, limit=3) if one["totals"]]
            charged = {
                (one["month"], money["currency"]): units(money["charged"])
                for one in closed
                for money in one["totals"]["money"]
            }
            expired = {
                (one["month"], credit["currency"]): units(str(credit["expired"]))
                for one in closed
                for credit in one["totals"]["credit"]
            }
            revenue, breakage = (
                [row for row in asked(closing, path, provider, "month") if row["month"] <= "2026-10"]
                for path in ("revenue", "breakage")
            )
            assert without_nought(charged) == {
                (row["month"], row["currency"]): units(row["amount"]) for row in revenue if units(row["amount"])
            }
            assert without_nought(expired) == {
                (row["month"], row["currency"]): units(str(row["expired"])) for row in breakage
            }
            assert charged


@pytest.mark.parametrize("path", ["revenue", "breakage", "time"])
def test_however_it_is_grouped_it_comes_to_the_same(year: Year, path: str) -> None:
    whole = year.door.see(f"reports/{path}", to=LAST)["totals"]
    groups = ["plan", "kind", "customer", "month", *(["engineer"] if path == "time" else [])]
    for group in groups:
        found = year.door.see(f"reports/{path}", to=LAST, group_by=group, limit=500)
        assert found["totals"] == whole, group
        assert any(row[group] for row in found["items"])
    both = year.door.see(grouped(path, "customer", "month"), to=LAST, limit=500)
    assert both["totals"] == whole


def test_days_are_the_providers_and_included(year: Year) -> None:
    first, last = "2026-02-01", "2026-02-28"
    month = [row for row in asked(year, "revenue", "groupios", "month") if row["month"] == "2026-02"]
    days = year.door.see("reports/revenue", provider="groupios", from_=first, to=last)["totals"]
    assert [row["amount"] for row in month] == [total["amount"] for total in days]


def test_a_report_names_the_groups_that_it_has(year: Year) -> None:
    for group in ("engineer", "nope"):
        refused = year.door.unseen("reports/revenue", group_by=group)
        assert (refused["field"], refused["detail"]) == (
            "group_by",
            "group_by: is one of plan, kind, customer or month",
        )
    assert year.door.unseen(grouped("time", "plan", "plan"))["field"] == "group_by"
    assert year.door.unseen("reports/time", from_="2026-02-02", to="2026-02-01")["field"] == "from"
