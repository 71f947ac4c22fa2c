"""Commands of the portal go through the write door of the API, in the visitor's name: a page knows no rule.

Each form has a `command_id` since it was shown, so that a double click, a second tab or a lost answer carry it out
once (C12). What is shown after a command has read what the command wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256

from api.command_fields import body_of_texts
from api.declared_fields import fields_of
from api.portal.frame.visitors import Visitor
from api.state import State
from ledger.door.batches import Answer
from ledger.door.parsing import parse
from ledger.door.rehearsal import Rehearsal, Rehearsed
from ledger.door.requests import Request
from ledger.kernel.errors import Refusal

Fields = Mapping[str, str]


async def send(state: State, visitor: Visitor, command: str, fields: Fields) -> Answer:
    """Carries out what a form says. Raises Refusal, which names the field at fault where one is."""
    (answer,) = await send_each(state, visitor, command, [fields])
    if isinstance(answer, Refusal):
        raise answer
    return answer


async def send_each(state: State, visitor: Visitor, command: str, forms: Sequence[Fields]) -> list[Answer | Refusal]:
    """The same command about several things, each accepted or refused for itself, answered in its place."""
    told = [_request(visitor, command, fields) for fields in forms]
    requests = [one for one in told if isinstance(one, Request)]
    answers = await asyncio.wrap_future(state.writer.submit(requests)) if requests else []
    in_order = iter(answers)
    found = [one if isinstance(one, Refusal) else next(in_order) for one in told]
    written = [one.last for one in found if not isinstance(one, Refusal)]
    if written:
        await state.waiters.reached(max(written), state.limits.patience_seconds)
    return found


async def rehearse(state: State, visitor: Visitor, command: str, fields: Fields) -> Rehearsed:
    """What a form would record and cost, with nothing recorded and no id used up. Raises Refusal as `send` would."""
    told = _request(visitor, command, fields)
    if isinstance(told, Refusal):
        raise told
    (answer,) = await asyncio.to_thread(lambda: Rehearsal(state.store, state.catalogue, state.clock).answer([told]))
    if isinstance(answer, Refusal):
        raise answer
    return answer


def id_within(command_id: str, about: str) -> str:
    """The id of a command that is one of several in a form: always the same for the same thing, whatever else is
    chosen beside it.
    """
    if not command_id:
        return ""
    return sha256(f"{command_id}\n{about}".encode()).hexdigest()[:40]


def _request(visitor: Visitor, command: str, fields: Fields) -> Request | Refusal:
    try:
        return parse(command, body_of_texts(fields_of(command), fields), visitor.actor)
    except Refusal as refusal:
        return refusal
