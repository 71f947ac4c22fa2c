"""The drafts of all contracts that have something to invoice: what the next month-end is to issue (M2).

A draft is worked out from its contract's events. So a page reads those of its own contracts alone, passes over those of
which no charge is open, and ends early where it has read enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.billing.missing import MissingDatum, MissingPartyData
from ledger.kernel.access import Actor, check_is_inside
from ledger.plans.catalogue import Catalogue
from ledger.store.database import Row
from projections.asking import Page, PageAsked, all_of
from projections.billing.documents import number_of_charge
from projections.billing.drafts import InvoiceDraft, next_invoice
from projections.contracts.across import ContractsAsked, as_of_across, behind
from projections.reader import AsOf, Snapshot, Times

MOST_EVENTS = 20_000  # behind the drafts of one page; one contract alone may have more


@dataclass(slots=True, frozen=True)
class ListedDraft:
    """A contract with something to invoice; without `draft` where none can be made, for what is `missing`."""

    contract_id: str
    provider: str
    customer_id: str
    plan: str
    draft: InvoiceDraft | None
    missing: Sequence[MissingDatum] = ()


async def list_drafts(
    snapshot: Snapshot,
    actor: Actor,
    catalogue: Catalogue,
    asked: ContractsAsked,
    through_on: date | None,
    times: Times,
    page: PageAsked,
) -> Page[ListedDraft]:
    """By contract, as `next_invoice` makes each; a page may hold fewer items than its limit.

    Raises Refusal forbidden to customers and partners.
    """
    check_is_inside(actor, "the drafts of a provider's invoices")
    as_of = await as_of_across(snapshot, actor, asked, times)
    rows, next_after = page.cut(await _open_contracts(snapshot, actor, asked, as_of, page), _row_place)
    found: list[ListedDraft] = []
    events = 0
    for number, row in enumerate(rows, 1):
        one = await _listed(snapshot, actor, catalogue, row, through_on, times)
        if one.draft is None or one.draft.is_billable:
            found.append(one)
        events += one.draft.events_read if one.draft is not None else 0
        if events >= MOST_EVENTS and number < len(rows):
            return Page(as_of.position, found, _row_place(row), _place)
    return Page(as_of.position, found, next_after, _place)


async def _listed(
    snapshot: Snapshot, actor: Actor, catalogue: Catalogue, row: Row, through_on: date | None, times: Times
) -> ListedDraft:
    contract = (row.contract_id, row.provider, row.customer_id, row.plan)
    try:
        draft = await next_invoice(snapshot, actor, catalogue, row.contract_id, through_on, times)
    except MissingPartyData as refusal:
        return ListedDraft(*contract, None, refusal.missing)
    return ListedDraft(*contract, draft)


async def _open_contracts(
    snapshot: Snapshot, actor: Actor, asked: ContractsAsked, as_of: AsOf, page: PageAsked
) -> list[Row]:
    """Contracts of which a charge is on no invoice: without one nothing is above zero. One more, perhaps."""
    is_open = "o.is_open = 1" if as_of.current else f"{number_of_charge('o')} IS NULL"
    charged = f"SELECT 1 FROM charges o WHERE o.contract_id = c.contract_id AND o.position <= :position AND {is_open}"
    condition, params = all_of(
        asked.seen_by(actor), (f"EXISTS ({charged})", as_of.params), behind(page, "c.contract_id")
    )
    limited, limit = page.limited
    sql = (
        "SELECT c.contract_id, c.provider, c.customer_id, c.plan FROM contracts c "
        f"WHERE {condition} ORDER BY c.contract_id{limited}"
    )
    return await snapshot.query(sql, params | limit)


def _place(one: ListedDraft) -> tuple[str]:
    return (one.contract_id,)


def _row_place(row: Row) -> tuple[str]:
    return (row.contract_id,)
