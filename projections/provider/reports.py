"""Reports: what was charged, what of credit expired unused, and what time was spent, from day to day, by groups.

Where the figures of each stand, its source says. Days are the provider's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic

import msgspec

from ledger.events import Sealed
from ledger.kernel.access import Actor, check_is_inside
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import add_months, end_of_day, first_instant, from_micros, local_date, to_micros
from ledger.store.database import Row
from projections.asking import Page, PageAsked, all_of, equal
from projections.contracts.across import ContractsAsked
from projections.provider.report_sources import Apart, OwnSums, ReportSource, TimeGroup
from projections.reader import Snapshot, open_texts, view_position

_read_sealed = msgspec.json.Decoder(Sealed).decode
_GROUPS_IN_SQL: tuple[TimeGroup, ...] = ("plan", "kind", "customer", "engineer")
_NOT_ASKED = "CAST(NULL AS TEXT)"


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


class ReportGroups(msgspec.Struct, frozen=True):
    """What a row is of; None where it was not asked for. `engineer` is the key of a name until that is opened."""

    plan: str | None
    kind: str | None
    customer: str | None
    provider: str | None
    month: str | None
    engineer: str | None


@dataclass(slots=True, frozen=True)
class ReportRow(Generic[Apart, OwnSums]):
    """`groups` are what the row is of, `apart` what has a row of its own, `sums` its figures."""

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
    if asked.first is not None and asked.last is not None and asked.first > asked.last:
        raise malformed("from", FieldFault("wrong_way_round", {"first": asked.first, "last": asked.last}))
    added: dict[tuple[ReportGroups, Apart], OwnSums] = {}
    boxes: dict[str, Sealed] = {}
    for provider, zone in await _providers(snapshot, actor, asked):
        for month, begin, end in await _spans(snapshot, source, provider, zone, asked):
            for row in await _summed(snapshot, source, asked, provider, begin, end):
                whose = provider if "provider" in asked.row_of else None
                groups = ReportGroups(row.plan, row.kind, row.customer, whose, month, row.engineer)
                apart, sums = source.read(row)
                added[groups, apart] = added[groups, apart] + sums if (groups, apart) in added else sums
                if row.engineer_box is not None:
                    boxes[row.engineer] = _read_sealed(row.engineer_box)
    texts = await open_texts(snapshot, list(boxes.values()))
    names = {key: texts.get(box) for key, box in boxes.items()}
    rows = [_row(asked, names, groups, apart, sums) for (groups, apart), sums in added.items() if not sums.are_nought]
    found = sorted(rows, key=_place)
    behind = [one for one in found if page.after is None or one.place > page.after]
    shown, next_after = page.cut(behind, _place)
    return Page(await view_position(snapshot), shown, next_after, _place, everything=found)


def report_totals(rows: Iterable[ReportRow[Apart, OwnSums]]) -> list[tuple[Apart, OwnSums]]:
    """By unit and currency, whatever the rows are grouped by."""
    added: dict[Apart, OwnSums] = {}
    for row in rows:
        added[row.apart] = added[row.apart] + row.sums if row.apart in added else row.sums
    return sorted(added.items(), key=lambda one: one[0])


def _row(
    asked: ReportAsked, names: Mapping[str, str | None], groups: ReportGroups, apart: Apart, sums: OwnSums
) -> ReportRow[Apart, OwnSums]:
    """Its place goes by the key of an engineer, since two may have one name."""
    by_name = msgspec.structs.asdict(groups)
    place = (*(by_name[group] for group in asked.row_of), *apart)
    named = msgspec.structs.replace(groups, engineer=names.get(groups.engineer or ""))
    return ReportRow(named, apart, sums, place)


def _place(row: ReportRow[Apart, OwnSums]) -> tuple[str, ...]:
    return row.place


async def _providers(snapshot: Snapshot, actor: Actor, asked: ReportAsked) -> Sequence[tuple[str, str]]:
    condition, params = ContractsAsked(asked.provider).seen_by(actor)
    sql = f"SELECT DISTINCT c.provider, c.timezone FROM contracts c WHERE {condition} ORDER BY c.provider"
    return [(row.provider, row.timezone) for row in await snapshot.query(sql, params)]


async def _spans(
    snapshot: Snapshot, source: ReportSource[Apart, OwnSums], provider: str, zone: str, asked: ReportAsked
) -> list[tuple[str | None, int, int]]:
    """The instants between which is added up, each with its month; one span where months are not asked for."""
    today = local_date(snapshot.clock(), zone)
    sql = (
        f"SELECT min({source.at}) AS earliest, max({source.at}) AS latest FROM {source.rows} "
        "WHERE c.provider = :provider"
    )
    (known,) = await snapshot.query(sql, {"provider": provider})
    if known.earliest is None:
        return []
    earliest = local_date(from_micros(known.earliest), zone)
    first = max(asked.first or earliest, earliest)
    last = asked.last or today
    if "month" not in asked.group_by:
        return [(None, *_instants(first, last, zone))]
    spans: list[tuple[str | None, int, int]] = []
    month = first.replace(day=1)
    while month <= last and _instants(month, month, zone)[0] <= known.latest:
        following = add_months(month, 1)
        until = min(last, following - timedelta(days=1))
        spans.append((f"{month:%Y-%m}", *_instants(max(first, month), until, zone)))
        month = following
    return spans


def _instants(first: date, last: date, zone: str) -> tuple[int, int]:
    return to_micros(first_instant(first, zone)), to_micros(end_of_day(last, zone))


async def _summed(
    snapshot: Snapshot, source: ReportSource[Apart, OwnSums], asked: ReportAsked, provider: str, begin: int, end: int
) -> list[Row]:
    """Of each group that SQL knows a column, null where it was not asked for, with the figures of `source.read`."""
    columns: dict[TimeGroup, str] = {group: source.column(group) for group in asked.group_by if group != "month"}
    groups = [f"{columns.get(group, _NOT_ASKED)} AS {group}" for group in _GROUPS_IN_SQL]
    apart = [f"{sql} AS {name}" for name, sql in source.apart.items()]
    sums = [f"CAST(coalesce(sum({sql}), 0) AS BIGINT) AS {name}" for name, sql in source.sums.items()]
    box = f"{'max(d.engineer)' if 'engineer' in columns else _NOT_ASKED} AS engineer_box"
    span = (f"{source.at} >= :begin AND {source.at} < :end", {"begin": begin, "end": end})
    condition, params = all_of(equal("c", provider=provider), span)
    sql = f"SELECT {', '.join([*groups, *apart, *sums, box])} FROM {source.rows} WHERE {condition}"
    return await snapshot.query(f"{sql} GROUP BY {', '.join((*columns.values(), *source.apart.values()))}", params)
