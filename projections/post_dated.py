"""The view of what is dated ahead of the clock: a word, a ticket's step or a movement that is not true yet.

An effective time lies at most a day ahead, so these rows are few and soon behind. Questions about now look here:
where a contract has one, they are answered like questions about a moment, from what is effective by then.
"""

from __future__ import annotations

import msgspec

from ledger.contracts import events as contract_events
from ledger.credit import events as credit_events
from ledger.events import FACTS, Fact
from projections.tables import Table
from projections.views import EventMeta, Rows, View


class PostDatedRow(msgspec.Struct):
    position: int
    contract_id: str
    effective_at: int


POST_DATED = Table("post_dated", PostDatedRow, "position", ["(contract_id, effective_at)", "(effective_at)"])
post_dated = View("post_dated", POST_DATED)
# What a term brings with it may be known a year before; balances leave it out by themselves.
_BY_THEMSELVES = {credit_events.CreditGranted, credit_events.GrantExpiryBroughtForward, credit_events.AccountOpened}
_WATCHED = [
    fact for fact in FACTS.values() if fact not in _BY_THEMSELVES and fact.__module__ != contract_events.__name__
]


@post_dated.on(*_WATCHED)
def _dated_ahead(rows: Rows, fact: Fact, meta: EventMeta) -> None:
    if meta.effective_at > meta.recorded_at:
        rows.add(POST_DATED, PostDatedRow(meta.position, fact.contract_id, meta.effective_at))
