"""DATEV's file format EXTF, version 700: a header, the names of the columns, rows. In cp1252, lines end with CRLF.

Which columns a kind of file has is data: `extf_bookings.toml`, `extf_debtors.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from api.books.cp1252 import CodePage
from api.books.datev_mapping import AdviserMapping
from api.books.ordered import Spool

EXTF_CURRENCY = "EUR"
_HERE = Path(__file__).parent


@dataclass(slots=True, frozen=True)
class ExtfKind:
    """Category, name and version as the header has them, and the file of its columns."""

    category: int
    name: str
    version: int
    columns: str


BOOKINGS = ExtfKind(21, "Buchungsstapel", 13, "extf_bookings.toml")
DEBTORS = ExtfKind(16, "Debitoren/Kreditoren", 5, "extf_debtors.toml")


def extf(kind: ExtfKind, header: str, rows: Iterable[Mapping[str, str]], page: CodePage) -> Spool[bytes]:
    """The file's lines. A row names its cells by their columns; the others are empty."""
    names, texts = _columns(kind.columns)
    lines = Spool[bytes]()
    for line in (header, ";".join(names)):
        lines.add(_line(line))
    for cells in rows:
        fitted = (page.fitted(cells.get(name, "")) for name in names)
        lines.add(_line(";".join(_quoted(cell) if n in texts else cell for n, cell in enumerate(fitted))))
    return lines


def extf_header(
    kind: ExtfKind, mapping: AdviserMapping, made_at: datetime, first: date, last: date | None = None
) -> str:
    """31 fields; "SC" says where it comes from. `last` is of bookings: they have a period, are financial accounting (1)
    and not locked (0)."""
    made = made_at.strftime("%Y%m%d%H%M%S") + f"{made_at.microsecond // 1000:03d}"
    who = f"{mapping.consultant};{mapping.client};{first.year}0101;{mapping.account_digits}"
    period, booked = ';;"";""', ';;;""'
    if last is not None:
        period = f'{first:%Y%m%d};{last:%Y%m%d};"{first:%Y-%m-%d} - {last:%Y-%m-%d}";""'
        booked = f'1;0;0;"{EXTF_CURRENCY}"'
    return (
        f'"EXTF";700;{kind.category};"{kind.name}";{kind.version};{made};;"SC";"";"";{who};{period};'
        f'{booked};;"";;;"{mapping.chart}";;;"";""'
    )


@cache
def _columns(file: str) -> tuple[list[str], frozenset[int]]:
    """Names of the columns, and the places of those that are texts."""
    told = tomllib.loads((_HERE / file).read_text(encoding="utf-8"))
    return list(told["columns"]), frozenset(place - 1 for place in told["texts"])


def _line(text: str) -> bytes:
    return f"{text}\r\n".encode("cp1252")


def _quoted(text: str) -> str:
    escaped = text.replace('"', '""')
    return f'"{escaped}"'
