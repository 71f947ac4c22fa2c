"""Histories by chance, whose books hold what the doors say of a month's end; and documents read from the store."""

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from ledger.door.verify import first_fault
from ledger.events import VatLine
from ledger.kernel.mapper import encode, stored_topic
from tests.books.made import invoice, line
from tests.books.reading import balances, rows
from tests.books.year import Year, pool_figures, year_in
from tests.http.door import opened
from tests.http.histories import tell
from tests.views.ledgers import fed

LATER = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(1, 7))
def test_whatever_happens_the_books_hold_what_the_doors_say(tmp_path: Path, seed: int) -> None:
    """Renewals, changes of plan, terminations, debts, reversals and disputes among them."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with opened(url) as door:
        tell(door, seed)
        assert first_fault(door.store.database) is None
        year = Year(url, door)
        for day in (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 5, 31), date(2027, 12, 31)):
            expected = year.figures(day.isoformat())  # first: the doors wait for the views
            assert pool_figures(balances(rows(year.books(to=day, now=LATER)))) == expected, day


def test_issued_documents_are_read_from_the_store(tmp_path: Path) -> None:
    """An invoice over 899.00 of fee and 19 % put behind the year by hand; it is on 1 April, its day of issue."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with year_in(url):
        pass
    document = invoice(VatLine(1900, "S", 89900, 17081), gross_cents=106981, lines=[line(1, 89900, [3])])
    fact = msgspec.structs.replace(document.fact, provider="groupios", contract_id="moewe-l")
    with fed(url) as ledger:
        position = ledger.store.highest_position() + 1
        with ledger.store.database.transaction() as transaction:
            sql = (
                "INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id, "
                "recorded_at, provider, contract_id) VALUES ('invoice:1', 1, ?, ?, ?, ?, 'groupios', 'moewe-l')"
            )
            transaction.execute(sql, (stored_topic(fact), encode(fact), position, document.recorded_at))
        ledger.projector.catch_up()
    year = Year(url, door=None)  # type: ignore[arg-type]
    found = [row for row in rows(year.books()) if row["position"] == str(position)]
    assert [(row["position"], row["effective_on"], row["account"], row["amount"]) for row in found] == [
        (str(position), "2026-04-01", "Assets:Receivable:groupios:moewe-l", "1069.81"),
        (str(position), "2026-04-01", "Assets:Accrued:groupios:moewe-l", "-899.00"),
        (str(position), "2026-04-01", "Liabilities:VAT:S1900:groupios", "-170.81"),
    ]
    assert [row for row in rows(year.books(provider="dytron")) if row["position"] == str(position)] == []
    assert [row for row in rows(year.books(to=date(2026, 3, 31))) if row["position"] == str(position)] == []
