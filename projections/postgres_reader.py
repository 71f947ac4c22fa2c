"""Reading the views on PostgreSQL, over a pool of connections; loaded where a ledger is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from ledger.kernel.clock import Clock
from ledger.store.database import NO_PARAMS, Params, Row, named_rows, postgres_sql
from ledger.store.postgres_database import POSTGRES_AWAY, unavailable_server
from ledger.store.schema import WRITER_ROLE


class _PostgresSnapshot:
    def __init__(self, connection: psycopg.AsyncConnection[Row], clock: Clock) -> None:
        self.connection = connection
        self.clock = clock

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        cursor = await self.connection.execute(postgres_sql(sql), params, prepare=True)
        return named_rows(cursor.description or (), await cursor.fetchall())


async def _configure(connection: psycopg.AsyncConnection[Row]) -> None:
    await connection.set_autocommit(True)
    await connection.execute("SET search_path = views, public")
    await connection.execute(f"SET ROLE {WRITER_ROLE}")
    await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
    await connection.set_read_only(True)


class PostgresReader:
    def __init__(self, url: str, clock: Clock) -> None:
        self.url = url
        self.clock = clock
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Row]] | None = None

    async def _opened(self) -> AsyncConnectionPool[psycopg.AsyncConnection[Row]]:
        if self._pool is None:
            self._pool = AsyncConnectionPool(
                self.url, min_size=1, max_size=8, open=False, configure=_configure, timeout=5.0, reconnect_timeout=30.0
            )
            await self._pool.open()
        return self._pool

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        try:
            async with (await self._opened()).connection() as connection:
                cursor = await connection.execute(postgres_sql(sql), params, prepare=True)
                return named_rows(cursor.description or (), await cursor.fetchall())
        except (*POSTGRES_AWAY, PoolTimeout) as error:
            raise unavailable_server(self.url, error) from error

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[_PostgresSnapshot]:
        try:
            async with (await self._opened()).connection() as connection, connection.transaction():
                yield _PostgresSnapshot(connection, self.clock)
        except (*POSTGRES_AWAY, PoolTimeout) as error:
            raise unavailable_server(self.url, error) from error

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
