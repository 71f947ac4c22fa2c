"""The commands of the write door as the command line needs them: a page made from their declarations.

`commands.json` is written by `make docs`, and a test holds it to the declarations. Loading these takes longer than
sending a command to a server does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from api.command_fields import CommandField

ALWAYS_SAID = ("name", "kind", "format", "meaning")
COMMANDS_FILE = Path(__file__).with_name("commands.json")


@dataclass(frozen=True)
class ToldCommand:
    meaning: str
    fields: Sequence[CommandField]


@cache
def told_commands() -> Mapping[str, ToldCommand]:
    """By name, in the order of the declarations."""
    told = json.loads(COMMANDS_FILE.read_text("utf-8"))
    return {
        name: ToldCommand(one["meaning"], [CommandField(**field) for field in one["fields"]])
        for name, one in told.items()
    }


def written(commands: Mapping[str, ToldCommand]) -> str:
    """The page that says so; what is usual of a field is left out."""
    usual = asdict(CommandField("", "", "", ""))
    told = {
        name: {
            "meaning": one.meaning,
            "fields": [
                {key: value for key, value in asdict(field).items() if key in ALWAYS_SAID or value != usual[key]}
                for field in one.fields
            ],
        }
        for name, one in commands.items()
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
