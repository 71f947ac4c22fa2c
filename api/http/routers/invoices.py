"""Issued documents and drafts: as JSON, as PDF, and as the XML that another program reads."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api.documents.files import Form as FileForm
from api.documents.files import as_pdf, as_xml
from api.http.authentication import ActorDep, CaughtUp, StateDep, find_contract, visible
from api.http.document_models import document_model
from api.http.models import DocumentAnswer, DocumentList, DraftAnswer
from api.http.paging import (
    ID_PATTERN,
    AsOfParam,
    ContractId,
    Cursor,
    KnownAtParam,
    Limit,
    MomentParam,
    decode_cursor,
    moment_of,
    page,
)
from api.http.problems import PROBLEMS
from ledger.billing.charges import TOPICS, billing_account
from ledger.billing.draft import draft
from ledger.billing.invoice import buyer_of, engineers_of, invoice_of, seller_of
from ledger.billing.vat import NoRateError, treatment
from ledger.events import CreditNoteIssued, InvoiceIssued
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.mapper import decode
from ledger.kernel.values import from_micros, local_date
from projections.reader import Snapshot, open_texts, resolve_as_of, view_position

router = APIRouter(prefix="/v1", tags=["invoices"], responses=PROBLEMS, dependencies=[CaughtUp])
Number = Annotated[str, Path(max_length=64, pattern=ID_PATTERN, examples=["GR-2026-00001"])]
Filter = Annotated[str | None, Query(max_length=64, pattern=ID_PATTERN)]
Form = Annotated[FileForm | None, Query(description="KSeF FA(3) is for Polish sellers, and their default.")]
Issued = InvoiceIssued | CreditNoteIssued


def _check_reads_invoices(actor: Actor) -> None:
    """The customer is billed, also where a partner serves (M2)."""
    if actor.role == "partner":
        raise Refusal("forbidden", "A partner's token does not read what the customer is billed.", role=actor.role)


@router.get("/contracts/{contract_id}/invoice-draft", summary="The draft of the next invoice")
async def invoice_draft(
    contract_id: ContractId,
    state: StateDep,
    actor: ActorDep,
    through_on: Annotated[MomentParam | None, Query(description="The last day that counts; today if absent.")] = None,
    as_of: AsOfParam = None,
    known_at: KnownAtParam = None,
) -> DraftAnswer:
    """Every charge not yet invoiced up to a day, as issuing would put it now."""
    async with state.reader.snapshot() as snapshot:
        zone, provider_id = await find_contract(snapshot, actor, contract_id, "timezone, provider")
        _check_reads_invoices(actor)
        asked = await resolve_as_of(
            snapshot, moment_of("as_of", as_of), moment_of("known_at", known_at), zone, contract_id
        )
        is_past = as_of is not None or known_at is not None
        places = ",".join("?" * len(TOPICS))
        sql = (
            f"SELECT notification_id, topic, state FROM stored_events WHERE contract_id = ? AND topic IN ({places}) "
            "AND notification_id <= ? ORDER BY notification_id"
        )
        rows = await snapshot.query(sql, (contract_id, *TOPICS, asked.position))
        moment = from_micros(asked.at)
        facts = [(row[0], decode(row[1], bytes(row[2]))) for row in rows]
        account = billing_account((p, fact) for p, fact in facts if not is_past or fact.effective_at <= moment)
        provider = state.catalogue.provider(provider_id)
        party = await open_texts(snapshot, [account.party] if account.party else [])
        buyer = buyer_of(account, (party.get(account.party) if account.party else None) or {})
        through = _day("through_on", through_on) or local_date(moment, zone)
        try:
            found = draft(account, through, treatment(provider.country, account.country, buyer.get("vat_id")), moment)
        except NoRateError as error:
            raise Refusal("missing-party-data", f"No draft: {error}.", missing=["provider.vat_rate"]) from None
        seller = state.catalogue.party(provider_id)
        engineers = engineers_of(account, found.lines)
        names = await open_texts(snapshot, list(engineers.values()))
        parties = {
            "seller": seller_of(provider, seller) if seller is not None else None,
            "buyer": buyer,
            "engineers": {id_: names[box] for id_, box in engineers.items() if box in names},
        }
        sketch = msgspec.structs.replace(
            invoice_of(account, found, through, provider.language), contract_id=contract_id
        )
        shown = document_model(sketch, parties, is_draft=True)
        return DraftAnswer(position=asked.position, waiting=found.waiting, **shown.model_dump())


def _day(field: str, text: str | None) -> date | None:
    """A day. Raises Refusal malformed for an instant."""
    moment = moment_of(field, text)
    if isinstance(moment, datetime):
        raise malformed(field, "is a day, such as 2026-03-31")
    return moment


_COLUMNS = "d.number, d.position, d.credited_by"


@router.get("/invoices", summary="Invoices and credit notes")
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
    async with state.reader.snapshot() as snapshot:
        condition, params = _visible(actor)
        for column, value in (("c.contract_id", contract_id), ("c.customer_id", customer_id)):
            if value is not None:
                condition += f" AND {column} = ?"
                params.append(value)
        days = {"from": _day("from", from_), "to": _day("to", to)}
        if days["from"] and days["to"] and days["from"] > days["to"]:
            raise malformed("from", f"{from_} lies after {to}")
        for field, sign in (("from", ">="), ("to", "<=")):
            day = days[field]
            if day is not None:
                condition += f" AND d.issued_on {sign} ?"
                params.append(day.isoformat())
        after = decode_cursor(cursor, int)
        if after:
            condition += " AND d.position > ?"
            params.extend(after)
        sql = (
            f"SELECT {_COLUMNS} FROM documents d JOIN contracts c ON c.contract_id = d.contract_id WHERE {condition} "
            "ORDER BY d.position LIMIT ?"
        )
        rows, following = page(await snapshot.query(sql, (*params, limit + 1)), limit, lambda row: (row[1],))
        issued = await _issued(snapshot, [row[1] for row in rows])
        items = [document_model(*issued[position], credited_by=credited_by) for _, position, credited_by in rows]
        return DocumentList(position=await view_position(snapshot), items=items, next=following)


def _visible(actor: Actor) -> tuple[str, list[Any]]:
    condition, params = visible(actor)
    return ("1 = 0", []) if actor.role == "partner" else (condition, params)


async def _issued(snapshot: Snapshot, positions: list[int]) -> dict[int, tuple[Issued, dict[str, Any], str | None]]:
    """The documents that the events at these positions issued, their parties, and why a credit note was."""
    if not positions:
        return {}
    places = ",".join("?" * len(positions))
    sql = f"SELECT notification_id, topic, state FROM stored_events WHERE notification_id IN ({places})"
    facts = {row[0]: decode(row[1], bytes(row[2])) for row in await snapshot.query(sql, positions)}
    boxes = [fact.parties for fact in facts.values() if isinstance(fact, Issued)]
    boxes += [fact.reason for fact in facts.values() if isinstance(fact, CreditNoteIssued)]
    texts = await open_texts(snapshot, boxes)
    found = {}
    for position, fact in facts.items():
        assert isinstance(fact, Issued)
        reason = texts.get(fact.reason) if isinstance(fact, CreditNoteIssued) else None
        found[position] = (fact, texts.get(fact.parties) or {}, reason)
    return found


async def _one(
    snapshot: Snapshot, actor: Actor, number: str
) -> tuple[int, Issued, dict[str, Any], str | None, str | None]:
    condition, params = _visible(actor)
    sql = (
        f"SELECT {_COLUMNS} FROM documents d JOIN contracts c ON c.contract_id = d.contract_id "
        f"WHERE d.number = ? AND {condition}"
    )
    rows = await snapshot.query(sql, (number, *params))
    if not rows:
        raise Refusal("unknown-invoice", f"There is no invoice {number}.", invoice_number=number)
    _, position, credited_by = rows[0]
    fact, parties, reason = (await _issued(snapshot, [position]))[position]
    return position, fact, parties, reason, credited_by


@router.get("/invoices/{number}.pdf", summary="A document as PDF", response_class=Response)
async def invoice_as_pdf(number: Number, state: StateDep, actor: ActorDep) -> Response:
    """PDF/A-3 with the e-invoice inside (ZUGFeRD / Factur-X), laid out in the customer's language."""
    async with state.reader.snapshot() as snapshot:
        _, fact, parties, reason, _ = await _one(snapshot, actor, number)
    content = await asyncio.to_thread(as_pdf, fact, parties | {"reason": reason})
    return _file(content, "application/pdf", f"{number}.pdf")


@router.get("/invoices/{number}.xml", summary="A document as e-invoice", response_class=Response)
async def invoice_as_xml(number: Number, state: StateDep, actor: ActorDep, form: Form = None) -> Response:
    """EN 16931 (XRechnung 3.0 for a German customer) in CII; KSeF FA(3) for a Polish seller."""
    async with state.reader.snapshot() as snapshot:
        _, fact, parties, reason, _ = await _one(snapshot, actor, number)
    content = await asyncio.to_thread(as_xml, fact, parties | {"reason": reason}, form)
    return _file(content, "application/xml", f"{number}.xml")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.get("/invoices/{number}", summary="An invoice or credit note")
async def invoice(number: Number, state: StateDep, actor: ActorDep) -> DocumentAnswer:
    """Lines, VAT and totals as they were issued; each line names the events behind it (M6)."""
    async with state.reader.snapshot() as snapshot:
        position, fact, parties, reason, credited_by = await _one(snapshot, actor, number)
        shown = document_model(fact, parties, reason, credited_by=credited_by)
        return DocumentAnswer(position=await view_position(snapshot), event=position, **shown.model_dump())
