"""What a provider charged, what credit expired unused, and what time was spent, from day to day, by groups.

TotalsByKey of months and days are read, never what they come of (`projections.provider.report_totals`). Days are the
provider's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic

import msgspec

from ledger.events import Sealed
from ledger.kernel.access import Actor, check_is_inside
from ledger.kernel.values import local_date
from ledger.store.database import Row, listed
from projections.asking import EVERYTHING, Condition, Page, PageAsked, all_of, equal
from projections.months_and_days import month_in_sql, spans_within
from projections.provider.report_sources import Apart, OwnSums, ReportSource, TimeGroup
from projections.provider.report_totals import OF_ALL, OF_BOTH, OF_CUSTOMERS, OF_ENGINEERS, TOTALS
from projections.reader import Snapshot, check_right_way_round, open_texts, view_position

_read_sealed = msgspec.json.Decoder(Sealed).decode
_MONTH = month_in_sql("t.span")


@dataclass(slots=True, frozen=True)
class ReportAsked:
    """`last` is today where none is named; `group_by` in the order that is asked for, of those that the report has."""

    provider: str | None
    first: date | None
    last: date | None
    group_by: tuple[TimeGroup, ...] = ()

    @property
    def row_of(self) -> tuple[str, ...]:
        """What a row is of: a customer or an engineer of one provider, since another's of that id is somebody else."""
        is_of_somebody = "customer" in self.group_by or "engineer" in self.group_by
        return (*self.group_by, "provider") if is_of_somebody else self.group_by

    @property
    def added_by(self) -> str:
        """Which totals have these groups."""
        if "customer" in self.group_by:
            return OF_BOTH if "engineer" in self.group_by else OF_CUSTOMERS
        return OF_ENGINEERS if "engineer" in self.group_by else OF_ALL


class ReportGroups(msgspec.Struct, frozen=True):
    """What a row is of; None where it was not asked for. `engineer` is a name, None too where its key is gone."""

    plan: str | None = None
    kind: str | None = None
    customer: str | None = None
    provider: str | None = None
    month: str | None = None
    engineer: str | None = None


@dataclass(slots=True, frozen=True)
class ReportRow(Generic[Apart, OwnSums]):
    """`groups` are what the row is of, `apart` what has a row of its own, `sums` its figures.

    Its place goes by the key of an engineer, since two may have one name.
    """

    groups: ReportGroups
    apart: Apart
    sums: OwnSums
    place: tuple[str, ...]


async def report(
    snapshot: Snapshot, actor: Actor, source: ReportSource[Apart, OwnSums], asked: ReportAsked, page: PageAsked
) -> Page[ReportRow[Apart, OwnSums]]:
    """Its rows by group; nothing that comes to nought.

    Raises Refusal forbidden to customers and partners, malformed for days that are the wrong way round.
    """
    check_is_inside(actor, "the reports of a provider")
    check_right_way_round(asked.first, asked.last)
    counted = await _counted(snapshot, actor, asked)
    rows = await _rows(snapshot, source, asked, counted, page)
    shown, next_after = page.cut(rows, _place)
    whole = shown
    if page.after is not None or next_after is not None:
        whole = await _whole(snapshot, source, asked, counted)
    return Page(await view_position(snapshot), shown, next_after, _place, everything=whole)


def report_totals(rows: Iterable[ReportRow[Apart, OwnSums]]) -> list[tuple[Apart, OwnSums]]:
    """By unit and currency, whatever the rows are grouped by."""
    added: dict[Apart, OwnSums] = {}
    for row in rows:
        added[row.apart] = added[row.apart] + row.sums if row.apart in added else row.sums
    return sorted(added.items(), key=lambda one: one[0])


def _place(row: ReportRow[Apart, OwnSums]) -> tuple[str, ...]:
    return row.place


async def _counted(snapshot: Snapshot, actor: Actor, asked: ReportAsked) -> list[Condition]:
    """Which totals `t` are added up: of each provider the spans of its days, each looked up by itself."""
    seen, params = all_of(equal("b", provider=asked.provider), _of_actor(actor))
    sql = f"SELECT b.provider, b.timezone FROM provider_beginnings b WHERE b.timezone IS NOT NULL AND {seen}"
    found: list[Condition] = []
    for row in await snapshot.query(sql, params):
        last = asked.last or local_date(snapshot.clock(), row.timezone)
        for begins, ends in spans_within(asked.first, last):
            number = len(found)
            names = {f"provider_{number}": row.provider, f"first_{number}": begins, f"last_{number}": ends}
            span = f"t.provider = :provider_{number} AND t.span >= :first_{number} AND t.span <= :last_{number}"
            found.append((span, names))
    return found


def _of_actor(actor: Actor) -> Condition:
    return ("b.provider = :actor_provider", {"actor_provider": actor.provider}) if actor.provider else ("", {})


async def _rows(
    snapshot: Snapshot,
    source: ReportSource[Apart, OwnSums],
    asked: ReportAsked,
    counted: Sequence[Condition],
    page: PageAsked,
) -> list[ReportRow[Apart, OwnSums]]:
    """In the order of their groups; one more than the page holds, perhaps."""
    parts = {name: _MONTH if name == "month" else f"t.{name}" for name in (*asked.row_of, *source.parts)}
    sums = {name: f"CAST(sum(t.{name}) AS BIGINT)" for name in source.figures}
    if not counted:
        return []
    of_nobody = {name: "" for name in ("customer", "engineer") if name not in asked.group_by}
    which = all_of(
        equal("t", report=source.report, added_by=asked.added_by, **of_nobody),
        _behind(parts, page),
    )
    spans = [all_of(which, span) for span in counted]
    totals = " UNION ALL ".join(f"SELECT {TOTALS.columns_of('t')} FROM report_totals t WHERE {sql}" for sql, _ in spans)
    params = {name: value for _, named in spans for name, value in named.items()}
    limited, limit = page.limited
    selected = ", ".join(f"{sql} AS {name}" for name, sql in (parts | sums).items())
    order = ", ".join(parts.values())
    sql = (
        f"SELECT {selected} FROM ({totals}) t GROUP BY {order} "
        f"HAVING {' OR '.join(f'sum(t.{name}) <> 0' for name in source.figures)} ORDER BY {order}{limited}"
    )
    rows = await snapshot.query(sql, params | limit)
    names = await _names(snapshot, [row.engineer for row in rows]) if "engineer" in parts else {}
    return [_row(source, asked, names, row) for row in rows]


def _behind(parts: dict[str, str], page: PageAsked) -> Condition:
    """What comes after the row with which the page before ended."""
    if page.after is None:
        return "", {}
    after = {f"after_{name}": value for name, value in zip(parts, page.after, strict=True)}
    return f"({', '.join(parts.values())}) > ({', '.join(f':{name}' for name in after)})", after


def _row(
    source: ReportSource[Apart, OwnSums], asked: ReportAsked, names: dict[str, str | None], row: Row
) -> ReportRow[Apart, OwnSums]:
    found: dict[str, Any] = row._asdict()
    groups = {name: found[name] for name in asked.row_of}
    if "engineer" in groups:
        groups["engineer"] = names.get(row.engineer)
    apart, sums = source.read(row)
    return ReportRow(ReportGroups(**groups), apart, sums, (*(found[name] for name in asked.row_of), *apart))


async def _names(snapshot: Snapshot, engineer_keys: Sequence[str]) -> dict[str, str | None]:
    places, params = listed("engineer_key", sorted(set(engineer_keys)) or [""])
    sql = f"SELECT engineer_key, name FROM engineers WHERE engineer_key IN ({places})"
    boxes = {row.engineer_key: _read_sealed(row.name) for row in await snapshot.query(sql, params)}
    texts = await open_texts(snapshot, list(boxes.values()))
    return {key: texts.get(box) for key, box in boxes.items()}


async def _whole(
    snapshot: Snapshot, source: ReportSource[Apart, OwnSums], asked: ReportAsked, counted: Sequence[Condition]
) -> list[ReportRow[Apart, OwnSums]]:
    """What all rows add up to, from the totals that tell nobody apart."""
    return await _rows(snapshot, source, replace(asked, group_by=()), counted, EVERYTHING)
