"""The command that gives a customer what the terms owe for a missed promise: once for each target. Find, ask, save."""

from __future__ import annotations

from datetime import datetime

from ledger.contracts.term import Term
from ledger.door import bodies
from ledger.door.unit_of_work import UnitOfWork
from ledger.kernel.errors import Refusal
from ledger.kernel.values import from_micros, to_micros
from ledger.plans.terms import GoodwillMinutes
from ledger.sla.coverage import Calendar
from ledger.sla.targets import Clock, clocks, coverage_for
from ledger.tickets.events import ServiceCreditGranted
from ledger.tickets.ticket import Ticket


def grant_service_credit(work: UnitOfWork, body: bodies.GrantServiceCredit) -> None:
    """Names the breach; the terms say what it costs: a share of the term's fee, or minutes.

    Raises Refusal not-agreed, already-credited, or invalid-transition where the target is not breached at `at`.
    """
    at = work.at(body.at)
    ticket, contract = work.ticket(body.ticket_id), work.contract
    term = contract.terms[ticket.term_no - 1]
    owed = term.terms.service_credits.get(body.target)
    if owed is None:
        name = f"service_credits.{body.target}"
        raise Refusal("not-agreed", f"The terms owe nothing for a missed {body.target}.", missing=[name])
    if body.target in ticket.credited:
        raise Refusal(
            "already-credited", f"The missed {body.target} of ticket {ticket.ticket_id} was credited already."
        )
    clock = _breached(ticket, term, body.target, at)
    charge_id = grant_id = None
    if isinstance(owed, GoodwillMinutes):
        contract.term_at(at)
        grant_id = f"{ticket.ticket_id}.{body.target}.credit"
        work.reserve_id("grant", grant_id)
        account = work.account(owed.pool)
        reason = work.seal_customer(f"missed {body.target} of ticket {ticket.ticket_id}")
        settlements = account.grant(grant_id, "goodwill", owed.minutes, at, None, work.stamp, reason=reason, rule="S4")
        work.follow_settlements(settlements)
    else:
        charge_id = contract.owe_fee_share(term, ticket.ticket_id, body.target, owed.percent, at, work.stamp)
    assert clock.due_at is not None
    ticket.record(
        ServiceCreditGranted,
        at,
        work.stamp,
        ticket_id=ticket.ticket_id,
        target=body.target,
        priority=clock.priority,
        due_at=from_micros(clock.due_at),
        ended_at=from_micros(clock.ended_at) if clock.ended_at is not None else None,
        charge_id=charge_id,
        grant_id=grant_id,
    )


def _breached(ticket: Ticket, term: Term, target: str, at: datetime) -> Clock:
    """The target's clock, if it is breached at an instant. Raises Refusal invalid-transition otherwise."""
    coverage = coverage_for(term.terms, ticket.channel, ticket.scope)
    calendar = Calendar(coverage, term.holidays) if coverage is not None else None
    found = next((c for c in clocks(term.terms, calendar, ticket.timeline) if c.target == target), None)
    state = found.state(to_micros(at)) if found is not None else "not promised"
    if found is None or state != "breached":
        raise Refusal(
            "invalid-transition", f"The {target} of ticket {ticket.ticket_id} is {state}, not breached.", state=state
        )
    return found
