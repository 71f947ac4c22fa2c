"""What stands on a printed document, as words and figures ready to be set: the template only places them.

A line shows the time worked and billed once per deduction, so that a column adds up; `covered` is time that cost
nothing.
"""

from __future__ import annotations

from typing import Any

from api.documents import figures
from api.documents.cii import EXEMPTIONS
from api.documents.document_parties import DocumentEvent, Parties, categories_of, is_credit_note
from api.documents.identifiers import identifiers
from api.documents.labels import labels_for
from api.documents.letter import letter_of, widest
from api.documents.page_lines import LINE_COLUMNS, groups
from api.documents.verification import verification_of
from api.languages import Labels
from ledger.billing.document_texts import Buyer, Seller
from ledger.events import CreditNoteIssued

CATEGORY_WORDS = {"AE": "reverse charge", "O": "not subject to VAT"}


def document_page(document: DocumentEvent, parties: Parties, labels: Labels | None = None) -> dict[str, Any]:
    """Everything on the page; in the document's language, unless words are given."""
    labels = labels or labels_for(document.language)
    seller, buyer = parties.seller, parties.buyer
    lines, vat = groups(document, parties, labels), _vat(document, labels)
    in_currency = labels("Amounts are in {currency}.", currency=document.currency)
    return {
        **letter_of(
            seller,
            buyer,
            labels,
            title=title_of(document),
            number=document.number,
            dated=document.issued_on,
            facts=_facts(document, buyer, labels),
        ),
        "correction": _correction(document, parties, labels),
        "columns": [labels(column) for column in LINE_COLUMNS],
        "widest": widest(len(LINE_COLUMNS), (row["cells"] for group in lines for row in group["rows"])),
        "groups": lines,
        "units_note": f"{labels('Times are hours and minutes (h:mm).')} {in_currency}",
        "vat_columns": [labels(column) for column in ("VAT rate", "Net", "VAT", "Gross")],
        "vat_widest": widest(4, vat),
        "vat": vat,
        "totals": _totals(document, labels),
        "national_vat": _national_vat(document, labels),
        "notes": _notes(document, seller, labels),
        "payment": _payment_text(document, seller, labels),
        "account": _account(document, seller, labels),
        "verification": verification_of(document, parties, labels),
    }


def title_of(document: DocumentEvent) -> str:
    return "Credit note" if is_credit_note(document) else "Invoice"


def _facts(document: DocumentEvent, buyer: Buyer, labels: Labels) -> list[tuple[str, str]]:
    locale = labels.locale
    first = min(line.starts_on or line.supplied_on for line in document.lines)
    last = max(line.ends_on or line.supplied_on for line in document.lines)
    facts = [("Number", document.number), ("Issued on", figures.day(document.issued_on, locale))]
    if not isinstance(document, CreditNoteIssued):
        facts.append(("Due on", figures.day(document.due_on, locale)))
    facts += [
        ("Period of supply", figures.days(first, last, locale)),
        ("Customer number", document.customer_id),
        ("Contract", document.contract_id),
    ]
    facts = [(labels(label), value) for label, value in facts]
    facts += [(labels("Your {identifier}", identifier=label), value) for label, value in identifiers(buyer, labels)]
    if buyer.buyer_reference:
        facts.append((labels("Your reference"), buyer.buyer_reference))
    return facts


def _correction(document: DocumentEvent, parties: Parties, labels: Labels) -> list[str]:
    if not isinstance(document, CreditNoteIssued):
        return []
    corrected_on = figures.day(document.corrects_issued_on, labels.locale)
    lines = [
        labels("Corrects invoice {number} of {date}", number=document.corrects, date=corrected_on),
        labels("The amounts below reduce the net and the VAT of that invoice."),
    ]
    if parties.corrected_ksef_number:
        lines.insert(1, labels("KSeF number of that invoice: {number}", number=parties.corrected_ksef_number))
    return [*lines, f"{labels('Reason')}: {parties.reason}"] if parties.reason else lines


def _notes(document: DocumentEvent, seller: Seller, labels: Labels) -> list[str]:
    """Why no VAT is charged. In Poland the words of reverse charge stand there outside the EU too (P_18 of FA(3))."""
    categories = categories_of(document) & EXEMPTIONS.keys()
    reasons = [EXEMPTIONS[category][1] for category in sorted(categories)]
    if seller.country == "PL" and categories == {"O"}:
        reasons.append(EXEMPTIONS["AE"][1])
    return [labels(reason) for reason in reasons]


def _vat(document: DocumentEvent, labels: Labels) -> list[list[str]]:
    rows = []
    for vat in document.vat:
        word = CATEGORY_WORDS.get(vat.category)
        rate = labels(word) if word else figures.rate(vat.rate_percent_hundredths, labels.locale)
        sums = (vat.net_cents, vat.amount_cents, vat.net_cents + vat.amount_cents)
        rows.append([rate, *(figures.amount(cents, labels.locale) for cents in sums)])
    return rows


def _totals(document: DocumentEvent, labels: Labels) -> list[list[str]]:
    total = "Total credited" if is_credit_note(document) else "Total due"
    sums = (("Net total", document.net_cents), ("VAT total", document.vat_cents), (total, document.gross_cents))
    return [[labels(label), figures.money(cents, document.currency, labels.locale)] for label, cents in sums]


def _national_vat(document: DocumentEvent, labels: Labels) -> str:
    """VAT in the currency of the seller's country, where the document's is another."""
    national = document.national_vat
    if national is None:
        return ""
    return labels(
        "VAT in {currency}: {amount} (1 {foreign} = {rate} {currency})",
        currency=national.currency,
        amount=figures.money(national.total_cents, national.currency, labels.locale),
        foreign=document.currency,
        rate=figures.exchange_rate(national.exchange_rate, labels.locale),
    )


def _payment_text(document: DocumentEvent, seller: Seller, labels: Labels) -> str:
    if isinstance(document, CreditNoteIssued):
        return labels("The amount is credited to you.")
    by_transfer = "Please transfer {amount} by {date}, quoting {number}, to this account:"
    return labels(
        by_transfer if seller.iban else "Please pay {amount} by {date}, quoting {number}.",
        amount=figures.money(document.gross_cents, document.currency, labels.locale),
        date=figures.day(document.due_on, labels.locale),
        number=document.number,
    )


def _account(document: DocumentEvent, seller: Seller, labels: Labels) -> list[list[str]]:
    if is_credit_note(document) or not seller.iban:
        return []
    iban = "".join(seller.iban.split())
    spaced = " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    holder, bank = labels("Account holder"), labels("Bank")
    rows = ((holder, seller.name), (bank, seller.bank), ("IBAN", spaced), ("BIC", seller.bic))
    return [[label, value] for label, value in rows if value]
