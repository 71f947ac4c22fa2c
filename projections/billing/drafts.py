"""The draft of a contract's next invoice, as issuing would put it at a place in both times (M2).

The contract's events are read as they were known then; what they come to is worked out by `ledger.billing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec

from ledger.billing.charges import BILLED_TOPICS, BillingAccount, billing_account
from ledger.billing.document_texts import DocumentTexts, buyer_of, read_document_texts, seller_of
from ledger.billing.draft import HeldBack, draft
from ledger.billing.invoice import invoice_of, texts_of
from ledger.billing.missing import MissingDatum, MissingPartyData
from ledger.billing.vat import NoRateError, treatment
from ledger.contracts.parties import read_party
from ledger.events import InvoiceIssued
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.kernel.mapper import decode
from ledger.kernel.values import from_micros, local_date
from ledger.plans.catalogue import Catalogue
from ledger.store.database import listed
from projections.asking import Page, PageAsked
from projections.billing.document_questions import ShownLine, place_of, with_texts
from projections.billing.draft_notes import vat_notes
from projections.billing.open_account import open_account
from projections.contracts.questions import contract_as_of
from projections.reader import AsOf, Snapshot, Times, open_texts
from projections.visible import sees_billing


@dataclass(slots=True, frozen=True)
class InvoiceDraft:
    """The invoice that issuing would record, but for its number, its days and what is sealed: `texts`, opened.

    `waiting` is what is held back, as a rule by a dispute; `notes` are sentences for whoever issues it. `events_read`
    is what it cost.
    """

    position: int
    invoice: InvoiceIssued
    texts: DocumentTexts
    waiting: list[HeldBack]
    notes: list[str]
    is_billable: bool
    events_read: int

    def lines(self, page: PageAsked) -> Page[ShownLine]:
        """Some of its lines, in their order."""
        after = page.after[0] if page.after is not None else 0
        behind = [line for line in self.invoice.lines if line.line > after]
        shown, next_after = page.cut(behind, lambda line: (line.line,))
        lines = [with_texts(line, self.texts) for line in shown]
        return Page(self.position, lines, next_after, place_of)


async def next_invoice(
    snapshot: Snapshot, actor: Actor, catalogue: Catalogue, contract_id: str, through_on: date | None, times: Times
) -> InvoiceDraft:
    """Every charge not yet invoiced up to a day, today if none is named.

    Raises Refusal unknown-contract; forbidden to a partner, since the customer is billed (M2); missing-party-data where
    the provider's country has no rate of VAT.
    """
    contract, as_of = await contract_as_of(snapshot, actor, contract_id, times, "timezone, provider, customer_id")
    if not sees_billing(actor):
        raise Refusal("forbidden", "A partner's token does not read what the customer is billed.", role=actor.role)
    account, events_read = await _account(snapshot, contract_id, as_of, times)
    provider, seller = catalogue.provider(contract.provider), catalogue.party(contract.provider)
    opened = await open_texts(snapshot, [account.party] if account.party else [])
    party = read_party(opened.get(account.party) if account.party else None)
    moment = from_micros(as_of.at)
    through = through_on or local_date(moment, contract.timezone)
    taxed = treatment(provider.country, account.country, party.vat_id)
    try:
        found = draft(account, through, taxed, moment, catalogue.names(provider.id))
    except NoRateError as error:
        raise MissingPartyData(f"No draft: {error}.", [MissingDatum("provider", "vat_rate")]) from None
    texts = texts_of(account, found.lines)
    sketch = invoice_of(account, found, through, provider.language)
    sketch = msgspec.structs.replace(sketch, contract_id=contract_id)
    notes = await vat_notes(snapshot, contract.provider, contract.customer_id, contract_id, contract.timezone, as_of)
    shown = msgspec.structs.replace(
        read_document_texts({}, [texts.opened(await open_texts(snapshot, texts.all()))]),
        seller=seller_of(provider, seller) if seller is not None else None,
        buyer=buyer_of(account.customer_id, account.country, party),
    )
    return InvoiceDraft(as_of.position, sketch, shown, found.waiting, notes, found.is_billable, events_read)


async def _account(snapshot: Snapshot, contract_id: str, as_of: AsOf, times: Times) -> tuple[BillingAccount, int]:
    """What the draft follows from, and of how many events; now with what begins a little later.

    What was open at a place in the past the views do not say: its account is that of all events effective by then.
    """
    if times.is_now:
        return await open_account(snapshot, contract_id, as_of)
    places, params = listed("topic", BILLED_TOPICS)
    sql = (
        "SELECT notification_id, topic, state FROM stored_events WHERE contract_id = :contract_id "
        f"AND topic IN ({places}) AND notification_id <= :position ORDER BY notification_id"
    )
    rows = await snapshot.query(sql, params | {"contract_id": contract_id, "position": as_of.position})
    facts = [(row.notification_id, decode(row.topic, bytes(row.state))) for row in rows]
    until = from_micros(as_of.at)
    return billing_account([(at, fact) for at, fact in facts if fact.effective_at <= until], until), len(facts)
