"""The examples of the OpenAPI document: commands that, sent in this order to an empty ledger, are all accepted."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from typing import Any

import msgspec


def examples() -> list[tuple[str, str, dict[str, Any]]]:
    """Command, summary and body of each example, in order."""
    found = []
    for line in files("api.http").joinpath("examples.jsonl").read_bytes().splitlines():
        body = msgspec.json.decode(line)
        command = body.pop("command")
        found.append((command, body.pop("summary", command), body))
    return found


def by_command() -> dict[str, dict[str, Any]]:
    """The `examples` member of each command's request body."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for command, summary, body in examples():
        found[command][summary] = {"summary": summary, "value": body}
    return found
