"""What a server writes about its work: lines for people, or JSON Lines for a collector.

Nothing of persons is in them: of a request its id, method, route, status and time, of an error what kind it was and
where in the program. What an error says may repeat what somebody sent, so it is left out of JSON; a terminal shows it.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")  # of the request that is being answered
_requests = logging.getLogger("ledger.requests")
_ROOT = Path(__file__).parents[1]


def write_json_lines() -> None:
    """From now on all that the process logs is JSON Lines on standard error, with a line for each request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        of_server = logging.getLogger(name)
        of_server.handlers.clear()
        of_server.propagate = True
    _requests.setLevel(logging.INFO)


def tell_request(method: str, route: str, status: int, seconds: float) -> None:
    """A line about an answered request, where such lines are wanted."""
    if _requests.isEnabledFor(logging.INFO):
        told = {"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000, 3)}
        _requests.info("request", extra={"told": told})


class _JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        if REQUEST_ID.get():
            line["request_id"] = REQUEST_ID.get()
        line |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _chain(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def _event(record: logging.LogRecord) -> str:
    """Our own sentences whole; of others' only what they always say, since a server's name who asked for what."""
    if record.name.startswith("ledger."):
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def _chain(error: BaseException) -> list[dict[str, Any]]:
    """The error, and those that it came of: kind and places."""
    found: list[dict[str, Any]] = []
    at: BaseException | None = error
    while at is not None and len(found) < 5:
        frames = traceback.extract_tb(at.__traceback__)
        found.append(
            {
                "kind": type(at).__qualname__,
                "frames": [f"{_place(one.filename)}:{one.lineno} {one.name}" for one in frames],
            }
        )
        at = at.__cause__ or at.__context__
    return found


def _place(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else "/".join(path.parts[-2:])
