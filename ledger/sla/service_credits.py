"""The commands that give a customer what the terms owe for a missed promise, and take it back. Find, ask, save."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pydantic import Field

from ledger.contracts.finding import contract_of
from ledger.contracts.term import Term
from ledger.credit.finding import account_of, tell_settled
from ledger.credit.taking_back import granted_under, take_back
from ledger.kernel.access import FINANCE, OPERATOR
from ledger.kernel.errors import Refusal
from ledger.kernel.values import from_micros, to_micros
from ledger.kernel.words import TargetName
from ledger.plans.coverage import Calendar
from ledger.plans.terms import GoodwillMinutes
from ledger.sla.targets import TargetClock, clocks, coverage_for
from ledger.tickets.finding import OnTicket, term_of_opening, the_ticket, ticket_of
from ledger.tickets.life import lived
from ledger.tickets.ticket import Ticket
from ledger.work.case import Case
from ledger.work.declaration import command
from ledger.work.fields import EffectiveAt, ReasonText


class GrantServiceCredit(OnTicket):
    target: TargetName = Field(description="Which of the ticket's promises was missed.")
    at: EffectiveAt | None = None


class ReverseServiceCredit(GrantServiceCredit):
    reason: ReasonText


@command("grant-service-credit", GrantServiceCredit, roles=OPERATOR | FINANCE, about=the_ticket)
def grant_service_credit(case: Case, body: GrantServiceCredit) -> None:
    """Gives what the terms owe for a missed promise, once for each target: a share of the term's fee, or minutes (S4).

    It takes effect at `at`; given anew, not before the last one was taken back, so that no moment has two.

    Raises Refusal not-agreed, already-credited, or invalid-transition where the target is not breached at `at`.
    """
    at = case.at(body.at)
    ticket, contract = ticket_of(case, body.ticket_id), contract_of(case)
    term = term_of_opening(case, ticket)
    owed = term.terms.service_credits.get(body.target)
    if owed is None:
        name = f"service_credits.{body.target}"
        raise Refusal("not-agreed", f"The terms owe nothing for a missed {body.target}.", missing=[name])
    ticket.check_not_credited(body.target)
    at = max(at, ticket.uncredited_from.get(body.target, at))
    clock = _breached(ticket, term, body.target, min(at, case.stamp.now))  # what may yet be kept is not broken
    charge_id = grant_id = None
    if isinstance(owed, GoodwillMinutes):
        contract.term_at(at)
        grant_id = ticket.next_credit_id(body.target)
        case.reserve_id("grant", grant_id)
        reason = case.seal_customer(f"missed {body.target} of ticket {ticket.ticket_id}")
        account = account_of(case, owed.pool)
        settled = account.grant(grant_id, "goodwill", owed.minutes, at, None, case.stamp, reason=reason, rule="S4")
        tell_settled(case, settled)
    else:
        charge_id = ticket.next_credit_id(body.target)
        contract.owe_fee_share(term, charge_id, ticket.ticket_id, body.target, owed.percent, at, case.stamp)
    assert clock.due_at is not None
    ticket.credit_breach(
        body.target,
        clock.priority,
        from_micros(clock.due_at),
        from_micros(clock.ended_at) if clock.ended_at is not None else None,
        charge_id=charge_id,
        grant_id=grant_id,
        at=at,
        stamp=case.stamp,
    )


@command("reverse-service-credit", ReverseServiceCredit, roles=OPERATOR | FINANCE, about=the_ticket)
def reverse_service_credit(case: Case, body: ReverseServiceCredit) -> None:
    """Takes back a service credit that was given by mistake; the missed promise may be answered anew (C17).

    A share of the fee goes by an equal charge. Minutes are taken back as `reverse-credit` does: not while they are in
    use. It takes effect at `at`, but not before the service credit itself.

    Raises Refusal credit-in-use, or invalid-transition where no service credit stands.
    """
    at, ticket = case.at(body.at), ticket_of(case, body.ticket_id)
    credit = ticket.service_credit(body.target)
    if credit.charge_id is not None:
        share = term_of_opening(case, ticket).fee_shares[credit.charge_id]
        contract_of(case).reverse_fee_share(share, at, case.stamp)
    elif credit.grant_id is not None:
        granted = granted_under(case, credit.grant_id)
        assert granted is not None, "what a service credit granted has taken its id"
        take_back(case, granted, body.reason, at)
    ticket.take_back_credit(body.target, at, case.stamp, reason=case.seal_customer(body.reason))


def _breached(ticket: Ticket, term: Term, target: TargetName, at: datetime) -> TargetClock:
    """The target's clock as it was when it was breached, with the end that it has by `at`.

    Raises Refusal invalid-transition where it is not breached at `at`, whatever is dated later.
    """
    coverage = coverage_for(term.terms, ticket.channel, ticket.scope)
    calendar = Calendar(coverage, term.holidays) if coverage is not None else None

    def clock_at(moment: int) -> TargetClock | None:
        found = clocks(term.terms, calendar, lived(ticket.timeline, moment))
        return next((clock for clock in found if clock.target == target), None)

    now = to_micros(at)
    clock = clock_at(now)
    state = clock.state(now) if clock is not None else "not promised"
    if clock is None or state != "breached":
        raise Refusal(
            "invalid-transition", f"The {target} of ticket {ticket.ticket_id} is {state}, not breached.", state=state
        )
    assert clock.breached_at is not None
    then = clock_at(clock.breached_at)
    assert then is not None
    return replace(then, ended_at=clock.ended_at)
