"""Questions to grants: what of each is left, what expired unused, and which of them end soon, in the order of use (C2).

Now it is answered from the totals of each grant and what becomes effective only later, so that a page costs what it
shows. At any other moment the movements of the grants that are shown are added up until then (§ 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.credit.grants import GrantFigures, GrantState, what_it_follows_from
from ledger.events import CreditUnit, Source
from ledger.kernel.access import Actor
from ledger.kernel.values import first_instant, to_micros
from ledger.store.database import Row
from projections.asking import Condition, Page, PageAsked, all_of, equal
from projections.contracts.questions import contract_as_of
from projections.credit.movements import NEVER, UNUSED
from projections.credit.rules import (
    FIGURES_AT,
    LATER_THAN_SHOWN,
    MOVEMENTS_KNOWN,
    REMAINS,
    by_then_in_sql,
    ends_in_sql,
)
from projections.reader import AsOf, Moment, Snapshot, Times, view_position
from projections.visible import visible

_ABOUT = (
    "g.grant_id, g.contract_id, g.pool, g.source, g.rule, g.valid_from, g.counts_from, g.position, a.unit, a.currency"
)
_ACCOUNT = "JOIN accounts a ON a.contract_id = g.contract_id AND a.pool = g.pool"

_FIGURES_NOW = f"""
SELECT {_ABOUT}, g.expires_at,
  {by_then_in_sql("g.granted", "m.granted", LATER_THAN_SHOWN)} AS granted,
  {by_then_in_sql("g.consumed", "m.consumed", LATER_THAN_SHOWN)} AS consumed,
  {by_then_in_sql("g.reserved", "m.reserved", LATER_THAN_SHOWN)} AS reserved"""
_NOW = f"{_FIGURES_NOW} FROM grants g {_ACCOUNT} JOIN contracts c ON c.contract_id = g.contract_id WHERE "
# A grant is known once its granting is. Only of those that are shown the movements are added up.
_THEN = f"""
WITH shown AS (
  SELECT g.grant_id, e.expires_at FROM grants g JOIN ({ends_in_sql(MOVEMENTS_KNOWN)}) e ON e.grant_id = g.grant_id
  WHERE g.contract_id = :contract_id AND {{which}} ORDER BY e.expires_at, g.position{{limited}}
), sums AS (
  SELECT m.grant_id, CAST(sum(m.granted) AS BIGINT) AS granted, CAST(sum(m.consumed) AS BIGINT) AS consumed,
    CAST(sum(m.reserved) AS BIGINT) AS reserved
  FROM shown n CROSS JOIN grants g CROSS JOIN movements m
  WHERE g.grant_id = n.grant_id AND m.grant_id = n.grant_id AND +m.position <= :position
    AND m.effective_at <= {FIGURES_AT}
  GROUP BY m.grant_id
)
SELECT {_ABOUT}, e.expires_at, coalesce(s.granted, 0) AS granted, coalesce(s.consumed, 0) AS consumed,
  coalesce(s.reserved, 0) AS reserved
FROM shown e JOIN grants g ON g.grant_id = e.grant_id {_ACCOUNT}
LEFT JOIN sums s ON s.grant_id = g.grant_id"""
# What is used up is nearly everything, and may have no end: an index has the others. In this order.
_LIVE = f"""{_FIGURES_NOW} FROM (
  SELECT l.grant_id FROM grants l
  WHERE l.contract_id = :contract_id AND l.pool = :pool AND l.expires_at > :at AND {UNUSED}
  UNION SELECT m.grant_id FROM movements m WHERE m.contract_id = :contract_id AND m.effective_at > :at
) n CROSS JOIN grants g {_ACCOUNT} WHERE g.grant_id = n.grant_id AND g.pool = :pool AND {REMAINS}"""


@dataclass(slots=True, frozen=True)
class ListedGrant:
    """A grant at a moment, in its pool's unit; `expires_at` is None where it has no end.

    Of what remains, booked sessions hold `reserved`.
    """

    grant_id: str
    contract_id: str
    pool: str
    unit: CreditUnit
    currency: str | None
    source: Source
    rule: str
    valid_from: int
    expires_at: int | None
    granted: int
    consumed: int
    remaining: int
    reserved: int
    expired: int
    state: GrantState
    order: tuple[int, int]

    @property
    def may_be_taken_back(self) -> bool:
        """Whether it is a top-up or a grant that is not back yet; what was deducted from it may still hold it (C17)."""
        return self.state != "taken_back" and what_it_follows_from(self.source, self.rule) is None


@dataclass(slots=True, frozen=True)
class GrantFilter:
    """`expiring_before` leaves in what still has something to lose before a moment, days being UTC's."""

    expiring_before: Moment | None = None
    provider: str | None = None
    customer_id: str | None = None


async def contract_grants(
    snapshot: Snapshot, actor: Actor, contract_id: str, times: Times, page: PageAsked
) -> Page[ListedGrant]:
    """The grants of a contract, what begins later too, in the order of use. Raises Refusal unknown-contract."""
    _, as_of = await contract_as_of(snapshot, actor, contract_id, times)
    ends_at = "g.expires_at" if times.is_now else "e.expires_at"
    condition, named = all_of(equal("g", contract_id=contract_id), _behind(page, ends_at))
    asked = f"{_NOW}{condition}" if times.is_now else _THEN.format(which=condition, limited=page.limited[0])
    return await _listed(snapshot, asked, as_of.params | named, ends_at, as_of.at, as_of.position, page)


async def list_grants(snapshot: Snapshot, actor: Actor, wanted: GrantFilter, page: PageAsked) -> Page[ListedGrant]:
    """The grants of all contracts that the actor may see, as they are now; those that end first come first."""
    now = to_micros(snapshot.clock())
    expiring: Condition = ("", {})
    if wanted.expiring_before is not None:
        moment = wanted.expiring_before
        before = to_micros(moment if isinstance(moment, datetime) else first_instant(moment, "UTC"))
        expiring = (f"g.expires_at < :before AND {REMAINS}", {"before": before})
    condition, named = all_of(
        visible(actor),
        equal("c", provider=wanted.provider, customer_id=wanted.customer_id),
        expiring,
        _behind(page, "g.expires_at"),
    )
    position = await view_position(snapshot)
    return await _listed(snapshot, f"{_NOW}{condition}", {"at": now, **named}, "g.expires_at", now, position, page)


async def live_grants(
    snapshot: Snapshot, contract_id: str, pool: str, as_of: AsOf, most: int
) -> tuple[list[ListedGrant], bool]:
    """The grants of a pool of which something remains, in the order of use; whether there are more."""
    named = {"contract_id": contract_id, "pool": pool, "at": as_of.at}
    found = await _listed(snapshot, _LIVE, named, "g.expires_at", as_of.at, as_of.position, PageAsked(most))
    return list(found.items), found.next_after is not None


async def uses_ahead(snapshot: Snapshot, contract_id: str, pool: str, as_of: AsOf) -> list[tuple[str, int, int]]:
    """What becomes effective only later: of which grant, when, and how much of it that takes."""
    sql = (
        "SELECT g.grant_id, m.effective_at, CAST(sum(m.consumed - m.granted) AS BIGINT) AS quantity "
        "FROM movements m CROSS JOIN grants g "  # in this order: few are later
        f"WHERE m.contract_id = :contract_id AND g.pool = :pool AND {LATER_THAN_SHOWN} "
        "AND m.effective_at < g.expires_at GROUP BY g.grant_id, m.effective_at ORDER BY m.effective_at"
    )
    rows = await snapshot.query(sql, {"contract_id": contract_id, "pool": pool, "at": as_of.at})
    return [(row.grant_id, row.effective_at, row.quantity) for row in rows]


def _behind(page: PageAsked, ends_at: str) -> Condition:
    if page.after is None:
        return "", {}
    expires_at, position = page.after
    return f"({ends_at}, g.position) > (:after_end, :after)", {"after_end": expires_at, "after": position}


async def _listed(
    snapshot: Snapshot, asked: str, params: dict[str, Any], ends_at: str, at: int, position: int, page: PageAsked
) -> Page[ListedGrant]:
    limited, limit = page.limited
    rows = await snapshot.query(f"{asked} ORDER BY {ends_at}, g.position{limited}", params | limit)
    shown, next_after = page.cut([_grant(row, at) for row in rows], lambda one: one.order)
    return Page(position, shown, next_after, lambda one: one.order)


def _grant(row: Row, at: int) -> ListedGrant:
    figures = GrantFigures(row.granted, row.consumed, row.counts_from, row.expires_at)
    return ListedGrant(
        grant_id=row.grant_id,
        contract_id=row.contract_id,
        pool=row.pool,
        unit=row.unit,
        currency=row.currency,
        source=row.source,
        rule=row.rule,
        valid_from=row.valid_from,
        expires_at=row.expires_at if row.expires_at != NEVER else None,
        granted=row.granted,
        consumed=row.consumed,
        remaining=figures.remaining(at),
        reserved=row.reserved,
        expired=figures.expired(at),
        state=figures.state(at),
        order=(row.expires_at, row.position),
    )
