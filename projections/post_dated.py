"""The view of what is dated ahead of the clock: a word, a ticket's step or a movement that is not true yet.

An effective time lies at most a day ahead, so these rows are few and soon behind. Questions about now look here:
where a contract has one, they are answered like questions about a moment, from what is effective by then.
"""

from __future__ import annotations

import msgspec

from ledger.contracts.events import ContractFact
from ledger.credit.events import AccountOpened, CreditGranted, GrantExpiryMoved, GrantTakenBack
from ledger.events import FACTS, Fact
from projections.tables import Table
from projections.views import EventMeta, Rows, View


class PostDatedRow(msgspec.Struct):
    position: int
    contract_id: str
    effective_at: int


POST_DATED = Table("post_dated", PostDatedRow, "position", ["(contract_id, effective_at)", "(effective_at)"])
post_dated = View("post_dated", POST_DATED)
# What a contract agreed and a term brings with it may lie a year ahead; balances leave it out by themselves.
MAY_LIE_FAR_AHEAD = (ContractFact, AccountOpened, CreditGranted, GrantExpiryMoved, GrantTakenBack)


@post_dated.on(*(fact for fact in FACTS.values() if not issubclass(fact, MAY_LIE_FAR_AHEAD)))
def _dated_ahead(rows: Rows, fact: Fact, meta: EventMeta) -> None:
    if meta.effective_at > meta.recorded_at:
        rows.add(POST_DATED, PostDatedRow(meta.position, fact.contract_id, meta.effective_at))
