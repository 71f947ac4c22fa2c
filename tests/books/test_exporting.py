"""The way in for a command line: days as texts, and where the bytes go."""

import asyncio
from pathlib import Path

import pytest

from api.books.exporting import FORMS, export_days, write_books
from ledger.kernel.errors import Refusal
from projections.reader import open_reader
from tests.books.reading import rows
from tests.books.year import year_in
from tests.views.ledgers import fed


def asked(url: str, *arguments: str | None) -> bytes:
    async def ask() -> bytes:
        reader = open_reader(url)
        try:
            return b"".join((await export_days(reader, *arguments)).pieces)  # type: ignore[arg-type]
        finally:
            await reader.close()

    return asyncio.run(ask())


def test_days_are_read_as_they_are_typed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with year_in(url):
        found = rows(asked(url, "csv", "2026-05-01", "2026-05-31", "groupios"))
    assert {row["effective_on"][:7] for row in found} == {"2026-05"}


def test_an_empty_ledger_has_empty_books_in_every_form(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with fed(url):
        pass
    for form in FORMS:
        assert asked(url, form, "2026-01-01", "2026-12-31")
        assert asked(url, form, "2026-01-01", "2026-12-31").count(b"\n") <= 6


@pytest.mark.parametrize(("from_", "to", "field"), [("2026-02-30", None, "from"), (None, "yesterday", "to")])
def test_what_is_no_day_is_refused_with_its_name(tmp_path: Path, from_: str | None, to: str | None, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked(f"sqlite:///{tmp_path / 'ledger.db'}", "csv", from_, to)
    assert (refused.value.code, refused.value.members["field"]) == ("malformed", field)


def test_a_file_is_written_whole_in_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "year.csv"
    path.write_bytes(b"what was there before, and longer")
    write_books([b"new", b"\r\n"], str(path))
    assert path.read_bytes() == b"new\r\n"
    assert [one.name for one in tmp_path.iterdir()] == ["year.csv"]


def test_a_device_is_written_to_and_stays_one() -> None:
    write_books([b"new"], "/dev/null")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("name", ["", "missing/year.csv"])
def test_what_can_not_be_written_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        write_books([b"new"], str(tmp_path / name))
    assert (refused.value.code, refused.value.members["field"]) == ("malformed", "output")
    assert list(tmp_path.iterdir()) == []


def test_standard_output_gets_the_bytes_as_they_are(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_books(["Schlüssel\r\n".encode("cp1252")], None)
    assert capfdbinary.readouterr().out == b"Schl\xfcssel\r\n"
