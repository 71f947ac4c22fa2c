"""The HTTP server of a process: it waits for no client that takes nothing, and ends when it is told to (`ending`)."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from api.collector import collecting_seldom, keep_what_is_loaded
from api.http.ending import LAST_ANSWERS_AFTER, LastAnswers, begin_to_end
from api.http.slow_readers import SEND_BUFFER_BYTES, patient_protocol
from api.limits import LIMITS, Limits
from ledger.kernel.errors import Refusal, malformed


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self.ending = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.started and not self.should_exit:
            begin_to_end(self.ending.state.ledger)
        super().handle_exit(sig, frame)


@contextmanager
def listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Sockets at every address that a name has. Raises Refusal, naming what of it is wrong."""
    sockets = _bound(host, port)
    try:
        yield sockets
    finally:
        for one in sockets:
            one.close()


def serve_app(app: FastAPI, sockets: list[socket.socket]) -> None:
    """Serves until a signal says to end. Raises SystemExit where it can't start."""
    server = server_of(app)
    keep_what_is_loaded()
    with collecting_seldom(), suppress(KeyboardInterrupt):
        server.run(sockets)
    if not server.started:
        raise SystemExit(3)


def server_of(app: FastAPI, limits: Limits = LIMITS) -> uvicorn.Server:
    config = uvicorn.Config(
        LastAnswers(app),
        loop="uvloop",
        http=patient_protocol(limits.slow_reader_seconds),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_ANSWERS_AFTER,
    )
    return _Server(config, app)


def _bound(host: str, port: int) -> list[socket.socket]:
    try:
        if not host:
            raise UnicodeError
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise malformed("host", f"{host[:80]} is no address that this machine knows, such as 127.0.0.1") from None
    opened: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            one = socket.socket(family, kind, protocol)
            opened.append(one)
            if os.name == "posix":  # a port that was in use a moment ago is free; elsewhere it would mean another thing
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)  # of what is accepted too
            one.bind(address)
    except OSError as error:
        for one in opened:
            one.close()
        raise _not_bound(host, port, error) from None
    return opened


def _not_bound(host: str, port: int, error: OSError) -> Refusal:
    if error.errno == errno.EADDRINUSE:
        return Refusal(
            "unavailable", f"Port {port} of {host} is in use; name another, such as --port {port % 65_535 + 1}."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return malformed("port", f"{port} is not for this user; those from 1024 on are, such as 8000")
    return malformed("host", f"{host[:80]} is no address of this machine, such as 127.0.0.1")
