"""api/cli/commands.json and subcommands.json as the code has them: the fields of each command of the write door; each
subcommand, in the order of `--help`, and what it does."""

from __future__ import annotations

import json

from api.cli.main import HERE
from api.cli.sending import command_for
from api.cli.told_commands import ToldCommand, written
from api.declared_fields import fields_of
from ledger.door.registry import COMMANDS


def command_fields_page() -> str:
    return written({name: ToldCommand(one.meaning, fields_of(name)) for name, one in COMMANDS.items()})


def subcommands_page() -> str:
    """The whole page; a meaning is the first paragraph of the subcommand's own help."""
    built = {name: find(name) for name, find in HERE.items()} | {name: command_for(name) for name in COMMANDS}
    meanings = {name: " ".join(one.help.split("\n\n")[0].split()) for name, one in built.items()}
    return json.dumps(meanings, indent=2, ensure_ascii=False) + "\n"
