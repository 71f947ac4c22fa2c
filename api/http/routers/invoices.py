"""Issued documents and drafts: as JSON, as PDF, and as the XML that another program reads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api.http.authentication import ActorDep, CaughtUp, StateDep
from api.http.lists import AS_FILES, ListDep, Listing
from api.http.models.billing import (
    DocumentAnswer,
    DocumentLineList,
    DocumentLineOut,
    DocumentList,
    DocumentSummary,
    DraftAnswer,
)
from api.http.models.shown_documents import FIRST_LINES, show_document, show_draft, show_line, show_whole_document
from api.http.paging import (
    AsOfParam,
    ContractIdParam,
    DayParam,
    Filter,
    KnownAtParam,
    day_of,
    times_of,
)
from api.http.problems import PROBLEMS
from api.kept_files import Form as FileForm
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN
from projections.asking import Page, PageAsked
from projections.billing.document_questions import (
    DocumentFilter,
    OpenedDocument,
    ShownLine,
    document_with_lines,
    list_document_lines,
    list_documents,
)
from projections.billing.drafts import next_invoice
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

router = APIRouter(prefix="/v1", tags=["invoices"], responses=PROBLEMS, dependencies=[CaughtUp])
ThroughOn = Annotated[DayParam | None, Query(description="The last day that counts; today if absent.")]
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
    through_on: ThroughOn = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> DraftAnswer:
    """Every charge not yet invoiced up to a day, as issuing would put it now; of many lines the first."""
    through, times = day_of("through_on", through_on), times_of(as_of, known_at)

    async def drafted(snapshot: Snapshot, _: Calendars) -> DraftAnswer:
        return show_draft(await next_invoice(snapshot, actor, state.catalogue, contract_id, through, times))

    return await state.long_questions.ask(drafted)


@router.get(
    "/contracts/{contract_id}/invoice-draft/lines",
    summary="The lines of the next invoice",
    operation_id="list_draft_lines",
    response_model=DocumentLineList,
    responses=AS_FILES,
)
async def draft_lines(
    door: ListDep,
    contract_id: ContractIdParam,
    state: StateDep,
    actor: ActorDep,
    through_on: ThroughOn = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> Response:
    """The lines of the draft, in their order; each page is of the draft as it is then."""
    through, times = day_of("through_on", through_on), times_of(as_of, known_at)

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ShownLine]:
        return (await next_invoice(snapshot, actor, state.catalogue, contract_id, through, times)).lines(page)

    listing = Listing(DocumentLineOut, ask, show_line, {"contract_id": contract_id})
    return await door.answer(listing, int)


@router.get(
    "/invoices",
    summary="Invoices and credit notes",
    operation_id="list_invoices",
    response_model=DocumentList,
    responses=AS_FILES,
)
async def invoices(
    door: ListDep,
    actor: ActorDep,
    contract_id: Filter = None,
    customer_id: Filter = None,
    from_: Annotated[DayParam | None, Query(alias="from", description="Issued on this day or later.")] = None,
    to: Annotated[DayParam | None, Query(description="Issued on this day or earlier.")] = None,
) -> Response:
    """Issued documents in the order in which they were issued, without their lines."""
    filters = DocumentFilter(contract_id, customer_id, day_of("from", from_), day_of("to", to))

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[OpenedDocument]:
        return await list_documents(snapshot, actor, filters, page)

    listing = Listing(DocumentSummary, ask, show_document)
    return await door.answer(listing, int)


@router.get(
    "/invoices/{number}.pdf",
    summary="A document as PDF",
    operation_id="get_invoice_pdf",
    response_class=Response,
    responses={200: _binary("application/pdf")},
)
async def invoice_as_pdf(number: Number, state: StateDep, actor: ActorDep) -> Response:
    """PDF/A-3 with the e-invoice inside (ZUGFeRD / Factur-X), laid out in the customer's language."""
    return _file(await state.files.pdf(actor, number), "application/pdf", f"{number}.pdf")


@router.get(
    "/invoices/{number}.xml",
    summary="A document as e-invoice",
    operation_id="get_invoice_xml",
    response_class=Response,
    responses={200: _binary("application/xml")},
)
async def invoice_as_xml(number: Number, state: StateDep, actor: ActorDep, form: FormParam = None) -> Response:
    """EN 16931 (XRechnung 3.0 for a German customer) in CII; KSeF FA(3) for a Polish seller."""
    return _file(await state.files.xml(actor, number, form), "application/xml", f"{number}.xml")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.get("/invoices/{number}", summary="An invoice or credit note", operation_id="get_invoice")
async def invoice(number: Number, state: StateDep, actor: ActorDep) -> DocumentAnswer:
    """Lines, VAT and totals as they were issued; each line names the events behind it (M6). Of many lines the first."""

    async def found(snapshot: Snapshot, _: Calendars) -> DocumentAnswer:
        return show_whole_document(*await document_with_lines(snapshot, actor, number, FIRST_LINES))

    return await state.long_questions.ask(found)


@router.get(
    "/invoices/{number}/lines",
    summary="The lines of an invoice or credit note",
    operation_id="list_invoice_lines",
    response_model=DocumentLineList,
    responses=AS_FILES,
)
async def lines_of_invoice(
    door: ListDep,
    number: Number,
    actor: ActorDep,
) -> Response:
    """Its lines as they were issued, in their order."""

    async def ask(snapshot: Snapshot, _: Calendars, page: PageAsked) -> Page[ShownLine]:
        return await list_document_lines(snapshot, actor, number, page)

    listing = Listing(DocumentLineOut, ask, show_line, {"number": number})
    return await door.answer(listing, int)
