"""Questions to the view of deductions: each as it stood, with its texts opened, its history and its documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from ledger.credit.confirmation import Status, status_at
from ledger.events import DeductionFact, Sealed
from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_deduction
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.billing.documents import documents_showing
from projections.contracts.questions import contract_as_of
from projections.credit import rules
from projections.credit.accounts import accounts_of
from projections.credit.deductions_view import DEDUCTIONS, DeductionRow, deductions
from projections.history import ToldFact, refold, sealed_in, stream_events, tell
from projections.reader import AsOf, Snapshot, Times, existed, open_texts, resolve_as_of
from projections.visible import visible

_read_sealed = msgspec.json.Decoder(Sealed).decode


@dataclass(slots=True, frozen=True)
class OpenedDeduction:
    """A deduction as it stood. `unit` is that of its pool, `history` its events for a reader, in order."""

    position: int
    row: DeductionRow
    status: str
    unit: str
    currency: str
    engineer: str | None
    reason: str | None
    documents: list[str]
    history: list[ToldFact]


async def list_deductions(
    snapshot: Snapshot, actor: Actor, contract_id: str, times: Times, status: Status | None, page: PageAsked
) -> Page[OpenedDeduction]:
    """The deductions of a contract in the order in which they were recorded. Raises Refusal unknown-contract.

    A page may hold fewer items than its limit where a status is asked of the past.
    """
    contract, as_of = await contract_as_of(snapshot, actor, contract_id, times)
    of_status: Condition = ("", {})
    if status is not None and as_of.current:
        stored = "pending" if status == "deemed_confirmed" else status  # an index knows what is stored
        stands = rules.status_at_in_sql("d.status", "d.deemed_at")
        of_status = (f"d.status = :stored AND {stands} = :status", {"stored": stored, "status": status})
    condition, params = all_of(
        equal("d", contract_id=contract_id), as_of.reached("d"), of_status, page.past("d.position")
    )
    limited, limit = page.limited
    sql = f"SELECT {DEDUCTIONS.columns_of('d')} FROM deductions d WHERE {condition} ORDER BY d.position{limited}"
    rows = [DEDUCTIONS.row_of(row) for row in await snapshot.query(sql, params | limit)]
    shown, next_after = page.cut(rows, lambda row: (row.position,))
    opened = await _open(snapshot, shown, contract_id, contract.currency, as_of)
    return Page(as_of.position, [one for one in opened if status in (None, one.status)], next_after)


async def find_deduction(snapshot: Snapshot, actor: Actor, deduction_id: str, times: Times) -> OpenedDeduction:
    """One deduction. Raises Refusal unknown-deduction, also where it came later."""
    condition, params = all_of(equal("d", deduction_id=deduction_id), visible(actor))
    sql = (
        f"SELECT c.timezone, c.currency, {DEDUCTIONS.columns_of('d')} FROM deductions d "
        f"JOIN contracts c ON c.contract_id = d.contract_id WHERE {condition}"
    )
    for found in await snapshot.query(sql, params):
        row = DEDUCTIONS.row_of(found)
        as_of = await resolve_as_of(snapshot, times.as_of, times.known_at, found.timezone, row.contract_id)
        if existed(row.effective_at, row.position, as_of):
            (opened,) = await _open(snapshot, [row], row.contract_id, found.currency, as_of)
            return opened
    raise unknown_deduction(deduction_id)


async def _open(
    snapshot: Snapshot, rows: Sequence[DeductionRow], contract_id: str, currency: str, as_of: AsOf
) -> list[OpenedDeduction]:
    accounts = await accounts_of(snapshot, contract_id)
    histories = await stream_events(snapshot, [DeductionFact.stream_of(row.deduction_id) for row in rows], as_of)
    events = {row.deduction_id: histories[DeductionFact.stream_of(row.deduction_id)] for row in rows}
    if not as_of.current:
        rows = [refold(deductions, events[row.deduction_id]).get(DEDUCTIONS, row.deduction_id) or row for row in rows]
    boxes = {text: _read_sealed(text) for row in rows for text in (row.engineer, row.reason) if text is not None}
    told = [box for stream in events.values() for event in stream for box in sealed_in(event.fact)]
    texts = await open_texts(snapshot, [*boxes.values(), *told])
    documents = await documents_showing(snapshot, [row.deduction_id for row in rows], as_of)
    return [
        OpenedDeduction(
            position=as_of.position,
            row=row,
            status=status_at(row.status, row.deemed_at, as_of.at),
            unit=accounts[row.pool].unit if row.pool in accounts else "minutes",
            currency=currency,
            engineer=texts.get(boxes[row.engineer]) if row.engineer is not None else None,
            reason=texts.get(boxes[row.reason]) if row.reason is not None else None,
            documents=documents[row.deduction_id],
            history=[tell(event, texts) for event in events[row.deduction_id]],
        )
        for row in rows
    ]
