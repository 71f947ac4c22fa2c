"""The fields of each command as its declaration has them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache

from api.command_fields import CommandField
from ledger.door.registry import COMMANDS
from ledger.kernel.examples import FieldSchema, example_of, taken


@cache
def fields_of(command: str) -> Sequence[CommandField]:
    """The fields of a command's body, members of objects behind them."""
    schema = COMMANDS[command].body.model_json_schema()
    return list(_fields(schema, schema.get("$defs", {})))


def _fields(
    schema: FieldSchema, definitions: FieldSchema, prefix: str = "", *, is_whole: bool = True
) -> Iterator[CommandField]:
    for field, given in schema["properties"].items():
        found, name = taken(given, definitions), prefix + field
        has_members, example = "properties" in found, example_of(found, definitions)
        yield CommandField(
            name,
            found.get("type", ""),
            found.get("format", ""),
            found.get("description", ""),
            found.get("enum", ()),
            is_required=is_whole and field in schema.get("required", ()),
            has_members=has_members,
            example=example if isinstance(example, str) else json.dumps(example),
        )
        if has_members:
            yield from _fields(found, definitions, f"{name}.", is_whole=False)
