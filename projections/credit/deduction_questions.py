"""Questions to the view of deductions: each as it stood, with its texts opened, its history and its documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ledger.credit.confirmation import has_spoken, status_at
from ledger.credit.deduction_events import DeductionStatus
from ledger.events import CreditUnit, DeductionFact, DeductionReversed, Sealed
from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_deduction
from ledger.store.database import listed
from projections.asking import EVERYTHING, Condition, Page, PageAsked, all_of, equal
from projections.billing.documents import documents_showing
from projections.contracts.across import ContractsAsked, as_of_across, behind_of_contract, currencies_of, zones_of
from projections.contracts.questions import contract_as_of
from projections.credit import rules
from projections.credit.accounts import units_of
from projections.credit.deductions_view import (
    DEDUCTIONS,
    NOT_SPOKEN_FOR,
    SPOKEN_FOR,
    DeductionRow,
    deductions,
    read_draws,
)
from projections.credit.drawn_grants import DrawnGrant, drawn_grants
from projections.history import ToldFact, refold, stream_events, stream_history
from projections.reader import NOW, AsOf, Snapshot, Times, existed, open_texts, resolve_as_of
from projections.tickets.titles import titles_of
from projections.visible import visible

A_DAY = 86_400_000_000  # microseconds
_read_sealed = msgspec.json.Decoder(Sealed).decode


@dataclass(slots=True, frozen=True)
class OpenedDeduction:
    """A deduction as it stood. `unit` is that of its pool, `timezone` its contract's.

    Texts whose key is gone are None.
    """

    position: int
    row: DeductionRow
    status: DeductionStatus
    unit: CreditUnit
    currency: str
    timezone: str
    ticket_title: str | None
    engineer: str | None
    reason: str | None
    note: str | None
    documents: list[str]

    @property
    def is_on_behalf(self) -> bool:
        """Whether the customer's word on it was entered by somebody else (C8)."""
        return bool(self.row.on_behalf) and has_spoken(self.status)


@dataclass(slots=True, frozen=True)
class DeductionsAsked:
    """Those with a status, where one is named; those effective before so many days ago; those on which the customer's
    word was entered by somebody else (C8), or the others.
    """

    status: DeductionStatus | None = None
    older_than_days: int | None = None
    on_behalf: bool | None = None

    def means(self, one: OpenedDeduction) -> bool:
        """What can be said of a deduction only once it is known how it stood then."""
        return self.status in (None, one.status) and self.on_behalf in (None, one.is_on_behalf)


@dataclass(slots=True, frozen=True)
class ToldDeduction:
    """A deduction with all that explains it: the grants that it draws on, what its reversal gave back, its events.

    `grants` has the correction too that stands for what came back too late (C9).
    """

    opened: OpenedDeduction
    grants: dict[str, DrawnGrant]
    undone: DeductionReversed | None
    history: list[ToldFact]


async def list_deductions(
    snapshot: Snapshot, actor: Actor, contract_id: str, wanted: DeductionsAsked, times: Times, page: PageAsked
) -> Page[OpenedDeduction]:
    """The deductions of a contract in the order in which they were recorded. Raises Refusal unknown-contract.

    A page may hold fewer items than its limit where a status or word is asked of the past.
    """
    _, as_of = await contract_as_of(snapshot, actor, contract_id, times)
    condition = all_of(equal("d", contract_id=contract_id), page.past("d.position"))
    rows = await _read(snapshot, condition, "d.position", wanted, as_of, page)
    shown, next_after = page.cut(rows, lambda row: (row.position,))
    opened = await _open(snapshot, shown, as_of)
    return Page(as_of.position, list(filter(wanted.means, opened)), next_after, lambda one: (one.row.position,))


async def list_deductions_across(
    snapshot: Snapshot, actor: Actor, contracts: ContractsAsked, wanted: DeductionsAsked, times: Times, page: PageAsked
) -> Page[OpenedDeduction]:
    """The deductions of all contracts that the actor sees, contract by contract, each in the order of recording.

    A page from the end has the last contract first, and of each what was recorded last.
    """
    as_of = await as_of_across(snapshot, actor, contracts, times)
    condition = all_of(contracts.seen_by(actor), behind_of_contract(page, "d.position"))
    order = page.in_order("c.contract_id", "d.position")
    rows = await _read(snapshot, condition, order, wanted, as_of, page, source=_OF_EACH_CONTRACT)
    shown, next_after = page.cut(rows, lambda row: (row.contract_id, row.position))
    opened = await _open(snapshot, shown, as_of)
    return Page(as_of.position, list(filter(wanted.means, opened)), next_after, _place)


def _place(one: OpenedDeduction) -> tuple[str, int]:
    return one.row.contract_id, one.row.position


_OF_CONTRACTS = "contracts c JOIN deductions d ON d.contract_id = c.contract_id WHERE"
# Contract by contract, each by an index: SQLite takes a status, which few have, for a reason to read all deductions.
_OF_EACH_CONTRACT = "contracts c CROSS JOIN deductions d WHERE d.contract_id = c.contract_id AND"


async def _read(
    snapshot: Snapshot,
    condition: Condition,
    order: str,
    wanted: DeductionsAsked,
    as_of: AsOf,
    page: PageAsked,
    source: str = _OF_CONTRACTS,
) -> list[DeductionRow]:
    """Of contracts `c` and deductions `d`; one more than the page holds, perhaps."""
    of_status: Condition = ("", {})
    if wanted.status is not None and as_of.current:
        stored = "pending" if wanted.status == "deemed_confirmed" else wanted.status  # an index knows what is stored
        stands = rules.status_at_in_sql("d.status", "d.deemed_at")
        of_status = (f"d.status = :stored AND {stands} = :status", {"stored": stored, "status": wanted.status})
    by_word: Condition = ("", {})
    if wanted.on_behalf is not None and as_of.current:
        by_word = (f"d.{SPOKEN_FOR if wanted.on_behalf else NOT_SPOKEN_FOR}", {})
    old: Condition = ("", {})
    if wanted.older_than_days is not None:
        old = ("d.effective_at < :old", {"old": as_of.at - wanted.older_than_days * A_DAY})
    where, params = all_of(condition, as_of.reached("d"), of_status, by_word, old)
    limited, limit = page.limited
    sql = f"SELECT {DEDUCTIONS.columns_of('d')} FROM {source} {where} ORDER BY {order}{limited}"
    return [DEDUCTIONS.row_of(row) for row in await snapshot.query(sql, params | limit)]


async def find_deduction(snapshot: Snapshot, actor: Actor, deduction_id: str, times: Times) -> ToldDeduction:
    """One deduction, with what is left in the grants that it draws on, and its history: some dozens of events at most.

    Raises Refusal unknown-deduction, also where it came later.
    """
    row, as_of = await _find(snapshot, actor, deduction_id, times)
    (opened,) = await _open(snapshot, [row], as_of)
    history = await stream_history(snapshot, DeductionFact.stream_of(deduction_id), as_of, EVERYTHING)
    facts = [one.stored.fact for one in history.items]
    undone = next((fact for fact in facts if isinstance(fact, DeductionReversed)), None)
    drawn = [draw.grant_id for draw in read_draws(opened.row.draws)]
    drawn += [undone.correction_grant_id] if undone is not None else []
    grants = await drawn_grants(snapshot, drawn, as_of, times)
    return ToldDeduction(opened, grants, undone, history.items)


async def deductions_named(
    snapshot: Snapshot, actor: Actor, contract_id: str, deduction_ids: Sequence[str], times: Times
) -> list[OpenedDeduction]:
    """Some deductions of a contract, by recording; one that came later is left out. Raises Refusal unknown-contract."""
    if not deduction_ids:
        return []
    _, as_of = await contract_as_of(snapshot, actor, contract_id, times)
    among, named = listed("deduction_id", deduction_ids)
    condition = all_of(equal("d", contract_id=contract_id), (f"d.deduction_id IN ({among})", named))
    rows = await _read(snapshot, condition, "d.position", DeductionsAsked(), as_of, EVERYTHING)
    return await _open(snapshot, rows, as_of)


async def deductions_seen(snapshot: Snapshot, actor: Actor, deduction_ids: Sequence[str]) -> dict[str, OpenedDeduction]:
    """Some deductions by their ids, of any contract, as they stand now; what the actor does not see is left out."""
    if not deduction_ids:
        return {}
    as_of = await as_of_across(snapshot, actor, ContractsAsked(), NOW)
    among, named = listed("deduction_id", deduction_ids)
    condition = all_of(visible(actor), (f"d.deduction_id IN ({among})", named))
    rows = await _read(snapshot, condition, "d.position", DeductionsAsked(), as_of, EVERYTHING)
    return {one.row.deduction_id: one for one in await _open(snapshot, rows, as_of)}


async def _find(snapshot: Snapshot, actor: Actor, deduction_id: str, times: Times) -> tuple[DeductionRow, AsOf]:
    condition, params = all_of(equal("d", deduction_id=deduction_id), visible(actor))
    sql = (
        f"SELECT c.timezone, {DEDUCTIONS.columns_of('d')} FROM deductions d "
        f"JOIN contracts c ON c.contract_id = d.contract_id WHERE {condition}"
    )
    for found in await snapshot.query(sql, params):
        row = DEDUCTIONS.row_of(found)
        as_of = await resolve_as_of(snapshot, times.as_of, times.known_at, found.timezone, row.contract_id)
        if existed(row.effective_at, row.position, as_of):
            return row, as_of
    raise unknown_deduction(deduction_id)


async def _open(snapshot: Snapshot, rows: Sequence[DeductionRow], as_of: AsOf) -> list[OpenedDeduction]:
    if not rows:
        return []
    contract_ids = {row.contract_id for row in rows}
    units, currencies = await units_of(snapshot, contract_ids), await currencies_of(snapshot, contract_ids)
    zones = await zones_of(snapshot, contract_ids)
    if not as_of.current:
        rows = await _as_they_were(snapshot, rows, as_of)
    sealed = [text for row in rows for text in (row.engineer, row.reason, row.note) if text is not None]
    boxes = {text: _read_sealed(text) for text in sealed}
    titles = await titles_of(snapshot, [row.ticket_id for row in rows])
    texts = await open_texts(snapshot, [*boxes.values(), *titles.values()])

    def opened(text: str | None) -> str | None:
        return texts.get(boxes[text]) if text is not None else None

    documents = await documents_showing(snapshot, [row.deduction_id for row in rows], as_of)
    return [
        OpenedDeduction(
            position=as_of.position,
            row=row,
            status=status_at(row.status, row.deemed_at, as_of.at),
            unit=units.get((row.contract_id, row.pool or ""), "minutes"),
            currency=currencies[row.contract_id],
            timezone=zones[row.contract_id],
            ticket_title=texts.get(titles[row.ticket_id]) if row.ticket_id in titles else None,
            engineer=opened(row.engineer),
            reason=opened(row.reason),
            note=opened(row.note),
            documents=documents[row.deduction_id],
        )
        for row in rows
    ]


async def _as_they_were(snapshot: Snapshot, rows: Sequence[DeductionRow], as_of: AsOf) -> list[DeductionRow]:
    streams = {row.deduction_id: DeductionFact.stream_of(row.deduction_id) for row in rows}
    histories = await stream_events(snapshot, deductions, list(streams.values()), as_of)
    return [
        refold(deductions, histories[streams[row.deduction_id]]).get(DEDUCTIONS, row.deduction_id) or row
        for row in rows
    ]
