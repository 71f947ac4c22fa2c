"""The e-invoice: EN 16931 in UN/CEFACT's CII syntax, as XRechnung 3.0 where the buyer is German.

Amounts are the ledger's own; CII wants them as decimal text. Only dates are looked up here: the period and the last
date of supply among the lines. An empty element is left out by the library.
"""

from __future__ import annotations

from drafthorse.models.accounting import ApplicableTradeTax  # type: ignore[import-untyped]
from drafthorse.models.document import Document as CrossIndustryInvoice  # type: ignore[import-untyped]
from drafthorse.models.note import IncludedNote  # type: ignore[import-untyped]
from drafthorse.models.payment import PaymentMeans, PaymentTerms  # type: ignore[import-untyped]
from drafthorse.models.trade import TradeSettlement  # type: ignore[import-untyped]

from api.documents.cii_lines import line_item
from api.documents.cii_parties import fill_buyer, fill_seller
from api.documents.document_parties import DocumentEvent, Parties, categories_of, compact
from api.documents.figures import decimal_of, percent_of
from api.documents.labels import labels_for
from api.documents.texts import clean
from api.languages import Labels
from ledger.events import CreditNoteIssued, VatLine

EN_16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
COMMERCIAL_INVOICE_CODE, CREDIT_NOTE_CODE = "380", "381"  # UNTDID 1001
CREDIT_TRANSFER, SEPA_CREDIT_TRANSFER, NOT_DEFINED = "30", "58", "1"  # UNTDID 4461
EXEMPTIONS = {
    "AE": ("VATEX-EU-AE", "Reverse charge: the recipient of the service owes the VAT."),
    "O": ("VATEX-EU-O", "Not subject to VAT: the place of supply is outside the European Union."),
}


def invoice_xml(document: DocumentEvent, parties: Parties, *, as_xrechnung: bool) -> bytes:
    """The document as CII, checked against the library's schema of EN 16931.

    Callers ask `missing_for_xml` or `missing_for_xrechnung` first: what is missing there is left out here.
    """
    labels = labels_for(document.language)
    invoice = CrossIndustryInvoice()
    invoice.context.guideline_parameter.id = EN_16931
    if as_xrechnung:
        invoice.context.guideline_parameter.id = XRECHNUNG
        invoice.context.business_parameter.id = PEPPOL_BILLING
    invoice.header.id = document.number
    invoice.header.type_code = CREDIT_NOTE_CODE if isinstance(document, CreditNoteIssued) else COMMERCIAL_INVOICE_CODE
    invoice.header.issue_date_time = document.issued_on
    if parties.reason:
        invoice.header.notes.add(IncludedNote(content=clean(parties.reason)))

    agreement = invoice.trade.agreement
    if parties.buyer.buyer_reference:
        agreement.buyer_reference = clean(parties.buyer.buyer_reference)
    identified_by_vat = "O" not in categories_of(document)  # BR-O-02: no VAT ids where VAT has nothing to say
    fill_seller(agreement.seller, parties.seller, identified_by_vat)
    fill_buyer(agreement.buyer, parties.buyer, identified_by_vat)
    agreement.contract.issuer_assigned_id = document.contract_id
    for line in document.lines:
        invoice.trade.items.add(line_item(line, document.currency, parties, labels))
    # The last date of supply by M4; of a document over several days the lines and the period say the rest.
    invoice.trade.delivery.event.occurrence = max(line.supplied_on for line in document.lines)
    _fill_settlement(invoice.trade.settlement, document, parties, labels)
    xml: bytes = invoice.serialize(schema="FACTUR-X_EN16931")
    return xml


def _fill_settlement(settlement: TradeSettlement, document: DocumentEvent, parties: Parties, labels: Labels) -> None:
    settlement.payment_reference = document.number
    settlement.currency_code = document.currency
    _add_payment(settlement, document, parties, labels)
    for vat in document.vat:
        settlement.trade_tax.add(_vat_breakdown(vat, labels))
    starts = [line.starts_on or line.supplied_on for line in document.lines]
    ends = [line.ends_on or line.supplied_on for line in document.lines]
    settlement.period.start, settlement.period.end = min(starts), max(ends)

    total = settlement.monetary_summation
    total.line_total = decimal_of(document.net_cents)
    total.tax_basis_total = (decimal_of(document.net_cents), None)
    total.tax_total = (decimal_of(document.vat_cents), document.currency)
    if document.national_vat is not None:
        national = document.national_vat
        settlement.tax_currency_code = national.currency
        total.tax_total_other_currency.add((decimal_of(national.total_cents), national.currency))
    total.grand_total = (decimal_of(document.gross_cents), None)
    total.due_amount = decimal_of(document.gross_cents)
    if isinstance(document, CreditNoteIssued):
        settlement.invoice_referenced_document.issuer_assigned_id = document.corrects
        settlement.invoice_referenced_document.issue_date_time = document.corrects_issued_on


def _add_payment(settlement: TradeSettlement, document: DocumentEvent, parties: Parties, labels: Labels) -> None:
    """How an invoice is paid; how a credit note's amount goes back is not agreed anywhere, and it says so (code 1)."""
    seller, means, terms = parties.seller, PaymentMeans(), PaymentTerms()
    if isinstance(document, CreditNoteIssued):
        means.type_code = NOT_DEFINED
        terms.description = labels("The amount is credited to you.")
    elif seller.iban:
        means.type_code = SEPA_CREDIT_TRANSFER if document.currency == "EUR" else CREDIT_TRANSFER
        means.payee_account.iban = compact(seller.iban)
        means.payee_account.account_name = clean(seller.name)
        if seller.bic:
            means.payee_institution.bic = compact(seller.bic)
    if not isinstance(document, CreditNoteIssued):
        terms.due = document.due_on
    settlement.payment_means.add(means)
    settlement.terms.add(terms)


def _vat_breakdown(vat: VatLine, labels: Labels) -> ApplicableTradeTax:
    tax = ApplicableTradeTax()
    tax.type_code = "VAT"
    tax.category_code = vat.category
    tax.basis_amount = decimal_of(vat.net_cents)
    tax.calculated_amount = decimal_of(vat.amount_cents)
    if vat.category in EXEMPTIONS:
        tax.exemption_reason_code, reason = EXEMPTIONS[vat.category]
        tax.exemption_reason = labels(reason)
    if vat.category != "O":
        tax.rate_applicable_percent = percent_of(vat.rate_percent_hundredths or 0)
    return tax
