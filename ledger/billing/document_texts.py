"""What stands sealed on a document: seller and buyer as they were, and what people wrote that its lines are about.

It is sealed in two parts, the parties and the texts of the lines, under the key of the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ledger.contracts.parties import CustomerParty
from ledger.kernel.structs import looked_at
from ledger.plans.catalogue import Provider, ProviderParty


class PostalAddress(msgspec.Struct, frozen=True, kw_only=True):
    """A postal address; the country is the party's."""

    line1: str
    line2: str | None = None
    postcode: str
    city: str


class SellerAddress(PostalAddress, frozen=True, kw_only=True, omit_defaults=True):
    """As the catalogue has it: without a second line where there is none."""


def _nobody() -> list[str]:
    return []


class Seller(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The provider. `registration_number` is that of the register which `registration` names.

    `ksef_verification` is where its documents are checked, if that is not where all are.
    """

    country: str
    name: str
    address: SellerAddress | None = None
    email: str | None = None
    phone: str | None = None
    contact: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    registration_number: str | None = None
    registration: str | None = None
    managing_directors: list[str] = msgspec.field(default_factory=_nobody)  # kept also where there are none
    iban: str | None = None
    bic: str | None = None
    bank: str | None = None
    ksef_verification: str | None = None


class Buyer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer. `buyer_reference` is what the buyer wants to read on it; for German authorities the Leitweg-ID."""

    customer_id: str
    country: str
    name: str
    vat_id: str | None = None
    tax_number: str | None = None
    registration_number: str | None = None
    email: str | None = None
    address: PostalAddress | None = None
    buyer_reference: str | None = None


@looked_at
class DocumentTexts(msgspec.Struct, frozen=True, kw_only=True):
    """Opened: both parties, engineers and notes by deduction, titles by ticket, and a credit note's reason.

    A party is None where its key is gone, and the seller where no file of the catalogue names it.
    `corrected_ksef_number` is the number that Poland's KSeF gave to the invoice that a credit note corrects.
    """

    seller: Seller | None = None
    buyer: Buyer | None = None
    engineers: dict[str, str] = {}
    notes: dict[str, str] = {}
    titles: dict[str, str] = {}
    reason: str | None = None
    corrected_ksef_number: str | None = None


def read_document_texts(
    parties: Mapping[str, Any] | None, of_lines: Iterable[Mapping[str, Any]] = (), reason: str | None = None
) -> DocumentTexts:
    """What was sealed, of lines in some parts; empty where the key is gone."""
    if parties is None:
        return DocumentTexts()
    joined: dict[str, dict[str, str]] = {}
    for part in of_lines:
        for name, texts in part.items():
            joined.setdefault(name, {}).update(texts)
    return msgspec.convert({**parties, **joined, "reason": reason}, DocumentTexts)


def seller_of(provider: Provider, party: ProviderParty) -> Seller:
    """The seller as a document keeps it."""
    return msgspec.convert({"country": provider.country, **party.model_dump()}, Seller)


def buyer_of(customer_id: str, country: str, party: CustomerParty) -> Buyer | None:
    """The customer as a document keeps it; None where their key is gone."""
    if party.name is None:
        return None
    return msgspec.convert({"customer_id": customer_id, "country": country, **msgspec.to_builtins(party)}, Buyer)
