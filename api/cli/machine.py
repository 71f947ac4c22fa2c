"""Answers for programs (`--json`): one line of JSON on standard output, which may be a terminal all the same."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from api.cli.printing import told_json

AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON, on one line.")]


def is_json_wanted() -> bool:
    """By whoever typed this command; also where it can't be read any further than that."""
    return "--json" in sys.argv[1:]


def print_line(value: Any) -> None:
    print_answer_line(json.dumps(value, separators=(",", ":"), ensure_ascii=False))


def print_answer_line(answer: str) -> None:
    """An answer that is JSON already."""
    sys.stdout.write(told_json(answer) + "\n")
