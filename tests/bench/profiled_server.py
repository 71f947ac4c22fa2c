"""The product's server, its event loop under cProfile once it is warm: `PORT FILE`.

The figures are in the file once the server has ended; there is none where it was asked too little to become warm.
"""

from __future__ import annotations

import cProfile
import sys
from itertools import count
from typing import Any

import uvicorn

from api.application import create_app

WARM = 100  # requests, after which routes are built and statements prepared
profiler = cProfile.Profile()
requests = count(1)
product = create_app()


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and next(requests) == WARM:
        profiler.enable()
    await product(scope, receive, send)


if __name__ == "__main__":
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
    )

    def stop(*_: object) -> None:
        server.should_exit = True

    server.handle_exit = stop  # type: ignore[method-assign]
    server.run()
    profiler.disable()
    if next(requests) > WARM:
        profiler.dump_stats(sys.argv[2])
