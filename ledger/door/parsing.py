"""From JSON that was decoded already to a request: where a sender's words become a command of the registry.

It stands apart from what carries commands out, since the registry loads every command there is: whoever only asks the
ledger loads none.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from ledger.door.registry import declared
from ledger.door.requests import MOST_FAULTS, Request, not_an_object, refusal_of
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed


def parse(name: str, payload: Any, actor: Actor, header_id: str | None = None) -> Request:
    """Raises Refusal unknown-command, or malformed with every fault."""
    command = declared(name)
    if not isinstance(payload, dict):
        raise not_an_object(command.body)
    try:
        body = command.body.model_validate(_told_of(payload, command.body))
    except ValidationError as error:
        raise refusal_of(error, command.body) from None
    except RecursionError:
        raise malformed("body", "is nested too deeply") from None
    if header_id is not None and body.command_id not in (None, header_id):
        raise malformed("command_id", "differs from the header Idempotency-Key")
    return Request(command, body, actor, body.command_id or header_id)


def _told_of(payload: dict[str, Any], body: type[BaseModel]) -> dict[str, Any]:
    """The payload with no more unknown fields than one answer tells of; one of 60,000 fields is refused as quickly."""
    known = body.model_fields
    unknown = [name for name in payload if name not in known]
    if len(unknown) <= MOST_FAULTS:
        return payload
    untold = set(unknown[MOST_FAULTS:])
    return {name: value for name, value in payload.items() if name not in untold}
