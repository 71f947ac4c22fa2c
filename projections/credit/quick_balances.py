"""The balance now, for whoever is known to hold a token: access and figures in one question.

It is asked more than anything else. What a token may see never changes, so it is remembered; whether it still holds is
asked with the figures. On PostgreSQL, where each question is a round trip, those that wait are asked together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from ledger.kernel.access import Actor
from ledger.kernel.values import to_micros
from ledger.store.database import Row
from ledger.store.tokens import holds_in_sql
from ledger.store.unavailable import Unavailable
from projections.credit.balances import Balance, balance_of, now_in_sql
from projections.reader import Reader, SqliteReader

MOST_TOGETHER = 100
_ONE = f"{now_in_sql()} {holds_in_sql(':token_id')} ORDER BY a.pool"
_MANY = f"""
SELECT asked.number, found.*
FROM unnest(CAST(:contract_ids AS TEXT[]), CAST(:token_ids AS TEXT[]))
  WITH ORDINALITY AS asked (contract_id, token_id, number)
CROSS JOIN LATERAL ({now_in_sql("asked.contract_id")} {holds_in_sql("asked.token_id")}) AS found
ORDER BY asked.number, found.pool"""


class QuickBalances(Protocol):
    async def ask(self, actor: Actor, contract_id: str) -> Balance | None:
        """None for all that is unusual: a token that no longer holds, a contract that it does not see, figures that
        are dated ahead, a database that is away. Whoever asked then asks as everybody does, and is told why.
        """
        ...


def quick_balances(reader: Reader) -> QuickBalances:
    return AskedOneByOne(reader) if isinstance(reader, SqliteReader) else AskedTogether(reader)


class AskedOneByOne:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def ask(self, actor: Actor, contract_id: str) -> Balance | None:
        params = {"contract_id": contract_id, "token_id": actor.token_id, **_now(self._reader)}
        try:
            return _seen(actor, await self._reader.query(_ONE, params))
        except Unavailable:
            return None


@dataclass(slots=True, frozen=True)
class _Asked:
    actor: Actor
    contract_id: str
    answer: asyncio.Future[Balance | None]


class AskedTogether:
    """One question is on its way at any time; what is asked meanwhile goes with the next."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._waiting: list[_Asked] = []
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, actor: Actor, contract_id: str) -> Balance | None:
        asked = _Asked(actor, contract_id, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await asked.answer

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                await self._answer(together)
        finally:
            self._asking = None

    async def _answer(self, together: list[_Asked]) -> None:
        """Whoever waits is answered, or told what went wrong, before anybody else is asked for."""
        try:
            found = await self._found(together)
        except Unavailable:
            found = {}
        except Exception as error:
            for one in together:
                if not one.answer.done():
                    one.answer.set_exception(error)
            return
        for number, one in enumerate(together, 1):
            if not one.answer.done():  # somebody who waited may have gone
                one.answer.set_result(found.get(number))

    async def _found(self, together: list[_Asked]) -> dict[int, Balance | None]:
        """By number, from 1."""
        asked = {
            "contract_ids": [one.contract_id for one in together],
            "token_ids": [one.actor.token_id for one in together],
        }
        rows = await self._reader.query_often(_MANY, asked | _now(self._reader))
        by_number = groupby(rows, lambda row: int(row.number))
        return {number: _seen(together[number - 1].actor, of_one) for number, of_one in by_number}


def _now(reader: Reader) -> dict[str, Any]:
    now = reader.clock()
    return {"at": to_micros(now), "today": now.date().isoformat()}


def _seen(actor: Actor, found: Iterable[Row]) -> Balance | None:
    rows = list(found)
    if not rows or rows[0].is_ahead or not actor.sees(rows[0].provider, rows[0].customer_id, rows[0].partner_id):
        return None
    return balance_of(rows, rows[0].position)
