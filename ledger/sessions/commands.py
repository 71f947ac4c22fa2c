"""Commands on booked sessions: book, move, cancel, no-show, complete. Find, ask, save. Rules C6, C7."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from ledger.contracts.finding import OnContract, contract_of, the_contract
from ledger.credit.account import CreditAccount
from ledger.credit.confirmation import awaited
from ledger.credit.deducting import TimeSpent, Worked, deduct_time
from ledger.credit.deduction import Deduction
from ledger.credit.events import Because, Draw
from ledger.credit.finding import account_of, settled_late, tell_settled
from ledger.credit.pricing import hourly_rate_cents, pool_for
from ledger.credit.settlement import Settlement
from ledger.kernel.access import CUSTOMER, OPERATOR
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.faults import FieldFault
from ledger.kernel.values import price_of_minutes_cents, show_instant
from ledger.plans.terms import Terms
from ledger.sessions.events import Side
from ledger.sessions.finding import OnSession, the_session
from ledger.sessions.notice import Change, penalty_deducted, penalty_due
from ledger.sessions.session import Session
from ledger.tickets.finding import ticket_of
from ledger.work.case import Case
from ledger.work.declaration import NewId, command
from ledger.work.fields import AnyId, EffectiveAt, Id, Instant, Minutes, Name


class BookSession(OnContract):
    session_id: Id | None = Field(default=None, description="The id that it gets; the ledger gives one if absent.")
    starts_at: Instant = Field(description="When it begins.")
    estimate_minutes: Minutes = Field(description="How long it is expected to take: so much credit is reserved.")
    pool: AnyId | None = Field(default=None, description="The pool that bears it; the first of the terms if absent.")
    ticket_id: AnyId | None = Field(default=None, description="The ticket that it is for.")
    service: AnyId | None = Field(default=None, description="The service of the terms by whose rate it is billed.")
    at: EffectiveAt | None = None


class MoveSession(OnSession):
    starts_at: Instant = Field(description="When it begins instead.")
    by: Side = Field(description="Whose wish it is; late, that of the customer costs the penalty.")
    at: EffectiveAt | None = None


class CancelSession(OnSession):
    by: Side = Field(description="Whose wish it is; late, that of the customer costs the penalty.")
    at: EffectiveAt | None = None


class RecordNoShow(OnSession):
    at: EffectiveAt | None = None


class CompleteSession(OnSession, Worked):
    engineer: Name = Field(description="Who worked.")
    service: AnyId | None = Field(default=None, description="The service of the terms by whose rate it is billed.")
    at: EffectiveAt | None = None


NEW_SESSION = NewId[BookSession]("entry", "session_id", lambda body: body.session_id, (Session, Deduction))


@command("book-session", BookSession, roles=OPERATOR | CUSTOMER, about=the_contract, creates=NEW_SESSION)
def book_session(case: Case, body: BookSession) -> None:
    """A remote session, which reserves credit valid at its start (C6).

    All of the estimate has to be available where the terms price no overage; else it reserves what there is. What a
    customer books is still to come (C18).
    """
    _check_to_come(case, body.starts_at)
    contract = contract_of(case)
    terms = contract.term_at(body.starts_at, "starts_at").terms
    at = case.at(body.at)
    if body.ticket_id is not None:
        ticket_of(case, body.ticket_id).check_work(max(at, case.stamp.now))  # not entered late: as it stands now
    pool = pool_for(terms, body.pool)
    reserved = 0
    if pool is not None:
        account = account_of(case, pool)
        quantity = _quantity(terms, account, body.estimate_minutes, body.service)
        called = f"Session {body.session_id}" if body.session_id is not None else "The session"
        needs_all = terms.overage is None
        late = settled_late(case, account, body.starts_at)
        reserved = account.reserve(
            case.new_id, quantity, body.starts_at, at, case.stamp, late, called=called if needs_all else None
        )
    case.get(Session, case.new_id).book(
        contract.contract_id,
        body.starts_at,
        body.estimate_minutes,
        reserved,
        pool=pool,
        ticket_id=body.ticket_id,
        service=body.service,
        at=at,
        stamp=case.stamp,
    )


def _check_to_come(case: Case, starts_at: datetime) -> None:
    """A session of the past would be a no-show by a customer's word alone. Raises Refusal malformed (C18)."""
    if case.actor.is_outside and starts_at <= case.stamp.now:
        raise malformed("starts_at", FieldFault("not_ahead", {"now": show_instant(case.stamp.now)}))


def _quantity(terms: Terms, account: CreditAccount, minutes: int, service: str | None) -> int:
    """Minutes in the account's unit: themselves, or their price at the service's rate."""
    if account.unit == "minutes":
        return minutes
    rate_cents = hourly_rate_cents(terms, service)
    return price_of_minutes_cents(minutes, rate_cents) if rate_cents else 0


def _check_side(case: Case, by: Side) -> None:
    if case.actor.role == "customer" and by != "customer":
        raise Refusal("forbidden", "A customer's token speaks as the customer.", role="customer")


@command("move-session", MoveSession, roles=OPERATOR | CUSTOMER, about=the_session)
def move_session(case: Case, body: MoveSession) -> None:
    """Another start; the reservation moves along. Late, and by the customer, it costs the penalty, each time (C7)."""
    session, at = _open_session(case, body.session_id, body.at)
    _check_side(case, body.by)
    session.check_not_begun(at, body.by)
    new_terms = contract_of(case).term_at(body.starts_at, "starts_at").terms
    pool_for(new_terms, session.pool)
    if body.starts_at <= at:
        raise Refusal(
            "invalid-transition",
            f"Session {body.session_id} can't move to {show_instant(body.starts_at)}: it is {show_instant(at)}.",
            field="starts_at",
        )
    account = account_of(case, session.pool) if session.pool else None
    if account is not None and new_terms.overage is None:
        account.check_move(session.session_id, session.reserved, body.starts_at, case.stamp)
    penalty_id = _penalise(case, session, "move", at) if body.by == "customer" else None
    if account is not None:
        account.move_reservation(session.session_id, body.starts_at, at, case.stamp)
    session.move(body.starts_at, body.by, penalty_id, at, case.stamp)


@command("cancel-session", CancelSession, roles=OPERATOR | CUSTOMER, about=the_session)
def cancel_session(case: Case, body: CancelSession) -> None:
    """The booking ends, and its reservation. Late, and by the customer, it costs the penalty (C7)."""
    session, at = _open_session(case, body.session_id, body.at)
    _check_side(case, body.by)
    if body.by == "customer":
        session.check_not_begun(at, body.by)
    _release(case, session, "cancelled", at)
    penalty_id = _penalise(case, session, "cancel", at) if body.by == "customer" else None
    session.end("cancelled", at, case.stamp, by=body.by, penalty_id=penalty_id)


@command("record-no-show", RecordNoShow, roles=OPERATOR, about=the_session)
def record_no_show(case: Case, body: RecordNoShow) -> None:
    """The customer did not appear: the reservation ends, and the penalty is deducted as of the booked start (C7)."""
    session, at = _open_session(case, body.session_id, body.at)
    if at < session.starts_at:
        raise Refusal(
            "invalid-transition",
            f"Session {session.session_id} begins at {show_instant(session.starts_at)}; nobody can have missed it yet.",
            starts_at=show_instant(session.starts_at),
        )
    _release(case, session, "no_show", session.starts_at)
    penalty_id = _penalise(case, session, "no_show", session.starts_at)
    session.end("no_show", at, case.stamp, by="customer", penalty_id=penalty_id)


@command("complete-session", CompleteSession, roles=OPERATOR, about=the_session)
def complete_session(case: Case, body: CompleteSession) -> None:
    """What was worked in a booked session: `minutes`, or start and end. Its reservation ends in full, then the time is
    deducted, as of `started_at`, else the booked start (C6). `note` tells the customer what was done. Goodwill and
    warranty need a reason.
    """
    session = case.get(Session, body.session_id)
    moment = body.started_at or session.starts_at
    field = "started_at" if body.started_at else "starts_at"
    term = contract_of(case).term_at(moment, field)
    case.check_not_ahead(moment, field)
    session, at = _open_session(case, body.session_id, body.at)
    ticket = ticket_of(case, session.ticket_id) if session.ticket_id else None
    if ticket is not None:
        ticket.check_work(moment)
    _release(case, session, "completed", moment)
    service = body.service or session.service
    spent = TimeSpent(session.session_id, "session", moment, body, body.engineer, ticket, session.pool, service)
    deduct_time(case, term, spent)
    session.end("completed", max(at, session.booked_at), case.stamp)


def _open_session(case: Case, session_id: str, given: datetime | None) -> tuple[Session, datetime]:
    session = case.get(Session, session_id)
    at = case.at(given)
    session.check_open(at)
    return session, at


def _release(case: Case, session: Session, because: Because, at: datetime) -> None:
    if session.pool is not None:
        tell_settled(case, account_of(case, session.pool).release(session.session_id, because, at, case.stamp))


def _penalise(case: Case, session: Session, change: Change, moment: datetime) -> str | None:
    """Deducts the penalty of a change by the customer where one is due (C7). Returns the penalty's id.

    It is credit deducted without work, not rounded, and may take the account negative. Notice runs to the start before
    the move.
    """
    term = contract_of(case).term_at(session.starts_at, "starts_at")
    penalty = penalty_due(term, change, session.starts_at, moment)
    if penalty is None:
        return None
    terms = term.terms
    penalty_id = session.next_penalty_id()
    draws: list[Draw] = []
    settled: list[Settlement] = []
    if session.pool is not None:
        account = account_of(case, session.pool)
        quantity = _quantity(terms, account, penalty.minutes, session.service)
        draws, _, settled = account.draw(penalty_id, "penalty", quantity, moment, case.stamp, owe=True)
    case.reserve_id("entry", penalty_id)
    penalised = penalty_deducted(
        penalty,
        change,
        deduction_id=penalty_id,
        session_id=session.session_id,
        starts_at=session.starts_at,
        draws=draws,
        pool=session.pool,
        ticket_id=session.ticket_id,
        word=awaited(terms, case.stamp.now),
    )
    case.get(Deduction, penalty_id).deduct(case.scope.contract_id, penalised, moment, case.stamp)
    tell_settled(case, settled)
    return penalty_id
