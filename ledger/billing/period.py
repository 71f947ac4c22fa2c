"""The totals of a month's books: what became effective in it, contract by contract (M5). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ledger.events import (
    ChargeReversed,
    CreditDrawn,
    CreditGranted,
    CreditNoteIssued,
    CreditReturned,
    DebtCovered,
    Fact,
    FeeCharged,
    FeeReversed,
    GrantCutShort,
    InvoiceIssued,
    OverageCharged,
    PeriodTotal,
    ServiceCharged,
    ServiceCreditCharged,
    SurchargeCharged,
    TopUpCharged,
)

_CHARGES = (
    FeeCharged,
    FeeReversed,
    ServiceCreditCharged,
    TopUpCharged,
    OverageCharged,
    ServiceCharged,
    SurchargeCharged,
    ChargeReversed,
)
_CREDIT = (CreditGranted, GrantCutShort, CreditDrawn, DebtCovered, CreditReturned)
TOPICS = [f"{fact.TOPIC}@{fact.VERSION}" for fact in (*_CHARGES, *_CREDIT, InvoiceIssued, CreditNoteIssued)]


@dataclass(slots=True)
class _Grant:
    pool: str
    rest: int
    expires_at: datetime | None


@dataclass(slots=True)
class _Sum:
    currency: str = ""
    charged_cents: int = 0
    invoiced_cents: int = 0
    credited_cents: int = 0
    granted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    consumed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    expired: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    grants: dict[str, _Grant] = field(default_factory=dict)


def period_totals(events: Iterable[tuple[int, Fact]], begins: datetime, ends: datetime) -> list[PeriodTotal]:
    """Totals of [begins, ends) by contract, ordered by its id; contracts in which nothing moved are left out."""
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for _, fact in events:
        of = sums[fact.contract_id]
        _follow_grants(of, fact, ends)
        if begins <= fact.effective_at < ends:
            _add(of, fact)
    found = []
    for contract_id, of in sorted(sums.items()):
        for grant in of.grants.values():
            if grant.expires_at is not None and begins <= grant.expires_at < ends and grant.rest:
                of.expired[grant.pool] += grant.rest
        total = PeriodTotal(
            contract_id,
            of.currency,
            of.charged_cents,
            of.invoiced_cents,
            of.credited_cents,
            dict(of.granted),
            dict(of.consumed),
            dict(of.expired),
        )
        if total != PeriodTotal(contract_id, of.currency):
            found.append(total)
    return found


def _follow_grants(of: _Sum, fact: Fact, ends: datetime) -> None:
    """What is left of each grant by the end of the period; where it ends counts as it is known now."""
    match fact:
        case CreditGranted():
            of.grants[fact.grant_id] = _Grant(fact.pool, 0, fact.expires_at)
            if fact.effective_at < ends:
                of.grants[fact.grant_id].rest = fact.quantity
        case GrantCutShort():
            of.grants[fact.grant_id].expires_at = fact.expires_at
        case CreditDrawn() if fact.effective_at < ends:
            for draw in fact.draws:
                if draw.grant_id is not None:
                    of.grants[draw.grant_id].rest -= draw.quantity
        case CreditReturned() if fact.effective_at < ends:
            for draw in fact.returns:
                if draw.grant_id is not None:
                    of.grants[draw.grant_id].rest += draw.quantity
        case DebtCovered() if fact.effective_at < ends:
            of.grants[fact.grant_id].rest -= fact.quantity
        case _:
            pass


def _add(of: _Sum, fact: Fact) -> None:
    if isinstance(fact, _CHARGES):
        of.currency = fact.currency
        of.charged_cents += fact.amount_cents
        return
    match fact:
        case InvoiceIssued():
            of.currency = fact.currency
            of.invoiced_cents += fact.net_cents
        case CreditNoteIssued():
            of.currency = fact.currency
            of.credited_cents += fact.net_cents
        case CreditGranted():
            of.granted[fact.pool] += fact.quantity
        case CreditDrawn():
            of.consumed[fact.pool] += sum(draw.quantity for draw in fact.draws)
        case CreditReturned():
            of.consumed[fact.pool] -= sum(draw.quantity for draw in fact.returns)
        case _:
            pass
