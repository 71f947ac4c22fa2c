"""Many commands in one request: JSON Lines are carried out and answered in small batches, with the loop free between.

A request holds a bounded number of lines and bytes. The body is taken in first, since a client that sends its whole
body before it reads would wait for us while we wait for it; it is small. Answers are never held together: each batch
goes out before the next one is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from api.command_json import parse_line
from api.http.lists import LINES
from api.http.models.dry_runs import show_rehearsed
from api.http.problems import unavailable
from api.meters import METERS
from api.problem_body import problem_body
from api.state import State
from api.strict_json import without_mark
from api.writer import Answers
from ledger.door.batches import Answer
from ledger.door.rehearsal import Rehearsal, Rehearsed
from ledger.door.requests import Request as CommandRequest
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.store import Unavailable

MOST_LINES = 10_000
MOST_BYTES = 8_000_000
BATCH_LINES, BATCH_BYTES = 500, 256_000  # as many lines as the writer takes at once; tens of milliseconds

Numbered = tuple[int, bytes]
Told = Sequence[Answer | Rehearsed | Refusal]
Answering = Callable[[list[CommandRequest]], Awaitable[Told]]


@dataclass(slots=True, frozen=True)
class Taken:
    """The lines that count, from the first; and whether there was more, which is refused in the next line's place."""

    lines: list[bytes]
    is_cut: bool


async def take_lines(request: Request, discarded_bytes: int) -> Taken:
    """The body's lines, as far as a request may hold them; beyond `discarded_bytes` the client is cut off."""
    body, ends, seen = bytearray(), 0, 0
    async for chunk in request.stream():
        seen += len(chunk)
        if len(body) <= MOST_BYTES and ends <= MOST_LINES:
            body += chunk[: MOST_BYTES + 1]
            ends += chunk.count(b"\n")
        elif seen > discarded_bytes:
            break
    is_long = len(body) > MOST_BYTES
    lines = bytes(body[:MOST_BYTES]).split(b"\n", MOST_LINES)
    rest = lines.pop() if is_long or len(lines) > MOST_LINES else b""
    if lines:
        lines[0] = without_mark(lines[0])
    return Taken(lines, is_long or bool(rest))


class AnsweredLines(Response):
    """An answer a line, sent as they come. The first batch is answered before anything is sent, so that a ledger
    that is away is a refusal of the whole; later it is one of each line of a batch, and the last thing that is said."""

    media_type = LINES

    def __init__(self, first: bytes, others: AsyncIterator[bytes]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._first = first
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self._first, "more_body": True})
        async for piece in self._others:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def answer_lines(state: State, actor: Actor, taken: Taken, *, is_dry: bool) -> AnsweredLines:
    """Carries lines out in their order, or rehearses them. Raises Unavailable when nothing is known of the first."""
    carry_out = _rehearsing(state) if is_dry else _writing(state)
    batches = _batches(taken.lines)
    first = next(batches, [])
    told = await _answer(carry_out, actor, first)

    async def others() -> AsyncIterator[bytes]:
        for batch in batches:
            try:
                yield await _answer(carry_out, actor, batch)
            except Unavailable as error:
                yield b"".join(_shown(number, unavailable(error)) for number, _ in batch)
                return
        if taken.is_cut:
            yield _shown(len(taken.lines) + 1, _too_many())

    return AnsweredLines(told, others())


def _too_many() -> Refusal:
    detail = f"A request holds at most {MOST_LINES} lines and {MOST_BYTES} bytes; send what follows in another one."
    return Refusal("too-many-lines", detail, limit=MOST_LINES)


def _batches(lines: list[bytes]) -> Iterator[list[Numbered]]:
    """Lines that say something, with their numbers, some at a time."""
    batch: list[Numbered] = []
    size = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if batch and (len(batch) == BATCH_LINES or size + len(line) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((number, line))
        size += len(line)
    if batch:
        yield batch


def _writing(state: State) -> Answering:
    async def write(requests: list[CommandRequest]) -> Answers:
        return await asyncio.wrap_future(state.writer.submit(requests))

    return write


def _rehearsing(state: State) -> Answering:
    """Lines see what the ones before them would record, those of earlier batches too."""
    rehearsal = Rehearsal(state.store, state.catalogue, state.clock)

    async def rehearse(requests: list[CommandRequest]) -> list[Rehearsed | Refusal]:
        return await asyncio.to_thread(rehearsal.answer, requests)

    return rehearse


async def _answer(carry_out: Answering, actor: Actor, batch: list[Numbered]) -> bytes:
    parsed = await asyncio.to_thread(_parsed, batch, actor)
    requests = [one for one in parsed if not isinstance(one, Refusal)]
    answers = await carry_out(requests) if requests else []
    return await asyncio.to_thread(_told, batch, parsed, answers)


def _parsed(batch: list[Numbered], actor: Actor) -> list[CommandRequest | Refusal]:
    return [_parse(line, actor) for _, line in batch]


def _parse(line: bytes, actor: Actor) -> CommandRequest | Refusal:
    try:
        return parse_line(line, actor)
    except Refusal as refusal:
        return refusal


def _told(batch: list[Numbered], parsed: list[CommandRequest | Refusal], answers: Told) -> bytes:
    answered = iter(answers)
    return b"".join(
        _shown(number, one if isinstance(one, Refusal) else next(answered))
        for (number, _), one in zip(batch, parsed, strict=True)
    )


def _shown(number: int, answer: Answer | Rehearsed | Refusal) -> bytes:
    if isinstance(answer, Refusal):
        METERS.refusals[answer.code] += 1
        body = problem_body(answer)
    elif isinstance(answer, Rehearsed):
        body = show_rehearsed(answer).model_dump(exclude_unset=True)
    else:
        body = show_answer(answer)
    return msgspec.json.encode({"line": number} | body) + b"\n"


def show_answer(answer: Answer) -> dict[str, Any]:
    """What a command recorded, as answered."""
    return {
        "command_id": answer.command_id,
        "replayed": answer.replayed,
        "position": answer.last,
        "events": [{"position": p, "type": kind, "stream": stream} for p, kind, stream in answer.events],
        **answer.named,
    }
