"""Commands that issue documents: issue-invoice, issue-credit-note. Find, ask, save. Rules M2–M4."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from pydantic import AfterValidator, Field, StringConstraints

from ledger.billing.charges import BILLED_TOPICS, BillingAccount, billing_account
from ledger.billing.document import Document, DocumentSeries
from ledger.billing.document_texts import buyer_of, seller_of
from ledger.billing.draft import Draft, draft
from ledger.billing.events import CreditNoteIssued, DocumentKind, DocumentLine, NationalVat
from ledger.billing.invoice import invoice_of, texts_of
from ledger.billing.missing import NO_EXCHANGE_RATE, MissingDatum, MissingPartyData
from ledger.billing.vat import NoRateError, national_currency, national_vat, needs_exchange_rate, treatment
from ledger.contracts.finding import OnContract, contract_of, locate, the_contract
from ledger.contracts.parties import CustomerParty, read_party
from ledger.kernel import patterns
from ledger.kernel.access import FINANCE
from ledger.kernel.errors import Refusal, malformed, unknown_invoice
from ledger.kernel.faults import FaultError, FieldFault
from ledger.kernel.values import end_of_day, local_date
from ledger.plans.catalogue import Provider
from ledger.work.case import Case
from ledger.work.declaration import Concern, command
from ledger.work.fields import AnyId, Command, Day, ReasonText


def _not_zero(value: str) -> str:
    if not value.strip("0."):
        raise FaultError(FieldFault("rate_of_nothing", {"example": "24.315"}))
    return value


ExchangeRate = Annotated[
    str,
    StringConstraints(pattern=patterns.EXCHANGE_RATE),
    AfterValidator(_not_zero),
    Field(description="What one unit of the document's currency costs in that of the provider's country."),
]
KsefNumber = Annotated[
    str,
    StringConstraints(pattern=patterns.KSEF_NUMBER),
    Field(description="The number that KSeF gave to the invoice of a Polish provider."),
]


class IssueInvoice(OnContract):
    """`exchange_rate`, such as "24.315", states the VAT in the currency of the provider's country too. Where a draft
    names it among what is `missing`, it has to be given.
    """

    through_on: Day = Field(description="The last day that counts.")
    issued_on: Day | None = Field(default=None, description="The day that the document bears; today if absent.")
    exchange_rate: ExchangeRate | None = None


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


@command("issue-invoice", IssueInvoice, roles=FINANCE, about=the_contract, reads_history=True)
def issue_invoice(case: Case, body: IssueInvoice) -> None:
    """An invoice over all that is open up to `through_on`: lines, parties, VAT and totals as they are (M3).

    It takes the next number of the provider's series, which is answered as `number`.

    Raises Refusal nothing-to-invoice, missing-party-data, period-closed, or malformed for a day that can't be.
    """
    issue(case, body)


def issue(case: Case, body: IssueInvoice, *, ignores_needless_rate: bool = False) -> None:
    """The invoice of a contract. A rate that is given for many contracts is none of those that need none (M4)."""
    contract = contract_of(case)
    issued_on, at = day_of_issue(case, body.issued_on)
    provider = case.catalogue.provider(contract.provider)
    seller = case.catalogue.party(provider.id)
    if seller is None:
        raise MissingPartyData(
            f"No catalogue file says who issues the documents of {provider.id}; a table [parties.{provider.id}] in a "
            f"folder of one's own (LEDGER_CATALOGUE) does.",
            [MissingDatum("provider")],
        )
    account = billing_account(case.whole_contract(BILLED_TOPICS), at)
    party = _party(case, account)
    found = _draft(case, account, body.through_on, provider, party)
    if not found.is_billable:
        raise Refusal(
            "nothing-to-invoice",
            f"Contract {contract.contract_id} has nothing to invoice up to {body.through_on}.",
            through_on=body.through_on.isoformat(),
            waiting=[one.held_id for one in found.waiting],
        )
    _check_after_credit_notes(account, found, issued_on)
    needs_rate = needs_exchange_rate(found.vat, provider.country, contract.currency)
    rate = body.exchange_rate if needs_rate or not ignores_needless_rate else None
    national_vat = _national_vat(rate, needs_rate, found, contract.currency, provider)
    number = _take_number(case, provider, "invoice", provider.invoice_series.invoice, issued_on, at)
    texts = texts_of(account, found.lines)
    line_texts = texts.opened(case.open_all(texts.all()))
    parties = {"seller": seller_of(provider, seller), "buyer": buyer_of(account.customer_id, account.country, party)}
    issued = invoice_of(
        account,
        found,
        body.through_on,
        provider.language,
        number=number,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=seller.payment_days),
        retained_until=_retained_until(issued_on, seller.retention_years),
        parties=case.seal(f"document:{number}", parties),
        line_texts=case.seal(f"document:{number}", line_texts) if line_texts else None,
        national_vat=national_vat,
    )
    case.get(Document, number).issue(contract.contract_id, issued, at, case.stamp)


@command("issue-credit-note", IssueCreditNote, roles=FINANCE, about=the_invoice, reads_history=True)
def issue_credit_note(case: Case, body: IssueCreditNote) -> None:
    """Takes an invoice back, line for line, once; its parties are those of the invoice (M3).

    It takes the next number of its own series, which is answered as `number`.

    Raises Refusal already-credited, missing-party-data, period-closed, or malformed for a day that can't be.
    """
    document = case.get(Document, body.invoice_number)
    invoice = document.invoice()
    issued_on, at = day_of_issue(case, body.issued_on)
    if issued_on < invoice.issued_on:
        raise malformed("issued_on", FieldFault("before_invoice", {"day": issued_on, "issued": invoice.issued_on}))
    provider = case.catalogue.provider(invoice.provider)
    if body.ksef_number is not None and provider.country != "PL":
        raise malformed("ksef_number", FieldFault("ksef_elsewhere"))
    parties = case.open(invoice.parties)
    if parties is None:
        raise MissingPartyData(f"The parties of {invoice.number} are no longer kept.", [MissingDatum("parties")])
    parties |= {"corrected_ksef_number": body.ksef_number} if body.ksef_number is not None else {}
    number = _take_number(case, provider, "credit-note", provider.invoice_series.credit_note, issued_on, at)
    party, position = f"document:{number}", case.position_of(document)
    line_texts = case.open(invoice.line_texts) if invoice.line_texts is not None else None
    issued = CreditNoteIssued(
        number=number,
        provider=provider.id,
        issued_on=issued_on,
        corrects=invoice.number,
        corrects_issued_on=invoice.issued_on,
        reason=case.seal(party, body.reason),
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
        parties=case.seal(party, parties),
        line_texts=case.seal(party, line_texts) if line_texts else None,
        national_vat=invoice.national_vat,
        retained_until=_retained_until(issued_on, invoice.retained_until.year - invoice.issued_on.year),
    )
    case.get(Document, number).issue(invoice.contract_id, issued, at, case.stamp)
    document.credit(number, at, case.stamp)


def _party(case: Case, account: BillingAccount) -> CustomerParty:
    """What is known of the customer. Raises Refusal missing-party-data once its key is gone."""
    assert account.party is not None
    opened = case.open(account.party)
    if opened is None:
        detail = f"The data of customer {account.customer_id} are no longer kept."
        raise MissingPartyData(detail, [MissingDatum("customer")])
    return read_party(opened)


def _draft(case: Case, account: BillingAccount, through_on: date, provider: Provider, party: CustomerParty) -> Draft:
    taxed = treatment(provider.country, account.country, party.vat_id)
    try:
        return draft(account, through_on, taxed, case.stamp.now, case.catalogue.names(provider.id))
    except NoRateError as error:
        detail = f"The document can't be issued: {error}."
        raise MissingPartyData(detail, [MissingDatum("provider", "vat_rate")]) from None


def _national_vat(
    rate: str | None, is_needed: bool, found: Draft, currency: str, provider: Provider
) -> NationalVat | None:
    """Raises Refusal missing-party-data where the law asks for a rate that was not given (M4)."""
    if rate is None and is_needed:
        own = national_currency(provider.country)
        raise MissingPartyData(
            f"VAT of documents from {provider.country} is stated in {own} too: give exchange_rate, what one {currency} "
            f'costs in {own}, such as "24.315".',
            [NO_EXCHANGE_RATE],
        )
    if rate is None:
        return None
    try:
        return national_vat(found.vat, provider.country, currency, rate)
    except ValueError as error:
        raise malformed("exchange_rate", str(error)) from None


def _check_after_credit_notes(account: BillingAccount, found: Draft, issued_on: date) -> None:
    """What a credit note opened again stands on no document of an earlier day: it would be on two at once."""
    reopened = [account.charges[line.charge_id].reopened_on for line in found.lines if line.charge_id is not None]
    reopened += [
        account.deductions[line.deduction_id].reopened_on for line in found.lines if line.deduction_id is not None
    ]
    latest = max((day for day in reopened if day is not None), default=issued_on)
    if issued_on < latest:
        raise malformed("issued_on", FieldFault("before_credit_note", {"day": issued_on, "reopened": latest}))


def day_of_issue(case: Case, given: date | None) -> tuple[date, datetime]:
    """The day of issue and its instant: now, or the last second of an earlier day. Not ahead, in no closed month."""
    zone, now = case.scope.timezone, case.stamp.now
    today = local_date(now, zone)
    issued_on = given or today
    if issued_on > today:
        raise malformed("issued_on", FieldFault("day_to_come", {"day": issued_on, "today": today}))
    at = now if issued_on == today else end_of_day(issued_on, zone) - timedelta(seconds=1)
    case.check_open(at, "issued_on")
    return issued_on, at


def _take_number(
    case: Case, provider: Provider, kind: DocumentKind, pattern: str, issued_on: date, at: datetime
) -> str:
    series = case.get(DocumentSeries, f"{provider.id}:{kind}")
    return series.take(case.scope.contract_id, provider.id, kind, pattern, issued_on, at, case.stamp)


def _answered(line: DocumentLine, invoice_position: int) -> DocumentLine:
    return msgspec.structs.replace(line, events=sorted({*line.events, invoice_position}))


def _retained_until(issued_on: date, years: int) -> date:
    """The last day of the year in which the time of retention ends."""
    return date(issued_on.year + years, 12, 31)
