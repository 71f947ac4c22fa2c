"""Drafts as pages show them: what they come to, what waits, and what is missing for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.documents.forms import missing_data
from api.portal.words.missing_words import MissingInWords, missing_in_words
from api.portal.words.names_of_keys import NamesOfSellers
from ledger.kernel.access import Actor
from ledger.kernel.values import local_date
from ledger.plans.catalogue import Catalogue
from projections.asking import Page, PageAsked
from projections.billing.draft_lists import ListedDraft, list_drafts
from projections.billing.drafts import InvoiceDraft
from projections.contracts.across import ContractsAsked, zone_across
from projections.reader import NOW, Snapshot


@dataclass(slots=True, frozen=True)
class ShownDraft:
    """A contract with something to invoice; `plan` is a name. `draft` is None where none can be made for what is
    `missing`.
    """

    contract_id: str
    provider: str
    customer: str
    plan: str
    draft: InvoiceDraft | None
    missing: Sequence[MissingInWords]


async def drafts_shown(
    snapshot: Snapshot,
    actor: Actor,
    catalogue: Catalogue,
    provider: str | None,
    through_on: date | None,
    page: PageAsked,
) -> Page[ShownDraft]:
    """Raises Refusal forbidden to customers and partners."""
    asked, sellers = ContractsAsked(provider), NamesOfSellers(catalogue)
    found = await list_drafts(snapshot, actor, catalogue, asked, through_on, NOW, page)
    return Page(found.position, [_shown(one, sellers) for one in found.items], found.next_after, _place)


def _shown(one: ListedDraft, sellers: NamesOfSellers) -> ShownDraft:
    name = buyer_named(one.draft) if one.draft is not None else one.customer_id
    missing = missing_of(one.draft) if one.draft is not None else missing_in_words(one.missing)
    return ShownDraft(one.contract_id, one.provider, name, sellers.plan(one.plan), one.draft, missing)


def buyer_named(draft: InvoiceDraft) -> str:
    """By id alone where their key is gone."""
    return draft.texts.buyer.name if draft.texts.buyer is not None else draft.invoice.customer_id


def missing_of(draft: InvoiceDraft) -> list[MissingInWords]:
    return missing_in_words(missing_data(draft.invoice, draft.texts))


def _place(one: ShownDraft) -> tuple[str]:
    return (one.contract_id,)


async def today_across(snapshot: Snapshot, actor: Actor) -> date:
    """Today where the actor's provider is, UTC's day where there are several."""
    return local_date(snapshot.clock(), await zone_across(snapshot, actor, ContractsAsked()))
