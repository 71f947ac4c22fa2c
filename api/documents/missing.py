"""The members of the parties that a format's rules ask for and that are not there.

Nothing is made up to fill a gap, and no gap is left to a validator: callers refuse with `missing-party-data` and
this list.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from api.documents.document_parties import DocumentEvent, Parties, categories_of, is_credit_note
from api.documents.fonts import is_drawable
from api.documents.identifiers import is_nip, nip_of
from ledger.billing.document_texts import Buyer, PostalAddress, Seller
from ledger.billing.missing import NO_EXCHANGE_RATE, MissingDatum, Whose, in_order
from ledger.billing.vat import needs_exchange_rate
from ledger.events import DocumentLine


def is_xrechnung(document: DocumentEvent, buyer_country: str | None) -> bool:
    """XRechnung 3.0 is for German buyers; it asks for a rate on every line, which "not subject to VAT" cannot have."""
    return buyer_country == "DE" and "O" not in categories_of(document)


def missing_for_pdf(document: DocumentEvent, parties: Parties) -> list[MissingDatum]:
    """What a printed invoice needs: both addresses, and a number under which the seller is known to the tax office."""
    seller, buyer = parties.seller, parties.buyer
    missing = [*_addresses(seller, buyer), *_exchange_rate(document, seller)]
    if not (seller.vat_id or (seller.tax_number and "AE" not in categories_of(document))):
        missing.append(MissingDatum("provider", "vat_id"))
    if "AE" in categories_of(document) and not buyer.vat_id:
        missing.append(MissingDatum("customer", "vat_id"))
    return in_order(missing)


def missing_for_letterhead(seller: Seller) -> list[MissingDatum]:
    """What the seller's country wants on every business letter. An invoice without is an invoice still.

    Czechia and Slovakia: the IČO (§ 435 občanský zákoník, § 3a obchodný zákonník). Germany: the court of the register
    where there is an entry, and for a company of its division B the managing directors (§ 35a GmbHG, § 80 AktG).
    Poland: the court of the register of an entry in the KRS (art. 206 and 374 k.s.h.).
    """
    missing = []
    entry = (seller.registration_number or "").upper()
    if seller.country in ("CZ", "SK") and not entry:
        missing.append(MissingDatum("provider", "registration_number"))
    if entry.startswith({"DE": "HR", "PL": "KRS"}.get(seller.country, " ")) and not seller.registration:
        missing.append(MissingDatum("provider", "registration"))
    if seller.country == "DE" and entry.startswith("HRB") and not seller.managing_directors:
        missing.append(MissingDatum("provider", "managing_directors"))
    return missing


def missing_letters(document: DocumentEvent, parties: Parties) -> list[MissingDatum]:
    """What a page would show with white squares: texts with letters that no font draws, whoever wrote them.

    Of the lines' texts each kind is named once, with the first line that has it.
    """
    found = [*_letters_of("customer", parties.buyer), *_letters_of("provider", parties.seller)]
    if not is_drawable(parties.reason or ""):
        found.append(MissingDatum("document", "reason", in_letters=True))
    of_lines: dict[str, MissingDatum] = {}
    for line in document.lines:
        for name, text in _printed_of(line, parties).items():
            if name not in of_lines and text and not is_drawable(text):
                of_lines[name] = MissingDatum("document", name, line.line, in_letters=True)
    return in_order([*found, *of_lines.values()])


def _letters_of(whose: Whose, party: Buyer | Seller) -> Iterator[MissingDatum]:
    for member, value in msgspec.structs.asdict(party).items():
        if not all(map(is_drawable, _texts_of(value))):
            yield MissingDatum(whose, member, in_letters=True)


def _texts_of(value: str | list[str] | PostalAddress | None) -> Iterator[str]:
    """Those of a party's member: an address has several, and directors are."""
    parts = msgspec.structs.astuple(value) if isinstance(value, PostalAddress) else value
    yield from [parts] if isinstance(parts, str) else filter(None, parts or ())


def _printed_of(line: DocumentLine, parties: Parties) -> dict[str, str | None]:
    """A line's texts under the names that it answers them by."""
    names = (name for by_language in line.names.values() for name in by_language.values())
    return {
        "description": " ".join((line.description, *names)),
        "engineer": parties.engineers.get(line.deduction_id or ""),
        "note": parties.notes.get(line.deduction_id or ""),
        "ticket_title": parties.titles.get(line.ticket_id or ""),
    }


def missing_for_xml(document: DocumentEvent, parties: Parties) -> list[MissingDatum]:
    """What EN 16931 asks for: BR-CO-26, BR-S-02, BR-AE-02, BR-O-02; reverse charge needs both VAT ids by law."""
    seller, buyer = parties.seller, parties.buyer
    categories = categories_of(document)
    missing = [*_addresses(seller, buyer), *_exchange_rate(document, seller)]
    if "O" in categories:
        if not seller.registration_number:  # BR-O-02 forbids the VAT id, BR-CO-26 still wants the seller identified
            missing.append(MissingDatum("provider", "registration_number"))
    elif not (seller.vat_id or (seller.tax_number and seller.registration_number and "AE" not in categories)):
        missing.append(MissingDatum("provider", "vat_id"))
    if "AE" in categories and not buyer.vat_id:
        missing.append(MissingDatum("customer", "vat_id"))
    return in_order(missing)


def missing_for_xrechnung(document: DocumentEvent, parties: Parties) -> list[MissingDatum]:
    """What its BR-DE rules ask for beside what the norm does."""
    seller, buyer = parties.seller, parties.buyer
    missing = missing_for_xml(document, parties)
    asked = {
        MissingDatum("provider", "contact"): seller.contact,
        MissingDatum("provider", "phone"): seller.phone,
        MissingDatum("provider", "email"): seller.email,
        MissingDatum("customer", "email"): buyer.email,
        MissingDatum("customer", "buyer_reference"): buyer.buyer_reference,
    }
    missing += [one for one, told in asked.items() if not told]
    if not seller.iban and not is_credit_note(document):
        missing.append(MissingDatum("provider", "iban"))
    return in_order(missing)


def missing_for_ksef(document: DocumentEvent, parties: Parties) -> list[MissingDatum]:
    """What FA(3) asks for: a Polish seller's NIP and both addresses, and VAT in PLN too (P_14_1W)."""
    seller = parties.seller
    missing = [*_addresses(seller, parties.buyer), *_exchange_rate(document, seller)]
    if not is_nip(nip_of(seller.vat_id)):
        missing.append(MissingDatum("provider", "vat_id"))
    if "AE" in categories_of(document) and not parties.buyer.vat_id:
        missing.append(MissingDatum("customer", "vat_id"))
    return in_order(missing)


def _addresses(seller: Seller, buyer: Buyer) -> list[MissingDatum]:
    owners: dict[Whose, PostalAddress | None] = {"customer": buyer.address, "provider": seller.address}
    return [MissingDatum(whose, "address") for whose, address in owners.items() if address is None]


def _exchange_rate(document: DocumentEvent, seller: Seller) -> list[MissingDatum]:
    is_asked = document.national_vat is None and needs_exchange_rate(document.vat, seller.country, document.currency)
    return [NO_EXCHANGE_RATE] if is_asked else []
