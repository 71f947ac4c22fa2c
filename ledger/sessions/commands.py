"""Commands on booked sessions: book, move, cancel, no-show, complete. Find, ask, save. Rules C6, C7."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ledger.contracts.term import Term
from ledger.credit.account import CreditAccount, Settlement
from ledger.credit.deducting import TimeSpent, deduct_time, first_word
from ledger.credit.deduction import Deduction
from ledger.credit.deduction_events import LateChangePenaltyDeducted, NoShowPenaltyDeducted
from ledger.credit.events import Draw
from ledger.credit.pricing import hourly_rate_cents, pool_for
from ledger.door import bodies
from ledger.door.unit_of_work import UnitOfWork
from ledger.kernel.errors import Refusal
from ledger.kernel.values import price_of_minutes_cents, show_instant
from ledger.plans.terms import Penalty, Terms
from ledger.sessions.session import Session, is_late
from ledger.tickets.events import WorkLogged


def book_session(work: UnitOfWork, body: bodies.BookSession) -> None:
    """Reserves credit valid at the start: the whole estimate where nothing prices overage, else what there is (C6)."""
    term = work.contract.term_at(body.starts_at, "starts_at")
    at = work.at(body.at)
    if body.ticket_id is not None:
        work.ticket(body.ticket_id).check(WorkLogged, None)
    pool = pool_for(term.terms, work.contract.pools, body.pool)
    reserved = 0
    if pool is not None:
        account = work.account(pool)
        quantity = _quantity(term.terms, account, body.estimate_minutes, body.service)
        whole = term.terms.overage is None
        reserved = account.reserve(body.session_id, quantity, body.starts_at, at, work.stamp, whole=whole)
    work.get(Session, body.session_id).book(
        work.contract.contract_id,
        at,
        work.stamp,
        starts_at=body.starts_at,
        estimate_minutes=body.estimate_minutes,
        reserved=reserved,
        pool=pool,
        ticket_id=body.ticket_id,
        service=body.service,
    )


def _quantity(terms: Terms, account: CreditAccount, minutes: int, service: str | None) -> int:
    """Minutes in the account's unit: themselves, or their price at the service's rate."""
    if account.unit == "minutes":
        return minutes
    rate_cents = hourly_rate_cents(terms, service)
    return price_of_minutes_cents(minutes, rate_cents) if rate_cents else 0


def _check_side(work: UnitOfWork, by: str) -> None:
    if work.actor.role == "customer" and by != "customer":
        raise Refusal("forbidden", "A customer's token speaks as the customer.", role="customer")


def move_session(work: UnitOfWork, body: bodies.MoveSession) -> None:
    """Another start. The customer's late move costs the penalty, each time; the reservation moves along (C7)."""
    session, at = _open_session(work, body.session_id, body.at)
    _check_side(work, body.by)
    session.check_not_begun(at, body.by)
    new_term = work.contract.term_at(body.starts_at, "starts_at")
    if body.starts_at <= at:
        raise Refusal(
            "invalid-transition",
            f"Session {body.session_id} can't move to {show_instant(body.starts_at)}: it is {show_instant(at)}.",
            field="starts_at",
        )
    account = work.account(session.pool) if session.pool else None
    if account is not None and new_term.terms.overage is None:
        account.check_move(session.session_id, session.reserved, body.starts_at, work.stamp)
    penalty_id = None
    if body.by == "customer":
        penalty_id = _penalise(work, session, at, "move", _penalty_of(work, session, "on_move"))
    if account is not None:
        account.move_reservation(session.session_id, body.starts_at, at, work.stamp)
    session.move(body.starts_at, body.by, penalty_id, at, work.stamp)


def cancel_session(work: UnitOfWork, body: bodies.CancelSession) -> None:
    """The reservation ends; the customer's late cancellation costs the penalty (C7)."""
    session, at = _open_session(work, body.session_id, body.at)
    _check_side(work, body.by)
    if body.by == "customer":
        session.check_not_begun(at, body.by)
    _release(work, session, at)
    penalty_id = None
    if body.by == "customer":
        penalty_id = _penalise(work, session, at, "cancel", _penalty_of(work, session, "on_cancel"))
    session.end("cancelled", at, work.stamp, by=body.by, penalty_id=penalty_id)


def record_no_show(work: UnitOfWork, body: bodies.RecordNoShow) -> None:
    """The customer did not appear: the reservation ends, the penalty is deducted as of the booked start (C7)."""
    session, at = _open_session(work, body.session_id, body.at)
    if at < session.starts_at:
        raise Refusal(
            "invalid-transition",
            f"Session {session.session_id} begins at {show_instant(session.starts_at)}; nobody can have missed it yet.",
            starts_at=show_instant(session.starts_at),
        )
    moment = session.starts_at
    _release(work, session, moment)
    penalty_id = None
    penalty = _penalty_of(work, session, "on_no_show")
    if penalty is not None:
        penalty_id = _deduct_penalty(work, session, moment, penalty, NoShowPenaltyDeducted)
    session.end("no_show", at, work.stamp, by="customer", penalty_id=penalty_id)


def complete_session(work: UnitOfWork, body: bodies.CompleteSession) -> None:
    """The reservation ends in full, then what was worked is deducted, as of the start (C6)."""
    session = work.get(Session, body.session_id)
    moment = body.started_at or session.starts_at
    field = "started_at" if body.started_at else "starts_at"
    term = work.contract.term_at(moment, field)
    work.check_not_ahead(moment, field)
    session, at = _open_session(work, body.session_id, body.at)
    ticket = work.ticket(session.ticket_id) if session.ticket_id else None
    if ticket is not None:
        ticket.check(WorkLogged, None)
    _release(work, session, moment)
    service = body.service or session.service
    spent = TimeSpent(session.session_id, "session", moment, body, body.engineer, ticket, session.pool, service)
    deduct_time(work, term, spent)
    session.end("completed", max(at, session.booked_at), work.stamp)


def _open_session(work: UnitOfWork, session_id: str, given: datetime | None) -> tuple[Session, datetime]:
    session = work.get(Session, session_id)
    at = work.at(given)
    session.check_open(at)
    return session, at


def _release(work: UnitOfWork, session: Session, at: datetime) -> None:
    if session.pool is not None:
        work.follow_settlements(work.account(session.pool).release(session.session_id, at, work.stamp))


def _term_of(work: UnitOfWork, session: Session) -> Term:
    return work.contract.term_at(session.starts_at, "starts_at")


def _penalty_of(work: UnitOfWork, session: Session, switch: str) -> Penalty | None:
    """The penalty of the terms in force at the booked start, if its switch is on."""
    penalty = _term_of(work, session).terms.penalty
    return penalty if penalty is not None and getattr(penalty, switch) else None


def _penalise(work: UnitOfWork, session: Session, at: datetime, change: str, penalty: Penalty | None) -> str | None:
    """Deducts the penalty of a late change by the customer; notice runs to the start before the move (C7)."""
    if penalty is None or not is_late(penalty, session.starts_at, at):
        return None
    return _deduct_penalty(
        work,
        session,
        at,
        penalty,
        LateChangePenaltyDeducted,
        change=change,
        notice_minutes=penalty.notice_minutes,
    )


def _deduct_penalty(
    work: UnitOfWork,
    session: Session,
    moment: datetime,
    penalty: Penalty,
    fact: type[LateChangePenaltyDeducted] | type[NoShowPenaltyDeducted],
    **fields: Any,
) -> str:
    """Credit deducted without work, not rounded; it may take the account negative (C7)."""
    terms = _term_of(work, session).terms
    penalty_id = session.next_penalty_id()
    draws: list[Draw] = []
    settlements: list[Settlement] = []
    if session.pool is not None:
        account = work.account(session.pool)
        quantity = _quantity(terms, account, penalty.minutes, session.service)
        draws, _, settlements = account.draw(penalty_id, "penalty", quantity, moment, work.stamp, owe=True)
    work.reserve_id("entry", penalty_id)
    deduction = work.get(Deduction, penalty_id)
    deduction.deduct(
        fact,
        work.contract.contract_id,
        moment,
        work.stamp,
        session_id=session.session_id,
        starts_at=session.starts_at,
        billed_minutes=penalty.minutes,
        draws=draws,
        pool=session.pool,
        ticket_id=session.ticket_id,
        **first_word(terms, work.stamp.now),
        **fields,
    )
    work.follow_settlements(settlements)
    return penalty_id
