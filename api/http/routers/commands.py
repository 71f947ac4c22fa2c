"""The write door over HTTP: one route a command, and JSON Lines for many."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response

from api.http.authentication import ActorDep, StateDep
from api.http.body import read_as
from api.http.examples import by_command
from api.http.json_lines import answer_lines, show_answer, take_lines
from api.http.lists import LINES
from api.http.models.dry_runs import DryRunAnswer, show_rehearsed
from api.http.models.history import CommandAnswer
from api.http.problems import PROBLEMS
from api.state import State
from ledger.door.parsing import parse
from ledger.door.registry import COMMANDS
from ledger.door.rehearsal import Rehearsal
from ledger.door.requests import Request as CommandRequest
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed, unknown_command
from ledger.kernel.ids import ID_LENGTH, ID_PATTERN

router = APIRouter(prefix="/v1/commands", tags=["commands"], responses=PROBLEMS)


async def _answer_one(
    state: State, name: str, request: Request, actor: Actor, key: str | None, *, is_dry: bool
) -> dict[str, Any] | DryRunAnswer:
    parsed = await read_as(request, lambda payload: parse(name, payload, actor, key))
    if is_dry:
        return await asyncio.to_thread(_rehearsed, state, parsed)
    (answer,) = await asyncio.wrap_future(state.writer.submit([parsed]))
    if isinstance(answer, Refusal):
        raise answer
    return show_answer(answer)


def _rehearsed(state: State, parsed: CommandRequest) -> DryRunAnswer:
    """Not in the loop: what all documents of a month would lack takes long to say. Raises Refusal."""
    (rehearsed,) = Rehearsal(state.store, state.catalogue, state.clock).answer([parsed])
    if isinstance(rehearsed, Refusal):
        raise rehearsed
    return show_rehearsed(rehearsed)


IdempotencyKey = Header(
    default=None,
    alias="Idempotency-Key",
    max_length=ID_LENGTH,
    pattern=ID_PATTERN,
    description="The command's id, instead of in the body.",
)

DryRun = Annotated[
    bool, Query(description="Says what would be recorded and what it would cost; nothing is stored, no id used up.")
]


def _route(name: str) -> Callable[..., Awaitable[Any]]:
    async def command(
        request: Request, state: StateDep, actor: ActorDep, key: str | None = IdempotencyKey, dry_run: DryRun = False
    ) -> dict[str, Any] | DryRunAnswer:
        return await _answer_one(state, name, request, actor, key, is_dry=dry_run)

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
        response_model=CommandAnswer | DryRunAnswer,
        response_model_exclude_unset=True,
        summary=_name.replace("-", " ").capitalize(),
        operation_id=_name.replace("-", "_"),
        description=_declared.meaning,
        openapi_extra={"requestBody": _body},
    )


@router.post("/{name}", include_in_schema=False)
async def no_such_command(name: str, actor: ActorDep) -> None:
    raise unknown_command(name)


@router.post(
    "",
    summary="Many commands as JSON Lines",
    operation_id="send_commands",
    response_class=Response,
    responses={
        200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}, "description": "One answer a line"}
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
    },
)
async def many(request: Request, state: StateDep, actor: ActorDep, dry_run: DryRun = False) -> Response:
    """Each line is a command's body plus `"command": name`; each is answered in its place, refused ones too.

    A request holds at most 10,000 lines and 8 MB. The line beyond is refused (`too-many-lines`), and nothing that
    follows is read. In a dry run each line sees what the lines before it would record.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (LINES, "application/jsonl", "application/json-lines"):
        raise Refusal("unsupported-media-type", "Many commands are sent as JSON Lines: application/x-ndjson.")
    if request.headers.get("idempotency-key") is not None:
        raise malformed("Idempotency-Key", "belongs to a single command; lines carry command_id.")
    return await answer_lines(state, actor, await take_lines(request, state.limits.discarded_bytes), is_dry=dry_run)
