"""How often promises were kept, of the tickets opened in a period, by any mix of groups (S5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ledger.kernel.access import Actor
from ledger.kernel.values import show_share, to_micros
from projections.asking import EVERYTHING, Condition, Key, Page, PageAsked, all_of, equal
from projections.contracts.questions import as_of_for
from projections.reader import NOW, AsOf, Moment, Snapshot, Times, check_right_way_round
from projections.sla.calendars import Calendars
from projections.sla.clocks import ClockRow
from projections.sla.states import STATE, clock_of, clocks_at
from projections.visible import visible

Group = Literal["contract", "plan", "priority", "target", "month"]
GROUPS: dict[Group, str] = {
    "contract": "k.contract_id",
    "plan": "k.plan",
    "priority": "k.priority",
    "target": "k.target",
    "month": "substr(k.opened_on, 1, 7)",
}
COUNTED_STATES = ("met", "breached", "running", "paused", "void")
PAGE = 400  # tickets whose past is worked out together
GroupKey = tuple[str | int, ...]
Counts = dict[GroupKey, Counter[str]]


@dataclass(slots=True, frozen=True)
class OfTickets:
    """Which tickets are counted; `opened_from` and `opened_to` are included, a day is one of the ticket's provider."""

    contract_id: str | None = None
    customer_id: str | None = None
    provider: str | None = None
    opened_from: Moment | None = None
    opened_to: Moment | None = None

    def condition(self, actor: Actor) -> Condition:
        """About clocks `k` and contracts `c`: what the actor sees, and what was asked for."""
        of_contract = equal("c", contract_id=self.contract_id, customer_id=self.customer_id, provider=self.provider)
        opened = (_opened(">=", "opened_from", self.opened_from), _opened("<=", "opened_to", self.opened_to))
        return all_of(visible(actor), of_contract, *opened)


def _opened(sign: str, name: str, moment: Moment | None) -> Condition:
    if moment is None:
        return "", {}
    if isinstance(moment, datetime):
        return f"k.opened_at {sign} :{name}", {name: to_micros(moment)}
    return f"k.opened_on {sign} :{name}", {name: moment.isoformat()}


@dataclass(slots=True, frozen=True)
class GroupCount:
    """Targets of one group by state; `key` has the group's values, in the order in which groups were asked for."""

    key: GroupKey
    met: int
    breached: int
    running: int
    paused: int
    void: int

    @property
    def by_state(self) -> dict[str, int]:
        return {
            "met": self.met,
            "breached": self.breached,
            "running": self.running,
            "paused": self.paused,
            "void": self.void,
        }

    @property
    def ratio(self) -> str | None:
        """met / (met + breached) with four decimals, half-up; None where nothing was judged: 2 of 3 are 0.6667."""
        judged = self.met + self.breached
        return show_share(self.met, judged) if judged else None


async def compliance(
    snapshot: Snapshot,
    actor: Actor,
    tickets: OfTickets,
    groups: Sequence[Group],
    calendars: Calendars,
    times: Times = NOW,
    page: PageAsked = EVERYTHING,
) -> Page[GroupCount]:
    """Counts of each state by `groups`, of which none is named twice, in the order of their values.

    Raises Refusal unknown-contract, malformed for days or instants that are the wrong way round.
    """
    check_right_way_round(tickets.opened_from, tickets.opened_to)
    as_of = await as_of_for(snapshot, actor, tickets.contract_id, times)
    if as_of.current:
        found = await _count(snapshot, tickets.condition(actor), groups, as_of.at, page)
    else:
        counts = await _count_then(snapshot, actor, tickets, groups, as_of, calendars)
        found = [_counted(key, states) for key, states in sorted(counts.items())]
        found = [one for one in found if page.after is None or one.key > page.after]
    rows, next_after = page.cut(found, _place)
    return Page(as_of.position, rows, next_after, _place)


def _place(row: GroupCount) -> Key:
    return row.key


async def _count(
    snapshot: Snapshot, which: Condition, groups: Sequence[Group], now: int, page: PageAsked
) -> list[GroupCount]:
    """Those of one page, of the clocks as they are: the database adds up."""
    if not groups and page.after is not None:
        return []  # all of it is one row
    condition, params = which
    columns = "".join(f"{GROUPS[group]} AS {group}, " for group in groups)
    inner = (
        f"SELECT {columns}{STATE} AS state FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE k.shown = 1 AND {condition}"
    )
    states = [f"count(CASE WHEN state = '{state}' THEN 1 END) AS {state}" for state in COUNTED_STATES]
    behind, after = _behind(groups, page)
    in_order = f" GROUP BY {', '.join(groups)} ORDER BY {', '.join(groups)}" if groups else ""
    limited, limit = page.limited
    sql = f"SELECT {', '.join([*groups, *states])} FROM ({inner}) k WHERE {behind}{in_order}{limited}"
    found = [row._asdict() for row in await snapshot.query(sql, params | after | limit | {"now": now})]
    # Without groups there is one row also of no clock at all.
    return [
        _counted(tuple(row[group] for group in groups), row) for row in found if any(row[one] for one in COUNTED_STATES)
    ]


def _behind(groups: Sequence[Group], page: PageAsked) -> Condition:
    """What comes after the group with which the page before ended."""
    if page.after is None:
        return all_of()
    after = {f"after_{group}": value for group, value in zip(groups, page.after, strict=True)}
    return f"({', '.join(groups)}) > ({', '.join(f':{name}' for name in after)})", after


def _counted(key: GroupKey, states: Mapping[str, int]) -> GroupCount:
    return GroupCount(key, **{state: states[state] for state in COUNTED_STATES})


async def _count_then(
    snapshot: Snapshot, actor: Actor, tickets: OfTickets, groups: Sequence[Group], as_of: AsOf, calendars: Calendars
) -> Counts:
    """The past. A ticket that took no step since has the clocks that it had; of the others, those that were open at the
    moment, they are worked out anew from the events up to it.
    """
    opened = all_of(tickets.condition(actor), ("k.opened_at <= :at", as_of.params))
    unchanged: Condition = ("k.position <= :position AND k.last_step_at <= :at", {})
    counts: Counts = defaultdict(Counter)
    for row in await _count(snapshot, all_of(opened, unchanged), groups, as_of.at, EVERYTHING):
        counts[row.key].update(row.by_state)
    condition, params = all_of(opened, ("(k.position > :position OR k.last_step_at > :at)", {}))
    sql = (
        "SELECT DISTINCT k.ticket_id, k.contract_id FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE {condition} ORDER BY k.ticket_id"
    )
    found = await snapshot.query(sql, params)
    for start in range(0, len(found), PAGE):
        contracts = {row.ticket_id: row.contract_id for row in found[start : start + PAGE]}
        for clock in await clocks_at(snapshot, contracts, as_of, calendars):
            counts[_key(clock, groups)][clock_of(clock).state(as_of.at)] += 1
    return counts


def _key(row: ClockRow, groups: Sequence[Group]) -> GroupKey:
    values: dict[Group, str | int] = {
        "contract": row.contract_id,
        "plan": row.plan,
        "priority": row.priority,
        "target": row.target,
        "month": row.opened_on[:7],
    }
    return tuple(values[group] for group in groups)
