"""A server elsewhere, by HTTP. A token goes to the server that was named and nowhere else: redirects are no answer."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from api.cli.doors import Reply
from ledger.kernel.errors import Refusal, malformed

PATIENCE_SECONDS = 60


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """It is answered as it is."""
        return None


def _parts(url: str) -> SplitResult | None:
    """Of what can be an address at all: a letter beyond ASCII is written otherwise there, and a port is a number."""
    try:
        parts = urlsplit(url)
        return parts if url.isascii() and url.isprintable() and " " not in url and parts.port != 0 else None
    except ValueError:
        return None


class Remote:
    """Raises Refusal unavailable where nobody answers."""

    def __init__(self, url: str, token: str | None) -> None:
        parts = _parts(url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise malformed("server", "is an address such as https://ledger.example.org")
        if parts.username is not None or parts.password is not None:
            raise malformed("server", "holds no password; a token is given by --token or LEDGER_TOKEN")
        if token is not None and not (token.isascii() and token.isprintable()):
            raise malformed("token", "is no token: it has characters that none has")
        self._base = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._opener = build_opener(_NoRedirects)

    def ask(self, method: str, target: str, body: bytes | None) -> Reply:
        headers = self._headers | ({"Content-Type": "application/json"} if body is not None else {})
        request = Request(self._base + target, data=body, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS) as response:
                return Reply(response.status, response.read())
        except HTTPError as error:
            return Reply(error.code if error.code >= 400 else 502, error.read())
        except (URLError, OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise Refusal("unavailable", f"{self._base} does not answer: {reason}") from None

    def close(self) -> None:
        """Nothing is kept open."""
