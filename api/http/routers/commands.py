"""The write door over HTTP: one route a command, and JSON Lines for many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from api.command_json import LINES_LIMIT, parse_line, without_mark
from api.http.authentication import ActorDep, StateDep
from api.http.body import read_body, read_json
from api.http.examples import by_command
from api.http.models.history import CommandAnswer
from api.http.problems import PROBLEMS, problem_body
from api.state import State
from api.writer import BATCH, Answers
from ledger.door.batches import Answer
from ledger.door.registry import COMMANDS
from ledger.door.requests import Request as CommandRequest
from ledger.door.requests import parse
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed, unknown_command
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN

router = APIRouter(prefix="/v1/commands", tags=["commands"], responses=PROBLEMS)


def show_answer(answer: Answer) -> dict[str, Any]:
    return {
        "command_id": answer.command_id,
        "replayed": answer.replayed,
        "position": answer.last,
        "events": [{"position": p, "type": kind, "stream": stream} for p, kind, stream in answer.events],
        **answer.named,
    }


async def _answer_one(state: State, name: str, request: Request, actor: Actor, key: str | None) -> dict[str, Any]:
    parsed = parse(name, await read_json(request), actor, key)
    (answer,) = await asyncio.wrap_future(state.writer.submit([parsed]))
    if isinstance(answer, Refusal):
        raise answer
    return show_answer(answer)


IdempotencyKey = Header(
    default=None,
    alias="Idempotency-Key",
    max_length=ID_LENGTH,
    pattern=ID_PATTERN,
    description="The command's id, instead of in the body.",
)


def _route(name: str) -> Callable[..., Awaitable[Any]]:
    async def command(
        request: Request, state: StateDep, actor: ActorDep, key: str | None = IdempotencyKey
    ) -> dict[str, Any]:
        return await _answer_one(state, name, request, actor, key)

    command.__name__ = name.replace("-", "_")
    return command


_examples = by_command()
for _name, _declared in COMMANDS.items():
    _schema = {"$ref": f"#/components/schemas/{_declared.body.__name__}"}
    _body = {
        "required": True,
        "content": {"application/json": {"schema": _schema, "examples": _examples[_name]}},
    }
    router.add_api_route(
        f"/{_name}",
        _route(_name),
        methods=["POST"],
        response_model=CommandAnswer,
        response_model_exclude_unset=True,
        summary=_name.replace("-", " ").capitalize(),
        description=_declared.meaning,
        openapi_extra={"requestBody": _body},
    )


@router.post("/{name}", include_in_schema=False)
async def no_such_command(name: str, actor: ActorDep) -> None:
    raise unknown_command(name)


@router.post(
    "",
    summary="Many commands as JSON Lines",
    response_class=Response,
    responses={
        200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}, "description": "One answer a line"}
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
    },
)
async def many(request: Request, state: StateDep, actor: ActorDep) -> Response:
    """Each line is a command's body plus `"command": name`; each is answered in its place, refused ones too."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ("application/x-ndjson", "application/jsonl", "application/json-lines"):
        raise Refusal("unsupported-media-type", "Many commands are sent as JSON Lines: application/x-ndjson.")
    if request.headers.get("idempotency-key") is not None:
        raise malformed("Idempotency-Key", "belongs to a single command; lines carry command_id.")
    lines = without_mark(await read_body(request, LINES_LIMIT)).split(b"\n")
    answers: list[bytes] = []
    for start in range(0, len(lines), BATCH):
        answers.extend(await _answer_lines(state, actor, start, lines[start : start + BATCH]))
    return Response(b"".join(answers), media_type="application/x-ndjson")


async def _answer_lines(state: State, actor: Actor, start: int, lines: list[bytes]) -> list[bytes]:
    outcomes: dict[int, Refusal | None] = {}
    requests: list[CommandRequest] = []
    for number, line in enumerate(lines, start + 1):
        if line.strip():
            outcomes[number] = None
            try:
                requests.append(parse_line(line, actor))
            except Refusal as refusal:
                outcomes[number] = refusal
    answers: Answers = await asyncio.wrap_future(state.writer.submit(requests)) if requests else []
    answered = iter(answers)
    shown = []
    for number, fault in outcomes.items():
        answer = fault or next(answered)
        body = {"line": number} | (problem_body(answer) if isinstance(answer, Refusal) else show_answer(answer))
        shown.append(msgspec.json.encode(body) + b"\n")
    return shown
