"""The contracts that a token sees: a list by id, narrowed to a customer or a state."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, next_cursor, page_asked
from api.portal.frame.addresses import CONTRACTS_PAGE, with_query
from api.portal.frame.pages import SHOWN_AT_ONCE, page
from api.portal.frame.visitors import VisitorDep
from api.portal.words.states import STATES
from ledger.contracts.term import ContractStatus
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN
from projections.contracts.questions import ContractFilter, list_contracts
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

# A form sends what was not chosen as nothing.
IdAsked = Annotated[str | None, Query(max_length=ID_LENGTH, pattern=f"^$|{ID_PATTERN}")]
StateAsked = Annotated[ContractStatus | Literal[""] | None, Query(alias="state")]

router = APIRouter()


@router.get("/contracts")
async def contracts_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    customer_id: IdAsked = None,
    status: StateAsked = None,
    cursor: Cursor = None,
) -> Response:
    asked = page_asked(cursor, SHOWN_AT_ONCE, str)
    filters = ContractFilter(customer_id or None, None, status or None)

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found = await list_contracts(snapshot, visitor.actor, filters, asked)
        return {"contracts": found.items, "next": next_cursor(found)}

    shown = await state.long_questions.ask(ask)
    narrowed = {"customer_id": customer_id or "", "state": status or ""}
    following = with_query(CONTRACTS_PAGE, **narrowed, cursor=shown["next"]) if shown["next"] else None
    states = [(name, label) for name, (_, label) in STATES["contract"].items()]
    return page(
        request,
        visitor,
        "contracts.html",
        contracts=shown["contracts"],
        narrowed=narrowed,
        states=states,
        cursor=cursor,
        next=following,
    )
