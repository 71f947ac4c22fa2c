"""The view of SLA clocks: for each promise of a ticket the instants it is judged by, never a state.

A ticket's timeline and its contract's terms are kept beside them, so that each event works the clocks out anew
(`ledger.sla.targets`). Whether a clock runs, is met or breached is asked with the time (`projections.sla.compliance`).
"""

from __future__ import annotations

import msgspec

from ledger.events import ContractSigned, TermStarted, TicketOpened, TicketStepRetracted
from ledger.kernel.values import FAR_FUTURE, from_micros, local_date, to_micros
from ledger.kernel.words import Channel, MatterScope, TargetName
from ledger.plans.terms import parse_terms
from ledger.sla.targets import TARGET_NAMES, TargetClock, clocks
from ledger.tickets.events import TicketFact
from ledger.tickets.life import lived
from ledger.tickets.timeline import STEPS, Timeline, read_timeline, step_of, timeline_of
from projections.sla.calendars import Calendars
from projections.sla.clock_totals import CLOCK_TOTALS, add_up, count_clock
from projections.tables import Table, to_json
from projections.views import Changes, EventMeta, Rows, View


class ZoneRow(msgspec.Struct):
    """Whose contract it is, and in which zone its days are."""

    contract_id: str
    timezone: str
    provider: str


class TermsRow(msgspec.Struct):
    """The terms of one term of a contract, and the holidays kept with it."""

    term_id: str
    plan: str
    terms: str
    holidays: str


class TimelineRow(msgspec.Struct):
    ticket_id: str
    contract_id: str
    term_id: str
    channel: Channel
    scope: MatterScope | None
    opened_on: str
    timeline: str
    provider: str


class ClockRow(msgspec.Struct):
    """`due_at` is null while the clock is paused; `paused` is the time it waited, in microseconds.

    Before `last_step_at` a step is dated ahead, and the clock is another yet.
    """

    ticket_id: str
    target: TargetName
    contract_id: str
    plan: str
    priority: int
    opened_on: str
    opened_at: int
    position: int
    started_at: int | None
    due_at: int | None
    breached_at: int | None
    ended_at: int | None
    paused: int
    paused_since: int | None
    void_at: int | None
    last_step_at: int
    shown: int


ZONES = Table("clock_zones", ZoneRow, "contract_id")
TERMS = Table("clock_terms", TermsRow, "term_id")
TIMELINES = Table("timelines", TimelineRow, "ticket_id", ["(contract_id)", "(opened_on)"])
# What has no end yet, missed or not: an index of its own, since what is over is nearly everything. Of the tables that
# are asked together no other has these columns.
NOT_ENDED = "ended_at IS NULL AND void_at IS NULL AND due_at IS NOT NULL"
CLOCKS = Table(
    "clocks",
    ClockRow,
    ("ticket_id", "target"),
    [
        "(contract_id, opened_on)",
        "(opened_on)",
        "(last_step_at)",
        "(position)",
        f"(contract_id, due_at) WHERE {NOT_ENDED}",
        f"(due_at, ticket_id, target) WHERE {NOT_ENDED}",
    ],
)


def clock_of(row: ClockRow) -> TargetClock:
    return TargetClock(
        target=row.target,
        priority=row.priority,
        started_at=row.started_at,
        due_at=row.due_at,
        breached_at=row.breached_at,
        ended_at=row.ended_at,
        paused=row.paused,
        paused_since=row.paused_since,
        void_at=row.void_at,
    )


_IN_THE_END = to_micros(FAR_FUTURE)
sla_clocks = View("clocks", ZONES, TIMELINES, TERMS, CLOCKS, CLOCK_TOTALS)
sla_clocks.after_each_page(add_up)


@sla_clocks.on(ContractSigned)
def _signed(rows: Rows, fact: ContractSigned, meta: EventMeta) -> None:
    rows.put(ZONES, ZoneRow(fact.contract_id, fact.timezone, fact.provider))


@sla_clocks.on(TermStarted)
def _term_started(rows: Rows, fact: TermStarted, meta: EventMeta) -> None:
    term_id = f"{fact.contract_id}/{fact.term_no}"
    rows.put(TERMS, TermsRow(term_id, fact.plan, bytes(fact.terms).decode(), to_json(fact.holidays)))


def _zone(_: Rows, fact: TicketOpened) -> list[str]:
    return [fact.contract_id]


def _term(_: Rows, fact: TicketOpened) -> list[str]:
    return [f"{fact.contract_id}/{fact.term_no}"]


@sla_clocks.on(TicketOpened, changes=[(ZONES, _zone), (TERMS, _term)])
def _opened(rows: Rows, fact: TicketOpened, meta: EventMeta) -> None:
    zone = rows.require(ZONES, fact.contract_id)
    row = TimelineRow(
        ticket_id=fact.ticket_id,
        contract_id=fact.contract_id,
        term_id=f"{fact.contract_id}/{fact.term_no}",
        channel=fact.channel,
        scope=fact.scope,
        opened_on=local_date(from_micros(meta.effective_at), zone.timezone).isoformat(),
        timeline="",
        provider=zone.provider,
    )
    rows.put(TIMELINES, row)
    _judge(rows, row, timeline_of(fact), meta)


def _ticket(_: Rows, fact: TicketFact) -> list[str]:
    return [fact.ticket_id]


def _term_of_ticket(rows: Rows, fact: TicketFact) -> list[str]:
    row = rows.peek(TIMELINES, fact.ticket_id)
    return [row.term_id] if row is not None else []


OF_TICKET: Changes = [(TIMELINES, _ticket), (TERMS, _term_of_ticket), (CLOCKS, _ticket)]


@sla_clocks.on(*STEPS, changes=OF_TICKET)
def _went_on(rows: Rows, fact: TicketFact, meta: EventMeta) -> None:
    row = rows.require(TIMELINES, fact.ticket_id)
    timeline = read_timeline(row.timeline)
    timeline.add(step_of(fact, meta.position))
    _judge(rows, row, timeline, meta)


@sla_clocks.on(TicketStepRetracted, changes=OF_TICKET)
def _retracted(rows: Rows, fact: TicketStepRetracted, meta: EventMeta) -> None:
    row = rows.require(TIMELINES, fact.ticket_id)
    timeline = read_timeline(row.timeline)
    timeline.take_back(fact.position)
    _judge(rows, row, timeline, meta)


def _judge(rows: Rows, row: TimelineRow, timeline: Timeline, meta: EventMeta) -> None:
    """Works the ticket's clocks out anew; a promise that its new priority lacks is no longer shown."""
    row.timeline = to_json(timeline)
    term = rows.require(TERMS, row.term_id)
    terms = parse_terms(term.terms.encode())
    calendar = rows.tool(Calendars).of(terms, term.holidays, row.channel, row.scope)
    found = {clock.target: clock for clock in clocks(terms, calendar, lived(timeline))}
    for target in TARGET_NAMES:
        clock = found.get(target)
        now = ClockRow(
            ticket_id=row.ticket_id,
            target=target,
            contract_id=row.contract_id,
            plan=term.plan,
            priority=clock.priority if clock else 0,
            opened_on=row.opened_on,
            opened_at=timeline.opened_at,
            position=meta.position,
            started_at=clock.started_at if clock else None,
            due_at=clock.due_at if clock else None,
            breached_at=clock.breached_at if clock else None,
            ended_at=clock.ended_at if clock else None,
            paused=clock.paused if clock else 0,
            paused_since=clock.paused_since if clock else None,
            void_at=clock.void_at if clock else None,
            last_step_at=timeline.last_step_at,
            shown=int(clock is not None),
        )
        _count(rows, row.provider, rows.peek(CLOCKS, (row.ticket_id, target)), now)
        rows.put(CLOCKS, now)


def _count(rows: Rows, provider: str, before: ClockRow | None, now: ClockRow) -> None:
    """Puts what a clock comes to in the end in the place of what it came to before, where that is another."""
    shown = [(one, clock_of(one).state(_IN_THE_END)) for one in (before, now) if one is not None and one.shown]
    if len(shown) == 2 and shown[0][1] == shown[1][1] and shown[0][0].priority == now.priority:
        return
    for clock, state in shown:
        count_clock(rows, provider, clock, state, 1 if clock is now else -1)
