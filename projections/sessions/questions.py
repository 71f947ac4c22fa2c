"""Questions to the view of sessions: lists by their starts, and one as it stood, with its deductions and history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ledger.events import CreditUnit, DeductionKind, SessionFact
from ledger.kernel.access import Actor
from ledger.kernel.errors import unknown_session
from ledger.kernel.ids import penalty_id_of
from ledger.kernel.values import ONE_DAY, first_instant, to_micros
from ledger.store.database import Row, listed
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.contracts.questions import as_of_for
from projections.credit.penalties import PenaltyTold, penalty_told
from projections.history import ToldFact, refold_into, stream_events, stream_history
from projections.reader import AsOf, Moment, Snapshot, Times, check_right_way_round, existed, resolve_as_of
from projections.sessions.view import HOLDERS, SESSIONS, SessionHolderRow, SessionRow, SessionStatus, sessions
from projections.views import Memory
from projections.visible import visible

MOST_DEDUCTIONS = 10  # of one session that stand with it: its own, and its newest penalties


@dataclass(slots=True, frozen=True)
class SessionFilter:
    """What a list of sessions is narrowed to: by their starts, both ends included, a day being one of the provider's.

    State and start are those at the moment that is asked about.
    """

    contract_id: str | None = None
    provider: str | None = None
    customer_id: str | None = None
    state: SessionStatus | None = None
    starts_from: Moment | None = None
    starts_to: Moment | None = None

    @property
    def belongs(self) -> Condition:
        return equal("s", contract_id=self.contract_id, provider=self.provider, customer_id=self.customer_id)

    @property
    def stands(self) -> Condition:
        """The condition of rows `s` as they are."""
        first, last = _starts(">=", "starts_from", self.starts_from), _starts("<=", "starts_to", self.starts_to)
        return all_of(equal("s", state=self.state), first, last)

    def holds(self, row: SessionRow) -> bool:
        """The same of a row as it was."""
        first, last = self.starts_from, self.starts_to
        return (
            self.state in (None, row.state)
            and (first is None or _compared(row, first) >= 0)
            and (last is None or _compared(row, last) <= 0)
        )


def _compared(row: SessionRow, moment: Moment) -> int:
    """Below 0 where the session begins before, above where it begins after; a day is one of its provider's."""
    if isinstance(moment, datetime):
        at = to_micros(moment)
        return (row.starts_at > at) - (row.starts_at < at)
    day = moment.isoformat()
    return (row.starts_on > day) - (row.starts_on < day)


def _starts(sign: Literal[">=", "<="], name: str, moment: Moment | None) -> Condition:
    """A day is compared with the start's own day; beside it stands how far that can lie off, for the index."""
    if moment is None:
        return "", {}
    if isinstance(moment, datetime):
        return f"s.starts_at {sign} :{name}", {name: to_micros(moment)}
    near = first_instant(moment - ONE_DAY if sign == ">=" else moment + 2 * ONE_DAY, "UTC")
    return (
        f"s.starts_on {sign} :{name} AND s.starts_at {sign} :near_{name}",
        {name: moment.isoformat(), f"near_{name}": to_micros(near)},
    )


@dataclass(slots=True, frozen=True)
class SessionDeduction:
    """What was billed for a session: its work, or a penalty (C7)."""

    deduction_id: str
    kind: DeductionKind
    worked_seconds: int
    billed_minutes: int
    penalty: PenaltyTold | None


@dataclass(slots=True, frozen=True)
class ListedSession:
    """A session as it stood. `unit` is that of its pool; `place` is where lists have it."""

    position: int
    row: SessionRow
    unit: CreditUnit
    currency: str | None
    deductions: list[SessionDeduction]
    place: tuple[int, int]


async def list_sessions(
    snapshot: Snapshot, actor: Actor, wanted: SessionFilter, times: Times, page: PageAsked
) -> Page[ListedSession]:
    """Sessions that the actor may see, in the order of their starts as these are now. Raises Refusal unknown-contract.

    What changed since the moment that is asked about is looked at as it was then, so that a page of the past may hold
    fewer items than its limit.
    """
    check_right_way_round(wanted.starts_from, wanted.starts_to)
    as_of = await as_of_for(snapshot, actor, wanted.contract_id, times)
    stands, told = wanted.stands
    if not as_of.current:
        stands = f"({stands} OR s.latest_at > :at OR s.latest_position > :position)"
    condition, params = all_of(
        visible(actor, "s"),
        wanted.belongs,
        (stands, told),
        ("s.booked_at <= :at AND s.position <= :position", as_of.params),
        _behind(page),
    )
    limited, limit = page.limited
    sql = (
        f"SELECT {SESSIONS.columns_of('s')} FROM sessions s WHERE {condition} ORDER BY s.starts_at, s.position{limited}"
    )
    rows = await snapshot.query(sql, params | limit)
    shown, next_after = page.cut(rows, lambda row: (row.starts_at, row.position))
    opened = [one for one in await _open(snapshot, shown, as_of) if wanted.holds(one.row)]
    return Page(as_of.position, opened, next_after, lambda one: one.place)


def _behind(page: PageAsked) -> Condition:
    if page.after is None:
        return "", {}
    starts_at, position = page.after
    return "(s.starts_at, s.position) > (:after_start, :after)", {"after_start": starts_at, "after": position}


async def session_with_history(
    snapshot: Snapshot, actor: Actor, session_id: str, times: Times, page: PageAsked
) -> tuple[ListedSession, Page[ToldFact]]:
    """One session as it stood, and a page of its events until then.

    Raises Refusal unknown-session, also for one that was booked later.
    """
    found, as_of = await _find(snapshot, actor, session_id, times)
    (opened,) = await _open(snapshot, [found], as_of)
    return opened, await stream_history(snapshot, SessionFact.stream_of(session_id), as_of, page)


async def session_history(
    snapshot: Snapshot, actor: Actor, session_id: str, times: Times, page: PageAsked
) -> Page[ToldFact]:
    """The events of a session in order. Raises Refusal unknown-session, also for one that was booked later."""
    _, as_of = await _find(snapshot, actor, session_id, times)
    return await stream_history(snapshot, SessionFact.stream_of(session_id), as_of, page)


async def _find(snapshot: Snapshot, actor: Actor, session_id: str, times: Times) -> tuple[Row, AsOf]:
    condition, params = all_of(equal("s", session_id=session_id), visible(actor, "s"))
    sql = f"SELECT {SESSIONS.columns_of('s')} FROM sessions s WHERE {condition}"
    for found in await snapshot.query(sql, params):
        as_of = await resolve_as_of(snapshot, times.as_of, times.known_at, found.timezone, found.contract_id)
        if existed(found.booked_at, found.position, as_of):
            return found, as_of
    raise unknown_session(session_id)


async def _open(snapshot: Snapshot, found: Sequence[Row], as_of: AsOf) -> list[ListedSession]:
    rows = await _as_they_were(snapshot, [SESSIONS.row_of(row) for row in found], as_of)
    units = await _units(snapshot, [row.contract_id for row in rows])
    of_pool = [units.get((row.contract_id, row.pool), ("minutes", None)) for row in rows]
    deductions = await _deductions(snapshot, rows)
    return [
        ListedSession(
            position=as_of.position,
            row=row,
            unit=unit,
            currency=currency,
            deductions=deductions[row.session_id],
            place=(now.starts_at, now.position),
        )
        for row, now, (unit, currency) in zip(rows, found, of_pool, strict=True)
    ]


async def _as_they_were(snapshot: Snapshot, rows: list[SessionRow], as_of: AsOf) -> list[SessionRow]:
    """Rows that nothing changed since are as they were."""
    changed = [row for row in rows if row.latest_position > as_of.position or row.latest_at > as_of.at]
    if as_of.current or not changed:
        return rows
    streams = {row.session_id: SessionFact.stream_of(row.session_id) for row in changed}
    histories = await stream_events(snapshot, sessions, list(streams.values()), as_of)
    memory = Memory()
    for row in changed:
        holder = SessionHolderRow(row.contract_id, row.provider, row.customer_id, row.partner_id, row.timezone)
        memory.put(HOLDERS, holder)
        refold_into(memory, sessions, histories[streams[row.session_id]])
    return [memory.get(SESSIONS, row.session_id) or row for row in rows]


async def _units(
    snapshot: Snapshot, contract_ids: Sequence[str]
) -> dict[tuple[str, str | None], tuple[CreditUnit, str | None]]:
    """Unit and currency of each pool of these contracts."""
    if not contract_ids:
        return {}
    places, params = listed("contract_id", sorted(set(contract_ids)))
    sql = f"SELECT contract_id, pool, unit, currency FROM accounts WHERE contract_id IN ({places})"
    return {(row.contract_id, row.pool): (row.unit, row.currency) for row in await snapshot.query(sql, params)}


async def _deductions(snapshot: Snapshot, rows: Sequence[SessionRow]) -> dict[str, list[SessionDeduction]]:
    """By session, what was billed for it: under its own id where it took place, and its penalties in their order."""
    named = {deduction_id: row.session_id for row in rows for deduction_id in _billed(row)}
    found: dict[str, list[SessionDeduction]] = defaultdict(list)
    if named:
        places, params = listed("deduction_id", list(named))
        sql = (
            "SELECT deduction_id, kind, worked_seconds, billed_minutes, session_id, penalised_start, penalty_cause "
            f"FROM deductions WHERE deduction_id IN ({places}) ORDER BY position"
        )
        for row in await snapshot.query(sql, params):
            time, penalty = (row.worked_seconds, row.billed_minutes), penalty_told(row)
            found[named[row.deduction_id]].append(SessionDeduction(row.deduction_id, row.kind, *time, penalty))
    return found


def _billed(row: SessionRow) -> list[str]:
    """A penalty is named by its number; what was worked bears the session's id."""
    own = [row.session_id] if row.state == "completed" else []
    first = max(1, row.penalties - MOST_DEDUCTIONS + 1 + len(own))
    return own + [penalty_id_of(row.session_id, number) for number in range(first, row.penalties + 1)]
