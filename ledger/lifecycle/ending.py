"""What ends with a contract or its plan: terms that will not begin, credit, booked sessions. Rule C15."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from ledger.contracts.events import ServiceCreditCharged
from ledger.contracts.finding import contract_of
from ledger.contracts.term import Term
from ledger.credit.deduction import Deduction
from ledger.credit.deduction_events import Deducted
from ledger.credit.finding import account_of, settled_late, tell_settled
from ledger.credit.taking_back import resting_on_parts
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Fact
from ledger.kernel.mapper import stored_topics
from ledger.kernel.values import FURTHEST_AHEAD
from ledger.sessions.events import SessionBooked
from ledger.sessions.session import Session
from ledger.tickets.finding import ticket_of
from ledger.work.case import Case

NOTHING_IS_DATED = 2 * FURTHEST_AHEAD  # so far ahead of any clock that no effective time lies there
LOOKED_THROUGH = 100  # deductions at a time


def check_unused(case: Case, over_at: datetime) -> None:
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


def tell_tickets(case: Case, given: list[ServiceCreditCharged], over_at: datetime) -> None:
    """Service credits that were shares of fees of terms that will not begin were taken back with these (C15)."""
    for share in given:
        ticket_of(case, share.ticket_id).take_back_credit(share.target, over_at, case.stamp, rule="C15")


def end_credit(case: Case, over_at: datetime, *, allotments_alone: bool) -> None:
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
