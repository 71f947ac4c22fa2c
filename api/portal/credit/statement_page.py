"""The statement of a contract: what each pool owned before, every movement with the balance after it, and its files."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.datastructures import Headers

from api.customer_letter import statement_file
from api.documents.labels import labels_for, penalty_in_words
from api.http.authentication import StateDep
from api.http.lists import CSV, PDF, answer_list
from api.http.paging import ContractIdParam, Cursor, day_of, next_cursor, page_asked
from api.http.routers.statements import statement_listing
from api.portal.frame.addresses import STATEMENTS, with_query
from api.portal.frame.appearance import appearance_of
from api.portal.frame.asked_again import whole_address
from api.portal.frame.pages import SHOWN_AT_ONCE, page
from api.portal.frame.then import DayAsked, at_end_of, day_asked
from api.portal.frame.visitors import VisitorDep
from api.portal.words.credit_words import MOVED
from api.portal.words.names_of_keys import names_of
from ledger.kernel import patterns
from ledger.kernel.values import add_months
from projections.asking import EVERYTHING
from projections.contracts.questions import NamedCustomer, opened_contract
from projections.credit.accounts import accounts_of
from projections.credit.statements import StatementAsked, owned_at_first, statement
from projections.reader import Snapshot
from projections.sla.calendars import Calendars

OF_DEDUCTIONS = ("work", "session", "penalty", "service", "reversal")

router = APIRouter()


@dataclass(slots=True, frozen=True)
class PeriodAsked:
    """From a day to a day, both included, as of the end of a day; a month is its first and last day."""

    contract_id: str
    first: date | None
    last: date | None
    day: date | None

    def address(self, file: str = "", **other: date | str | None) -> str:
        """Its address, or that of one of its files, with what is to be otherwise."""
        asked: dict[str, date | str | None] = {"from": self.first, "to": self.last, "as_of": self.day}
        asked |= other
        told = {name: str(value) for name, value in asked.items() if value is not None}
        return with_query(f"{STATEMENTS}/{self.contract_id}{file}", **told)

    def month(self, by: int) -> str | None:
        """The address of the month before (−1) or after (1) this one; None where no whole month is shown."""
        first = self.first
        if first is None or self.last is None or first.day != 1 or self.last != _last_of(first):
            return None
        other = add_months(first, by)
        return replace(self, first=other, last=_last_of(other)).address()


def _asked(
    contract_id: ContractIdParam,
    month: Annotated[str | None, Query(pattern=patterns.MONTH)] = None,
    from_: Annotated[str | None, Query(alias="from", max_length=60)] = None,
    to: Annotated[str | None, Query(max_length=60)] = None,
    as_of: DayAsked = None,
) -> PeriodAsked:
    """An empty field of a form asks for nothing. Raises Refusal malformed."""
    if month:
        first = date.fromisoformat(f"{month}-01")
        return PeriodAsked(contract_id, first, _last_of(first), day_asked(as_of))
    return PeriodAsked(contract_id, day_of("from", from_ or None), day_of("to", to or None), day_asked(as_of))


PeriodDep = Annotated[PeriodAsked, Depends(_asked)]


def _last_of(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


@router.get("/statements/{contract_id}")
async def shown_statement(
    request: Request, state: StateDep, visitor: VisitorDep, period: PeriodDep, cursor: Cursor = None
) -> Response:
    """Raises Refusal unknown-contract, malformed."""
    wanted, actor = page_asked(cursor, SHOWN_AT_ONCE, int, int, int), visitor.actor
    language = appearance_of(request).language

    async def ask(snapshot: Snapshot, _: Calendars) -> dict[str, Any]:
        opened = await opened_contract(snapshot, actor, period.contract_id)
        contract, party = opened.row, opened.customer.party
        asked = _question(period, contract.timezone)
        found = await statement(snapshot, actor, asked, wanted)
        return {
            "lines": found.items,
            "penalties": {
                line.position: penalty_in_words(line.penalty, contract.timezone, labels_for(language))
                for line in found.items
                if line.penalty is not None
            },
            "opening": await owned_at_first(snapshot, actor, asked) if cursor is None else {},
            "currencies": {
                pool: one.currency for pool, one in (await accounts_of(snapshot, period.contract_id)).items()
            },
            "names": names_of(state, {period.contract_id: contract.provider}, language),
            "provider": contract.provider,
            "customer": NamedCustomer(contract.customer_id, party.name or contract.customer_id),
            "zone": contract.timezone,
            "next": period.address(cursor=next_cursor(found)) if found.next_after is not None else None,
        }

    shown = await state.long_questions.ask(ask)
    return page(
        request, visitor, "statement.html", **shown, period=period, cursor=cursor, moved=MOVED, of=OF_DEDUCTIONS
    )


@router.get("/statements/{contract_id}/csv", dependencies=[Depends(whole_address)])
async def statement_as_csv(state: StateDep, visitor: VisitorDep, period: PeriodDep) -> Response:
    """All lines of the period, as the API's door writes them. Raises Refusal unknown-contract, malformed."""
    asked = await _of_contract(state, visitor, period)
    listing = statement_listing(visitor.actor, asked)
    response = await answer_list(state.long_questions, Headers({"accept": CSV}), listing, EVERYTHING)
    response.headers["Content-Disposition"] = f'attachment; filename="statement-{period.contract_id}.csv"'
    return response


@router.get("/statements/{contract_id}/pdf", dependencies=[Depends(whole_address)])
async def statement_as_pdf(state: StateDep, visitor: VisitorDep, period: PeriodDep) -> Response:
    """What a customer gets, as the API's door prints it. Raises Refusal unknown-contract, malformed."""
    content = await statement_file(state, visitor.actor, await _of_contract(state, visitor, period))
    name = f'attachment; filename="statement-{period.contract_id}.pdf"'
    return Response(content, media_type=PDF, headers={"Content-Disposition": name})


async def _of_contract(state: StateDep, visitor: VisitorDep, period: PeriodAsked) -> StatementAsked:
    async with state.reader.snapshot() as snapshot:
        contract = await opened_contract(snapshot, visitor.actor, period.contract_id)
    return _question(period, contract.row.timezone)


def _question(period: PeriodAsked, zone: str) -> StatementAsked:
    return StatementAsked(period.contract_id, None, period.first, period.last, at_end_of(period.day, zone))
