"""The draft of a contract's next invoice, as issuing would put it at a place in both times (M2).

The contract's events are read as they were known then; what they come to is worked out by `ledger.billing`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from ledger.billing.charges import TOPICS, BillingAccount, billing_account
from ledger.billing.draft import Draft, draft
from ledger.billing.invoice import buyer_of, engineers_of, invoice_of, seller_of
from ledger.billing.vat import NoRateError, treatment
from ledger.contracts.parties import read_party
from ledger.events import InvoiceIssued
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.kernel.mapper import decode
from ledger.kernel.values import from_micros, local_date
from ledger.plans.loader import Catalogue
from ledger.store.database import listed
from projections.billing.draft_notes import vat_notes
from projections.contracts.questions import contract_as_of
from projections.reader import AsOf, Snapshot, Times, open_texts
from projections.visible import sees_billing


@dataclass(slots=True, frozen=True)
class InvoiceDraft:
    """The invoice that issuing would record, but for its number, its days and what is sealed; `parties` are opened.

    `waiting` are the charges and deductions that are held back, by a dispute as a rule; `notes` are sentences for
    whoever issues it.
    """

    position: int
    invoice: InvoiceIssued
    parties: dict[str, Any]
    waiting: list[str]
    notes: list[str]


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
    account = await _account(snapshot, contract_id, as_of, times)
    provider, seller = catalogue.provider(contract.provider), catalogue.party(contract.provider)
    opened = await open_texts(snapshot, [account.party] if account.party else [])
    party = read_party(opened.get(account.party) if account.party else None)
    moment = from_micros(as_of.at)
    through = through_on or local_date(moment, contract.timezone)
    taxed = treatment(provider.country, account.country, party.vat_id)
    try:
        found = draft(account, through, taxed, moment, catalogue.names(provider.id))
    except NoRateError as error:
        raise Refusal("missing-party-data", f"No draft: {error}.", missing=["provider.vat_rate"]) from None
    parties = {
        "seller": seller_of(provider, seller) if seller is not None else None,
        "buyer": buyer_of(account, party),
        "engineers": await _engineers(snapshot, account, found),
    }
    sketch = invoice_of(account, found, through, provider.language)
    sketch = msgspec.structs.replace(sketch, contract_id=contract_id)
    notes = await vat_notes(snapshot, contract.provider, contract.customer_id, contract_id, contract.timezone, as_of)
    return InvoiceDraft(as_of.position, sketch, parties, found.waiting, notes)


async def _account(snapshot: Snapshot, contract_id: str, as_of: AsOf, times: Times) -> BillingAccount:
    """What the contract owes; now with what begins a little later, of the past only what was effective by then."""
    places, params = listed("topic", TOPICS)
    sql = (
        "SELECT notification_id, topic, state FROM stored_events WHERE contract_id = :contract_id "
        f"AND topic IN ({places}) AND notification_id <= :position ORDER BY notification_id"
    )
    rows = await snapshot.query(sql, params | {"contract_id": contract_id, "position": as_of.position})
    facts = [(row.notification_id, decode(row.topic, bytes(row.state))) for row in rows]
    until = from_micros(as_of.at)
    return billing_account(((at, fact) for at, fact in facts if times.is_now or fact.effective_at <= until), until)


async def _engineers(snapshot: Snapshot, account: BillingAccount, found: Draft) -> dict[str, str]:
    engineers = engineers_of(account, found.lines)
    names = await open_texts(snapshot, list(engineers.values()))
    return {deduction_id: names[box] for deduction_id, box in engineers.items() if box in names}
