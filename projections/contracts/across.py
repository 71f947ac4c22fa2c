"""What lists across contracts have in common: which contracts they are about, and their place in both times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ledger.kernel.access import Actor
from ledger.kernel.values import end_of_day, first_instant, to_micros
from ledger.store.database import listed
from projections.asking import Condition, PageAsked, all_of, equal
from projections.reader import AsOf, Snapshot, Times, check_right_way_round, resolve_as_of
from projections.visible import visible

MAX_POSITION = 2**62


@dataclass(slots=True, frozen=True)
class ContractsAsked:
    """Of a provider and a customer, or a single one, where these are named."""

    provider: str | None = None
    customer_id: str | None = None
    contract_id: str | None = None

    def seen_by(self, actor: Actor) -> Condition:
        """Of contracts `c`: those that are meant and that the actor sees."""
        named = equal("c", provider=self.provider, customer_id=self.customer_id, contract_id=self.contract_id)
        return all_of(visible(actor), named)


@dataclass(slots=True, frozen=True)
class DaysAsked:
    """From a day to a day, both included."""

    first: date | None = None
    last: date | None = None

    def within(self, column: str, zone: str) -> Condition:
        """The condition of an instant. Raises Refusal malformed for days that are the wrong way round."""
        first, last = self.first, self.last
        check_right_way_round(first, last)
        begins = to_micros(first_instant(first, zone)) if first is not None else None
        ends = to_micros(end_of_day(last, zone)) if last is not None else None
        return all_of(
            (f"{column} >= :days_begin", {"days_begin": begins}) if begins is not None else ("", {}),
            (f"{column} < :days_end", {"days_end": ends}) if ends is not None else ("", {}),
        )


async def zone_across(snapshot: Snapshot, actor: Actor, asked: ContractsAsked) -> str:
    """The zone in which days are meant: the provider's, or UTC where a question spans providers (§ 6)."""
    provider = asked.provider or actor.provider
    if provider is None:
        return "UTC"
    rows = await snapshot.query(
        "SELECT timezone FROM contracts WHERE provider = :provider LIMIT 1", {"provider": provider}
    )
    return str(rows[0].timezone) if rows else "UTC"


async def as_of_across(snapshot: Snapshot, actor: Actor, asked: ContractsAsked, times: Times) -> AsOf:
    """The place in both times of a question about many contracts."""
    return await resolve_as_of(snapshot, times.as_of, times.known_at, await zone_across(snapshot, actor, asked))


async def currencies_of(snapshot: Snapshot, contract_ids: Iterable[str]) -> dict[str, str]:
    """The currencies of some contracts, of which there is one at least."""
    places, params = listed("contract_id", sorted(set(contract_ids)))
    sql = f"SELECT contract_id, currency FROM contracts WHERE contract_id IN ({places})"
    return {row.contract_id: row.currency for row in await snapshot.query(sql, params)}


async def providers_of(snapshot: Snapshot, contract_ids: Iterable[str]) -> dict[str, str]:
    """The providers of some contracts, in whose words their pools are called."""
    places, params = listed("contract_id", sorted(set(contract_ids)))
    sql = f"SELECT contract_id, provider FROM contracts WHERE contract_id IN ({places or 'NULL'})"
    return {row.contract_id: row.provider for row in await snapshot.query(sql, params)}


async def zones_of(snapshot: Snapshot, contract_ids: Iterable[str]) -> dict[str, str]:
    """The zones of some contracts, in which their instants are told."""
    places, params = listed("contract_id", sorted(set(contract_ids)))
    sql = f"SELECT contract_id, timezone FROM contracts WHERE contract_id IN ({places or 'NULL'})"
    return {row.contract_id: row.timezone for row in await snapshot.query(sql, params)}


def behind(page: PageAsked, *columns: str) -> Condition:
    """The condition of a list in the order of several columns."""
    if page.after is None:
        return "", {}
    named = {f"after_{place}": value for place, value in enumerate(page.after)}
    places = ", ".join(f":{name}" for name in named)
    return f"({', '.join(columns)}) {page.follows} ({places})", named


def behind_of_contract(page: PageAsked, position: str) -> Condition:
    """The same of a list by contract `c` and position, so that an index of both finds it: deep in a long contract only
    what follows is read.
    """
    if page.after is None:
        return "", {}
    contract_id, after = page.after
    of_others = MAX_POSITION if page.from_the_end else 0
    sql = (
        f"c.contract_id {page.follows}= :after_contract "
        f"AND {position} {page.follows} CASE WHEN c.contract_id = :after_contract THEN :after ELSE {of_others} END"
    )
    return sql, {"after_contract": contract_id, "after": after}
