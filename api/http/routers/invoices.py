"""Issued documents and drafts: as JSON, as PDF, and as the XML that another program reads."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api.documents.files import Form as FileForm
from api.documents.files import as_pdf, as_xml
from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.document_models import document_model, draft_model
from api.http.models.billing import DocumentAnswer, DocumentList, DraftAnswer
from api.http.paging import (
    AsOfParam,
    ContractIdParam,
    Cursor,
    Filter,
    KnownAtParam,
    Limit,
    MomentParam,
    day_of,
    next_cursor,
    page_asked,
    times_of,
)
from api.http.problems import PROBLEMS
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN
from projections.billing.document_questions import DocumentFilter, find_document, list_documents
from projections.billing.drafts import next_invoice
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1", tags=["invoices"], responses=PROBLEMS, dependencies=[CaughtUp])
Number = Annotated[str, Path(max_length=ID_LENGTH, pattern=ID_PATTERN, examples=["GR-2026-00001"])]


def _binary(media_type: str) -> dict[str, Any]:
    return {"description": "The file", "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}


FormParam = Annotated[FileForm | None, Query(description="KSeF FA(3) is for Polish sellers, and their default.")]


@router.get(
    "/contracts/{contract_id}/invoice-draft", summary="The draft of the next invoice", operation_id="get_invoice_draft"
)
async def invoice_draft(
    contract_id: ContractIdParam,
    state: StateDep,
    actor: ActorDep,
    through_on: Annotated[MomentParam | None, Query(description="The last day that counts; today if absent.")] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> DraftAnswer:
    """Every charge not yet invoiced up to a day, as issuing would put it now."""
    through, times = day_of("through_on", through_on), times_of(as_of, known_at)
    async with state.reader.snapshot() as snapshot:
        found = await next_invoice(snapshot, actor, state.catalogue, contract_id, through, times)
    shown = draft_model(found).model_dump()
    return DraftAnswer(position=found.position, waiting=found.waiting, notes=found.notes, **shown)


@router.get("/invoices", summary="Invoices and credit notes", operation_id="list_invoices")
async def invoices(
    state: StateDep,
    actor: ActorDep,
    contract_id: Filter = None,
    customer_id: Filter = None,
    from_: Annotated[MomentParam | None, Query(alias="from", description="Issued on this day or later.")] = None,
    to: Annotated[MomentParam | None, Query(description="Issued on this day or earlier.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DocumentList:
    """Issued documents in the order in which they were issued."""
    filters = DocumentFilter(contract_id, customer_id, day_of("from", from_), day_of("to", to))
    page = page_asked(cursor, limit, int)

    async def listed(snapshot: Snapshot, _: Calendars) -> DocumentList:
        found = await list_documents(snapshot, actor, filters, page)
        items = [document_model(one) for one in found.items]
        return DocumentList(position=found.position, items=items, next=next_cursor(found))

    return await state.long_questions.ask(listed)


@router.get(
    "/invoices/{number}.pdf",
    summary="A document as PDF",
    operation_id="get_invoice_pdf",
    response_class=Response,
    responses={200: _binary("application/pdf")},
)
async def invoice_as_pdf(number: Number, state: StateDep, actor: ActorDep) -> Response:
    """PDF/A-3 with the e-invoice inside (ZUGFeRD / Factur-X), laid out in the customer's language."""
    async with state.reader.snapshot() as snapshot:
        found = await find_document(snapshot, actor, number)
    content = await asyncio.to_thread(as_pdf, found.fact, found.parties | {"reason": found.reason})
    return _file(content, "application/pdf", f"{number}.pdf")


@router.get(
    "/invoices/{number}.xml",
    summary="A document as e-invoice",
    operation_id="get_invoice_xml",
    response_class=Response,
    responses={200: _binary("application/xml")},
)
async def invoice_as_xml(number: Number, state: StateDep, actor: ActorDep, form: FormParam = None) -> Response:
    """EN 16931 (XRechnung 3.0 for a German customer) in CII; KSeF FA(3) for a Polish seller."""
    async with state.reader.snapshot() as snapshot:
        found = await find_document(snapshot, actor, number)
    content = await asyncio.to_thread(as_xml, found.fact, found.parties | {"reason": found.reason}, form)
    return _file(content, "application/xml", f"{number}.xml")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.get("/invoices/{number}", summary="An invoice or credit note", operation_id="get_invoice")
async def invoice(number: Number, state: StateDep, actor: ActorDep) -> DocumentAnswer:
    """Lines, VAT and totals as they were issued; each line names the events behind it (M6)."""
    async with state.reader.snapshot() as snapshot:
        found = await find_document(snapshot, actor, number)
    return DocumentAnswer(position=found.position, event=found.event, **document_model(found).model_dump())
