"""A command that is accepted or refused by the ledger, answered before FastAPI looks for a route.

Only the usual request: one command, a token that holds, a body that is well-formed. Everything else falls through to
the route before anything was carried out, whose answer is the same; no rule stands here.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.authentication import ACTOR, token_of
from api.http.body import LARGE_BODY
from api.http.json_lines import show_answer
from api.http.metering import ROUTE
from api.http.models.history import CommandAnswer
from api.http.problems import problem, unavailable
from api.state import State
from api.strict_json import decode_json, without_mark
from ledger.door.parsing import parse
from ledger.door.registry import COMMANDS
from ledger.door.requests import Request
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.store.unavailable import Unavailable

_PREFIX = "/v1/commands/"


class QuickCommands:
    """ASGI middleware, inside those that complete an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, token = _sent(scope)
        if name is None or token is None:
            await self.app(scope, receive, send)
            return
        state: State = scope["app"].state.ledger
        actor = await state.holders.holding(token)
        if actor is None:
            await self.app(scope, receive, send)
            return
        messages = await _body(receive)
        request = _parsed(name, messages, actor)
        if request is None:
            await self.app(scope, _again(messages, receive), send)
            return
        scope[ROUTE] = f"{_PREFIX}{name}"
        await (await _answer(state, request))(scope, receive, send)


def _sent(scope: Scope) -> tuple[str | None, str | None]:
    """The name of the command and the token of a request that carries out one command of a usual size."""
    if scope["type"] != "http" or scope["method"] != "POST" or scope["query_string"] or ACTOR in scope:
        return None, None
    name = scope["path"].removeprefix(_PREFIX)
    if name not in COMMANDS or len(name) == len(scope["path"]):
        return None, None
    headers = Headers(scope=scope)
    length = headers.get("content-length", "")
    if not (length.isdecimal() and len(length) <= len(str(LARGE_BODY))) or "idempotency-key" in headers:
        return None, None
    return name, token_of(headers)


async def _body(receive: Receive) -> list[Message]:
    """What the client sends, as it comes: up to its end, or until it is large, or until the client leaves."""
    messages, size = [await receive()], 0
    while messages[-1]["type"] == "http.request" and messages[-1].get("more_body"):
        size += len(messages[-1].get("body", b""))
        if size >= LARGE_BODY:
            break
        messages.append(await receive())
    return messages


def _parsed(name: str, messages: Sequence[Message], actor: Actor) -> Request | None:
    """None where the body is large, damaged, malformed or none: the route says so."""
    body = b"".join(message.get("body", b"") for message in messages)
    if messages[-1]["type"] != "http.request" or messages[-1].get("more_body") or len(body) >= LARGE_BODY:
        return None
    try:
        return parse(name, decode_json(without_mark(body)), actor)
    except Refusal:
        return None


def _again(messages: Sequence[Message], receive: Receive) -> Receive:
    """What was taken from the client already, and what it sends behind that."""
    left = iter(messages)

    async def again() -> Message:
        message = next(left, None)
        return message if message is not None else await receive()

    return again


async def _answer(state: State, request: Request) -> Response:
    try:
        (answer,) = await state.wake_ups.wait_for(state.writer.submit([request]))
    except Unavailable as error:
        return problem(unavailable(error))
    if isinstance(answer, Refusal):
        return problem(answer)
    told = CommandAnswer.model_validate(show_answer(answer)).model_dump_json(exclude_unset=True)
    return Response(told, media_type="application/json")
