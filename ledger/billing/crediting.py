"""The command that takes an invoice back: issue-credit-note. Find, ask, save. Rule M3."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from pydantic import Field, StringConstraints

from ledger.billing.document import Document
from ledger.billing.events import CreditNoteIssued, DocumentLine, EncodedLines
from ledger.billing.invoice import UNSEALED
from ledger.billing.missing import MissingDatum, MissingPartyData
from ledger.billing.numbering import Numbers, day_of_issue, retained_until
from ledger.billing.preparing import PreparedDocument, keys_of
from ledger.contracts.finding import locate
from ledger.kernel import patterns
from ledger.kernel.access import FINANCE
from ledger.kernel.errors import malformed, unknown_invoice
from ledger.kernel.faults import FieldFault
from ledger.work.case import Case
from ledger.work.declaration import Concern, command
from ledger.work.fields import AnyId, Command, Day, ReasonText

KsefNumber = Annotated[
    str,
    StringConstraints(pattern=patterns.KSEF_NUMBER),
    Field(description="The number that KSeF gave to the invoice of a Polish provider."),
]


class OnInvoice(Command):
    invoice_number: AnyId = Field(description="The invoice's number, as it is printed.")


class IssueCreditNote(OnInvoice):
    reason: ReasonText
    issued_on: Day | None = Field(default=None, description="The day that the document bears; today if absent.")
    ksef_number: KsefNumber | None = None


def _find(case: Case, body: OnInvoice) -> None:
    document = case.get(Document, body.invoice_number)
    locate(case, document.contract_id, unknown_invoice(body.invoice_number))


the_invoice = Concern[OnInvoice](find=_find, streams=lambda body: [Document.stream(body.invoice_number)])


@command("issue-credit-note", IssueCreditNote, roles=FINANCE, about=the_invoice, reads_history=True, is_prepared=True)
def issue_credit_note(case: Case, body: IssueCreditNote) -> None:
    """Takes an invoice back, line for line, once; its parties are those of the invoice (M3).

    It takes the next number of its own series, which is answered as `number`.

    Raises Refusal already-credited, missing-party-data, period-closed, or malformed for a day that can't be.
    """
    document = case.get(Document, body.invoice_number)
    invoice = document.invoice()
    issued_on, at = day_of_issue(case, body.issued_on)
    series = Numbers.of(case, invoice.provider, "credit-note")

    def work_out() -> PreparedDocument[CreditNoteIssued]:
        prepared = _credit_note(case, body, document, issued_on)
        series.check(issued_on)
        return prepared

    prepared = case.worked_out(lambda one: one.key_ids == case.keys_kept(one.key_ids), work_out)
    number = series.take(issued_on, at)
    reason = case.seal(f"document:{number}", body.reason)
    issued = msgspec.structs.replace(prepared.numbered(case, number), reason=reason)
    case.get(Document, number).issue(invoice.contract_id, issued, at, case.stamp)
    document.credit(number, at, case.stamp)


def _credit_note(
    case: Case, body: IssueCreditNote, document: Document, issued_on: date
) -> PreparedDocument[CreditNoteIssued]:
    invoice = document.invoice()
    if issued_on < invoice.issued_on:
        raise malformed("issued_on", FieldFault("before_invoice", {"day": issued_on, "issued": invoice.issued_on}))
    provider = case.catalogue.provider(invoice.provider)
    if body.ksef_number is not None and provider.country != "PL":
        raise malformed("ksef_number", FieldFault("ksef_elsewhere"))
    parties = case.open(invoice.parties)
    if parties is None:
        raise MissingPartyData(f"The parties of {invoice.number} are no longer kept.", [MissingDatum("parties")])
    parties |= {"corrected_ksef_number": body.ksef_number} if body.ksef_number is not None else {}
    position = case.position_of(document)
    texts = case.open_all(one.texts for one in invoice.line_texts)
    line_texts = [(one.through_line, texts[one.texts]) for one in invoice.line_texts if one.texts in texts]
    fact = CreditNoteIssued(
        number="",
        provider=provider.id,
        issued_on=issued_on,
        corrects=invoice.number,
        corrects_issued_on=invoice.issued_on,
        reason=UNSEALED,
        customer_id=invoice.customer_id,
        customer_country=invoice.customer_country,
        partner_id=invoice.partner_id,
        language=invoice.language,
        currency=invoice.currency,
        lines=EncodedLines(_answered(line, position) for line in invoice.lines),
        vat=invoice.vat,
        net_cents=invoice.net_cents,
        vat_cents=invoice.vat_cents,
        gross_cents=invoice.gross_cents,
        parties=UNSEALED,
        national_vat=invoice.national_vat,
        retained_until=retained_until(issued_on, invoice.retained_until.year - invoice.issued_on.year),
    )
    return PreparedDocument(fact, parties, line_texts, position, keys_of([invoice.parties]))


def _answered(line: DocumentLine, invoice_position: int) -> DocumentLine:
    return msgspec.structs.replace(line, events=sorted({*line.events, invoice_position}))
