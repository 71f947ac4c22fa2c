"""Commands on a contract's course: sign, renew, change plan, terminate. Find, ask, save. Rule C15.

The room where contract, credit and sessions meet. What ends with a contract or its plan is in `ending`.
"""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from ledger.contracts.contract import Contract
from ledger.contracts.events import Unspent
from ledger.contracts.finding import OnContract, contract_of, is_seen, scope_of, the_contract
from ledger.contracts.parties import PERSONAL, Customer, Partner, checked_party, read_party
from ledger.credit.account import CreditAccount
from ledger.credit.finding import account_of, tell_settled
from ledger.kernel.access import OPERATOR
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import allotment_id_of
from ledger.kernel.values import end_of_day, first_instant, parse_cents
from ledger.lifecycle.ending import check_unused, end_credit, tell_tickets
from ledger.plans.terms import MinutesPool, Pool, Terms
from ledger.work.case import Case, Scope
from ledger.work.declaration import Concern, NewId, command
from ledger.work.fields import Agreed, AnyId, Command, Count, Day, EffectiveAt, Id, ReasonText


class SignContract(Command):
    contract_id: Id = Field(description="The id that the contract gets.")
    plan: AnyId = Field(description="The plan, by its id in the catalogue.")
    starts_on: Day = Field(description="The first day of the first term.")
    customer: Customer = Field(description="Who buys.")
    partner: Partner | None = Field(default=None, description="Who serves the customer in the provider's stead.")
    subscriptions: Count | None = Field(default=None, description="How many, where the plan counts them.")
    agreed: Agreed = Field(default={}, description="Figures that the plan leaves open, with what was agreed.")


class RenewContract(OnContract):
    starts_on: Day | None = Field(
        default=None,
        description="The first day of the new term; a term that begins then already makes it a repetition.",
    )
    at: EffectiveAt | None = None


class ChangePlan(OnContract):
    plan: AnyId = Field(description="The new plan, by its id in the catalogue.")
    from_on: Day = Field(description="The first day on which it holds.")
    agreed: Agreed = Field(default={}, description="Figures that the plan leaves open, with what was agreed.")
    at: EffectiveAt | None = None


class TerminateContract(OnContract):
    ends_on: Day = Field(description="The last day; the day before the first withdraws the contract.")
    reason: ReasonText
    at: EffectiveAt | None = None


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
    check_unused(case, over_at)
    given = contract.fee_shares_from(over_at)
    contract.change_plan(body.from_on, terms, agreed_at, _unspent(case, terms, over_at), case.stamp)
    tell_tickets(case, given, over_at)
    end_credit(case, over_at, allotments_alone=True)
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
    before `starts_on` withdraws the contract: only what was bought or given stays. `at` is when it was agreed. Where
    the month of the end is closed, credit ends and charges are taken back at the first open instant (M5).
    """
    contract, agreed_at = contract_of(case), case.at(body.at)
    over_at = end_of_day(body.ends_on, contract.timezone)
    check_unused(case, over_at)
    given = contract.fee_shares_from(over_at)
    contract.terminate(body.ends_on, case.seal_customer(body.reason), agreed_at, case.stamp)
    tell_tickets(case, given, over_at)
    end_credit(case, over_at, allotments_alone=contract.is_withdrawn)
