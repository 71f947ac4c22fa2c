"""What a draft and the invoice that is issued from it have in common: both are filled from the same account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.billing.charges import BillingAccount
from ledger.billing.draft import Draft
from ledger.billing.events import DocumentLine, InvoiceIssued, NationalVat
from ledger.credit.deduction_events import HoursDeducted, ServiceDelivered
from ledger.kernel.fact import Sealed

UNSEALED = Sealed("", b"")
LINES_SEALED_TOGETHER = 100  # a page of lines opens few that it does not show, and a long document has few seals


def invoice_of(
    account: BillingAccount,
    found: Draft,
    through_on: date,
    language: str,
    *,
    issued_on: date | None = None,
    due_on: date | None = None,
    retained_until: date | None = None,
    national_vat: NationalVat | None = None,
) -> InvoiceIssued:
    """The invoice over what a draft found, but for its number and what is sealed; `language` is that of a customer who
    has none. A draft is the same without days of its own.
    """
    return InvoiceIssued(
        number="",
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
        parties=UNSEALED,
        retained_until=retained_until or through_on,
        national_vat=national_vat,
    )


@dataclass(slots=True, frozen=True)
class LineTexts:
    """What people wrote that lines are about: who worked and what was done, by deduction; what it is called, by ticket.

    A document keeps them beside its parties, so that a line can be walked back to a person.
    """

    engineers: dict[str, Sealed]
    notes: dict[str, Sealed]
    titles: dict[str, Sealed]

    def all(self) -> list[Sealed]:
        return [text for texts in (self.engineers, self.notes, self.titles) for text in texts.values()]

    def opened(self, contents: Mapping[Sealed, str]) -> dict[str, dict[str, str]]:
        """As a document keeps them; what has no content, since its key is gone, is left out."""
        kept = {"engineers": self.engineers, "notes": self.notes, "titles": self.titles}
        return {
            name: {id_: contents[text] for id_, text in sorted(texts.items()) if text in contents}
            for name, texts in kept.items()
            if texts
        }


def texts_of(account: BillingAccount, lines: Iterable[DocumentLine]) -> LineTexts:
    """The texts behind the lines of a draft, as they were sealed."""
    texts = LineTexts({}, {}, {})
    for line in lines:
        if line.ticket_id in account.titles:
            texts.titles[line.ticket_id] = account.titles[line.ticket_id]
        fact = account.deductions[line.deduction_id].fact if line.deduction_id else None
        if isinstance(fact, HoursDeducted):
            texts.engineers[fact.deduction_id] = fact.engineer
        if isinstance(fact, HoursDeducted | ServiceDelivered) and fact.note is not None:
            texts.notes[fact.deduction_id] = fact.note
    return texts


def line_texts_of(
    account: BillingAccount, lines: Sequence[DocumentLine], contents: Mapping[Sealed, str]
) -> list[tuple[int, dict[str, dict[str, str]]]]:
    """The same, opened, as a document keeps them: some lines at a time, each through which line."""
    found = []
    for start in range(0, len(lines), LINES_SEALED_TOGETHER):
        some = lines[start : start + LINES_SEALED_TOGETHER]
        texts = texts_of(account, some).opened(contents)
        if any(texts.values()):
            found.append((some[-1].line, texts))
    return found
