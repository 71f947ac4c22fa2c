"""Commands on a contract's course: sign, renew, change plan, terminate. Find, ask, save. Rule C15.

The room where contract, credit and sessions meet: what begins and ends with a term.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import get_args

from ledger.contracts.contract import Contract
from ledger.contracts.events import ServiceCreditCharged, Unspent
from ledger.contracts.finding import OnContract, contract_of, is_seen, scope_of, the_contract
from ledger.contracts.parties import PERSONAL, Customer, Partner, checked_party, read_party
from ledger.contracts.term import Term
from ledger.credit.account import CreditAccount
from ledger.credit.deduction import Deduction
from ledger.credit.deduction_events import Deducted
from ledger.credit.finding import account_of, settled_late, tell_settled
from ledger.credit.taking_back import resting_on_parts
from ledger.kernel.access import OPERATOR
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Fact
from ledger.kernel.ids import allotment_id_of
from ledger.kernel.mapper import stored_topics
from ledger.kernel.values import FURTHEST_AHEAD, ONE_DAY, first_instant, parse_cents
from ledger.plans.terms import MinutesPool, Pool, Terms
from ledger.sessions.events import SessionBooked
from ledger.sessions.session import Session
from ledger.tickets.finding import ticket_of
from ledger.work.case import Case, Scope
from ledger.work.declaration import Concern, NewId, command
from ledger.work.fields import Agreed, AnyId, Command, Count, Day, Id, Instant, Text

NOTHING_IS_DATED = 2 * FURTHEST_AHEAD  # so far ahead of any clock that no effective time lies there
LOOKED_THROUGH = 100  # deductions at a time


class SignContract(Command):
    contract_id: Id
    plan: AnyId
    starts_on: Day
    customer: Customer
    partner: Partner | None = None
    subscriptions: Count | None = None
    agreed: Agreed = {}


class RenewContract(OnContract):
    starts_on: Day | None = None
    at: Instant | None = None


class ChangePlan(OnContract):
    plan: AnyId
    from_on: Day
    agreed: Agreed = {}
    at: Instant | None = None


class TerminateContract(OnContract):
    ends_on: Day
    reason: Text
    at: Instant | None = None


def _find_known(case: Case, body: SignContract) -> None:
    """A provider's token signs for its own provider. A contract that is there already is found where it may be seen."""
    plan = case.catalogue.plan(body.plan)
    if case.actor.provider not in (None, plan.provider.id):
        raise Refusal("forbidden", f"Plan {plan.id} belongs to another provider.", plan=plan.id)
    contract = case.get(Contract, body.contract_id)
    if is_seen(case, contract):
        case.scope = scope_of(contract)


a_new_contract = Concern[SignContract](
    find=_find_known,
    streams=lambda body: [Contract.stream(body.contract_id)],
    hides_nothing=True,  # it is not there yet, and plans are public
)
NEW_CONTRACT = NewId[SignContract]("contract", "contract_id", lambda body: body.contract_id)


@command("sign-contract", SignContract, roles=OPERATOR, about=a_new_contract, creates=NEW_CONTRACT)
def sign_contract(case: Case, body: SignContract) -> None:
    """A contract under a plan, whose terms, completed by what was agreed, become the contract's own copy (C15).

    `agreed` maps the figures that the plan leaves open to values. What the first term begins with is charged and
    granted at once: fee, lump sum, allotments.
    """
    terms = case.catalogue.plan(body.plan).agree(body.agreed, body.customer.coverage)
    customer, partner = body.customer, body.partner
    partner_id = partner.partner_id if partner else None
    case.scope = Scope(terms.provider, terms.timezone, body.contract_id, customer.customer_id, partner_id)
    party = checked_party(read_party(customer.model_dump(include=PERSONAL)), customer.country)
    case.get(Contract, body.contract_id).sign(
        body.contract_id,
        body.starts_on,
        terms,
        customer_id=customer.customer_id,
        customer_country=customer.country,
        customer_language=customer.language,
        customer_coverage=customer.coverage,
        party=case.seal_customer(party),
        partner_id=partner_id,
        partner=case.seal_partner({"name": partner.name}) if partner else None,
        subscriptions=body.subscriptions,
        stamp=case.stamp,
    )
    _start_term(case, body.starts_on, terms, case.stamp.now)


def _start_term(case: Case, starts_on: date, terms: Terms, agreed_at: datetime) -> None:
    """Term, fee, and for each pool its account and allotment (C15)."""
    contract = contract_of(case)
    term = contract.start_term(starts_on, terms, agreed_at, case.stamp)
    case.reserve_id("term", f"{contract.contract_id}/{term.number}")
    before = contract.term_history[:-1]
    allotment_no = sum(1 for earlier in before for pool in earlier.terms.pools.values() if _allotment(pool))
    for name, pool in terms.pools.items():
        account = case.get(CreditAccount, f"{contract.contract_id}:{name}")
        if not account.exists:
            currency = contract.currency if pool.kind == "money" else None
            account.open(contract.contract_id, name, pool.kind, currency, term.starts_at, case.stamp)
        elif account.unit != pool.kind:
            raise Refusal("invalid-transition", f"Pool {name} holds {account.unit} under this contract.", pool=name)
        quantity = _allotment(pool)
        if quantity:
            allotment_no += 1
            expires_at = term.ends_at if pool.allotment_expires == "term_end" and term.ends_on else None
            grant_id = allotment_id_of(contract.contract_id, allotment_no)
            case.reserve_id("grant", grant_id)
            settled = account.grant(
                grant_id,
                "allotment",
                quantity,
                term.starts_at,
                expires_at,
                case.stamp,
                term_no=term.number,
                charge_id=term.charge_of(name),
            )
            tell_settled(case, settled)


def _allotment(pool: Pool) -> int:
    """Minutes, or minor units of money, that each term of the pool begins with."""
    if isinstance(pool, MinutesPool):
        return pool.allotment_minutes or 0
    return parse_cents(pool.allotment) if pool.allotment else 0


def _named_term(case: Case, body: RenewContract) -> tuple[str, str] | None:
    """Naming a term that exists is a repetition."""
    term = contract_of(case).term_from(body.starts_on) if body.starts_on else None
    return ("term", f"{body.contract_id}/{term.number}") if term is not None else None


@command("renew-contract", RenewContract, roles=OPERATOR, about=the_contract, repeats=_named_term)
def renew_contract(case: Case, body: RenewContract) -> None:
    """Appends the next term directly after the last, also when that has lapsed (C15). `at` is when it was agreed.

    `starts_on` of a term that exists makes it a repetition, which changes nothing.
    """
    agreed_at = case.at(body.at)
    starts_on, terms = contract_of(case).next_term(body.starts_on)
    _start_term(case, starts_on, terms, agreed_at)


@command("change-plan", ChangePlan, roles=OPERATOR, about=the_contract)
def change_plan(case: Case, body: ChangePlan) -> None:
    """From a day on another plan: its term, allotment and fee begin, the old allotment expires (C15).

    Nothing is prorated. Terms that will not begin give back what was charged for them. `at` is when it was agreed. The
    answer's `unspent` says what is left of a lump sum in a pool that the new terms lack: it stays there.
    """
    contract, agreed_at = contract_of(case), case.at(body.at)
    terms = case.catalogue.plan(body.plan).agree(body.agreed, contract.customer_coverage)
    over_at = first_instant(body.from_on, contract.timezone)
    case.check_open(over_at, "from_on")
    _check_unused(case, over_at)
    given = contract.fee_shares_from(over_at)
    contract.change_plan(body.from_on, terms, agreed_at, _unspent(case, terms, over_at), case.stamp)
    _tell_tickets(case, given, over_at)
    _end_credit(case, over_at, allotments_alone=True)
    _start_term(case, body.from_on, terms, agreed_at)


def _unspent(case: Case, terms: Terms, over_at: datetime) -> list[Unspent]:
    """What is left of lump sums in pools of the contract that other terms lack, as far as anything is."""
    accounts = [account_of(case, pool) for pool in contract_of(case).pools if pool not in terms.pools]
    left = [(one, one.lump_sum_left(over_at)) for one in accounts]
    return [Unspent(one.pool, quantity, one.currency) for one, quantity in left if quantity]


@command("terminate-contract", TerminateContract, roles=OPERATOR, about=the_contract)
def terminate_contract(case: Case, body: TerminateContract) -> None:
    """The contract ends after `ends_on`: all its credit ends, later sessions are released (C15).

    Terms that will not begin give back what was charged for them; a term that holds a deduction has begun. The day
    before `starts_on` withdraws the contract: only what was bought or given stays. `at` is when it was agreed.
    """
    contract, agreed_at = contract_of(case), case.at(body.at)
    case.check_open(first_instant(body.ends_on + ONE_DAY, contract.timezone), "ends_on")
    _check_unused(case, first_instant(body.ends_on + ONE_DAY, contract.timezone))
    given = contract.fee_shares_from(first_instant(body.ends_on + ONE_DAY, contract.timezone))
    over_at = contract.terminate(body.ends_on, case.seal_customer(body.reason), agreed_at, case.stamp)
    _tell_tickets(case, given, over_at)
    _end_credit(case, over_at, allotments_alone=contract.is_withdrawn)


def _check_unused(case: Case, over_at: datetime) -> None:
    """Raises Refusal term-in-use where a term that would be taken back holds deductions (C15).

    It names those that it finds first: a term is recorded before what is dated in it, and what is there is soon found.
    """
    term = contract_of(case).first_term_from(over_at)
    if term is None or term.starts_at > case.stamp.now + NOTHING_IS_DATED:
        return
    id_ = f"{case.scope.contract_id}/{term.number}"
    for page in case.facts_since("term", id_, stored_topics(*get_args(Deducted)), LOOKED_THROUGH):
        used = sorted(_standing(case, term, page))
        if used:
            raise Refusal(
                "term-in-use",
                f"The term from {term.starts_on} has begun, with {', '.join(used)} in it. Reverse what is wrong first.",
                term_no=term.number,
                deductions=used,
            )


def _standing(case: Case, term: Term, page: list[Fact]) -> set[str]:
    """Deductions that are dated in a term or later, and were not reversed."""
    dated = {fact.deduction_id for fact in page if isinstance(fact, Deducted) and fact.true_at >= term.starts_at}
    return {deduction_id for deduction_id in dated if case.get(Deduction, deduction_id).status != "reversed"}


def _tell_tickets(case: Case, given: list[ServiceCreditCharged], over_at: datetime) -> None:
    """Service credits that were shares of fees of terms that will not begin were taken back with these (C15)."""
    for share in given:
        ticket_of(case, share.ticket_id).take_back_credit(share.target, over_at, case.stamp, rule="C15")


def _end_credit(case: Case, over_at: datetime, *, allotments_alone: bool) -> None:
    """Credit expires first, so that what a released session held of it settles no debt afterwards (C15).

    The allotments of terms that will not begin are taken back, the last first: debts that they settled stand again.
    """
    for pool in contract_of(case).pools:
        account = account_of(case, pool)
        for grant in reversed(account.of_no_term(over_at)):
            settled = [one for resting in resting_on_parts(case, account, grant.grant_id) for one in resting.settled]
            tell_settled(case, account.take_back(grant.grant_id, settled, grant.valid_from, case.stamp))
        late = settled_late(case, account, over_at)
        tell_settled(case, account.end_credit(over_at, case.stamp, late, allotments_alone=allotments_alone))
    for session in _open_sessions(case):
        if session.starts_at < over_at:
            continue
        released_at = max(min(over_at, case.stamp.now), session.booked_at)
        if session.pool is not None:
            account = account_of(case, session.pool)
            tell_settled(case, account.release(session.session_id, "contract_end", released_at, case.stamp))
        session.end("released", released_at, case.stamp)


def _open_sessions(case: Case) -> list[Session]:
    """Sessions of the contract that are still booked."""
    found = [case.get(Session, booked.session_id) for booked in case.facts(SessionBooked)]
    return [session for session in found if session.state == "booked"]
