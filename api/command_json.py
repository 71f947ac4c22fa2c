"""JSON Lines as commands come in: each line one command, its name beside its fields.

How strictly JSON is read is told in `strict_json`; what a command's fields mean is left to the door.
"""

from __future__ import annotations

from api.strict_json import COMMAND_LIMIT, decode_json
from ledger.door.parsing import parse
from ledger.door.requests import Request
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed


def parse_line(line: bytes, actor: Actor) -> Request:
    """One line of JSON Lines: the command's name and fields in one object. Raises Refusal."""
    if len(line) > COMMAND_LIMIT:
        raise Refusal("too-large", f"The line is larger than {COMMAND_LIMIT} bytes.", limit=COMMAND_LIMIT)
    payload = decode_json(line)
    if not isinstance(payload, dict):
        raise malformed("line", 'must be a JSON object, such as {"command": "hold-ticket", "ticket_id": "example-1"}')
    name = payload.pop("command", None)
    if not isinstance(name, str):
        raise malformed("command", "names the command of the line, such as hold-ticket")
    return parse(name, payload, actor)
