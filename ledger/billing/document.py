"""Issued documents, and the series that numbers them without gaps. Rules M2, M3.

A document is a stream of its own, so that it is credited once; a series is one stream for each provider and kind, so
that of two issuers at the same instant one has to decide again.
"""

from __future__ import annotations

from datetime import date, datetime

from ledger.billing.events import (
    CreditNoteIssued,
    DocumentFact,
    DocumentKind,
    InvoiceCredited,
    InvoiceIssued,
    IssuedDocument,
    NumberTaken,
)
from ledger.kernel.aggregate import LedgerAggregate, Stamp, applies
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FaultFigure, FieldFault


class Document(LedgerAggregate):
    """An invoice or a credit note, under its number."""

    FACTS = DocumentFact

    def begin(self) -> None:
        super().begin()
        self.issued: InvoiceIssued | CreditNoteIssued | None = None
        self.credited_by: str | None = None

    @property
    def weight_bytes(self) -> int:
        return super().weight_bytes + (2_000 * len(self.issued.lines) if self.issued is not None else 0)

    def issue(self, contract_id: str, document: IssuedDocument, at: datetime, stamp: Stamp) -> None:
        """Raises Refusal already-exists where a series was changed so that it meets a number given before."""
        if self.exists:
            raise Refusal("already-exists", f"The number {self.key} was given before; its series has to go on.")
        self.contract_id = contract_id
        self.record(document, at, stamp)

    def invoice(self) -> InvoiceIssued:
        """The invoice, if it may still be credited. Raises Refusal already-credited or invalid-transition."""
        if not isinstance(self.issued, InvoiceIssued):
            number = self.issued.number if self.issued is not None else ""
            raise Refusal("invalid-transition", f"{number} is a credit note; only an invoice can be credited.")
        if self.credited_by is not None:
            raise Refusal(
                "already-credited",
                f"Invoice {self.issued.number} was credited already, by {self.credited_by}.",
                credited_by=self.credited_by,
            )
        return self.issued

    def credit(self, credit_note: str, at: datetime, stamp: Stamp) -> None:
        self.record(InvoiceCredited(credit_note, number=self.invoice().number), at, stamp)

    @applies(InvoiceIssued, CreditNoteIssued)
    def _issued(self, fact: InvoiceIssued | CreditNoteIssued) -> None:
        self.contract_id = fact.contract_id
        self.issued = fact

    @applies(InvoiceCredited)
    def _credited(self, fact: InvoiceCredited) -> None:
        self.credited_by = fact.credited_by


class DocumentSeries(LedgerAggregate):
    """The numbers of one provider's invoices or credit notes; they begin at 1 in each year."""

    FACTS = NumberTaken

    def begin(self) -> None:
        super().begin()
        self.ordinals: dict[int, int] = {}
        self.last_issued_on: date | None = None

    def take(
        self,
        contract_id: str,
        provider: str,
        kind: DocumentKind,
        pattern: str,
        issued_on: date,
        at: datetime,
        stamp: Stamp,
    ) -> str:
        """The next number: `GR-{year}-{number:05}` makes GR-2026-00001. Raises Refusal malformed, as `check_day`."""
        self.check_day(kind, issued_on)
        ordinal = self.ordinals.get(issued_on.year, 0) + 1
        number = pattern.format(year=issued_on.year, number=ordinal)
        self.contract_id = contract_id
        self.record(NumberTaken(provider, kind, issued_on.year, ordinal, number, issued_on), at, stamp)
        return number

    def check_day(self, kind: DocumentKind, issued_on: date) -> None:
        """Raises Refusal malformed for a day before the series' last document (M3)."""
        if self.last_issued_on is not None and issued_on < self.last_issued_on:
            told: dict[str, FaultFigure] = {"day": issued_on, "last": self.last_issued_on, "kind": kind}
            fault = FieldFault("before_last_of_series", told)
            raise malformed("issued_on", fault, last_issued_on=self.last_issued_on.isoformat())

    @applies(NumberTaken)
    def _taken(self, fact: NumberTaken) -> None:
        self.ordinals[fact.year] = fact.ordinal
        self.last_issued_on = fact.issued_on
