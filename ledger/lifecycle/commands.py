"""Commands on contracts: sign, renew, amend, change plan, terminate, direct contact. Find, ask, save."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ledger.billing.vat import normal_vat_id
from ledger.contracts.contract import Contract
from ledger.contracts.events import CustomerAmended
from ledger.credit.account import CreditAccount
from ledger.door import bodies
from ledger.door.unit_of_work import UnitOfWork
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.values import first_instant, parse_cents
from ledger.plans.terms import MinutesPool, Terms

ONE_DAY = timedelta(days=1)
PERSONAL = {"name", "vat_id", "tax_number", "email", "address", "buyer_reference"}


def sign_contract(work: UnitOfWork, body: bodies.SignContract) -> None:
    """The plan's terms, completed by the agreed figures, become the contract's own copy."""
    terms = work.catalogue.plan(body.plan).agree(body.agreed, body.customer.coverage)
    contract = work.get(Contract, body.contract_id)
    contract.contract_id = body.contract_id
    customer, partner = body.customer, body.partner
    party = customer.model_dump(include=PERSONAL, exclude_none=True)
    _check_vat_id(party, customer.country)
    seal = work.keyring.seal
    contract.sign(
        work.stamp,
        body.starts_on,
        terms,
        customer_id=customer.customer_id,
        customer_country=customer.country,
        customer_language=customer.language,
        customer_coverage=customer.coverage,
        party=seal(terms.provider, f"customer:{customer.customer_id}", party),
        partner_id=partner.partner_id if partner else None,
        partner=seal(terms.provider, f"partner:{partner.partner_id}", {"name": partner.name}) if partner else None,
        subscriptions=body.subscriptions,
    )
    work.is_new(contract)
    _start_term(work, body.starts_on, terms)


def _check_vat_id(party: dict[str, Any], country: str) -> None:
    """A VAT id is kept in its normal form. Raises Refusal malformed for one of another form (M4)."""
    if "vat_id" in party:
        try:
            party["vat_id"] = normal_vat_id(party["vat_id"], country)
        except ValueError as error:
            raise malformed("customer.vat_id", str(error)) from None


def _start_term(work: UnitOfWork, starts_on: date, terms: Terms) -> None:
    """Term, fee, and for each pool its account and allotment (C15)."""
    contract = work.contract
    term = contract.start_term(starts_on, terms, work.stamp)
    work.reserve_id("term", f"{contract.contract_id}/{term.number}")
    allotment_no = sum(1 for t in contract.terms[:-1] for pool in t.terms.pools.values() if _allotment(pool))
    for name, pool in terms.pools.items():
        account = work.get(CreditAccount, f"{contract.contract_id}:{name}")
        if not account.exists:
            currency = contract.currency if pool.kind == "money" else None
            account.open(contract.contract_id, name, pool.kind, currency, term.starts_at, work.stamp)
        elif account.unit != pool.kind:
            raise Refusal("invalid-transition", f"Pool {name} holds {account.unit} under this contract.", pool=name)
        quantity = _allotment(pool)
        if quantity:
            allotment_no += 1
            expires_at = term.ends_at if pool.allotment_expires == "term_end" and term.ends_on else None
            grant_id = f"{contract.contract_id}.allotment.{allotment_no}"
            settlements = account.grant(
                grant_id, "allotment", quantity, term.starts_at, expires_at, work.stamp, term_no=term.number
            )
            work.follow_settlements(settlements)


def _allotment(pool: object) -> int:
    """Minutes, or minor units of money, that each term of the pool begins with."""
    if isinstance(pool, MinutesPool):
        return pool.allotment_minutes or 0
    allotment = getattr(pool, "allotment", None)
    return parse_cents(allotment) if allotment else 0


def renew_contract(work: UnitOfWork, body: bodies.RenewContract) -> None:
    """Appends the next term directly after the last, also when that has lapsed (C15)."""
    work.at(body.at)
    starts_on, terms = work.contract.next_term_day(body.starts_on)
    _start_term(work, starts_on, terms)


def amend_customer(work: UnitOfWork, body: bodies.AmendCustomer) -> None:
    """The members given replace those known, `null` takes one away; documents issued before keep theirs."""
    contract, given = work.contract, body.customer
    if given.customer_id not in (None, contract.customer_id):
        raise Refusal(
            "invalid-transition", "A contract's customer does not become somebody else.", field="customer.customer_id"
        )
    assert contract.party is not None
    party = work.keyring.open(contract.party) or {}
    party |= given.model_dump(include=PERSONAL, exclude_none=True)
    party = {name: value for name, value in party.items() if name not in given.removed}
    _check_vat_id(party, given.country or contract.country)
    contract.record(
        CustomerAmended,
        work.at(body.at),
        work.stamp,
        customer_id=contract.customer_id,
        customer_country=given.country or contract.country,
        customer_language=None if "language" in given.removed else given.language or contract.language,
        party=work.seal_customer(party),
    )


def change_plan(work: UnitOfWork, body: bodies.ChangePlan) -> None:
    """From a day on another plan: its term, allotment and fee begin, the old allotment expires (C15)."""
    contract = work.contract
    terms = work.catalogue.plan(body.plan).agree(body.agreed, contract.customer_coverage)
    work.check_open(first_instant(body.from_on, contract.timezone), "from_on")
    contract.change_plan(body.from_on, terms, work.stamp)
    _end_credit(work, first_instant(body.from_on, contract.timezone))
    _start_term(work, body.from_on, terms)


def terminate_contract(work: UnitOfWork, body: bodies.TerminateContract) -> None:
    """The contract ends after its last day; its allotment expires, later sessions are released (C15)."""
    work.check_open(first_instant(body.ends_on + ONE_DAY, work.contract.timezone), "ends_on")
    cut_at = work.contract.terminate(body.ends_on, work.seal_customer(body.reason), work.stamp)
    _end_credit(work, cut_at)


def _end_credit(work: UnitOfWork, cut_at: datetime) -> None:
    """Allotments expire first, so that what a released session held of them fills no debt afterwards (C15)."""
    for pool in work.contract.pools:
        work.account(pool).bring_forward_expiry(cut_at, work.stamp)
    for session in work.open_sessions():
        if session.starts_at < cut_at:
            continue
        released_at = max(work.stamp.now, session.booked_at)
        if session.pool is not None:
            work.follow_settlements(work.account(session.pool).release(session.session_id, released_at, work.stamp))
        session.end("released", released_at, work.stamp)


def authorise_direct_contact(work: UnitOfWork, body: bodies.AuthoriseDirectContact) -> None:
    _direct_contact(work, body, allowed=True)


def withdraw_direct_contact(work: UnitOfWork, body: bodies.WithdrawDirectContact) -> None:
    _direct_contact(work, body, allowed=False)


def _direct_contact(
    work: UnitOfWork, body: bodies.AuthoriseDirectContact | bodies.WithdrawDirectContact, *, allowed: bool
) -> None:
    by = work.seal_partner(body.by) if work.contract.partner_id else work.seal_staff(body.by)
    work.contract.allow_direct_contact(allowed, by, work.at(body.at), work.stamp)
