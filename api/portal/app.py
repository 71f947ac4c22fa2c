"""The portal as an application of its own under `/portal`: its pages, and failures that are pages too.

It shares the state of the API beside it and none of its doors; it is in no OpenAPI document.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from api.http.parameters import known_parameters
from api.http.problems import refusal_of_http, refusal_of_parameters, unavailable
from api.portal.billing import (
    book_downloads,
    closing_months,
    credit_note,
    document_list,
    month_drafts,
    month_reports,
    one_document,
    one_draft,
)
from api.portal.contracts import contract_forms, contract_list, one_contract
from api.portal.credit import one_deduction, settling, statement_page, worked_time
from api.portal.frame import account, choosing_appearance, signing_in, static_files
from api.portal.frame.addresses import HOME, SIGN_IN
from api.portal.frame.asked_again import AskedAgain, without_what_is_refused
from api.portal.frame.form_ids import FormWithoutId, with_id
from api.portal.frame.forms import StaleForm
from api.portal.frame.headers import PORTAL_HEADERS, PortalHeaders
from api.portal.frame.pages import here, page, page_around, told
from api.portal.frame.signing_in import kept_form, sign_in_form
from api.portal.frame.then import no_day_ahead
from api.portal.frame.visitors import SignInNeeded, find_visitor, known_visitor
from api.portal.home import home_finance, home_of_role, home_operator
from api.portal.sessions import new_session, one_session, own_calendar, session_list
from api.portal.sla import promises_kept
from api.portal.tickets import new_ticket, one_ticket, ticket_list
from api.portal.words.refusal_words import Reason
from ledger.kernel.errors import Refusal
from ledger.store import Unavailable

CUSTOMERS_PAGES = (home_of_role, worked_time, one_deduction, statement_page, document_list)
# Where an address could be two pages' (`/sessions/new`), the one that is written out stands before.
TICKETS_AND_SESSIONS = (ticket_list, new_ticket, one_ticket, session_list, new_session, one_session)
FINANCE_PAGES = (
    *(home_finance, month_drafts, one_draft, one_document, credit_note),
    *(settling, month_reports, closing_months, book_downloads),
)
OPERATORS_PAGES = (home_operator, contract_list, one_contract, contract_forms, promises_kept)
ShownRefusal = Response | AskedAgain
NO_PAGE = Refusal("not-found", "There is no such page.")


def create_portal() -> FastAPI:
    """Its state is set by whoever mounts it (`api.application`)."""
    portal = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, dependencies=[Depends(known_parameters), Depends(no_day_ahead)]
    )
    ordinary = (account, own_calendar, choosing_appearance, signing_in, static_files)
    for room in (*CUSTOMERS_PAGES, *TICKETS_AND_SESSIONS, *FINANCE_PAGES, *OPERATORS_PAGES, *ordinary):
        portal.include_router(room.router)
    _install(portal)
    portal.add_middleware(PortalHeaders)
    return portal


def _install(portal: FastAPI) -> None:
    """Turns every exception that a page may raise into a page."""

    @portal.exception_handler(SignInNeeded)
    async def nobody(request: Request, error: SignInNeeded) -> Response:
        place = page_around(request)
        if error.kept is not None:
            return sign_in_form(request, goes_on=place, kept=error.kept)
        asks = SIGN_IN if place == HOME else f"{SIGN_IN}?{urlencode({'next': place})}"
        if "hx-request" in request.headers:  # of a part of a page, in whose place no other page belongs
            return Response(status_code=401, headers={"HX-Redirect": asks})
        return RedirectResponse(asks, 303)

    @portal.exception_handler(StaleForm)
    async def stale(request: Request, error: StaleForm) -> Response:
        visitor = known_visitor(request)
        assert visitor is not None, "a form is compared with a sign-in"
        return kept_form(request, visitor, here(request), error.kept, 403)

    @portal.exception_handler(FormWithoutId)
    async def without_id(request: Request, error: FormWithoutId) -> Response:
        return with_id(request)

    @portal.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> ShownRefusal:
        return refused_address(request, error)

    @portal.exception_handler(Unavailable)
    async def away(request: Request, error: Unavailable) -> Response:
        return refused_page(request, unavailable(error))

    @portal.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> ShownRefusal:
        if any(fault["loc"][0] == "path" for fault in error.errors()):
            return refused_page(request, NO_PAGE)
        return refused_address(request, refusal_of_parameters(request, error))

    @portal.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        with suppress(Unavailable):  # an address that is nobody's has asked for nobody yet
            await find_visitor(request)
        return refused_page(request, NO_PAGE if error.status_code == 404 else refusal_of_http(request, error))

    @portal.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        """The API around it logs the error, which goes on to it."""
        response = page(request, None, "error.html", 500, refusal=None, reasons=[])
        response.headers.update(PORTAL_HEADERS)  # answered outside of all middleware
        return response


def refused_address(request: Request, refusal: Refusal) -> ShownRefusal:
    """The page without what is refused of its address; a refusal of anything else concerns the page as a whole."""
    refused = without_what_is_refused(request, refusal)
    return AskedAgain(request, refused) if refused is not None else refused_page(request, refusal)


def refused_page(request: Request, refusal: Refusal) -> Response:
    """A refusal that concerns the page as a whole."""
    reasons = [Reason(one.sentence) for one in told(request, refusal, "UTC")]  # there is no field to lead to
    response = page(request, known_visitor(request), "error.html", refusal.status, refusal=refusal, reasons=reasons)
    if refusal.status == 503:
        response.headers["Retry-After"] = "1"
    return response
