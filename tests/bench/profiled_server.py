"""The product's server, which tells where it computed: `PORT FILE WHAT`.

`loop`: its event loop under cProfile once it is warm; there is no file where it was asked too little to become warm.
`threads`: seconds of each thread by name, without cProfile, which would make the loop look dearer beside the others.
The file is there once the server has ended.
"""

from __future__ import annotations

import cProfile
import json
import sys
import threading
import time
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn

from api.application import create_app

WARM = 100  # requests, after which routes are built and statements prepared
profiler = cProfile.Profile()
requests = count(1)
product = create_app()
port, file, what = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and next(requests) == WARM and what == "loop":
        profiler.enable()
    await product(scope, receive, send)


def computed() -> dict[str, float]:
    """Seconds of each thread that runs still; their names begin with what they are."""
    clocks = {one.name: time.pthread_getcpuclockid(one.ident) for one in threading.enumerate() if one.ident}
    return {name: time.clock_gettime(clock) for name, clock in clocks.items()}


if __name__ == "__main__":
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False))

    def stop(*_: object) -> None:
        if what == "threads":
            file.write_text(json.dumps(computed()))
        server.should_exit = True

    server.handle_exit = stop  # type: ignore[method-assign]
    server.run()
    profiler.disable()
    if what == "loop" and next(requests) > WARM:
        profiler.dump_stats(str(file))
