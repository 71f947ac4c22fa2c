"""The HTTP server of a process: one that does not wait for clients that follow when it is told to end."""

from __future__ import annotations

from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

LAST_ANSWERS_SECONDS = 20  # for what is being answered when it is told to end


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self.ending = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A listener's answer never ends by itself."""
        if self.started:
            self.ending.state.ledger.listeners.end()
        super().handle_exit(sig, frame)


def serve_app(app: FastAPI, host: str, port: int) -> None:
    """Serves until a signal says to end. Raises SystemExit where it can't start."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
    )
    server = _Server(config, app)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(3)
