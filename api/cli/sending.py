"""Each command of the write door as a subcommand: its options are the fields of its body."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from api.cli.doors import opened_door
from api.cli.options import Asked, Opt, made_command
from api.cli.printing import print_json
from api.command_json import decode_json
from ledger.door.registry import COMMANDS
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.examples import FieldSchema, example_of, taken

DRY_RUN = Opt("dry_run", bool, "Says what it would record and cost, and stores nothing.")
METAVARS = {"date-time": "INSTANT", "date": "DAY"}


def command_for(name: str) -> Any:
    """The subcommand of a command of the write door; None where there is none of that name."""
    declared = COMMANDS.get(name)
    if declared is None:
        return None
    schema = declared.body.model_json_schema()
    options = list(_options(schema, schema.get("$defs", {})))
    objects = {opt.name for opt in options if opt.metavar == "JSON"}

    def send(asked: Asked) -> None:
        is_dry = bool(asked.given.get(DRY_RUN.name))
        fields = {field: value for field, value in asked.given.items() if field != DRY_RUN.name}
        query = {"dry_run": "true"} if is_dry else {}
        with opened_door(asked.server, asked.token) as door:
            answer = door.raw("POST", f"commands/{name}", query, _body(fields, objects))
        if asked.as_json:
            sys.stdout.write(answer.decode() + "\n")
        else:
            print_json(json.loads(answer))

    return made_command(name, declared.meaning, [*options, DRY_RUN], send)


def _options(
    schema: FieldSchema, definitions: FieldSchema, prefix: str = "", *, is_whole: bool = True
) -> Iterator[Opt]:
    """The fields of an object; one that is an object itself is given as JSON, or member by member."""
    for field, given in schema["properties"].items():
        found, name = taken(given, definitions), prefix + field
        is_required = is_whole and field in schema.get("required", ())
        meaning = found.get("description", "")
        kind, example = found.get("type"), example_of(found, definitions)
        if "enum" in found:
            yield Opt(name, meaning=meaning, choices=found["enum"], is_required=is_required, example=example)
        elif kind in ("object", "array"):
            members = "properties" in found
            told = f"{meaning} Or by its members, as {name}.NAME." if members else meaning
            yield Opt(name, meaning=told.strip(), metavar="JSON", example=json.dumps(example))
            if members:
                yield from _options(found, definitions, f"{name}.", is_whole=False)
        elif kind in ("integer", "boolean"):
            number_or_flag = int if kind == "integer" else bool
            yield Opt(name, number_or_flag, meaning, is_required=is_required, example=str(example))
        else:
            metavar = METAVARS.get(found.get("format", ""), "TEXT")
            yield Opt(name, meaning=meaning, metavar=metavar, is_required=is_required, example=example)


def _body(fields: Mapping[str, Any], objects: set[str]) -> dict[str, Any]:
    """The fields in their places; a member that is named stands before what the JSON around it says."""
    body: dict[str, Any] = {}
    for name in sorted(fields, key=lambda name: name.count(".")):
        value = _decoded(name, fields[name]) if name in objects else fields[name]
        *path, last = name.split(".")
        place = body
        for step in path:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise malformed(step, "is no JSON object, and has no members")
        place[last] = value
    return body


def _decoded(name: str, text: str) -> Any:
    try:
        return decode_json(text.encode("utf-8", "surrogatepass"))
    except Refusal as refusal:
        raise malformed(name, f"is given as JSON: {refusal.detail}") from None
