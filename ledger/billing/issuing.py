"""The command that issues an invoice: issue-invoice. Find, ask, save. Rules M2–M4."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from pydantic import AfterValidator, Field, StringConstraints

from ledger.billing.charges import BILLED_TOPICS, BillingAccount, billing_account
from ledger.billing.document import Document
from ledger.billing.document_texts import buyer_of, seller_of
from ledger.billing.draft import Draft, draft
from ledger.billing.events import EncodedLines, InvoiceIssued, NationalVat
from ledger.billing.invoice import invoice_of, line_texts_of, texts_of
from ledger.billing.missing import NO_EXCHANGE_RATE, MissingDatum, MissingPartyData
from ledger.billing.numbering import Numbers, day_of_issue, retained_until
from ledger.billing.preparing import PreparedDocument, keys_of
from ledger.billing.vat import NoRateError, national_currency, national_vat, needs_exchange_rate, treatment
from ledger.contracts.finding import OnContract, contract_of, the_contract
from ledger.contracts.parties import CustomerParty, read_party
from ledger.kernel import patterns
from ledger.kernel.access import FINANCE
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FaultError, FieldFault
from ledger.plans.catalogue import Provider
from ledger.work.case import Case
from ledger.work.declaration import command
from ledger.work.fields import Day


def _not_zero(value: str) -> str:
    if not value.strip("0."):
        raise FaultError(FieldFault("rate_of_nothing", {"example": "24.315"}))
    return value


ExchangeRate = Annotated[
    str,
    StringConstraints(pattern=patterns.EXCHANGE_RATE),
    AfterValidator(_not_zero),
    Field(
        description="What one unit of the document's currency costs in that of the provider's country.",
        json_schema_extra={"format": "decimal"},
    ),
]


class IssueInvoice(OnContract):
    """`exchange_rate`, such as "24.315", states the VAT in the currency of the provider's country too. Where a draft
    names it among what is `missing`, it has to be given; where nothing is converted by it, it is refused.
    """

    through_on: Day = Field(description="The last day that counts.")
    issued_on: Day | None = Field(default=None, description="The day that the document bears; today if absent.")
    exchange_rate: ExchangeRate | None = None


@command("issue-invoice", IssueInvoice, roles=FINANCE, about=the_contract, reads_history=True, is_prepared=True)
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
    series = Numbers.of(case, contract.provider, "invoice")

    def work_out() -> PreparedDocument[InvoiceIssued]:
        prepared = _invoice(case, body, issued_on, at, ignores_needless_rate)
        series.check(issued_on)
        return prepared

    prepared = case.worked_out(lambda one: one.holds(case), work_out)
    number = series.take(issued_on, at)
    case.get(Document, number).issue(contract.contract_id, prepared.numbered(case, number), at, case.stamp)


def _invoice(
    case: Case, body: IssueInvoice, issued_on: date, at: datetime, ignores_needless_rate: bool
) -> PreparedDocument[InvoiceIssued]:
    contract, position = contract_of(case), case.position
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
    opened = case.open_all(texts_of(account, found.lines).all())
    assert account.party is not None
    fact = invoice_of(
        account,
        found,
        body.through_on,
        provider.language,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=seller.payment_days),
        retained_until=retained_until(issued_on, seller.retention_years),
        national_vat=_national_vat(rate, needs_rate, found, contract.currency, provider),
    )
    return PreparedDocument(
        msgspec.structs.replace(fact, lines=EncodedLines(found.lines)),
        {"seller": seller_of(provider, seller), "buyer": buyer_of(account.customer_id, account.country, party)},
        line_texts_of(account, found.lines, opened),
        position,
        keys_of([account.party, *opened]),
    )


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
    """Raises Refusal missing-party-data where the law asks for a rate that was not given, malformed for one that is
    given where nothing is converted (M4).
    """
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
    except FaultError as error:
        raise malformed("exchange_rate", error.fault) from None


def _check_after_credit_notes(account: BillingAccount, found: Draft, issued_on: date) -> None:
    """What a credit note opened again stands on no document of an earlier day: it would be on two at once."""
    reopened = [account.charges[line.charge_id].reopened_on for line in found.lines if line.charge_id is not None]
    reopened += [
        account.deductions[line.deduction_id].reopened_on for line in found.lines if line.deduction_id is not None
    ]
    latest = max((day for day in reopened if day is not None), default=issued_on)
    if issued_on < latest:
        raise malformed("issued_on", FieldFault("before_credit_note", {"day": issued_on, "reopened": latest}))
