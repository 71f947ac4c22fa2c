"""The totals of a month's books: what became effective in it, contract by contract (M5). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ledger.billing.account import CHARGED
from ledger.events import (
    CreditDrawn,
    CreditGranted,
    CreditNoteIssued,
    CreditReturned,
    DebtCovered,
    Fact,
    GrantCutShort,
    InvoiceIssued,
    PeriodTotal,
)

_CREDIT = (CreditGranted, GrantCutShort, CreditDrawn, DebtCovered, CreditReturned)
TOPICS = [f"{fact.TOPIC}@{fact.VERSION}" for fact in (*CHARGED, *_CREDIT, InvoiceIssued, CreditNoteIssued)]


@dataclass(slots=True)
class _Grant:
    """Its end as it is known now, and the change of what is left of it at each effective time."""

    pool: str
    expires_at: datetime | None
    flows: list[tuple[datetime, int]] = field(default_factory=list)


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
        _follow_grants(of, fact)
        if begins <= fact.effective_at < ends:
            _add(of, fact)
    found = []
    for contract_id, of in sorted(sums.items()):
        for grant in of.grants.values():
            if grant.expires_at is None:
                continue
            # What a reversal gives back after the end, or is granted after it, is over at once.
            gone = sum(change for at, change in grant.flows if begins <= max(at, grant.expires_at) < ends)
            if gone:
                of.expired[grant.pool] += gone
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


def _follow_grants(of: _Sum, fact: Fact) -> None:
    match fact:
        case CreditGranted():
            of.grants[fact.grant_id] = _Grant(fact.pool, fact.expires_at, [(fact.effective_at, fact.quantity)])
        case GrantCutShort():
            of.grants[fact.grant_id].expires_at = fact.expires_at
        case CreditDrawn() | CreditReturned():
            sign = -1 if isinstance(fact, CreditDrawn) else 1
            for draw in fact.draws if isinstance(fact, CreditDrawn) else fact.returns:
                if draw.grant_id is not None:
                    of.grants[draw.grant_id].flows.append((fact.effective_at, sign * draw.quantity))
        case DebtCovered():
            of.grants[fact.grant_id].flows.append((fact.effective_at, -fact.quantity))
        case _:
            pass


def _add(of: _Sum, fact: Fact) -> None:
    if isinstance(fact, CHARGED):
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
