"""How often promises were kept, of the tickets opened in a period, by any mix of groups (S5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from ledger.kernel.access import Actor
from ledger.kernel.values import show_share, to_micros
from projections.contracts.questions import as_of_for
from projections.reader import AsOf, Snapshot
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
PAGE = 400  # tickets whose past is worked out together
Key = tuple[str | int, ...]
Counts = dict[Key, Counter[str]]


@dataclass(slots=True, frozen=True)
class OfTickets:
    """Which tickets are counted; `opened_from` and `opened_to` are included, a day is one of the ticket's provider."""

    contract_id: str | None = None
    customer_id: str | None = None
    provider: str | None = None
    opened_from: datetime | date | None = None
    opened_to: datetime | date | None = None

    def condition(self, actor: Actor) -> tuple[str, dict[str, Any]]:
        """About clocks `k` and contracts `c`: what the actor sees, and what was asked for."""
        condition, params = visible(actor)
        of_contract = {"contract_id": self.contract_id, "customer_id": self.customer_id, "provider": self.provider}
        for column, value in of_contract.items():
            if value is not None:
                condition += f" AND c.{column} = :{column}"
                params[column] = value
        for name, moment, sign in (("opened_from", self.opened_from, ">="), ("opened_to", self.opened_to, "<=")):
            if isinstance(moment, datetime):
                condition += f" AND k.opened_at {sign} :{name}"
                params[name] = to_micros(moment)
            elif moment is not None:
                condition += f" AND k.opened_on {sign} :{name}"
                params[name] = moment.isoformat()
        return condition, params


@dataclass(slots=True, frozen=True)
class Kept:
    """Targets of one group by state; `key` has the group's values, in the order in which groups were asked for."""

    key: Key
    met: int
    breached: int
    running: int
    paused: int
    void: int

    @property
    def ratio(self) -> str | None:
        """met / (met + breached) with four decimals, half-up; None where nothing was judged: 2 of 3 are 0.6667."""
        judged = self.met + self.breached
        return show_share(self.met, judged) if judged else None


@dataclass(slots=True, frozen=True)
class Compliance:
    position: int
    groups: list[Group]
    rows: list[Kept]


async def compliance(
    snapshot: Snapshot,
    actor: Actor,
    tickets: OfTickets,
    groups: Sequence[Group],
    calendars: Calendars,
    *,
    as_of: datetime | date | None = None,
    known_at: datetime | date | None = None,
) -> Compliance:
    """Counts of each state by group, each group once, in the order of their values. Raises Refusal unknown-contract."""
    asked = await as_of_for(snapshot, actor, tickets.contract_id, as_of, known_at)
    wanted = list(dict.fromkeys(groups))
    if asked.current:
        counts = await _count_now(snapshot, actor, tickets, wanted, asked)
    else:
        counts = await _count_then(snapshot, actor, tickets, wanted, asked, calendars)
    rows = [
        Kept(
            key,
            met=states["met"],
            breached=states["breached"],
            running=states["running"],
            paused=states["paused"],
            void=states["void"],
        )
        for key, states in sorted(counts.items())
    ]
    return Compliance(asked.position, wanted, rows)


async def _count_now(
    snapshot: Snapshot, actor: Actor, tickets: OfTickets, groups: Sequence[Group], asked: AsOf
) -> Counts:
    condition, params = tickets.condition(actor)
    columns = "".join(f"{GROUPS[group]} AS {group}, " for group in groups)
    inner = (
        f"SELECT {columns}{STATE} AS state FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE k.shown = 1 AND {condition}"
    )
    names = ", ".join([*groups, "state"])
    sql = f"SELECT {names}, count(*) AS targets FROM ({inner}) k GROUP BY {names}"
    counts: Counts = defaultdict(Counter)
    for row in await snapshot.query(sql, params | {"now": asked.at}):
        counts[tuple(getattr(row, group) for group in groups)][row.state] = row.targets
    return counts


async def _count_then(
    snapshot: Snapshot, actor: Actor, tickets: OfTickets, groups: Sequence[Group], asked: AsOf, calendars: Calendars
) -> Counts:
    """The past: each ticket's clocks are worked out anew from its events up to the moment."""
    condition, params = tickets.condition(actor)
    sql = (
        "SELECT DISTINCT k.ticket_id, k.contract_id FROM clocks k JOIN contracts c ON c.contract_id = k.contract_id "
        f"WHERE {condition} AND k.opened_at <= :at ORDER BY k.ticket_id"
    )
    found = await snapshot.query(sql, params | {"at": asked.at})
    counts: Counts = defaultdict(Counter)
    for start in range(0, len(found), PAGE):
        contracts = {row.ticket_id: row.contract_id for row in found[start : start + PAGE]}
        for row in await clocks_at(snapshot, contracts, asked, calendars):
            counts[_key(row, groups)][clock_of(row).state(asked.at)] += 1
    return counts


def _key(row: ClockRow, groups: Sequence[Group]) -> Key:
    values: dict[Group, str | int] = {
        "contract": row.contract_id,
        "plan": row.plan,
        "priority": row.priority,
        "target": row.target,
        "month": row.opened_on[:7],
    }
    return tuple(values[group] for group in groups)
