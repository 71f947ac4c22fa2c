"""Where a command of the command line goes: to a server by HTTP, or to the ledger that the settings name.

Both answer the same requests with the same bytes, so that whatever is asked is a path, a query and a body.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from api.cli.refusing import AnsweredRefusal
from api.cli.totals import added_up
from ledger.kernel.errors import Refusal, malformed

Query = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Reply:
    """A status and a body."""

    status: int
    content: bytes


class Connection(Protocol):
    """Somebody who answers requests; `target` is a path with its query, as it goes over the wire."""

    def ask(self, method: str, target: str, body: bytes | None) -> Reply: ...

    def close(self) -> None: ...


class Door:
    """Asks over one of the two lines."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, path: str, query: Query) -> Any:
        """The answer, decoded. Raises Refusal."""
        return json.loads(self.raw("GET", path, query))

    def whole(self, path: str, query: Query) -> Any:
        """A list with all its items, page after page, and what all of them add up to where each page says its own.

        What begins in the middle of a list has the totals of the pages from there on.
        """
        told = self.get(path, query)
        is_summed = told.get("totals_of") == "page"
        while told.get("next") is not None:
            following = self.get(path, {**query, "cursor": told["next"]})
            told["items"] += following["items"]
            told["next"] = following["next"]
            if is_summed:
                told["totals"] = added_up(told["totals"], following["totals"])
        if is_summed and "cursor" not in query:
            told["totals_of"] = "all"
        return told

    def items(self, path: str) -> list[Any]:
        found: list[Any] = self.whole(path, {})["items"]
        return found

    def raw(self, method: str, path: str, query: Query, body: Any = None) -> bytes:
        """The answer as it is. Raises the refusal that the door answers with."""
        asked = urlencode(
            [(name, value) for name, values in query.items() for value in _each(values)], errors="replace"
        )
        content = json.dumps(body).encode() if body is not None else None
        answered = self._connection.ask(method, f"/v1/{path}?{asked}" if asked else f"/v1/{path}", content)
        if answered.status >= 400:
            raise _refusal(answered)
        return answered.content


def _each(values: str | Sequence[str]) -> Sequence[str]:
    return [values] if isinstance(values, str) else values


def _refusal(answered: Reply) -> Refusal:
    try:
        return AnsweredRefusal(json.loads(answered.content))
    except (ValueError, KeyError, TypeError):
        return Refusal("unavailable", f"The server answered {answered.status}, and not as a ledger does.")


def server_named(server: str | None, token: str | None) -> tuple[str, str | None] | None:
    """The server that the options name, or the settings, and the token for it. None: the ledger of the settings."""
    from ledger.kernel.settings import Settings

    settings = Settings()
    if server is None and settings.server is None:
        if token is not None:
            raise malformed("token", "is for a server; name it by --server")
        return None
    return server or settings.server or "", token or settings.token


@contextmanager
def opened_door(server: str | None = None, token: str | None = None) -> Iterator[Door]:
    """Closed whatever happens. Raises Refusal, Unavailable, CatalogueError."""
    connection = _connected(server, token)
    try:
        yield Door(connection)
    finally:
        connection.close()


def _connected(server: str | None, token: str | None) -> Connection:
    named = server_named(server, token)
    if named is not None:
        from api.cli.remote import Remote

        return Remote(*named)
    from api.cli.in_process import in_process  # with the whole application, which nobody loads for a server elsewhere

    return in_process()
