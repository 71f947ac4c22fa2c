"""The three ways in which the steps of `tests.words` are sent; nothing else in the tests sends a command.

`WriteDoor` asks the ledger itself, `Http` posts each step by itself, and `JsonLines` many at once. Each has `tell`;
`tests/test_senders.py` holds them against each other. `imported` reads JSON Lines as the command line does. A body that
no word can say (damaged, too large, of another type) goes out by `send_raw`, in tests that are about such bodies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import count, groupby
from typing import Any, Protocol

from api.cli.importing import Tally, import_lines
from ledger.door.batches import Answer, Ledger
from ledger.door.parsing import parse
from ledger.door.requests import Request
from ledger.kernel.access import Actor
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal
from ledger.store import EventStore
from ledger.store.tokens import create_token
from tests.clock import Clock as StandingClock
from tests.http.asgi import Headers, Response
from tests.words import ADMIN, Step, Steps, as_lines, flat

Json = dict[str, Any]
Bodies = bytes | Iterable[bytes] | Sequence[Step | Json]


def request_of(step: Step) -> Request:
    """The step as the write door takes it. Raises Refusal where it is malformed."""
    return parse(step.command, step.fields, step.actor)


# -- the write door ------------------------------------------------------------------------------------------------


class WriteDoor:
    """A ledger in this process. A clock that is given stands at the latest moment that a step spoke of so far."""

    def __init__(self, ledger: Ledger, clock: StandingClock | None = None) -> None:
        self.ledger = ledger
        self.clock = clock
        self.numbers = count(1)

    def tell(self, *steps: Step) -> list[Answer | Refusal]:
        """The answers to steps that are sent in one transaction."""
        requests: list[Request | Refusal] = []
        for told in steps:
            step = told.named(self.numbers)
            self._hear(step)
            try:
                requests.append(request_of(step))
            except Refusal as refusal:
                requests.append(refusal)
        answers = iter(self.ledger.submit([request for request in requests if isinstance(request, Request)]))
        return [request if isinstance(request, Refusal) else next(answers) for request in requests]

    def _hear(self, step: Step) -> None:
        if self.clock is not None:
            moment = step.moment() or self.clock.now
            self.clock.now = moment if step.heard else max(self.clock.now, moment)

    def ok(self, *steps: Steps) -> list[Answer]:
        """The answers to steps that are sent one by one, each of which is accepted."""
        __tracebackhide__ = True
        answers: list[Answer] = []
        for step in flat(steps):
            (answer,) = self.tell(step)
            assert isinstance(answer, Answer), f"{step.line()}: {answer.code}, {answer} {answer.members}"
            answers.append(answer)
        return answers


def imported(ledger: Ledger, lines: bytes, tally: Tally | None = None) -> list[tuple[int, Refusal]]:
    """Carries out JSON Lines as the command line does; what was refused, by the number of its line."""
    refused: list[tuple[int, Refusal]] = []
    import_lines(ledger, BytesIO(lines), tally or Tally(), lambda *one: refused.append(one), lambda _: None)
    return refused


# -- over HTTP -----------------------------------------------------------------------------------------------------


class Client(Protocol):
    """The one of `tests.http.asgi`, or httpx; what they answer has a status, headers, and a body."""

    def post(self, *where: Any, **what: Any) -> Any: ...


def post(client: Client, command: str, body: Any, headers: Headers | None = None, base: str = "") -> Any:
    """One command: `body` as it is where it is bytes, else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named: Headers = {"Content-Type": "application/json", **(headers or {})}
    return client.post(f"{base}/v1/commands/{command}", content=content, headers=named)


def post_lines(client: Client, lines: Bodies, headers: Headers | None = None, query: str = "") -> Any:
    """Many commands; steps become lines, and bytes go as they are, whole or piece by piece."""
    content = as_lines(lines) if isinstance(lines, Sequence) and not isinstance(lines, bytes) else lines
    named: Headers = {"Content-Type": "application/x-ndjson", **(headers or {})}
    return client.post(f"/v1/commands{query}", content=content, headers=named)


class Http:
    """An application in this process, and tokens for whoever speaks; `admin` is the one used where none is named."""

    def __init__(self, client: Client, store: EventStore, clock: Clock = system_clock) -> None:
        self.client: Any = client
        self.store = store
        self.clock = clock
        self.position = store.highest_position()  # of the last write; what an earlier process wrote is waited for too
        self.admin = self.token("admin")
        self.numbers = count(1)
        self._tokens = {ADMIN: self.admin}

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

    def send_raw(self, command: str, body: Any, token: str | None = None, **headers: str | bytes) -> Response:
        """A body that no word says. `idempotency_key="k"` becomes a header."""
        named = self.headers(token) | {header.replace("_", "-"): value for header, value in headers.items()}
        response: Response = post(self.client, command, body, named)
        if response.status_code == 200:
            self.position = max(self.position, response.json()["position"])
        return response

    def send(self, step: Step, token: str | None = None, **headers: str | bytes) -> Response:
        """One step; without a token it is sent by its actor."""
        step = step.named(self.numbers)
        self.hear(step.heard)
        return self.send_raw(
            step.command, step.fields, self.token_of(step.actor) if token is None else token, **headers
        )

    def hear(self, at: str | None) -> None:
        """Puts the clock, which a test has to have given, where a step says that it was heard."""
        if at is not None:
            assert isinstance(self.clock, StandingClock), "nobody puts the system's clock"
            self.clock.put(at)

    def tell(self, *steps: Step) -> list[Json]:
        """The answers to steps that are sent one by one; a refusal's is its problem."""
        return [self.send(step).json() for step in steps]

    def ok(self, step: Step, token: str | None = None) -> Json:
        """An accepted step's answer."""
        __tracebackhide__ = True
        response = self.send(step, token)
        assert response.status_code == 200, f"{step.line()}: {response.status_code} {response.text}"
        answer: Json = response.json()
        return answer

    def refused(self, code: str, step: Step, token: str | None = None) -> Json:
        """A refused step's problem, after a look at its shape."""
        __tracebackhide__ = True
        found = problem(self.send(step, token))
        assert found["code"] == code, f"{step.line()}: {found}"
        return found

    def dry(self, step: Step, token: str | None = None) -> Json:
        """What a dry run of a step answers; a refusal's is its problem."""
        step = step.named(self.numbers)
        self.hear(step.heard)
        headers = self.headers(self.token_of(step.actor) if token is None else token)
        answer: Json = post(self.client, f"{step.command}?dry_run=true", step.fields, headers).json()
        return answer

    def dry_lines(self, lines: Bodies, token: str | None = None) -> list[Json]:
        """The answers to a dry run of JSON Lines."""
        response: Response = post_lines(self.client, lines, self.headers(token), "?dry_run=true")
        assert response.status_code == 200, response.text
        return [json.loads(line) for line in response.text.splitlines()]

    def send_lines(self, lines: Bodies, token: str | None = None) -> Response:
        response: Response = post_lines(self.client, lines, self.headers(token))
        return response

    def lines(self, lines: Bodies, token: str | None = None) -> list[Json]:
        """The answers to JSON Lines, in order."""
        __tracebackhide__ = True
        response = self.send_lines(lines, token)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "application/x-ndjson"
        answers: list[Json] = [json.loads(line) for line in response.text.splitlines()]
        self.position = max([self.position, *(one["position"] for one in answers if "position" in one)])
        return answers

    def all_ok(self, steps: Sequence[Steps], token: str | None = None) -> list[Json]:
        """The answers to JSON Lines of which each is accepted."""
        __tracebackhide__ = True
        told = flat(steps)
        answers = self.lines([step.named(self.numbers) for step in told], token)
        odd = [(told[one["line"] - 1], one) for one in answers if "code" in one]
        assert not odd, odd[:3]
        assert len(answers) == len(told)
        return answers


@dataclass
class JsonLines:
    """The same by JSON Lines: what the same actor says, and is heard at the same time, is one request."""

    http: Http

    @property
    def store(self) -> EventStore:
        return self.http.store

    def tell(self, *steps: Step) -> list[Json]:
        answers: list[Json] = []
        for (heard, actor), part in groupby(steps, key=lambda step: (step.heard, step.actor)):
            self.http.hear(heard)
            answers += self.http.lines([step.named(self.http.numbers) for step in part], self.http.token_of(actor))
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
