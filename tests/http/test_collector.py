"""What a server has loaded when it begins is not looked through again by the collector, for which all threads wait."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path

from ledger.store import open_store
from tests.http.server import ROOT, admin_token, environment
from tests.http.test_ending import Clients, free_port, until_ready

COUNTED = """
import gc, sys

from api.application import create_app
from api.http.serving import listening, serve_app

app = create_app()

@app.get("/looked-through")
async def looked_through():
    return {"frozen": gc.get_freeze_count(), "others": len(gc.get_objects())}

with listening("127.0.0.1", int(sys.argv[1])) as sockets:
    serve_app(app, sockets)
"""


def test_most_of_a_servers_objects_are_not_looked_through(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_store(url).close()
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", COUNTED, str(port)], env=environment(url), cwd=ROOT)
    try:
        until_ready(Clients(port, admin_token(url)))
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/looked-through")
        counts = json.loads(connection.getresponse().read())
        connection.close()
    finally:
        process.kill()
        process.wait()
    assert counts["frozen"] > 3 * counts["others"]
