"""The application in this process, asked as a client would ask it: commands, refusals, and the views behind them.

A `Door` sends the steps of `tests.words`, each by itself, and `Lines` many at once as JSON Lines. It keeps the position
of the last write and asks every view to have read that far.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count, groupby
from pathlib import Path
from typing import Any
from unittest.mock import patch

from api import state
from api.http.app import create_app
from ledger.kernel.access import Actor
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.settings import Settings
from ledger.plans.loader import load_catalogue
from ledger.store import EventStore
from ledger.store.tokens import create_token
from tests.clock import Clock as StandingClock
from tests.http.asgi import Client, Headers, Response
from tests.words import ADMIN, Step, as_lines

PLANS = Path(__file__).parent / "plans"
Json = dict[str, Any]
read_once = cache(load_catalogue)


class Door:
    """`admin` is the token used where none is named."""

    def __init__(self, client: Client, store: EventStore, clock: Clock = system_clock) -> None:
        self.client = client
        self.store = store
        self.clock = clock
        self.position = store.highest_position()  # what an earlier process wrote is waited for too
        self.admin = self.token("admin")
        self.numbers = count(1)
        self._tokens = {ADMIN: self.admin}
        self.slept: list[float] = []  # how long each answer to a wrong token would have taken

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    # -- access ----------------------------------------------------------------------------------------------

    def token(self, role: str, **who: Any) -> str:
        """A new token: `provider`, `customer`, `partner`, `expires_on`."""
        return create_token(self.store.database, role, **who)[1]

    def token_of(self, actor: Actor) -> str:
        """A token that makes its holder this actor, but for the token's own id."""
        if actor not in self._tokens:
            who = {"provider": actor.provider, "customer": actor.customer, "partner": actor.partner}
            self._tokens[actor] = self.token(actor.role, **who)
        return self._tokens[actor]

    def headers(self, token: str | None) -> Headers:
        """`""` stands for a request without a token."""
        token = self.admin if token is None else token
        return {"Authorization": f"Bearer {token}"} if token else {}

    # -- writing ---------------------------------------------------------------------------------------------

    def send(self, name: str, body: Any, token: str | None = None, **headers: str | bytes) -> Response:
        """One command: `body` as it is where it is bytes, else as JSON. `idempotency_key="k"` becomes a header."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named: Headers = {"Content-Type": "application/json"} | self.headers(token)
        named |= {header.replace("_", "-"): value for header, value in headers.items()}
        response = self.client.post(f"/v1/commands/{name}", content=content, headers=named)
        if response.status_code == 200:
            self.position = max(self.position, response.json()["position"])
        return response

    def tell(self, *steps: Step) -> list[Json]:
        """The answers to commands that are sent one by one; a refusal's is its problem."""
        return [self._sent(step).json() for step in steps]

    def _sent(self, step: Step, token: str | None = None) -> Response:
        step = step.named(self.numbers)
        self.hear(step.heard)
        return self.send(step.command, step.fields, self.token_of(step.actor) if token is None else token)

    def hear(self, at: str | None) -> None:
        """Puts the clock, which a test has to have given, where a step says that it was heard."""
        if at is not None:
            assert isinstance(self.clock, StandingClock), "nobody puts the system's clock"
            self.clock.put(at)

    def ok(self, step: Step, token: str | None = None) -> Json:
        """An accepted command's answer."""
        __tracebackhide__ = True
        response = self._sent(step, token)
        assert response.status_code == 200, f"{step.line()}: {response.status_code} {response.text}"
        answer: Json = response.json()
        return answer

    def refused(self, code: str, step: Step, token: str | None = None) -> Json:
        """A refused command's problem, after a look at its shape."""
        __tracebackhide__ = True
        found = problem(self._sent(step, token))
        assert found["code"] == code, f"{step.line()}: {found}"
        return found

    def send_lines(self, lines: bytes | Sequence[Step | Json], token: str | None = None) -> Response:
        content = lines if isinstance(lines, bytes) else as_lines(lines)
        headers: Headers = {"Content-Type": "application/x-ndjson"} | self.headers(token)
        return self.client.post("/v1/commands", content=content, headers=headers)

    def lines(self, lines: bytes | Sequence[Step | Json], token: str | None = None) -> list[Json]:
        """The answers to JSON Lines, in order."""
        __tracebackhide__ = True
        response = self.send_lines(lines, token)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/x-ndjson"
        answers: list[Json] = [json.loads(line) for line in response.text.splitlines()]
        self.position = max([self.position, *(one["position"] for one in answers if "position" in one)])
        return answers

    def all_ok(self, steps: Sequence[Step], token: str | None = None) -> list[Json]:
        """The answers to JSON Lines of which each is accepted."""
        __tracebackhide__ = True
        answers = self.lines([step.named(self.numbers) for step in steps], token)
        odd = [(steps[one["line"] - 1], one) for one in answers if "code" in one]
        assert not odd, odd[:3]
        assert len(answers) == len(steps)
        return answers

    # -- reading ---------------------------------------------------------------------------------------------

    def get(self, path: str, token: str | None = None, headers: Headers | None = None, **query: Any) -> Response:
        """`from_` is the query's `from`; views have read what this door has written."""
        params = {name.rstrip("_"): value for name, value in query.items() if value is not None}
        params = {"min_position": self.position} | params
        return self.client.get(f"/v1/{path}", params=params, headers=self.headers(token) | (headers or {}))

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


@dataclass
class Lines:
    """The same door by JSON Lines: what the same actor says, and is heard at the same time, is one request."""

    door: Door

    @property
    def store(self) -> EventStore:
        return self.door.store

    def tell(self, *steps: Step) -> list[Json]:
        answers: list[Json] = []
        for (heard, actor), part in groupby(steps, key=lambda step: (step.heard, step.actor)):
            self.door.hear(heard)
            answers += self.door.lines([step.named(self.door.numbers) for step in part], self.door.token_of(actor))
        return answers


def problem(response: Response) -> Json:
    """A refusal's body; its shape is that of RFC 9457."""
    __tracebackhide__ = True
    assert response.status_code >= 400, f"not refused: {response.status_code} {response.text}"
    assert response.headers["content-type"] == "application/problem+json", response.text
    found: Json = response.json()
    assert found["status"] == response.status_code
    assert {"type", "title", "detail", "code"} <= found.keys()
    return found


@contextmanager
def opened(url: str, clock: Clock = system_clock, **settings: Any) -> Iterator[Door]:
    """The application over a database: opened anew, as after a restart; errors inside it are answered, not raised."""
    app = create_app(Settings(database_url=url, **({"catalogue": PLANS} | settings)), clock)
    with patch.object(state, "load_catalogue", read_once), Client(app) as client:
        door = Door(client, app.state.ledger.store, clock)
        app.state.ledger.wrong_tokens.sleep = door.sleep
        yield door
