"""The fields of a command as somebody types them: at the command line, or into a form of the portal.

What there is to be typed follows from the command's declaration (`declared_fields`). What a value means, and whether
it fits, the declaration alone decides (`ledger.door.requests`): here texts only get the type of JSON that a field has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.strict_json import decode_json
from ledger.kernel.errors import Refusal, malformed

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_TRUTH = {"true": True, "on": True, "false": False}


@dataclass(frozen=True)
class CommandField:
    """`name` is the path to it, as in `customer.name`. `kind` is JSON's name of its type, `format` a text's."""

    name: str
    kind: str
    format: str
    meaning: str
    choices: Sequence[str] = ()
    is_required: bool = False
    has_members: bool = False
    example: str = ""

    @property
    def is_json(self) -> bool:
        """Whether it is typed as JSON: an object or a list."""
        return self.kind in ("object", "array")


def body_of(fields: Sequence[CommandField], given: Mapping[str, Any]) -> dict[str, Any]:
    """The body that named values make; a member that is named stands before what the JSON around it says.

    Raises Refusal malformed for what is no JSON where it has to be.
    """
    typed_as_json = {field.name: field for field in fields if field.is_json}
    body: dict[str, Any] = {}
    for name in sorted(given, key=lambda name: name.count(".")):
        value = _decoded(typed_as_json[name], given[name]) if name in typed_as_json else given[name]
        *path, last = name.split(".")
        place = body
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise malformed(step, "is no JSON object, and has no members")
        place[last] = value
    return body


def body_of_texts(fields: Sequence[CommandField], texts: Mapping[str, str]) -> dict[str, Any]:
    """The body that the texts of a form make: what is empty was not said. What is no number where it has to be one
    stays a text, so that the refusal is the declaration's.
    """
    kinds = {field.name: field.kind for field in fields}
    given = {name: _typed(kinds.get(name, ""), text) for name, text in texts.items() if text.strip()}
    return body_of(fields, given)


def _typed(kind: str, text: str) -> Any:
    if kind == "integer" and _WHOLE.fullmatch(text.strip()):
        return int(text)
    if kind == "boolean":
        return _TRUTH.get(text.strip(), text)
    return text


def _decoded(field: CommandField, text: str) -> Any:
    try:
        return decode_json(text.encode("utf-8", "surrogatepass"), "what was typed")
    except Refusal as refusal:
        expected = f"must be a JSON {'object' if field.kind == 'object' else 'list'}, such as {field.example}"
        raise malformed(field.name, f"{expected}; {refusal.detail}") from None
