"""Which contract something new is for: the only one that somebody has, or a page of links to each."""

from __future__ import annotations

from typing import Any

from api.http.paging import next_cursor, page_asked
from api.portal.frame.pages import SHOWN_AT_ONCE
from api.portal.frame.visitors import Visitor
from api.state import State
from projections.contracts.questions import ContractFilter, list_contracts
from projections.reader import Snapshot
from projections.sla.calendars import Calendars


async def contracts_to_choose(state: State, visitor: Visitor, address: str, cursor: str | None) -> dict[str, Any]:
    """The contracts that are in force, each with the `address` that its `contract_id` is added to."""
    asked = page_asked(cursor, SHOWN_AT_ONCE, str)

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found = await list_contracts(snapshot, visitor.actor, ContractFilter(state="active"), asked)
        on = next_cursor(found)
        return {"contracts": found.items, "next": f"{address}?cursor={on}" if on else None, "cursor": cursor}

    return await state.long_questions.ask(ask) | {"address": address}


def only_one(shown: dict[str, Any]) -> str | None:
    """The contract that there is nothing to choose beside."""
    contracts = shown["contracts"]
    return contracts[0].row.contract_id if len(contracts) == 1 and not shown["cursor"] else None
