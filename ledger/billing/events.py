"""Events of issued documents and of closed months: lines, parties and totals as they were when they were issued."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Literal

import msgspec

from ledger.credit.deduction_events import Basis, DeductionStatus
from ledger.kernel.fact import Fact, Sealed, topic
from ledger.kernel.values import show_cents

ChargeKind = Literal["fee", "lump_sum", "top_up", "overage", "service", "surcharge", "service_credit", "reversal"]
LineKind = Literal[ChargeKind, "included"]
LineBasis = Literal[Basis, "penalty"]
Unit = Literal["minute", "piece"]
VatCategory = Literal["S", "AE", "O"]
DocumentKind = Literal["invoice", "credit-note"]


class DocumentLine(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of an invoice or credit note, net. The positions in `events` are those it rests on (M6).

    `unit_price_cents` is the price of `price_base` units: 89.00 an hour is 8900 for 60 minutes. A line that takes
    something back has a negative `quantity`, never a negative price. An `included` line shows time that cost nothing:
    `basis` says why (`pool`, `flat`, `goodwill`, `warranty`). `supplied_on` is the date of supply (M4). `description`
    is `template` with its `values` filled in, which a document says in its reader's language; `names` are those of the
    pools and services that it speaks of, by key and language.

    `worked_minutes` were rounded up to steps of `increment_minutes` (C1). Overage lies beyond the `included_minutes` of
    its term, and its rate is that of a later tier after `charged_before_minutes` (C3).
    """

    line: int
    kind: LineKind
    description: str
    quantity: int
    unit: Unit
    unit_price_cents: int
    price_base: int
    net_cents: int
    vat_rate_percent_hundredths: int | None
    vat_category: VatCategory
    supplied_on: date
    events: list[int]
    charge_id: str | None = None
    deduction_id: str | None = None
    ticket_id: str | None = None
    session_id: str | None = None
    service: str | None = None
    basis: LineBasis | None = None
    worked_minutes: int | None = None
    billed_minutes: int | None = None
    increment_minutes: int | None = None
    included_minutes: int | None = None
    charged_before_minutes: int | None = None
    confirmation: DeductionStatus | None = None
    on_behalf: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    template: str | None = None
    values: dict[str, str] = {}
    names: dict[str, dict[str, str]] = {}


class EncodedLines(list[DocumentLine]):
    """Lines that are encoded once they are made, beside the writer: a long document has megabytes of them."""

    def __init__(self, lines: Iterable[DocumentLine]) -> None:
        super().__init__(lines)
        self.raw = msgspec.Raw(msgspec.json.encode(list(self)))


class VatLine(msgspec.Struct, frozen=True):
    """VAT of one rate and category: computed once, half-up, on the sum of its lines (M4)."""

    rate_percent_hundredths: int | None
    category: VatCategory
    net_cents: int
    amount_cents: int


class NationalVat(msgspec.Struct, frozen=True):
    """VAT in the currency of the seller's country, where the document has another: each sum × `exchange_rate`, half-up.

    `amounts_cents` are in the order of the document's sums.
    """

    currency: str
    exchange_rate: str
    amounts_cents: list[int]

    @property
    def total_cents(self) -> int:
        return sum(self.amounts_cents)


class TextsOfLines(msgspec.Struct, frozen=True, gc=False):
    """What people wrote that some lines are about, sealed: those up to `through_line`, behind the ones before."""

    through_line: int
    texts: Sealed


class DocumentFact(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of one document, under its number."""

    CATEGORY: ClassVar[str] = "document"

    number: str

    @property
    def key(self) -> str:
        return self.number


class IssuedDocument(DocumentFact, frozen=True, kw_only=True, omit_defaults=True):
    """What invoices and credit notes have in common.

    `parties` is sealed under the document's own key, which is kept until `retained_until`: `seller` and `buyer` as
    they were. So are `line_texts`, some lines at a time, so that a page of lines opens its own alone: `engineers` and
    `notes` of what was done by deduction, `titles` by ticket. Amounts of a credit note are positive: it is the kind
    that says that they go back.
    """

    provider: str
    issued_on: date
    customer_id: str
    customer_country: str
    language: str
    currency: str
    lines: list[DocumentLine]
    vat: list[VatLine]
    net_cents: int
    vat_cents: int
    gross_cents: int
    parties: Sealed
    retained_until: date
    line_texts: list[TextsOfLines] = []
    partner_id: str | None = None
    national_vat: NationalVat | None = None

    @property
    def to_encode(self) -> Fact:
        if isinstance(self.lines, EncodedLines):
            return msgspec.structs.replace(self, lines=self.lines.raw)
        return self

    @property
    def answer_fields(self) -> dict[str, Any]:
        return {"number": self.number}


@topic("InvoiceIssued")
class InvoiceIssued(IssuedDocument, frozen=True):
    """An invoice over every open charge of a contract that is effective up to `through_on` (M2, M3)."""

    through_on: date
    due_on: date
    rule: str = "M3"


@topic("CreditNoteIssued")
class CreditNoteIssued(IssuedDocument, frozen=True):
    """Takes an invoice back, line for line; charges that were not reversed are open again (M3)."""

    corrects: str
    corrects_issued_on: date
    reason: Sealed
    rule: str = "M3"


@topic("InvoiceCredited")
class InvoiceCredited(DocumentFact, frozen=True):
    """The invoice was taken back by a credit note: once (M3)."""

    credited_by: str
    rule: str = "M3"


@topic("NumberTaken")
class NumberTaken(Fact, frozen=True):
    """The next number of a provider's series of documents, without gaps (M3)."""

    CATEGORY: ClassVar[str] = "series"

    provider: str
    kind: DocumentKind
    year: int
    ordinal: int
    number: str
    issued_on: date
    rule: str = "M3"

    @property
    def key(self) -> str:
        return f"{self.provider}:{self.kind}"


class PeriodTotal(msgspec.Struct, frozen=True):
    """What became effective in a month for one contract: money net and in minor units, credit by pool."""

    contract_id: str
    currency: str = ""
    charged_cents: int = 0
    invoiced_cents: int = 0
    credited_cents: int = 0
    granted: dict[str, int] = {}
    consumed: dict[str, int] = {}
    expired: dict[str, int] = {}


@topic("PeriodClosed")
class PeriodClosed(Fact, frozen=True):
    """A month of a provider is closed with these totals: nothing effective inside it is added after (M5)."""

    CATEGORY: ClassVar[str] = "periods"

    provider: str
    month: str
    totals: list[PeriodTotal] = []
    rule: str = "M5"

    @property
    def key(self) -> str:
        return self.provider


class InvoiceOfRun(msgspec.Struct, frozen=True):
    """An invoice that an invoice run issued."""

    contract_id: str
    number: str
    gross_cents: int
    currency: str


class LeftFault(msgspec.Struct, frozen=True):
    """What was wrong with a field: a code that the sentence is made from with its figures, as they are told."""

    field: str
    code: str
    values: dict[str, str]


class LeftByRun(msgspec.Struct, frozen=True, omit_defaults=True):
    """A contract that an invoice run left, and why: the code, the sentence and the fields' faults of the refusal."""

    contract_id: str
    code: str
    detail: str
    faults: list[LeftFault] = []


@topic("InvoiceRunEnded")
class InvoiceRunEnded(Fact, frozen=True):
    """All contracts with something to invoice were gone through: which documents were issued, what was left (M3)."""

    CATEGORY: ClassVar[str] = "invoice-run"

    run: str
    provider: str
    through_on: date
    issued: list[InvoiceOfRun] = []
    left: list[LeftByRun] = []
    rule: str = "M3"

    @property
    def key(self) -> str:
        return self.run

    @property
    def answer_fields(self) -> dict[str, Any]:
        return {
            "issued": [
                {
                    "contract_id": one.contract_id,
                    "number": one.number,
                    "gross": show_cents(one.gross_cents),
                    "currency": one.currency,
                }
                for one in self.issued
            ],
            "left": [{"contract_id": one.contract_id, "code": one.code, "detail": one.detail} for one in self.left],
        }


PROVIDER_FACTS = (PeriodClosed, InvoiceRunEnded)  # of a provider, and of no contract
