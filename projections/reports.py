"""Reports: what was charged, what of credit expired unused, and what time was spent, from day to day, by groups.

Sums of the views, as the books have them: a charge, a deduction and its reversal on the day of their effective time,
breakage on the day of the grant's end, or later where something came back to it later (C10). Days are the provider's.
A plan is that of the term in force at the time, whatever the contract runs under today.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import msgspec

from ledger.events import Sealed
from ledger.kernel.access import Actor, check_is_inside
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import add_months, first_instant, from_micros, local_date, to_micros
from ledger.store.database import Row
from projections.asking import Page, PageAsked, all_of, equal
from projections.contracts.across import ContractsAsked
from projections.credit.rules import breakage_in_sql
from projections.reader import Snapshot, open_texts, view_position

ReportGroup = Literal["plan", "kind", "customer", "month"]
TimeGroup = Literal[ReportGroup, "engineer"]
_read_sealed = msgspec.json.Decoder(Sealed).decode


@dataclass(slots=True, frozen=True)
class ReportSource:
    """Where a report's figures stand: rows, the instant that each counts at, its groups in SQL, its sums.

    The plan of a row is that of the last term that had begun `begun` (such as `<= o.effective_at`).
    """

    rows: str
    at: str
    begun: str
    groups: dict[TimeGroup, str]
    apart: dict[str, str]  # what has rows of its own: units and currencies, and words entered for the customer (C8)
    sums: dict[str, str]

    def column(self, group: TimeGroup) -> str:
        return _PLAN.format(begun=self.begun) if group == "plan" else self.groups[group]


# After a contract's end it is the last term, and what was agreed where none had begun.
_PLAN = """coalesce((SELECT n.plan FROM contract_terms n WHERE n.contract_id = c.contract_id
  AND n.starts_at < n.ends_at AND n.starts_at {begun} ORDER BY n.starts_at DESC LIMIT 1), c.plan)"""
# What takes back goes where that counts which it takes back; what came late into a closed month, where it was true.
_CHARGED = "coalesce(b.dated, b.effective_at, o.dated, o.effective_at)"
_OF_CONTRACT: dict[TimeGroup, str] = {"plan": "", "customer": "c.customer_id"}
REVENUE = ReportSource(
    "contracts c JOIN charges o ON o.contract_id = c.contract_id LEFT JOIN charges b ON b.charge_id = o.reverses",
    "o.effective_at",
    f"<= {_CHARGED}",
    {**_OF_CONTRACT, "kind": "o.family"},
    {"currency": "o.currency"},
    {"amount_cents": "o.amount_cents", "charges": "1"},
)
_EXPIRED = breakage_in_sql(
    "contracts c JOIN movements m ON m.contract_id = c.contract_id JOIN grants g ON g.grant_id = m.grant_id "
    "WHERE c.provider = :provider",
    "g.expires_at",
)
BREAKAGE = ReportSource(
    f"({_EXPIRED}) b JOIN grants g ON g.grant_id = b.grant_id JOIN contracts c ON c.contract_id = g.contract_id "
    "JOIN accounts a ON a.contract_id = g.contract_id AND a.pool = g.pool",
    "b.moment",
    "< g.expires_at",  # at the end of a term the next one begins, which did not give what is lost
    {**_OF_CONTRACT, "kind": "g.source"},
    {"unit": "a.unit", "currency": "coalesce(a.currency, '')"},
    {"quantity": "b.quantity"},
)
DEDUCTED_TIME = ReportSource(
    "contracts c JOIN deductions d ON d.contract_id = c.contract_id "
    "JOIN (SELECT deduction_id, effective_at, 1 AS sign FROM deductions UNION ALL "
    "SELECT deduction_id, effective_at, -1 AS sign FROM status_changes WHERE status = 'reversed') t "
    "ON t.deduction_id = d.deduction_id LEFT JOIN accounts a ON a.contract_id = d.contract_id AND a.pool = d.pool",
    "t.effective_at",
    "<= coalesce(d.dated, d.effective_at)",
    {**_OF_CONTRACT, "kind": "d.kind", "engineer": "coalesce(d.engineer_key, '')"},
    {"on_behalf": "CAST(d.on_behalf AS TEXT)"},
    {
        "worked_seconds": "t.sign * d.worked_seconds",
        "billed_minutes": "t.sign * d.billed_minutes",
        "credit_minutes": "CASE WHEN a.unit = 'minutes' THEN t.sign * d.quantity ELSE 0 END",
    },
)


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


@dataclass(slots=True, frozen=True)
class ReportRow:
    """`groups` are what the row is of, `apart` what has a row of its own, `sums` its figures."""

    groups: dict[str, str | None]
    apart: dict[str, str]
    sums: dict[str, int]
    place: tuple[str, ...]


async def report(
    snapshot: Snapshot, actor: Actor, source: ReportSource, asked: ReportAsked, page: PageAsked
) -> Page[ReportRow]:
    """Its rows by group; nothing that comes to nought.

    Raises Refusal forbidden to customers and partners, malformed for days that are the wrong way round.
    """
    check_is_inside(actor, "the reports of a provider")
    if asked.first is not None and asked.last is not None and asked.first > asked.last:
        raise malformed("from", FieldFault("wrong_way_round", {"first": asked.first, "last": asked.last}))
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    boxes: dict[str, Sealed] = {}
    for provider, zone in await _providers(snapshot, actor, asked):
        for month, begin, end in await _spans(snapshot, source, provider, zone, asked):
            for row in await _summed(snapshot, source, asked, provider, begin, end):
                told = {**row._asdict(), "month": month, "provider": provider}
                key = tuple(told[name] for name in (*asked.row_of, *source.apart))
                known = sums.setdefault(key, dict.fromkeys(source.sums, 0))
                for name in source.sums:
                    known[name] += told[name]
                if told.get("engineer_box") is not None:
                    boxes[told["engineer"]] = _read_sealed(told["engineer_box"])
    texts = await open_texts(snapshot, list(boxes.values()))
    names = {key: texts.get(box) for key, box in boxes.items()}
    found = [_row(source, asked, key, of, names.get) for key, of in sorted(sums.items()) if any(of.values())]
    behind = [one for one in found if page.after is None or one.place > page.after]
    shown, next_after = page.cut(behind, _place)
    return Page(await view_position(snapshot), shown, next_after, _place, everything=found)


def _row(
    source: ReportSource,
    asked: ReportAsked,
    key: tuple[str, ...],
    sums: dict[str, int],
    name_of: Callable[[str], str | None],
) -> ReportRow:
    groups: dict[str, str | None] = {}
    for group, value in zip(asked.row_of, key, strict=False):
        groups[group] = name_of(value) if group == "engineer" else value
    apart = dict(zip(source.apart, key[len(asked.row_of) :], strict=True))
    return ReportRow(groups, apart, sums, key)


def _place(row: ReportRow) -> tuple[str, ...]:
    return row.place


async def _providers(snapshot: Snapshot, actor: Actor, asked: ReportAsked) -> Sequence[tuple[str, str]]:
    condition, params = ContractsAsked(asked.provider).seen_by(actor)
    sql = f"SELECT DISTINCT c.provider, c.timezone FROM contracts c WHERE {condition} ORDER BY c.provider"
    return [(row.provider, row.timezone) for row in await snapshot.query(sql, params)]


async def _spans(
    snapshot: Snapshot, source: ReportSource, provider: str, zone: str, asked: ReportAsked
) -> list[tuple[str, int, int]]:
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
        return [("", *_instants(first, last, zone))]
    spans = []
    month = first.replace(day=1)
    while month <= last and _instants(month, month, zone)[0] <= known.latest:
        following = add_months(month, 1)
        until = min(last, following - timedelta(days=1))
        spans.append((f"{month:%Y-%m}", *_instants(max(first, month), until, zone)))
        month = following
    return spans


def _instants(first: date, last: date, zone: str) -> tuple[int, int]:
    return to_micros(first_instant(first, zone)), to_micros(first_instant(last + timedelta(days=1), zone))


async def _summed(
    snapshot: Snapshot, source: ReportSource, asked: ReportAsked, provider: str, begin: int, end: int
) -> list[Row]:
    columns = {group: source.column(group) for group in asked.group_by if group != "month"}
    apart = [f"{sql} AS {name}" for name, sql in (*columns.items(), *source.apart.items())]
    sums = [f"CAST(coalesce(sum({sql}), 0) AS BIGINT) AS {name}" for name, sql in source.sums.items()]
    boxes = ["max(d.engineer) AS engineer_box"] if "engineer" in columns else []
    grouped = ", ".join((*columns.values(), *source.apart.values()))
    span = (f"{source.at} >= :begin AND {source.at} < :end", {"begin": begin, "end": end})
    condition, params = all_of(equal("c", provider=provider), span)
    sql = f"SELECT {', '.join([*apart, *sums, *boxes])} FROM {source.rows} WHERE {condition}"
    return await snapshot.query(f"{sql} GROUP BY {grouped}" if grouped else sql, params)
