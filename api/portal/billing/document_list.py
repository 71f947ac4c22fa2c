"""Documents: invoices and credit notes with their files, the newest first; and the statements beside them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import Headers

from api.http.authentication import StateDep
from api.http.lists import CSV, Listing, answer_list
from api.http.models.billing import DocumentLineOut
from api.http.models.shown_documents import show_line
from api.http.paging import Cursor, Filter, next_cursor, page_asked
from api.http.routers.invoices import Number
from api.portal.billing.document_files import files_of
from api.portal.frame.addresses import DOCUMENTS_PAGE, with_query
from api.portal.frame.pages import SHOWN_AT_ONCE, page
from api.portal.frame.visitors import VisitorDep
from ledger.events import InvoiceIssued
from projections.asking import EVERYTHING, Page, PageAsked
from projections.billing.document_questions import DocumentFilter, ShownLine, list_document_lines, list_documents
from projections.contracts.questions import ContractFilter, list_contracts
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

CONTRACTS_SHOWN = PageAsked(20)  # whose statements are offered

router = APIRouter()


@router.get("/documents")
async def documents_page(
    request: Request, state: StateDep, visitor: VisitorDep, contract_id: Filter = None, cursor: Cursor = None
) -> Response:
    """Issued documents that the token sees, of one contract or all."""
    wanted, actor = page_asked(cursor, SHOWN_AT_ONCE, int, from_the_end=True), visitor.actor

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found = await list_documents(snapshot, actor, DocumentFilter(contract_id), wanted)
        contracts = await list_contracts(snapshot, actor, ContractFilter(), CONTRACTS_SHOWN)
        return {
            "documents": [(one, isinstance(one.fact, InvoiceIssued), files_of(one)) for one in found.items],
            "contracts": [one.row.contract_id for one in contracts.items],
            "has_more_contracts": contracts.next_after is not None,
            "next": with_query(DOCUMENTS_PAGE, contract_id=contract_id, cursor=next_cursor(found))
            if found.next_after is not None
            else None,
        }

    shown = await state.long_questions.ask(ask)
    return page(request, visitor, "documents.html", **shown, contract_id=contract_id, cursor=cursor)


@router.get("/documents/{number}/lines.csv")
async def document_as_csv(state: StateDep, visitor: VisitorDep, number: Number) -> Response:
    """The lines of a document, as the API's door writes them. Raises Refusal unknown-invoice."""
    actor = visitor.actor

    async def ask(snapshot: Snapshot, _: Calendars, wanted: PageAsked) -> Page[ShownLine]:
        return await list_document_lines(snapshot, actor, number, wanted)

    listing = Listing(DocumentLineOut, ask, show_line, {"number": number})
    response = await answer_list(state.long_questions, Headers({"accept": CSV}), listing, EVERYTHING)
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.csv"'
    return response
