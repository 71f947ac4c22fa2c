"""The application in this process, asked as a client would ask it: commands, refusals, and the views behind them.

A `Door` is the sender by HTTP of `tests.senders`. It keeps the position of the last write and asks every view to have
read that far.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from api.application import create_doors, give_ledger
from api.limits import LIMITS, Limits
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.settings import Settings
from ledger.plans.loader import load_catalogue
from ledger.store import EventStore
from tests.clock import Clock as StandingClock
from tests.http.asgi import Client, Headers, Response
from tests.senders import Http, Json, problem

__all__ = ["Door", "Json", "opened", "problem"]

NOW, TICK = "2026-11-02T12:00:00Z", timedelta(milliseconds=1)
PLANS = Path(__file__).parent / "plans"
read_once = cache(load_catalogue)
# To make all routes takes ten times as long as to open a ledger: an application whose ledger is closed gets the next.
_idle: list[FastAPI] = []


class Door(Http):
    """What was written over it is seen by what is read over it."""

    client: Client

    def __init__(self, client: Client, store: EventStore, clock: Clock = system_clock) -> None:
        super().__init__(client, store, clock)
        self.slept: list[float] = []  # how long each answer to a wrong token would have taken

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def get(
        self,
        path: str,
        token: str | None = None,
        headers: Headers | None = None,
        heard: Callable[[bytes], None] = lambda _: None,
        **query: Any,
    ) -> Response:
        """`from_` is the query's `from`; views have read what this door has written."""
        params = {name.rstrip("_"): value for name, value in query.items() if value is not None}
        params = {"min_position": self.position} | params
        named = self.headers(token) | (headers or {})
        return self.client.get(f"/v1/{path}", params=params, headers=named, heard=heard)

    def see(self, path: str, token: str | None = None, **query: Any) -> Json:
        __tracebackhide__ = True
        response = self.get(path, token, **query)
        assert response.status_code == 200, f"GET {path} {query}: {response.status_code} {response.text}"
        found: Json = response.json()
        return found

    def unseen(self, path: str, token: str | None = None, **query: Any) -> Json:
        """The problem that a read is answered with."""
        __tracebackhide__ = True
        return problem(self.get(path, token, **query))

    def walk(self, path: str, token: str | None = None, limit: int = 500, **query: Any) -> list[Json]:
        """All items of a list, page by page; each page but the last has a cursor."""
        __tracebackhide__ = True
        items: list[Json] = []
        cursor = None
        while True:
            found = self.see(path, token, limit=limit, cursor=cursor, **query)
            assert len(found["items"]) <= limit
            items += found["items"]
            assert found["next"] is None or found["next"] != cursor, f"{path}: a page leads to itself"
            cursor = found["next"]
            if cursor is None:
                return items

    def events(self) -> list[Json]:
        """The whole history, as auditors read it."""
        return self.walk("events")

    def count(self) -> int:
        """How many events are stored, whatever the views have read."""
        return self.store.highest_position()

    def account(self, contract: str, pool: str, **query: Any) -> Json:
        accounts = self.see(f"contracts/{contract}/balance", **query)["accounts"]
        found: Json = next(one for one in accounts if one["pool"] == pool)
        return found


@contextmanager
def opened(url: str, clock: Clock | None = None, limits: Limits = LIMITS, **settings: Any) -> Iterator[Door]:
    """The application over a database: opened anew, as after a restart; errors inside it are answered, not raised."""
    clock = clock or StandingClock(NOW, TICK)
    told = Settings(database_url=url, **({"catalogue": PLANS} | settings))
    app = _idle.pop() if _idle else create_doors()
    give_ledger(app, told, clock, read_once(told.catalogue), limits)
    with Client(app) as client:
        door = Door(client, app.state.ledger.store, clock)
        app.state.ledger.wrong_tokens.sleep = door.sleep
        yield door
    _idle.append(app)
