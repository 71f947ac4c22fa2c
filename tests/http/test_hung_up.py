"""A PostgreSQL server that was started anew has closed every connection: whoever asks next is answered all the same."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.http.door import Door, opened
from tests.servers import drop_database, fresh_database
from tests.words import contract, log_work

AT = "2026-02-02T10:00:00Z"
PATHS = (
    "contracts/C/balance",
    "contracts/C/balance?as_of=2026-03-01",
    "contracts",
    "events",
    "deductions",
    "tickets/T",
)


@pytest.fixture
def door(postgresql_server: str) -> Iterator[Door]:
    url = fresh_database(postgresql_server)
    with opened(url, catalogue=None) as door:
        door.all_ok([*contract("groupios-l"), log_work(30, AT, entry_id="first")])
        yield door
    drop_database(url)


def hang_up(door: Door) -> int:
    """Ends every session of the ledger; returns how many there were."""
    with psycopg.connect(door.client.app.state.ledger.settings.database_url) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert all(one for (one,) in ended)
    return len(ended)


@pytest.mark.parametrize("path", PATHS)
def test_the_next_question_is_answered(door: Door, path: str) -> None:
    url, headers = f"/v1/{path}", door.headers(None)
    door.see("contracts")
    assert door.client.get(url, headers=headers).status_code == 200
    for _ in range(3):
        assert hang_up(door) >= 1
        answer = door.client.get(url, headers=headers)
        assert answer.status_code == 200, answer.text


def test_the_next_command_is_carried_out_once(door: Door) -> None:
    for number in range(3):
        assert hang_up(door) >= 1
        answer = door.send(log_work(30, AT, entry_id=f"after-{number}"))
        assert answer.status_code == 200, answer.text
        assert not answer.json()["replayed"]
    assert door.account("C", "included")["consumed"] == 120


def test_views_go_on(door: Door) -> None:
    hang_up(door)
    door.all_ok([log_work(30, AT, entry_id="after")])
    assert [one["deduction_id"] for one in door.walk("deductions")] == ["first", "after"]
