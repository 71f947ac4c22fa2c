"""Facts and books made by hand, without a database."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from api.books.beancount import beancount
from api.books.chart import accrued, income
from api.books.hledger import hledger
from api.books.journal import Book, Posting, Transaction, make_book
from ledger.events import CreditNoteIssued, DocumentLine, InvoiceIssued, Sealed, VatLine
from ledger.kernel.values import to_micros
from projections.provider.books import BookedDocument

AT = datetime(2026, 3, 31, 10, tzinfo=UTC)
RECORDED = datetime(2026, 3, 31, 10, 0, 1, tzinfo=UTC)
SEALED = Sealed("key", b"box")
# All that an id may be, in twelve forms that a careless escape makes one or that a format does not take.
HARD_IDS = ["a.b", "a-b", "a_b", "A.b", "a-x2e-b", "-x2e-", ".", "_", "-", "1", "x-x", "X-X"]


def line(number: int, net_cents: int, events: list[int], rate: int | None = 1900) -> DocumentLine:
    return DocumentLine(
        line=number,
        kind="fee",
        description="",
        quantity=1,
        unit="piece",
        unit_price_cents=net_cents,
        price_base=1,
        net_cents=net_cents,
        vat_rate_percent_hundredths=rate,
        vat_category="S" if rate is not None else "AE",
        supplied_on=date(2026, 3, 1),
        events=events,
    )


def invoice(*vat: VatLine, gross_cents: int, lines: list[DocumentLine] | None = None) -> BookedDocument:
    """GR-2026-00007 of acme, issued on 1 April in its zone, where it is 31 March in UTC still."""
    net = sum(one.net_cents for one in vat)
    fact = InvoiceIssued(
        contract_id="C-1",
        effective_at=datetime(2026, 3, 31, 22, tzinfo=UTC),
        token_id="t",
        role="finance",
        number="GR-2026-00007",
        provider="acme",
        issued_on=date(2026, 4, 1),
        customer_id="cust",
        customer_country="DE",
        language="de",
        currency="EUR",
        lines=lines or [],
        vat=list(vat),
        net_cents=net,
        vat_cents=gross_cents - net,
        gross_cents=gross_cents,
        parties=SEALED,
        retained_until=date(2034, 12, 31),
        through_on=date(2026, 3, 31),
        due_on=date(2026, 4, 15),
    )
    return BookedDocument(20, to_micros(RECORDED), fact)


def credit_note(*vat: VatLine, gross_cents: int) -> BookedDocument:
    net = sum(one.net_cents for one in vat)
    fact = CreditNoteIssued(
        contract_id="C-1",
        effective_at=datetime(2026, 4, 9, 22, tzinfo=UTC),
        token_id="t",
        role="finance",
        number="GK-2026-00001",
        provider="acme",
        issued_on=date(2026, 4, 10),
        customer_id="cust",
        customer_country="DE",
        language="de",
        currency="EUR",
        lines=[],
        vat=list(vat),
        net_cents=net,
        vat_cents=gross_cents - net,
        gross_cents=gross_cents,
        parties=SEALED,
        retained_until=date(2034, 12, 31),
        corrects="GR-2026-00007",
        corrects_issued_on=date(2026, 4, 1),
        reason=SEALED,
    )
    return BookedDocument(31, to_micros(RECORDED), fact)


def fee(contract_id: str = "C-1", cents: int = 89900, position: int = 3, provider: str = "acme") -> Transaction:
    postings = (
        Posting(accrued(provider, contract_id), cents, "EUR"),
        Posting(income(provider, contract_id, "fee"), -cents, "EUR"),
    )
    reference = f"{contract_id}.fee.1"
    return Transaction(
        date(2026, 3, 31), to_micros(AT), position, to_micros(RECORDED), contract_id, "fee", reference, postings
    )


def book(*transactions: Transaction, from_on: date | None = None, until_on: date = date(2026, 4, 30)) -> Book:
    return make_book(sorted(transactions, key=lambda one: one.order), from_on, until_on, 40)


def written(lines: Iterable[str]) -> str:
    """A book's lines as they stand in a file."""
    return "".join(f"{line}\n" for line in lines)


def hard_names(form: str) -> bytes:
    """A charge of 1, 2, 3 … cents for each contract of HARD_IDS."""
    made = book(*(fee(one, cents, 100 + cents) for cents, one in enumerate(HARD_IDS, 1)))
    return written(hledger(made) if form == "hledger" else beancount(made)).encode()
