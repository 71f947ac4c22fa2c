"""A customer's first page: what waits for them, and of each contract what is left, how it goes, and what is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.http.paging import next_cursor, page_asked
from api.languages import Labels, labels_in
from api.portal.credit.burn_down_chart import DayEnd, burn_down_chart
from api.portal.frame.addresses import HOME, with_query
from api.portal.frame.appearance import appearance_of
from api.portal.frame.charts import Chart
from api.portal.frame.pages import page
from api.portal.frame.then import at_end_of
from api.portal.frame.visitors import Visitor
from api.portal.words.beyond_credit_words import beyond_in_words
from api.portal.words.names_of_keys import NamesOfKeys, names_of
from api.state import State
from ledger.contracts.term import state_at
from ledger.credit.beyond import beyond_credit
from ledger.kernel.access import Actor
from ledger.kernel.values import from_micros, local_date, to_micros
from ledger.plans.terms import Terms, parse_terms
from projections.asking import PageAsked
from projections.contracts.across import ContractsAsked, zone_across
from projections.contracts.questions import ContractFilter, OpenedContract, list_contracts, term_in_force
from projections.credit.balances import AccountBalance, OverageTotal, balance_within
from projections.credit.burn_down import BurnDown, BurnDownAsked, EndingGrant, burn_down
from projections.credit.waiting_deductions import count_waiting
from projections.reader import Snapshot, Times, last_instant
from projections.sla.calendars import Calendars
from projections.tickets.questions import OpenedTicket, TicketFilter, list_tickets

CONTRACTS_AT_ONCE = 4
TICKETS_SHOWN = PageAsked(5)  # of each contract; the page of tickets has the others
TICKETS_LOOKED_AT = PageAsked(50, from_the_end=True)  # the last by a past day, to find those that were open then
ENDING_SHOWN = 3
LOOKS_BACK = timedelta(weeks=26)
MOST_WAITING = 1000  # that are counted


@dataclass(slots=True, frozen=True)
class EndingCredit:
    """What is left of a grant that ends, the last day on which it counts, and what will be lost of it, if known."""

    remaining: int
    ends_on: date
    lost: int | None


@dataclass(slots=True, frozen=True)
class ShownPool:
    """A pool at a moment, with its chart; `currency` is None where it is counted in minutes."""

    name: str
    key: str
    balance: AccountBalance
    chart: Chart | None
    ending: Sequence[EndingCredit]

    @property
    def currency(self) -> str | None:
        return self.balance.currency


@dataclass(slots=True, frozen=True)
class ShownContract:
    """A contract at a moment; `waiting` deductions are counted to MOST_WAITING. `beyond` says what becomes of work when
    its credit is used up, as long as it runs.
    """

    contract: OpenedContract
    state: str
    currency: str
    pools: Sequence[ShownPool]
    overage: OverageTotal
    beyond: str
    waiting: int
    tickets: Sequence[OpenedTicket]
    has_more_tickets: bool


async def customer_home(
    request: Request, state: State, visitor: Visitor, day: date | None, cursor: str | None
) -> HTMLResponse:
    """Now, or as of the end of a day."""
    wanted, actor = page_asked(cursor, CONTRACTS_AT_ONCE, str), visitor.actor
    labels = labels_in("api.portal", appearance_of(request).language)

    async def ask(snapshot: Snapshot, calendars: Calendars) -> dict[str, object]:
        zone = await zone_across(snapshot, actor, ContractsAsked())
        times = at_end_of(day, zone)
        found = await list_contracts(snapshot, actor, ContractFilter(), wanted)
        names = names_of(state, {one.row.contract_id: one.row.provider for one in found.items}, labels.language)
        shown = [await _contract(snapshot, actor, one, day, times, calendars, names, labels) for one in found.items]
        return {
            "contracts": shown,
            "waiting": await count_waiting(snapshot, actor, ContractsAsked(), times, MOST_WAITING),
            "zone": zone,
            "next": next_cursor(found),
        }

    shown = await state.long_questions.ask(ask)
    told = day.isoformat() if day is not None else None
    following = with_query(HOME, as_of=told, cursor=str(shown["next"])) if shown["next"] else None
    more = {"day": day, "most_waiting": MOST_WAITING, "cursor": cursor, "next": following}
    return page(request, visitor, "home_customer.html", **(shown | more))


async def _contract(
    snapshot: Snapshot,
    actor: Actor,
    opened: OpenedContract,
    day: date | None,
    times: Times,
    calendars: Calendars,
    names: NamesOfKeys,
    labels: Labels,
) -> ShownContract:
    row = opened.row
    at = to_micros(snapshot.clock()) if day is None else last_instant(day, row.timezone)
    held = await balance_within(snapshot, actor, row.contract_id, times)
    pools = []
    for account in held.accounts:
        told = await _burn_down(snapshot, actor, opened, account.pool, day, at)
        pools.append(_pool(names.named(row.contract_id, account.pool), account, told, day, row.timezone, labels))
    wanted = TicketFilter(row.contract_id, is_live=True)
    asked = TICKETS_SHOWN if day is None else TICKETS_LOOKED_AT
    tickets = await list_tickets(snapshot, actor, wanted, calendars, times, asked)
    listed = tickets.items[: TICKETS_SHOWN.limit]
    state = state_at(row.starts_at, row.ends_at, row.terminated_on is not None, at)
    term = await term_in_force(snapshot, actor, row, at) if state in ("upcoming", "active") else None
    return ShownContract(
        contract=opened,
        state=state,
        currency=held.currency,
        pools=pools,
        overage=held.overage,
        beyond=_beyond(parse_terms(bytes(term.terms)), bool(pools), labels) if term is not None else "",
        waiting=await count_waiting(snapshot, actor, ContractsAsked(contract_id=row.contract_id), times, MOST_WAITING),
        tickets=listed,
        has_more_tickets=tickets.next_after is not None or len(listed) < len(tickets.items),
    )


def _beyond(terms: Terms, has_credit: bool, labels: Labels) -> str:
    return beyond_in_words(beyond_credit(terms), terms.currency, has_credit, labels)


async def _burn_down(
    snapshot: Snapshot, actor: Actor, opened: OpenedContract, pool: str, day: date | None, at: int
) -> BurnDown | None:
    """By weeks, as far back as half a year; None before the contract's first day."""
    starts_on, last = date.fromisoformat(opened.row.starts_on), day or local_date(from_micros(at), opened.row.timezone)
    if last < starts_on:
        return None
    asked = BurnDownAsked(opened.row.contract_id, pool, max(starts_on, last - LOOKS_BACK), last, "week")
    return await burn_down(snapshot, actor, asked)


def _pool(
    name: str, account: AccountBalance, told: BurnDown | None, day: date | None, zone: str, labels: Labels
) -> ShownPool:
    """What is ahead is said of now alone: of a past day it has come already."""
    if told is None:
        return ShownPool(name, account.pool, account, None, ())
    levels = [DayEnd(point.on, point.balance) for point in told.points]
    runs_out_on = told.forecast.runs_out_on if day is None else None
    chart = burn_down_chart(levels, runs_out_on, account.currency, labels) if len(levels) > 1 else None
    ending = [_ending(one, zone) for one in told.ending[:ENDING_SHOWN]] if day is None else ()
    return ShownPool(name, account.pool, account, chart, ending)


def _ending(one: EndingGrant, zone: str) -> EndingCredit:
    return EndingCredit(one.remaining, local_date(from_micros(one.expires_at - 1), zone), one.lost)
