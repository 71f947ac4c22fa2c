"""The ledger of the settings, asked as a server would be: by the same API, in this process.

Who asks is handed to the API beside the request, where no header can say it.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI

from api.cli.doors import Reply
from api.http.authentication import ACTOR
from api.http.doors import create_api
from api.http.routes import noun_of
from api.state import open_state
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.settings import Settings


class InProcess:
    """Views are caught up before each question; what is recorded is durable when answered."""

    def __init__(self, settings: Settings) -> None:
        self.state = open_state(settings)
        self._runner = asyncio.Runner()

    def ask(self, method: str, target: str, body: bytes | None) -> Reply:
        if method == "GET":
            self.state.projector.catch_up()
        elif not self.state.is_writing:
            self.state.start_writing()
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(b"host", b"ledger"), (b"content-type", b"application/json")],
            "client": None,
            "server": ("ledger", 80),
            ACTOR: COMMAND_LINE,
        }
        app = _doors_of(noun_of(path))
        app.state.ledger = self.state
        return self._runner.run(self._answer(app, scope, body or b""))

    async def _answer(self, app: FastAPI, scope: dict[str, Any], body: bytes) -> Reply:
        status, pieces, is_read = 500, list[bytes](), False

        async def receive() -> dict[str, Any]:
            nonlocal is_read
            if is_read:
                await asyncio.Event().wait()  # whoever asks stays until it is answered
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                pieces.append(message.get("body", b""))

        await app(scope, receive, send)
        return Reply(status, b"".join(pieces))

    def close(self) -> None:
        self._runner.run(self.state.close())
        self._runner.close()


@cache
def _doors_of(noun: str) -> FastAPI:
    """Made once, whichever ledger is asked: to make them takes longer than to answer."""
    return create_api(noun=noun)


def in_process() -> InProcess:
    """The ledger of the settings. Raises Unavailable, CatalogueError."""
    return InProcess(Settings())
