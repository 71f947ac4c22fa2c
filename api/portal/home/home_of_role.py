"""The first page after signing in: each role has its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor
from api.portal.frame.pages import page
from api.portal.frame.then import DayAsked, day_asked
from api.portal.frame.visitors import Visitor, VisitorDep
from api.portal.home.home_customer import customer_home
from api.portal.home.home_finance import month_page
from api.portal.home.home_operator import operator_home
from api.portal.home.home_partner import partner_home
from api.state import State
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFault

router = APIRouter()


async def plain_home(request: Request, state: State, visitor: Visitor) -> Response:
    return page(request, visitor, "home.html")


# The first page of each role; a customer's is of a day, and goes on where there are many contracts.
HOMES: dict[str, Callable[[Request, State, Visitor], Awaitable[Response]]] = {
    "finance": month_page,
    "operator": operator_home,
    "auditor": operator_home,
    "admin": operator_home,
    "partner": partner_home,
}


@router.get("/")
async def home(
    request: Request, state: StateDep, visitor: VisitorDep, as_of: DayAsked = None, cursor: Cursor = None
) -> Response:
    """Raises Refusal malformed for a day where the page is of today alone."""
    if visitor.actor.role == "customer":
        return await customer_home(request, state, visitor, day_asked(as_of), cursor)
    for name, given in (("as_of", as_of), ("cursor", cursor)):
        if given is not None:
            raise malformed(name, FieldFault("no_parameter"))
    return await HOMES.get(visitor.actor.role, plain_home)(request, state, visitor)
