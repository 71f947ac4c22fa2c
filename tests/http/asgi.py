"""A client that calls the application without a network: one event loop in a thread of its own, plain ASGI messages.

It does little beside, so that thousands of requests cost seconds. Errors inside the application are answered by it.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlencode, urlsplit

from fastapi import FastAPI

Headers = dict[str, str | bytes]


@dataclass
class Response:
    """Header names are lower case; of several headers of one name the last counts."""

    status_code: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


def scope_of(
    method: str, url: str, params: dict[str, Any] | None, headers: Headers | None, scheme: str = "http"
) -> dict[str, Any]:
    """A request as ASGI has it."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(params or {})) if part)
    named = {"host": "ledger", **(headers or {})}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), _raw(value)) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("ledger", 80),
    }


class Client:
    """The application from its start (`with`) to its end."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="client", daemon=True)
        self._life = app.router.lifespan_context(app)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._life.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._life.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def get(self, url: str, **rest: Any) -> Response:
        return self.request("GET", url, **rest)

    def post(self, url: str, **rest: Any) -> Response:
        return self.request("POST", url, **rest)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: dict[str, Any] | None = None,
        headers: Headers | None = None,
        content: bytes | Iterable[bytes] = b"",
        heard: Callable[[bytes], None] = lambda _: None,
        scheme: str = "http",
    ) -> Response:
        """`url` is a path as it goes over the wire, with or without a query; `params` are added to it.

        `heard` is told each piece of the answer as it comes.
        """
        pieces = [content] if isinstance(content, bytes) else content
        if method == "POST" and isinstance(content, bytes):  # as clients do, who know how long a whole body is
            headers = {"content-length": str(len(content)), **(headers or {})}
        return self.run(self._answer(scope_of(method, url, params, headers, scheme), pieces, heard))  # type: ignore[no-any-return]

    async def _answer(self, scope: dict[str, Any], pieces: Iterable[bytes], heard: Callable[[bytes], None]) -> Response:
        response, left, whole = Response(), iter(pieces), False

        async def receive() -> dict[str, Any]:
            nonlocal whole
            if whole:
                await asyncio.Event().wait()  # the client stays, and says nothing more
            piece = next(left, None)
            whole = piece is None
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                response.status_code = message["status"]
                response.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                response.content += message.get("body", b"")
                heard(message.get("body", b""))

        try:
            await self.app(scope, receive, send)  # type: ignore[arg-type]
        except Exception:
            if response.status_code != 500:  # the application answers what it did not expect, and raises it too
                raise
        return response


def _raw(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")
