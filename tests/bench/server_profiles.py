"""Why a row of clients falls short: what the event loop of the product's server did, and which threads computed."""

from __future__ import annotations

import json
import pstats
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.clients import Answered, Client, answered
from tests.bench.rounds import told
from tests.bench.serving import server

AsClients = Callable[[int], Sequence[Client]]  # those of a row, at a port


def profile_of_loop(url: str, clients: AsClients, for_seconds: float, folder: Path, what: str) -> str:
    """Under cProfile, once the server is warm."""
    file = folder / "loop.profile"
    _served(url, clients, for_seconds * 2, file, "loop")
    if not file.exists():
        return "The server was asked too little for a profile."
    return told(pstats.Stats(str(file)), what)


def profile_of_threads(url: str, clients: AsClients, for_seconds: float, folder: Path) -> str:
    """The threads that computed most: together they have one interpreter lock, so little more than a second a second.

    What the start took is left out: it is asked of a server that is asked nothing.
    """
    file = folder / "threads.json"
    seconds = []
    for asked in (lambda _: [], clients):
        run = _served(url, asked, for_seconds * 2, file, "threads")
        seconds.append(json.loads(file.read_text()))
    started, computed = seconds
    lines = [f"threads of the server, {run.whole:,} answers in {run.seconds:.2f} s"]
    ranked = sorted(((computed[name] - started.get(name, 0.0), name) for name in computed), reverse=True)
    lines += [f"    {took:6.2f} s  {name}" for took, name in ranked[:5]]
    return "\n".join(lines)


def _served(url: str, clients: AsClients, for_seconds: float, file: Path, what: str) -> Answered:
    with server(url, "tests.bench.profiled_server", "PORT", str(file), what) as (_, port):
        return answered(clients(port), for_seconds)
