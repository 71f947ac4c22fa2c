"""Rounds in turns, the row of the table that comes of them, and the profile that explains a row that falls short."""

from __future__ import annotations

import cProfile
import json
import pstats
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWN_CODE = tuple(str(ROOT / name) for name in ("ledger", "projections", "api"))


@dataclass
class Row:
    """One measurement: the product's figure of each round beside the floor's of the same round.

    `at_most` says that the ratio is one of times, otherwise it is one of throughputs, which should be at least the aim.
    """

    number: int
    what: str
    database: str
    unit: str
    aim: float | None
    at_most: bool
    product: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    profile: str = ""

    def add(self, product: float, floor: float) -> None:
        self.product.append(product)
        self.floor.append(floor)

    @property
    def figures(self) -> tuple[float, float]:
        return statistics.median(self.product), statistics.median(self.floor)

    @property
    def ratio(self) -> float:
        """Of the two medians, as they are printed."""
        product, floor = self.figures
        return product / floor

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest ratio of any one round: what noise alone does here."""
        ratios = [product / floor for product, floor in zip(self.product, self.floor, strict=True)]
        return min(ratios), max(ratios)

    @property
    def short(self) -> bool:
        if self.aim is None:
            return False
        return self.ratio > self.aim if self.at_most else self.ratio < self.aim

    @property
    def verdict(self) -> str:
        if self.aim is None:
            return ""
        return "short" if self.short else "holds"

    @property
    def aim_text(self) -> str:
        return "" if self.aim is None else f"{'≤' if self.at_most else '≥'} {self.aim:g}"


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def table(rows: list[Row]) -> str:
    """The rows as text, in the order of their numbers."""
    lines = [("", "measured", "database", "product", "floor", "", "ratio", "of single rounds", "aim", "")]
    for row in sorted(rows, key=lambda row: row.number):
        product, floor = row.figures
        low, high = row.range
        lines.append(
            (
                str(row.number),
                row.what,
                row.database,
                _figure(product),
                _figure(floor),
                row.unit,
                f"{row.ratio:.2f}",
                f"{low:.2f} to {high:.2f}",
                row.aim_text,
                row.verdict,
            )
        )
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    figures = {3, 4, 6}
    printed = []
    for line in lines:
        cells = enumerate(zip(line, widths, strict=True))
        printed.append(
            "  ".join(cell.rjust(width) if n in figures else cell.ljust(width) for n, (cell, width) in cells)
        )
    return "\n".join(one.rstrip() for one in printed)


def write_json(rows: list[Row], file: Path) -> None:
    """The rows for a program: each with its figures round by round, and what it was to reach."""
    told = [
        {
            "row": row.number,
            "measured": row.what,
            "database": row.database,
            "unit": row.unit,
            "product": row.product,
            "floor": row.floor,
            "ratio": row.ratio,
            "aim": row.aim,
            "at_most": row.at_most,
            "holds": None if row.aim is None else not row.short,
        }
        for row in rows
    ]
    file.write_text(json.dumps(told, indent=1) + "\n")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def profiled(work: Callable[[], object], what: str, profiler: cProfile.Profile | None = None) -> str:
    """Does the work under cProfile, which makes small functions look dearer than they are; tells where time went."""
    profiler = profiler or cProfile.Profile()
    profiler.runcall(work)
    return told(pstats.Stats(profiler), what)


def told(stats: pstats.Stats, what: str) -> str:
    """Where the time went: in functions themselves; and until they return, first ours, then those of libraries."""
    entries = [Spent(place, *one[1:4]) for place, one in vars(stats)["stats"].items()]
    whole = sum(one.own for one in entries) or 1.0
    lines = [f"{what}: {whole:.2f} s under the profiler", "  time of its own      calls"]
    lines += [one.line(one.own / whole) for one in sorted(entries, key=lambda one: -one.own)[:12]]
    ours = [one for one in entries if one.place[0].startswith(OWN_CODE)]
    # Of libraries, what nearly everything merely passes through says nothing.
    theirs = [one for one in entries if "site-packages" in one.place[0] and one.until < whole / 2]
    for title, chosen in (("ours", ours), ("libraries", theirs)):
        lines.append(f"  of {title}, with all that it calls")
        lines += [one.line(one.until / whole) for one in sorted(chosen, key=lambda one: -one.until)[:16]]
    return "\n".join(lines)


@dataclass(slots=True, frozen=True)
class Spent:
    """A function's place (file, line, name), its calls, seconds of its own, and seconds until it returns."""

    place: tuple[str, int, str]
    calls: int
    own: float
    until: float

    def line(self, share: float) -> str:
        return f"    {share:6.1%}  {self.calls:>14,}  {_name(self.place)}"


def _name(place: tuple[str, int, str]) -> str:
    file, line, function = place
    if file == "~":
        return function
    path = Path(file)
    parts = path.relative_to(ROOT).parts if path.is_relative_to(ROOT) else path.parts
    if "site-packages" in parts:
        parts = parts[parts.index("site-packages") + 1 :]
    return f"{'/'.join(parts[-4:])}:{line} {function}"
