"""Answers for programs (`--json`): one line of JSON on standard output, as it is."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON, on one line.")]


def is_json_wanted() -> bool:
    """By whoever typed this command; also where it can't be read any further than that."""
    return "--json" in sys.argv[1:]


def print_line(value: Any) -> None:
    sys.stdout.write(json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n")
