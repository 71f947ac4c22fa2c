"""Servers in processes of their own: started, waited for, and ended with the block; what they compute."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.rounds import ROOT

START_SECONDS = 30


@contextmanager
def server(url: str, *command: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server in a process of its own; `PORT` in the command becomes a free one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    arguments = [str(port) if word == "PORT" else word for word in command]
    environment = os.environ | {"LEDGER_DATABASE_URL": url}
    with subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, env=environment) as process:
        try:
            _wait(process, port)
            yield process, port
        finally:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server did not start: {process.args!r}")


def processor_seconds(process: int) -> float:
    """What all threads of a process have computed so far, in the kernel too."""
    return time.clock_gettime((~process << 3) | 2)  # its clock, as `clock_getcpuclockid` of Linux's C library names it
