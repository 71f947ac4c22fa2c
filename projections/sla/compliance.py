"""How often promises were kept, of the tickets opened in a period, by any mix of groups (S5).

Totals say what becomes of targets in the end. Less than that is true at a moment: what is missed later runs yet, and a
ticket that took a step since was another. The former are found by their due instants, the latter worked out anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ledger.kernel.access import Actor
from ledger.kernel.values import FAR_FUTURE, show_share, to_micros
from projections.asking import EVERYTHING, Condition, Key, Page, PageAsked, all_of, equal
from projections.contracts.questions import as_of_for
from projections.months_and_days import month_in_sql
from projections.reader import NOW, AsOf, Snapshot, Times, check_right_way_round
from projections.sla.calendars import Calendars
from projections.sla.clock_totals import COUNTED_STATES, OF_NO_CONTRACT
from projections.sla.clocks import CLOCKS, NOT_ENDED, ClockRow, clock_of
from projections.sla.opened import OfTickets, OpenedDays
from projections.sla.states import IN_THE_END, clocks_at

Group = Literal["contract", "plan", "priority", "target", "month"]
_OF_CLOCKS: dict[Group, str] = {
    "contract": "k.contract_id",
    "plan": "k.plan",
    "priority": "k.priority",
    "target": "k.target",
    "month": "substr(k.opened_on, 1, 7)",
}
_OF_TOTALS: dict[Group, str] = {
    "contract": "t.contract_id",
    "plan": "t.plan",
    "priority": "t.priority",
    "target": "t.target",
    "month": month_in_sql("t.span"),
}
PAGE = 400  # tickets whose past is worked out together
_STEPPED_SINCE = """SELECT p.ticket_id FROM clocks p WHERE p.position > :position
UNION SELECT s.ticket_id FROM clocks s WHERE s.last_step_at > :at"""
# So that SQLite looks for clocks by ticket, where all are of one contract.
_OF_THE_CLOCK = "c.contract_id = k.contract_id || ''"
GroupKey = tuple[str | int, ...]
Counts = defaultdict[GroupKey, Counter[str]]


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
    which = _Which(actor, tickets, groups, replace(as_of, current=False), is_now=times.is_now)
    changed = await _changed_since(snapshot, which)
    found = await _count(snapshot, which, EVERYTHING if changed else page)
    if changed:
        found = await _as_they_were(snapshot, which, found, changed, calendars)
        found = [one for one in found if page.after is None or one.key > page.after]
    rows, next_after = page.cut(found, _place)
    return Page(as_of.position, rows, next_after, _place)


def _place(row: GroupCount) -> Key:
    return row.key


@dataclass(slots=True, frozen=True)
class _Which:
    """What is counted, by what, at which place in both times."""

    actor: Actor
    tickets: OfTickets
    groups: Sequence[Group]
    as_of: AsOf
    is_now: bool

    @property
    def days(self) -> OpenedDays:
        """Now also those that are opened a little later: their steps lie ahead, so that they are looked at anyway."""
        return self.tickets.days(None if self.is_now else self.as_of.at)

    @property
    def clocks(self) -> Condition:
        """Of clocks `k` and contracts `c`: those of tickets that were open by then."""
        opened: Condition = ("", {}) if self.is_now else ("k.opened_at <= :at", {})
        return all_of(self.tickets.condition(self.actor, by_opening=False), opened)

    @property
    def is_of_contracts(self) -> bool:
        """Whether contracts are told apart, or some of a provider's are left out."""
        actor, tickets = self.actor, self.tickets
        named = (actor.customer, actor.partner, tickets.contract_id, tickets.customer_id)
        return "contract" in self.groups or any(one is not None for one in named)

    def selected(self, places: Mapping[Group, str], counted: Mapping[str, str]) -> str:
        """The columns of groups, and how many of each state."""
        groups = (f"{places[group]} AS {group}" for group in self.groups)
        return ", ".join([*groups, *(f"{counted.get(state, 0)} AS {state}" for state in COUNTED_STATES)])


async def _count(snapshot: Snapshot, which: _Which, page: PageAsked) -> list[GroupCount]:
    """Those of one page, of the clocks as they are: the database adds up."""
    groups = which.groups
    if not groups and page.after is not None:
        return []  # all of it is one row
    parts = [*_totals(which), *_parted_days(which), _not_missed_yet(which)]
    behind, after = _behind(groups, page)
    limited, limit = page.limited
    sums = [f"CAST(coalesce(sum({state}), 0) AS BIGINT) AS {state}" for state in COUNTED_STATES]
    some = " OR ".join(f"sum({state}) <> 0" for state in COUNTED_STATES)
    in_order = f" GROUP BY {', '.join(groups)} HAVING {some} ORDER BY {', '.join(groups)}" if groups else ""
    added = " UNION ALL ".join(sql for sql, _ in parts)
    sql = f"SELECT {', '.join([*groups, *sums])} FROM ({added}) u WHERE {behind}{in_order}{limited}"
    params = {name: value for _, named in parts for name, value in named.items()}
    found = [row._asdict() for row in await snapshot.query(sql, params | after | limit | which.as_of.params)]
    # Without groups there is one row also of no clock at all.
    return [
        _counted(tuple(row[group] for group in groups), row) for row in found if any(row[one] for one in COUNTED_STATES)
    ]


def _totals(which: _Which) -> list[Condition]:
    selected = which.selected(_OF_TOTALS, {state: f"t.{state}" for state in COUNTED_STATES})
    found = []
    for number, (begins, ends) in enumerate(which.days.spans):
        named = {f"begins_{number}": begins, f"ends_{number}": ends}
        span = f"t.span >= :begins_{number} AND t.span <= :ends_{number}"
        if which.is_of_contracts:
            whose, params = which.tickets.whose(which.actor)
            of = f"contracts c CROSS JOIN clock_totals t WHERE {whose} AND t.contract_id = c.contract_id"
        else:
            provider = equal("t", provider=which.tickets.provider)
            whose, params = all_of(provider, _of_provider(which.actor))
            of = f"clock_totals t WHERE t.contract_id = '{OF_NO_CONTRACT}' AND {whose}"
        found.append((f"SELECT {selected} FROM {of} AND {span}", params | named))
    return found


def _of_provider(actor: Actor) -> Condition:
    return ("t.provider = :actor_provider", {"actor_provider": actor.provider}) if actor.provider else ("", {})


def _parted_days(which: _Which) -> list[Condition]:
    counted = {state: f"CASE WHEN {IN_THE_END} = '{state}' THEN 1 ELSE 0 END" for state in COUNTED_STATES}
    selected = which.selected(_OF_CLOCKS, counted)
    found = []
    for number, (first, last) in enumerate(which.days.parted):
        named = {f"first_{number}": str(first), f"last_{number}": str(last)}
        on = f"k.opened_on >= :first_{number} AND k.opened_on <= :last_{number}"
        condition, params = all_of(which.clocks, (f"k.shown = 1 AND {on}", named))
        found.append((f"SELECT {selected} FROM {_clocks_in_order(which)} AND {condition}", params))
    return found


def _not_missed_yet(which: _Which) -> Condition:
    """Of tickets without a step since, what falls due later: that runs, where in the end it is missed."""
    later = f"k.shown = 1 AND {NOT_ENDED} AND k.due_at >= :at AND k.breached_at > :at"
    condition, params = all_of(which.clocks, (f"{later} AND k.last_step_at <= :at AND +k.position <= :position", {}))
    selected = which.selected(_OF_CLOCKS, {"running": "1", "breached": "-1"})
    return f"SELECT {selected} FROM {_clocks_in_order(which)} AND {condition}", params


def _clocks_in_order(which: _Which) -> str:
    """Clocks `k` and their contracts `c`: by contract where few are asked for, else by an index of clocks alone."""
    tables = "contracts c CROSS JOIN clocks k" if which.is_of_contracts else "clocks k CROSS JOIN contracts c"
    return f"{tables} WHERE c.contract_id = k.contract_id"


def _behind(groups: Sequence[Group], page: PageAsked) -> Condition:
    """What comes after the group with which the page before ended."""
    if page.after is None:
        return all_of()
    after = {f"after_{group}": value for group, value in zip(groups, page.after, strict=True)}
    return f"({', '.join(groups)}) > ({', '.join(f':{name}' for name in after)})", after


def _counted(key: GroupKey, states: Mapping[str, int]) -> GroupCount:
    return GroupCount(key, **{state: states[state] for state in COUNTED_STATES})


async def _changed_since(snapshot: Snapshot, which: _Which) -> list[ClockRow]:
    """The clocks of tickets that took a step since, of those that were open then; now of those with one ahead."""
    since = "(k.position > :position OR k.last_step_at > :at)"
    tables = _clocks_in_order(which)
    if which.is_now or not which.is_of_contracts:
        since = "k.ticket_id = n.ticket_id"
        tables = f"({_STEPPED_SINCE}) n CROSS JOIN clocks k CROSS JOIN contracts c WHERE {_OF_THE_CLOCK}"
    condition, params = all_of(which.clocks, (since, which.as_of.params))
    sql = f"SELECT {CLOCKS.columns_of('k')} FROM {tables} AND {condition} ORDER BY k.ticket_id"
    return [CLOCKS.row_of(row) for row in await snapshot.query(sql, params)]


async def _as_they_were(
    snapshot: Snapshot, which: _Which, found: Sequence[GroupCount], changed: Sequence[ClockRow], calendars: Calendars
) -> list[GroupCount]:
    """In the place of clocks as they are those that the events up to the moment make."""
    counts: Counts = defaultdict(Counter, {one.key: Counter(one.by_state) for one in found})
    for clock in changed:
        if clock.shown:
            counts[_key(clock, which.groups)][clock_of(clock).state(to_micros(FAR_FUTURE))] -= 1
    at = which.as_of.at
    contract_of = {clock.ticket_id: clock.contract_id for clock in changed if clock.opened_at <= at}
    tickets = [*contract_of]
    for start in range(0, len(tickets), PAGE):
        some = {ticket_id: contract_of[ticket_id] for ticket_id in tickets[start : start + PAGE]}
        for clock in await clocks_at(snapshot, some, which.as_of, calendars):
            counts[_key(clock, which.groups)][clock_of(clock).state(at)] += 1
    return [_counted(key, states) for key, states in sorted(counts.items()) if any(states.values())]


def _key(row: ClockRow, groups: Sequence[Group]) -> GroupKey:
    values: dict[Group, str | int] = {
        "contract": row.contract_id,
        "plan": row.plan,
        "priority": row.priority,
        "target": row.target,
        "month": row.opened_on[:7],
    }
    return tuple(values[group] for group in groups)
