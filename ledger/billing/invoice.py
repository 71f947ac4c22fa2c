"""What a draft and the invoice that is issued from it have in common: both are filled from the same account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from ledger.billing.charges import BillingAccount
from ledger.billing.draft import Draft
from ledger.billing.events import DocumentLine, InvoiceIssued, NationalVat
from ledger.contracts.parties import CustomerParty
from ledger.credit.deduction_events import HoursDeducted
from ledger.kernel.fact import Sealed
from ledger.plans.catalogue import Provider, ProviderParty


def invoice_of(
    account: BillingAccount,
    found: Draft,
    through_on: date,
    language: str,
    *,
    number: str = "",
    issued_on: date | None = None,
    due_on: date | None = None,
    retained_until: date | None = None,
    parties: Sealed | None = None,
    national_vat: NationalVat | None = None,
) -> InvoiceIssued:
    """The invoice over what a draft found; `language` is that of a customer who has none.

    A draft is the same without number, days of its own and what is sealed.
    """
    return InvoiceIssued(
        number=number,
        provider=account.provider,
        issued_on=issued_on or through_on,
        due_on=due_on or through_on,
        through_on=through_on,
        customer_id=account.customer_id,
        customer_country=account.country,
        partner_id=account.partner_id,
        language=account.language or language,
        currency=account.currency,
        lines=found.lines,
        vat=found.vat,
        net_cents=found.net_cents,
        vat_cents=found.vat_cents,
        gross_cents=found.gross_cents,
        parties=parties or Sealed("", b""),
        retained_until=retained_until or through_on,
        national_vat=national_vat,
    )


def seller_of(provider: Provider, party: ProviderParty) -> dict[str, Any]:
    """The seller as a document keeps it."""
    named = party.model_dump(exclude={"payment_days", "retention_years"}, exclude_none=True)
    return {"country": provider.country, **named}


def buyer_of(account: BillingAccount, party: CustomerParty) -> dict[str, Any]:
    """The customer as a document keeps it."""
    return {"customer_id": account.customer_id, "country": account.country, **msgspec.to_builtins(party)}


def engineers_of(account: BillingAccount, lines: Iterable[DocumentLine]) -> dict[str, Sealed]:
    """The sealed name of who worked, by deduction: so that a line can be walked back to a person."""
    facts = {line.deduction_id: account.deductions[line.deduction_id].fact for line in lines if line.deduction_id}
    return {id_: fact.engineer for id_, fact in facts.items() if isinstance(fact, HoursDeducted)}
