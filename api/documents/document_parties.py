"""Seller, buyer and engineers of a document as they are printed: whole, where what was sealed has both parties.

A member that is blank is absent. `missing.py` names what a format cannot do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from ledger.billing.document_texts import Buyer, DocumentTexts, Seller
from ledger.events import CreditNoteIssued, InvoiceIssued
from ledger.kernel.structs import looked_at

DocumentEvent = InvoiceIssued | CreditNoteIssued


@looked_at
class Parties(msgspec.Struct, frozen=True):
    """Both parties, engineers and notes of what was done by deduction, titles by ticket, and a credit note's reason.

    `corrected_ksef_number` is the number that Poland's KSeF gave to the invoice that a credit note corrects.
    """

    seller: Seller
    buyer: Buyer
    engineers: dict[str, str] = {}
    notes: dict[str, str] = {}
    titles: dict[str, str] = {}
    reason: str | None = None
    corrected_ksef_number: str | None = None


def parties_of(texts: DocumentTexts) -> Parties:
    """What a document has of its parties and texts; blank members are absent.

    An address without a first line, postcode or city is no address: a letter could not be sent to it.
    Raises msgspec.ValidationError where a party is not there, or has no name or country.
    """
    record = _without_blanks(msgspec.to_builtins(texts))
    for party in ("seller", "buyer"):
        _drop_half_address(record.get(party, {}))
    return msgspec.convert(record, Parties, strict=False)


def read_seller(content: Mapping[str, Any]) -> Seller:
    """Reads an opened seller as `parties_of` does."""
    return msgspec.convert(_drop_half_address(_without_blanks(content)), Seller, strict=False)


def read_buyer(content: Mapping[str, Any]) -> Buyer:
    """Reads an opened buyer as `parties_of` does."""
    return msgspec.convert(_drop_half_address(_without_blanks(content)), Buyer, strict=False)


def _drop_half_address(party: dict[str, Any]) -> dict[str, Any]:
    address = party.get("address")
    if address is not None and not {"line1", "postcode", "city"} <= set(address):
        del party["address"]
    return party


def _without_blanks(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: _without_blanks(member) for key, member in value.items()}
        return {key: member for key, member in kept.items() if member is not None and member != ""}
    return value.strip() if isinstance(value, str) else value


def is_credit_note(document: DocumentEvent) -> bool:
    return isinstance(document, CreditNoteIssued)


def categories_of(document: DocumentEvent) -> set[str]:
    """The VAT categories of the document: mostly one, as M4 decides by the customer.

    What takes back a line of an earlier invoice bears the category of then; O is never beside another.
    """
    return {sum_.category for sum_ in document.vat}


def days_of_supply(document: DocumentEvent) -> set[date]:
    """When its lines were supplied; of a line with a period, its first and its last day."""
    return {day for line in document.lines for day in (line.supplied_on, line.ends_on or line.supplied_on)}


def compact(identifier: str) -> str:
    """An identifier without the spaces it is printed with: `DE12 3456` is `DE123456`."""
    return "".join(identifier.split()).upper()
