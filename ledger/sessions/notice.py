"""Notice and penalty: which change of a booked session costs the customer, and what it comes to (C7). Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from ledger.contracts.term import Term
from ledger.credit.confirmation import Awaited
from ledger.credit.deduction_events import LateChangePenaltyDeducted, NoShowPenaltyDeducted
from ledger.credit.events import Draw
from ledger.plans.terms import Elapsed, Penalty

Change = Literal["move", "cancel", "no_show"]


def notice_asked(fact: LateChangePenaltyDeducted) -> Elapsed:
    """The notice that the terms asked for when a penalty was deducted."""
    return Elapsed(kind="elapsed", minutes=fact.notice_minutes)


def penalty_of(term: Term, change: Change) -> Penalty | None:
    """The penalty that a term has for a change by the customer, whenever it is made; each change is a switch."""
    penalty = term.terms.penalty
    if penalty is None:
        return None
    is_on = {"move": penalty.on_move, "cancel": penalty.on_cancel, "no_show": penalty.on_no_show}[change]
    return penalty if is_on else None


def penalty_due(term: Term, change: Change, starts_at: datetime, at: datetime) -> Penalty | None:
    """The penalty that the term in force at the booked start asks for a change by the customer, if any is due.

    Whoever does not appear owes it; a move or a cancellation does with less notice than the terms ask for.
    """
    until = free_until(term, change, starts_at)
    return penalty_of(term, change) if until is None or at > until else None


def free_until(term: Term, change: Change, starts_at: datetime) -> datetime | None:
    """The last instant in time; None where there is none: without a penalty, and for whoever does not appear.

    Notice counts in elapsed time: exactly 24 h 00 min before the start is enough.
    """
    penalty = penalty_of(term, change)
    if penalty is None or change == "no_show":
        return None
    return starts_at - timedelta(minutes=penalty.notice.minutes)


def penalty_deducted(
    penalty: Penalty,
    change: Change,
    *,
    deduction_id: str,
    session_id: str,
    starts_at: datetime,
    draws: list[Draw],
    pool: str | None,
    ticket_id: str | None,
    word: Awaited,
) -> LateChangePenaltyDeducted | NoShowPenaltyDeducted:
    """What is deducted for a change that costs, with what explains it: a penalty is not rounded."""
    if change == "no_show":
        return NoShowPenaltyDeducted(
            session_id=session_id,
            starts_at=starts_at,
            billed_minutes=penalty.minutes,
            status=word.status,
            draws=draws,
            pool=pool,
            ticket_id=ticket_id,
            deemed_at=word.deemed_at,
            deduction_id=deduction_id,
        )
    return LateChangePenaltyDeducted(
        session_id=session_id,
        change=change,
        starts_at=starts_at,
        notice_minutes=penalty.notice.minutes,
        billed_minutes=penalty.minutes,
        status=word.status,
        draws=draws,
        pool=pool,
        ticket_id=ticket_id,
        deemed_at=word.deemed_at,
        deduction_id=deduction_id,
    )
