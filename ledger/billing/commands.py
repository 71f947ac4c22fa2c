"""Commands that issue documents and close months: issue-invoice, issue-credit-note, close-period. Rules M2–M5."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from ledger.billing.charges import TOPICS, BillingAccount, billing_account
from ledger.billing.closed_periods import month_bounds, month_of
from ledger.billing.document import Document, DocumentSeries
from ledger.billing.draft import Draft, draft
from ledger.billing.events import CreditNoteIssued, DocumentLine, InvoiceIssued, NationalVat
from ledger.billing.invoice import buyer_of, engineers_of, invoice_fields, seller_of
from ledger.billing.period_totals import TOPICS as PERIOD_TOPICS
from ledger.billing.period_totals import PeriodFold
from ledger.billing.vat import NoRateError, national_vat, treatment
from ledger.door import bodies
from ledger.door.unit_of_work import UnitOfWork
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Sealed
from ledger.kernel.values import first_instant, local_date, show_instant
from ledger.plans.catalogue import Provider

ONE_DAY = timedelta(days=1)


def issue_invoice(work: UnitOfWork, body: bodies.IssueInvoice) -> None:
    """Fixes lines, parties, VAT and totals as they are, under the next number of the provider's series (M3).

    Raises Refusal nothing-to-invoice, missing-party-data, period-closed, or malformed for a day that can't be.
    """
    contract = work.contract
    issued_on, at = _day_of_issue(work, body.issued_on)
    provider = work.catalogue.provider(contract.provider)
    seller = work.catalogue.party(provider.id)
    if seller is None:
        raise _missing(["provider"], f"No catalogue file says who issues the documents of {provider.id}.")
    account = billing_account(work.whole_contract(TOPICS))
    buyer = buyer_of(account, _party(work))
    found = _draft(account, body.through_on, provider, buyer, work.stamp.now)
    if not found.is_billable:
        raise Refusal(
            "nothing-to-invoice",
            f"Contract {contract.contract_id} has nothing to invoice up to {body.through_on}.",
            through_on=body.through_on.isoformat(),
            waiting=found.waiting,
        )
    _check_after_credit_notes(account, found, issued_on)
    national_vat = _national_vat(body.exchange_rate, found, contract.currency, provider)
    number = _take_number(work, provider, "invoice", provider.invoice_series.invoice, issued_on, at)
    engineers = _opened(work, engineers_of(account, found.lines))
    parties = {"seller": seller_of(provider, seller), "buyer": buyer, "engineers": engineers}
    work.get(Document, number).issue(
        InvoiceIssued,
        contract.contract_id,
        at,
        work.stamp,
        number=number,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=seller.payment_days),
        parties=work.keyring.seal(provider.id, f"document:{number}", parties),
        retained_until=_retained_until(issued_on, seller.retention_years),
        national_vat=national_vat,
        **invoice_fields(account, found, body.through_on, provider.language),
    )


def issue_credit_note(work: UnitOfWork, body: bodies.IssueCreditNote) -> None:
    """Answers an invoice line for line, once; its parties are those of the invoice (M3).

    Raises Refusal already-credited, missing-party-data, period-closed, or malformed for a day that can't be.
    """
    document = work.get(Document, body.invoice_number)
    invoice = document.invoice()
    issued_on, at = _day_of_issue(work, body.issued_on)
    if issued_on < invoice.issued_on:
        raise malformed("issued_on", f"{issued_on} lies before the invoice itself, {invoice.issued_on}")
    provider = work.catalogue.provider(invoice.provider)
    if body.ksef_number is not None and provider.country != "PL":
        raise malformed("ksef_number", "KSeF is for sellers in Poland")
    parties = work.keyring.open(invoice.parties)
    if parties is None:
        raise _missing(["parties"], f"The parties of {invoice.number} are no longer kept.")
    parties |= {"corrected_ksef_number": body.ksef_number} if body.ksef_number is not None else {}
    number = _take_number(work, provider, "credit-note", provider.invoice_series.credit_note, issued_on, at)
    party, position = f"document:{number}", work.position_of(document)
    work.get(Document, number).issue(
        CreditNoteIssued,
        invoice.contract_id,
        at,
        work.stamp,
        number=number,
        provider=provider.id,
        issued_on=issued_on,
        corrects=invoice.number,
        corrects_issued_on=invoice.issued_on,
        reason=work.keyring.seal(provider.id, party, body.reason),
        customer_id=invoice.customer_id,
        customer_country=invoice.customer_country,
        partner_id=invoice.partner_id,
        language=invoice.language,
        currency=invoice.currency,
        lines=[_answered(line, position) for line in invoice.lines],
        vat=invoice.vat,
        net_cents=invoice.net_cents,
        vat_cents=invoice.vat_cents,
        gross_cents=invoice.gross_cents,
        parties=work.keyring.seal(provider.id, party, parties),
        national_vat=invoice.national_vat,
        retained_until=_retained_until(issued_on, invoice.retained_until.year - invoice.issued_on.year),
    )
    document.credit(number, at, work.stamp)


def close_period(work: UnitOfWork, body: bodies.ClosePeriod) -> None:
    """Closes a month that is over, and those before it that are open: what comes late is booked in the next (M5).

    Raises Refusal period-closed where it is closed already, invalid-transition while it runs.
    """
    provider = work.locate_provider(body.provider)
    month = month_of(body.month)
    _, ends = month_bounds(month, provider.timezone)
    if work.stamp.now < ends:
        raise Refusal(
            "invalid-transition",
            f"{body.month} is not over: it ends at {show_instant(ends)}.",
            month=body.month,
            ends_at=show_instant(ends),
        )
    books = work.books(provider.id)
    books.check_open(month)
    # What was folded stays folded when others write in the meantime and this is decided again.
    fold: PeriodFold = work.kept.setdefault(provider.id, PeriodFold(provider.timezone))
    fold.add(work.whole_provider(provider.id, PERIOD_TOPICS, fold.position))
    for each, totals in fold.totals(books.open_on, month).items():
        books.close(provider.id, each, totals, work.stamp.now, work.stamp)


def _party(work: UnitOfWork) -> dict[str, Any]:
    """What is known of the customer. Raises Refusal missing-party-data once its key is gone."""
    contract = work.contract
    assert contract.party is not None
    party: dict[str, Any] | None = work.keyring.open(contract.party)
    if party is None:
        raise _missing(["customer"], f"The data of customer {contract.customer_id} are no longer kept.")
    return party


def _draft(
    account: BillingAccount, through_on: date, provider: Provider, buyer: dict[str, Any], now: datetime
) -> Draft:
    taxed = treatment(provider.country, buyer["country"], buyer.get("vat_id"))
    try:
        return draft(account, through_on, taxed, now)
    except NoRateError as error:
        raise _missing(["provider.vat_rate"], f"The document can't be issued: {error}.") from None


def _national_vat(rate: str | None, found: Draft, currency: str, provider: Provider) -> NationalVat | None:
    if rate is None:
        return None
    try:
        return national_vat(found.vat, provider.country, currency, rate)
    except ValueError as error:
        raise malformed("exchange_rate", str(error)) from None


def _opened(work: UnitOfWork, sealed: dict[str, Sealed]) -> dict[str, str]:
    texts = work.open_texts(sealed.values())
    return {name: texts[box] for name, box in sorted(sealed.items()) if box in texts}


def _check_after_credit_notes(account: BillingAccount, found: Draft, issued_on: date) -> None:
    """What a credit note opened again stands on no document of an earlier day: it would be on two at once."""
    reopened = [account.charges[line.charge_id].reopened_on for line in found.lines if line.charge_id is not None]
    reopened += [
        account.deductions[line.deduction_id].reopened_on for line in found.lines if line.deduction_id is not None
    ]
    latest = max((day for day in reopened if day is not None), default=issued_on)
    if issued_on < latest:
        raise malformed("issued_on", f"{issued_on} lies before {latest}, when a credit note opened some of this again")


def _day_of_issue(work: UnitOfWork, given: date | None) -> tuple[date, datetime]:
    """The day of issue and its instant: now, or the last second of an earlier day. Not ahead, in no closed month."""
    zone, now = work.contract.timezone, work.stamp.now
    today = local_date(now, zone)
    issued_on = given or today
    if issued_on > today:
        raise malformed("issued_on", f"{issued_on} lies ahead of today, {today}")
    at = now if issued_on == today else first_instant(issued_on + ONE_DAY, zone) - timedelta(seconds=1)
    work.check_open(at, "issued_on")
    return issued_on, at


def _take_number(work: UnitOfWork, provider: Provider, kind: str, pattern: str, issued_on: date, at: datetime) -> str:
    series = work.get(DocumentSeries, f"{provider.id}:{kind}")
    return series.take(work.contract.contract_id, provider.id, kind, pattern, issued_on, at, work.stamp)


def _answered(line: DocumentLine, invoice_position: int) -> DocumentLine:
    return msgspec.structs.replace(line, events=sorted({*line.events, invoice_position}))


def _retained_until(issued_on: date, years: int) -> date:
    """The last day of the year in which the time of retention ends."""
    return date(issued_on.year + years, 12, 31)


def _missing(missing: list[str], detail: str) -> Refusal:
    return Refusal("missing-party-data", detail, missing=missing)
