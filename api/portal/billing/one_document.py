"""An issued document: its head, lines page by page, VAT and totals, its files, and what each line rests on (M3, M6)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.http.authentication import StateDep
from api.http.paging import Cursor, next_cursor, page_asked
from api.http.routers.invoices import Number
from api.kept_files import Form
from api.portal.billing.document_files import files_of, kinds_lacking
from api.portal.billing.shown_lines import lines_in_words, penalties_of, vat_rate
from api.portal.frame.addresses import DOCUMENTS_PAGE, with_query
from api.portal.frame.appearance import appearance_of
from api.portal.frame.pages import SHOWN_AT_ONCE, page
from api.portal.frame.visitors import VisitorDep
from api.portal.words.events_in_words import event_in_words
from ledger.events import InvoiceIssued
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from projections.asking import PageAsked
from projections.billing.document_questions import OpenedDocument, document_with_lines
from projections.contracts.across import ContractsAsked, zone_across
from projections.history import AuditedFact, list_events_at
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

READ_EVENTS = ("finance", "auditor", "admin")

router = APIRouter()


@router.get("/documents/{number}.pdf")
async def document_as_pdf(state: StateDep, visitor: VisitorDep, number: Number) -> Response:
    """Raises Refusal unknown-invoice, missing-party-data, too-long."""
    return download(await state.files.pdf(visitor.actor, number), "application/pdf", f"{number}.pdf")


@router.get("/documents/{number}.xml")
async def document_as_xml(state: StateDep, visitor: VisitorDep, number: Number, form: Form | None = None) -> Response:
    """Raises Refusal unknown-invoice, missing-party-data, too-long."""
    return download(await state.files.xml(visitor.actor, number, form), "application/xml", f"{number}.xml")


def download(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers=kept_as(name))


def kept_as(name: str) -> dict[str, str]:
    """Headers of a file that a browser keeps, and does not open in the page's place."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


@router.get("/documents/{number}")
async def one_document_page(
    request: Request, state: StateDep, visitor: VisitorDep, number: Number, cursor: Cursor = None
) -> Response:
    """Raises Refusal unknown-invoice."""
    asked, language = page_asked(cursor, SHOWN_AT_ONCE, int), appearance_of(request).language

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found, lines = await document_with_lines(snapshot, visitor.actor, number, asked)
        return {
            "lines": lines_in_words(lines.items, found.fact.currency, language),
            "penalties": await penalties_of(snapshot, visitor.actor, lines.items),
            "vat": [(vat, vat_rate(vat, language)) for vat in found.fact.vat],
            "next": next_cursor(lines),
            "files": (files := files_of(found)),
            "lacking": kinds_lacking(files),
            **document_shown(found),
        }

    shown = await state.long_questions.ask(ask)
    own = f"{DOCUMENTS_PAGE}/{number}"
    shown |= {"next": with_query(own, cursor=shown["next"]) if shown["next"] else None, "cursor": cursor, "own": own}
    return page(request, visitor, "document.html", **shown)


def document_shown(found: OpenedDocument) -> dict[str, Any]:
    """The document, with what only an invoice has beside it."""
    fact = found.fact
    return {
        "document": fact,
        "invoice": fact if isinstance(fact, InvoiceIssued) else None,
        "customer": found.texts.buyer.name if found.texts.buyer is not None else fact.customer_id,
        "is_kept": found.texts.seller is not None,
        "reason": found.texts.reason,
        "credited_by": found.credited_by,
    }


@router.get("/documents/{number}/lines/{line}")
async def walk_page(
    request: Request,
    state: StateDep,
    visitor: VisitorDep,
    number: Number,
    line: int = Path(ge=1, le=10_000_000),
) -> Response:
    """From a line to what was done, and to the events behind it, for those who read events. Raises Refusal
    unknown-invoice, not-found.
    """
    actor, language = visitor.actor, appearance_of(request).language

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        found, lines = await document_with_lines(snapshot, actor, number, PageAsked(1, (line - 1,)))
        shown = lines_in_words(lines.items, found.fact.currency, language)
        if not shown or shown[0].line.line != line:
            raise Refusal("not-found", f"{number} has no line {line}.", line=line)
        one = shown[0]
        zone = await zone_across(snapshot, actor, ContractsAsked(found.fact.provider))
        return {
            **document_shown(found),
            "one": one,
            "penalties": await penalties_of(snapshot, actor, lines.items),
            "zone": zone,
            "events": [_told(event) for event in await _events(snapshot, actor, one.line.events)],
        }

    shown = await state.long_questions.ask(ask)
    return page(request, visitor, "document_line.html", **shown, own=f"{DOCUMENTS_PAGE}/{number}")


async def _events(snapshot: Snapshot, actor: Actor, positions: list[int]) -> list[AuditedFact]:
    return await list_events_at(snapshot, actor, positions) if actor.role in READ_EVENTS else []


def _told(one: AuditedFact) -> dict[str, Any]:
    """Who spoke by name, else by role."""
    stored, data = one.told.stored, one.told.data
    return {
        "position": stored.position,
        "what": event_in_words(stored.type),
        "type": stored.type,
        "by": data.get("by") or data.get("engineer") or stored.fact.role,
        "effective_at": stored.fact.effective_at,
        "recorded_at": stored.recorded_at,
        "command": one.command or "",
    }
