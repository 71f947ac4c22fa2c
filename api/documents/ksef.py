"""Poland's structured invoice FA(3) for providers in Poland, by the models of `ksef-client`.

Those models add VAT up line by line; the ledger has it per rate (M4). So the summary (P_13, P_14, P_15) is set from
the event after the models have laid the document out, and no VAT is stated per line. A credit note is a KOR whose
figures are differences: everything the invoice had, with a minus. Sending it to KSeF is left to others, the QR code
of what leaves it to `verification`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from ksef_client.documents.fa3 import (
    AdditionalDescription,
    AnnotationSet,
    BankAccount,
    Contract,
    CorrectionReference,
    FA3Invoice,
    FA3InvoiceKind,
    InvoiceLine,
    PaymentTerms,
    TaxCategory,
    TransactionTerms,
    invoice_to_xml,
)
from lxml import etree  # type: ignore[import-untyped]

from api.documents.document_parties import (
    DocumentEvent,
    Parties,
    categories_of,
    compact,
    days_of_supply,
    is_credit_note,
)
from api.documents.figures import decimal_of, hours, percent_of
from api.documents.ksef_parties import buyer_party, fitting, seller_party
from api.documents.labels import TOLD, kind_of, labels_for, ticket_named
from api.documents.reckoning import description_of
from api.documents.texts import clipped
from ledger.events import CreditNoteIssued, DocumentLine, InvoiceIssued

NAMESPACE = "{http://crd.gov.pl/wzor/2025/06/25/13775/}"
SYSTEM = "Support Contract Ledger"
FIRST_DAY = date(2025, 9, 1)  # the schema takes no earlier one
TRANSFER = "6"
# A correction here always lowers what was invoiced, so that it counts when it is issued (art. 29a (13) and (15a)).
EFFECT_WHEN_ISSUED = "2"
SWIFT = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")  # SWIFT_Type
UNITS = {"minute": "godz.", "piece": "szt."}
EIGHT_PLACES = Decimal("0.00000001")  # P_9A: a unit price may have so many


@dataclass(frozen=True)
class _SupplyDays:
    """When a document was supplied: on one day (P_6), in a period of fees (OkresFa), or each line on its own day."""

    sale_date: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    by_line: bool = False


def ksef_xml(document: DocumentEvent, parties: Parties) -> bytes:
    """The document as FA(3). Callers ask `missing_for_ksef` first.

    Raises ksef-client's FA3XmlValidationError for content that the schema's facets do not take.
    """
    sign = -1 if is_credit_note(document) else 1
    days = _supply_days(document)
    invoice = FA3Invoice(
        invoice_number=document.number,
        issue_date=document.issued_on,
        kind=FA3InvoiceKind.CORRECTION if is_credit_note(document) else FA3InvoiceKind.BASIC,
        currency=document.currency,
        sale_date=days.sale_date,
        period_from=days.period_from,
        period_to=days.period_to,
        seller=seller_party(parties.seller),
        buyer=buyer_party(parties.buyer),
        lines=tuple(_line(line, sign, days, document, parties) for line in document.lines),
        # P_18: the buyer owes VAT, or a tax like it, where the service is taxed: in another member state, or outside.
        annotations=AnnotationSet(reverse_charge=not categories_of(document).isdisjoint({"AE", "O"})),
        payment_terms=_payment(document, parties),
        correction_reason=clipped(parties.reason or "", 256) or None,
        correction_type=EFFECT_WHEN_ISSUED if is_credit_note(document) else None,
        corrected_invoices=_corrected(document, parties),
        transaction_terms=TransactionTerms(contracts=(Contract(number=document.contract_id),)),
        additional_descriptions=_descriptions(document, parties),
    )
    # The models' own checks refuse negative quantities, which the schema allows and a take-back needs.
    laid_out = invoice_to_xml(invoice, validate=False, facets=True)
    root = etree.fromstring(laid_out)
    _set_summary(root, document, sign)
    root.find(f".//{NAMESPACE}SystemInfo").text = SYSTEM
    # The time of making is that of issuing, so that the same document gives the same bytes.
    made_at = datetime.combine(document.issued_on, time(), UTC)
    root.find(f".//{NAMESPACE}DataWytworzeniaFa").text = made_at.isoformat().replace("+00:00", "Z")
    xml: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml


def _supply_days(document: DocumentEvent) -> _SupplyDays:
    days = days_of_supply(document)
    if len(days) == 1:
        return _SupplyDays(sale_date=days.pop())
    if all(line.starts_on and line.ends_on for line in document.lines):
        return _SupplyDays(period_from=min(days), period_to=max(days))
    return _SupplyDays(by_line=True)


def _exchange_rate(document: DocumentEvent, line: DocumentLine) -> Decimal | None:
    """KursWaluty stands with what bears VAT: by it that was stated in zlotys."""
    stated = document.national_vat
    return Decimal(stated.exchange_rate) if stated is not None and line.vat_category == "S" else None


def _line(line: DocumentLine, sign: int, days: _SupplyDays, document: DocumentEvent, parties: Parties) -> InvoiceLine:
    """Minutes are given in hours, as their prices are: 15 minutes are 0.25 godz., 50 are 0.833333 (half-up)."""
    per_unit = 60 if line.unit == "minute" else 1
    price = (decimal_of(line.unit_price_cents * per_unit) / line.price_base).quantize(EIGHT_PLACES, ROUND_HALF_UP)
    return InvoiceLine(
        description=clipped(_name_of(line, document.currency, parties), 512),
        service_date=line.supplied_on if days.by_line else None,
        quantity=Decimal(sign * line.quantity) / per_unit,
        unit=UNITS[line.unit],
        unit_net_price=price,
        net_amount=decimal_of(sign * line.net_cents),
        tax=_tax(line.vat_category, line.vat_rate_percent_hundredths),
        currency_rate=_exchange_rate(document, line),
    )


def _name_of(line: DocumentLine, currency: str, parties: Parties) -> str:
    """What the line is about and what it says; the words alone where they tell what it is about."""
    labels = labels_for("pl")
    kind, words = kind_of(line, labels), description_of(line, currency, parties, labels)
    is_told = line.kind in TOLD or words.casefold().startswith(kind.casefold())
    return words if is_told else f"{kind}: {words}"


def _tax(category: str, rate: int | None) -> TaxCategory:
    """np II is a service to a taxable person of another EU state (art. 100), np I any other supply outside Poland."""
    if category == "AE":
        return TaxCategory.service_article_100()
    if category == "O":
        return TaxCategory.outside_country()
    return TaxCategory.from_vat_rate(percent_of(rate or 0))


def _set_summary(root: etree._Element, document: DocumentEvent, sign: int) -> None:
    national = document.national_vat
    for n, vat in enumerate(document.vat):
        net_field, vat_field, in_pln = _tax(vat.category, vat.rate_percent_hundredths).summary_fields
        root.find(f".//{NAMESPACE}{net_field}").text = str(decimal_of(sign * vat.net_cents))
        if vat_field is not None:
            stated = root.find(f".//{NAMESPACE}{vat_field}")
            stated.text = str(decimal_of(sign * vat.amount_cents))
            if national is not None and in_pln is not None:
                converted = root.find(f".//{NAMESPACE}{in_pln}")  # the models lay it out where lines have a rate
                converted.text = str(decimal_of(sign * national.amounts_cents[n]))
    root.find(f".//{NAMESPACE}P_15").text = str(decimal_of(sign * document.gross_cents))
    for stated in list(root.iter(f"{NAMESPACE}P_11Vat")):
        stated.getparent().remove(stated)


def _payment(document: DocumentEvent, parties: Parties) -> PaymentTerms | None:
    seller = parties.seller
    if not isinstance(document, InvoiceIssued):
        return None
    accounts: tuple[BankAccount, ...] = ()
    if seller.iban:
        bic = fitting(SWIFT, compact(seller.bic or ""))
        bank = clipped(seller.bank or "", 256) or None
        accounts = (BankAccount(compact(seller.iban), swift=bic, bank_name=bank),)
    return PaymentTerms(due_dates=(document.due_on,), method=TRANSFER, bank_accounts=accounts)


def _corrected(document: DocumentEvent, parties: Parties) -> tuple[CorrectionReference, ...]:
    if not isinstance(document, CreditNoteIssued):
        return ()
    return (CorrectionReference(document.corrects, document.corrects_issued_on, parties.corrected_ksef_number),)


def _descriptions(document: DocumentEvent, parties: Parties) -> tuple[AdditionalDescription, ...]:
    """Additional descriptions tie a row to its ticket and to the time worked and billed."""
    labels = labels_for("pl")
    found = []
    timed: set[str | None] = {None}  # deductions of which the times are told
    for row, line in enumerate(document.lines, start=1):
        times = [(labels("Worked"), line.worked_minutes), (labels("Billed"), line.billed_minutes)]
        if line.deduction_id in timed:
            times = []
        timed.add(line.deduction_id)
        ticket = clipped(ticket_named(line.ticket_id, parties.titles), 256) if line.ticket_id else None
        texts = [(labels("Ticket"), ticket), (labels("Deduction"), line.deduction_id)]
        texts += [(name, hours(minutes)) for name, minutes in times if minutes is not None]
        found += [AdditionalDescription.key_value(key, value, row_number=row) for key, value in texts if value]
    return tuple(found)
