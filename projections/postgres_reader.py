"""Reading the views on PostgreSQL, over a pool of connections; loaded where a ledger is there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from ledger.kernel.clock import Clock
from ledger.store.database import NO_PARAMS, Params, Row, named_rows, postgres_sql
from ledger.store.postgres_database import POSTGRES_AWAY, WITHOUT_COMPILING, has_hung_up, unavailable_server
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
    await connection.execute(WITHOUT_COMPILING)
    await connection.execute(f"SET ROLE {WRITER_ROLE}")
    await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
    await connection.set_read_only(True)


async def _configure_planned(connection: psycopg.AsyncConnection[Row]) -> None:
    """A statement that looks single rows up is planned for longer than it is carried out."""
    await _configure(connection)
    await connection.execute("SET plan_cache_mode = force_generic_plan")


async def _check_alive(connection: psycopg.AsyncConnection[Row]) -> None:
    if has_hung_up(connection):
        await connection.close()
        raise psycopg.OperationalError("the server has closed the connection")


class _Connections:
    """Some to one server, opened with the first question: a loop has to run by then."""

    def __init__(
        self, url: str, most: int, configure: Callable[[psycopg.AsyncConnection[Row]], Awaitable[None]]
    ) -> None:
        self._url = url
        self._most = most
        self._configure = configure
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Row]] | None = None

    @asynccontextmanager
    async def one(self) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
        """Raises Unavailable."""
        try:
            if self._pool is None:
                self._pool = AsyncConnectionPool(
                    self._url,
                    min_size=1,
                    max_size=self._most,
                    open=False,
                    configure=self._configure,
                    check=_check_alive,
                    timeout=5.0,
                    reconnect_timeout=30.0,
                )
                await self._pool.open()
            async with self._pool.connection() as connection:
                yield connection
        except (*POSTGRES_AWAY, PoolTimeout) as error:
            raise unavailable_server(self._url, error) from error

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None


class PostgresReader:
    def __init__(self, url: str, clock: Clock) -> None:
        self.clock = clock
        self._any = _Connections(url, 8, _configure)
        self._planned = _Connections(url, 1, _configure_planned)

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        async with self._any.one() as connection:
            return await _PostgresSnapshot(connection, self.clock).query(sql, params)

    async def query_often(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        async with self._planned.one() as connection:
            return await _PostgresSnapshot(connection, self.clock).query(sql, params)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[_PostgresSnapshot]:
        async with self._any.one() as connection, connection.transaction():
            yield _PostgresSnapshot(connection, self.clock)

    async def close(self) -> None:
        await self._any.close()
        await self._planned.close()
