"""The totals of a provider's months: what became effective in each, contract by contract (M5). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from ledger.billing.charges import CHARGE_FACTS
from ledger.billing.events import CreditNoteIssued, InvoiceIssued, PeriodTotal
from ledger.credit.events import (
    CreditDrawn,
    CreditGranted,
    CreditReturned,
    DebtSettled,
    DebtSettlementWithdrawn,
    Draw,
    GrantExpiryMoved,
    GrantTakenBack,
)
from ledger.credit.expiry import GrantLife
from ledger.kernel.fact import Fact
from ledger.kernel.mapper import stored_topics
from ledger.kernel.values import FAR_FUTURE, add_months, local_date

_GRANTS = (CreditGranted, GrantExpiryMoved, GrantTakenBack)
_MOVES = (CreditDrawn, DebtSettled, DebtSettlementWithdrawn, CreditReturned)
TOTALS_TOPICS = stored_topics(*CHARGE_FACTS, *_GRANTS, *_MOVES, InvoiceIssued, CreditNoteIssued)


@dataclass(slots=True)
class _Sum:
    """What a month has of one contract."""

    currency: str = ""
    charged_cents: int = 0
    invoiced_cents: int = 0
    credited_cents: int = 0
    granted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    consumed: dict[str, int] = field(default_factory=lambda: defaultdict(int))


_Sums = dict[date, dict[str, _Sum]]  # by month (its first day), then contract


class PeriodFold:
    """The movements of a provider, month by month where it is; more events may be added, in their order.

    What then is left to do goes with what they touch, not with all that was added before.
    """

    def __init__(self, timezone: str) -> None:
        self.position = 0
        self._timezone = timezone
        self._moved: _Sums = defaultdict(lambda: defaultdict(_Sum))
        self._grants: dict[str, GrantLife[CreditGranted, datetime]] = {}
        self._breakage: dict[str, dict[datetime, int]] = {}  # of each grant, but for those touched since
        self._touched: set[str] = set()

    def add(self, events: Iterable[tuple[int, Fact]]) -> None:
        for self.position, fact in events:
            self._follow_grants(fact)
            _add(self._moved[self._month(fact.effective_at)][fact.contract_id], fact)

    def totals(self, first: date | None, last: date) -> dict[date, list[PeriodTotal]]:
        """Of each month from `first` (else the first that has any) to `last`: by contract, where anything moved."""
        expired = self._expired()
        known = {*self._moved, *expired}
        month = min([last, *known]) if first is None else first
        found: dict[date, list[PeriodTotal]] = {}
        while month <= last:
            moved, over = self._moved.get(month, {}), expired.get(month, {})
            sums = [(id_, moved.get(id_) or _Sum(), over.get(id_) or {}) for id_ in sorted({*moved, *over})]
            found[month] = [_total(id_, one, gone) for id_, one, gone in sums]
            found[month] = [one for one in found[month] if one != PeriodTotal(one.contract_id, one.currency)]
            month = add_months(month, 1)
        return found

    def _month(self, moment: datetime) -> date:
        return local_date(moment, self._timezone).replace(day=1)

    def _expired(self) -> dict[date, dict[str, dict[str, int]]]:
        """What expired, by month, contract and pool."""
        found: dict[date, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
        self.settle()
        for grant_id, expired in self._breakage.items():
            first = self._grants[grant_id].first
            for at, quantity in expired.items():
                found[self._month(at)][first.contract_id][first.pool] += quantity
        return found

    def settle(self) -> None:
        """Works out what expired of the grants that were touched since the last time."""
        for grant_id in self._touched:
            expired = self._grants[grant_id].breakage()
            self._breakage[grant_id] = {at: quantity for at, quantity in expired.items() if at < FAR_FUTURE}
        self._touched.clear()

    def _follow_grants(self, fact: Fact) -> None:
        match fact:
            case CreditGranted():
                flows = [(fact.effective_at, fact.quantity)]
                self._grants[fact.grant_id] = GrantLife(fact, fact.expires_at or FAR_FUTURE, flows)
                self._touched.add(fact.grant_id)
            case GrantExpiryMoved():
                self._grants[fact.grant_id].expires_at = fact.expires_at
                self._touched.add(fact.grant_id)
            case CreditDrawn():
                self._flow(fact.effective_at, fact.draws, -1)
            case CreditReturned():
                self._flow(fact.effective_at, fact.returns, 1)
            case DebtSettled():
                self._flow(fact.effective_at, [Draw(fact.grant_id, fact.quantity)], -1)
            case DebtSettlementWithdrawn():
                self._flow(fact.effective_at, [Draw(fact.grant_id, fact.quantity)], 1)
            case GrantTakenBack():
                self._flow(fact.effective_at, [Draw(fact.grant_id, fact.quantity)], -1)
            case _:
                pass

    def _flow(self, at: datetime, draws: Iterable[Draw], sign: int) -> None:
        for draw in draws:
            if draw.grant_id is not None:
                self._grants[draw.grant_id].flows.append((at, sign * draw.quantity))
                self._touched.add(draw.grant_id)


def _total(contract_id: str, moved: _Sum, expired: dict[str, int]) -> PeriodTotal:
    return PeriodTotal(
        contract_id,
        moved.currency,
        moved.charged_cents,
        moved.invoiced_cents,
        moved.credited_cents,
        dict(moved.granted),
        dict(moved.consumed),
        {pool: quantity for pool, quantity in expired.items() if quantity},
    )


def _add(of: _Sum, fact: Fact) -> None:
    if isinstance(fact, CHARGE_FACTS):
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
        case GrantTakenBack():
            of.granted[fact.pool] -= fact.quantity
        case CreditDrawn():
            of.consumed[fact.pool] += sum(draw.quantity for draw in fact.draws)
        case CreditReturned():
            of.consumed[fact.pool] -= sum(draw.quantity for draw in fact.returns)
        case _:
            pass
