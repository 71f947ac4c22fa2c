"""`support-ledger serve` and its other commands as processes of their own, and a client that speaks to it over HTTP.

They are started as `python -m api.cli.main`, so that they are this clone's whatever is installed.
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from ledger.store import open_store
from ledger.store.tokens import create_token
from tests.senders import post
from tests.words import Step

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


def environment(url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    return kept | {"LEDGER_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}


def command_line(url: str, folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`support-ledger` with these arguments, in a folder where no .env lies."""
    command = [sys.executable, "-m", "api.cli.main", *arguments]
    return subprocess.run(command, env=environment(url), cwd=folder, input=stdin, capture_output=True, check=False)


def admin_token(url: str) -> str:
    store = open_store(url)
    try:
        return create_token(store.database, "admin")[1]
    finally:
        store.close()


class Server:
    """A server on a free port, from `start` to `stop` or `kill`; and a client with an admin's token."""

    def __init__(self, url: str, folder: Path, token: str, **settings: str) -> None:
        self.url = url
        self.folder = folder
        self.token = token
        self.environment = environment(url) | settings
        self.start()

    def start(self) -> None:
        """Returns when it is ready. Between the probe and the start somebody may take the port, so it tries again."""
        for _ in range(3):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            self.log = self.folder / f"serve-{port}.log"
            with self.log.open("wb") as out:
                command = [sys.executable, "-m", "api.cli.main", "serve", "--port", str(port)]
                self.process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=out, stderr=out)
            headers = {"Authorization": f"Bearer {self.token}"}
            self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE_SECONDS)
            if self._is_ready():
                return
            self.stop()
        raise AssertionError(f"the server does not start: {self.log.read_text()}")

    def _is_ready(self) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.client.get("/health/ready").status_code == 200:
                    return True
            except httpx.TransportError:
                time.sleep(0.05)
        return False

    def kill(self) -> None:
        """As kill -9 does: nothing is finished, nothing is closed."""
        self.process.kill()
        self.process.wait()
        self.client.close()

    def stop(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)

    def send(self, step: Step) -> dict[str, Any]:
        answer: dict[str, Any] = post(self.client, step.command, step.fields).json()
        return answer

    def see(self, path: str, **query: Any) -> dict[str, Any]:
        response = self.client.get(f"/v1/{path}", params=query)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found
