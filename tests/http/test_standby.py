"""A ledger whose PostgreSQL becomes a standby, as while another server takes over, and is promoted again.

What only reads is answered all the while; a command is told to come again.
"""

import time

import psycopg
import pytest

from tests.http.door import Door, opened, problem
from tests.servers import fresh_database, restart_as_standby
from tests.words import contract, log_work, renew

PATIENCE_SECONDS = 30
MOST_CONNECTIONS = 20  # of one process, all of which the end of the server has ended
READ_ONLY = "is read-only; the ledger can't be written"


def test_a_standby_answers_what_reads_and_503_to_what_writes_until_it_is_promoted(
    own_server: str, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(fresh_database(own_server), catalogue=None) as door:
        door.all_ok([*contract("groupios-l"), log_work(50, "2026-02-02T10:00:00Z")])
        assert _left(door) == 420
        restart_as_standby(own_server)
        for _ in range(MOST_CONNECTIONS):  # those that were ended are met first
            answer = door.send(renew())
            assert (problem(answer)["code"], answer.headers["retry-after"]) == ("unavailable", "1")
            if READ_ONLY in caplog.text:
                break
        assert READ_ONLY in caplog.text
        assert problem(door.send_lines([renew()]))["code"] == "unavailable"
        assert _left(door) == 420
        assert door.client.get("/health/ready").status_code == 200
        with psycopg.connect(own_server, autocommit=True) as owner:
            owner.execute("SELECT pg_promote()")
        _until_written(door)
        assert _left(door, "2027-02-01") == 480


def _left(door: Door, day: str = "2026-12-01") -> int:
    (account,) = door.see("contracts/C/balance", as_of=day)["accounts"]
    left: int = account["available"]
    return left


def _until_written(door: Door) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := door.send(renew(command_id="renewed"))).status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert answer.status_code == 200, answer.text
