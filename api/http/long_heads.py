"""Connections whose client sends heads without end, or requests without waiting for an answer: both are bounded.

The parser keeps a header until it is whole, however long that is, and what belongs to each request behind another.
"""

from __future__ import annotations

import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.responses import HEADERS

HEAD_BYTES = 64 * 1024  # of an address and headers, or of what stands between pieces of a body; and one read more
TOO_LONG = "A request's head is at most 64 kB."
MOST_AT_ONCE = 50  # requests of one connection that wait for the answer of another


class BoundedProtocol(HttpToolsProtocol):
    """The server's protocol; a client beyond a bound loses its connection."""

    _without_body = 0  # bytes since a head was whole, or something of a body came

    def data_received(self, data: bytes) -> None:
        self._without_body += len(data)
        super().data_received(data)
        if self._without_body > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(TOO_LONG)

    def send_400_response(self, msg: str) -> None:
        """A problem like every refusal, with the headers of every answer; of the server's own words none is told."""
        body = {
            "type": "urn:support-ledger:malformed",
            "title": "Malformed",
            "status": 400,
            "detail": msg if msg == TOO_LONG else f"What was sent can't be read as a request of HTTP. {TOO_LONG}",
            "code": "malformed",
        }
        content = json.dumps(body, separators=(",", ":")).encode()
        headers = HEADERS | {"Content-Type": "application/problem+json", "Content-Length": str(len(content))}
        lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in headers.items())]
        self.transport.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + content)
        self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if len(self.pipeline) > MOST_AT_ONCE:
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self._without_body = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._without_body = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._without_body = 0
        super().on_message_complete()
