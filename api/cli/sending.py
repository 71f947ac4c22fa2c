"""Each command of the write door as a subcommand: its options are the fields of its body."""

from __future__ import annotations

import json
from typing import Any

from api.cli.doors import opened_door
from api.cli.machine import print_answer_line
from api.cli.options import Asked, Opt, made_command
from api.cli.printing import print_json
from api.cli.told_commands import told_commands
from api.command_fields import CommandField, body_of

DRY_RUN = Opt("dry_run", bool, "Says what it would record and cost, and stores nothing.")
METAVARS = {"date-time": "INSTANT", "date": "DAY"}


def command_for(name: str) -> Any:
    """The subcommand of a command of the write door; None where there is none of that name."""
    command = told_commands().get(name)
    if command is None:
        return None

    def send(asked: Asked) -> None:
        is_dry = bool(asked.given.get(DRY_RUN.name))
        fields = {field: value for field, value in asked.given.items() if field != DRY_RUN.name}
        query = {"dry_run": "true"} if is_dry else {}
        with opened_door(asked.server, asked.token) as door:
            answer = door.raw("POST", f"commands/{name}", query, body_of(command.fields, fields))
        if asked.as_json:
            print_answer_line(answer.decode())
        else:
            print_json(json.loads(answer))

    return made_command(name, command.meaning, [*map(_option, command.fields), DRY_RUN], send)


def _option(field: CommandField) -> Opt:
    """An object is given as JSON, or member by member."""
    if field.choices:
        return Opt(
            field.name,
            meaning=field.meaning,
            choices=field.choices,
            is_required=field.is_required,
            example=field.example,
        )
    if field.is_json:
        told = f"{field.meaning} Or by its members, as {field.name}.NAME." if field.has_members else field.meaning
        return Opt(field.name, meaning=told.strip(), metavar="JSON", example=field.example)
    if field.kind in ("integer", "boolean"):
        kind = int if field.kind == "integer" else bool
        return Opt(field.name, kind, field.meaning, is_required=field.is_required, example=field.example)
    metavar = METAVARS.get(field.format, "TEXT")
    return Opt(field.name, meaning=field.meaning, metavar=metavar, is_required=field.is_required, example=field.example)
