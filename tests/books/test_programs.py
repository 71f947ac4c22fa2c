"""The demo year's books, read by hledger and by Beancount: no complaint, and the figures that the doors show.

Neither is a dependency. Where one is not on PATH (or named in HLEDGER, BEAN_CHECK), its tests are skipped, loudly.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.books.made import hard_names
from tests.books.reading import balances, hledger_balances, program, rows, run
from tests.books.year import Year, pool_figures, year_in

PARTS = [(None, date(2026, 11, 20)), (date(2026, 2, 10), date(2026, 10, 31)), (None, date(2027, 12, 31))]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with year_in(f"sqlite:///{tmp_path_factory.mktemp('books') / 'ledger.db'}") as found:
        yield found


@pytest.mark.parametrize(("from_", "to"), PARTS)
def test_hledger_has_no_complaint(year: Year, tmp_path: Path, from_: date | None, to: date) -> None:
    journal = tmp_path / "year.journal"
    journal.write_bytes(year.books("hledger", from_, to))
    done = run(program("hledger", "HLEDGER"), "-f", journal, "check", "--strict", "ordereddates")
    assert (done.status, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize(("from_", "to"), PARTS)
def test_hledger_adds_up_to_what_the_doors_show(year: Year, tmp_path: Path, from_: date | None, to: date) -> None:
    journal = tmp_path / "year.journal"
    journal.write_bytes(year.books("hledger", from_, to))
    found = hledger_balances(journal)
    found.pop("Equity:Opening", None)
    assert pool_figures(found) == year.figures(to.isoformat())
    assert found == {name: sum_ for name, sum_ in balances(rows(year.books(to=to))).items() if sum_ or name in found}


@pytest.mark.parametrize(("from_", "to"), PARTS)
def test_bean_check_has_no_complaint(year: Year, tmp_path: Path, from_: date | None, to: date) -> None:
    journal = tmp_path / "year.beancount"
    journal.write_bytes(year.books("beancount", from_, to))
    done = run(program("bean-check", "BEAN_CHECK"), "--no-cache", journal)
    assert (done.status, done.out, done.err) == (0, "", "")


WRONG = [("overage MW-006.overage.1", "66.75", "66.76"), ("breakage MW-G1", "15 MIN", "14 MIN")]


def with_a_fault(journal: bytes, narration: str, right: str, wrong: str) -> str:
    """One amount wrong on both sides of one transaction, what is asserted left as it was."""
    text = journal.decode()
    begin = text.index(narration)
    end = text.index("\n\n", begin)
    changed, count = re.subn(rf"(  -?){re.escape(right)}", rf"\g<1>{wrong}", text[begin:end])
    assert count == 2
    return text[:begin] + changed + text[end:]


@pytest.mark.parametrize(("narration", "right", "wrong"), WRONG)
def test_hledger_notices_a_single_cent_and_a_single_minute(
    year: Year, tmp_path: Path, narration: str, right: str, wrong: str
) -> None:
    journal = tmp_path / "year.journal"
    journal.write_text(with_a_fault(year.books("hledger"), narration, right, wrong), encoding="utf-8")
    done = run(program("hledger", "HLEDGER"), "-f", journal, "check")
    assert done.status != 0
    assert "balance assertion" in done.err.lower()


@pytest.mark.parametrize(("narration", "right", "wrong"), WRONG)
def test_bean_check_notices_a_single_cent_and_a_single_minute(
    year: Year, tmp_path: Path, narration: str, right: str, wrong: str
) -> None:
    journal = tmp_path / "year.beancount"
    journal.write_text(with_a_fault(year.books("beancount"), narration, right, wrong), encoding="utf-8")
    done = run(program("bean-check", "BEAN_CHECK"), "--no-cache", journal)
    assert done.status != 0
    assert "Balance failed" in done.err


def test_hledger_accepts_every_id_and_keeps_them_apart(tmp_path: Path) -> None:
    journal = tmp_path / "names.journal"
    journal.write_bytes(hard_names("hledger"))
    done = run(program("hledger", "HLEDGER"), "-f", journal, "check", "--strict")
    assert (done.status, done.out, done.err) == (0, "", "")
    found = hledger_balances(journal)
    assert sorted(amount for name, amount in found.items() if name.startswith("Assets:")) == list(range(1, 13))


def test_beancount_accepts_every_id(tmp_path: Path) -> None:
    journal = tmp_path / "names.beancount"
    journal.write_bytes(hard_names("beancount"))
    done = run(program("bean-check", "BEAN_CHECK"), "--no-cache", journal)
    assert (done.status, done.out, done.err) == (0, "", "")
