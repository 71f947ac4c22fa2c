"""A ledger that this version does not read: every program that opens it says so in a sentence and leaves it as it is.

Servers are among them: what stops one before it serves is told like any other fault, never in a traceback.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.run import Done, demo, support_ledger
from tests.store.test_format import begun, change

PROGRAMS: dict[str, Callable[[str | None], Done]] = {
    "serve": lambda url: support_ledger(url, "serve", "--port", "0"),  # 8000 may be taken on this machine
    "status": lambda url: support_ledger(url, "status"),
    "demo": demo,
    "run": lambda url: demo(url, "--serve"),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_old_ledger_is_told_in_one_sentence(database_url: str, program: str) -> None:
    begun(database_url)
    change(database_url, "UPDATE ledger_format SET version = 0")
    done = PROGRAMS[program](database_url)
    assert done.status == 1
    assert "holds a ledger of an earlier version" in done.err
    assert done.err.count("\n") == 1
    assert "Serving" not in done.out


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_old_ledger_where_the_demo_would_be_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.chdir(tmp_path)
    begun("sqlite:///var/ledger.db")
    change("sqlite:///var/ledger.db", "DROP TABLE ledger_format")
    before = (tmp_path / "var" / "ledger.db").read_bytes()
    done = PROGRAMS[program](None)
    assert done.status == 1
    assert "ledger.db holds a ledger of an earlier version" in done.err
    assert done.err.count("\n") == 1
    assert (tmp_path / "var" / "ledger.db").read_bytes() == before


@pytest.mark.parametrize("program", ["serve", "run"])
def test_a_catalogue_that_cannot_be_read_is_told_before_a_server_starts(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text(f"LEDGER_CATALOGUE={tmp_path / 'none'}\n")
    done = PROGRAMS[program](database_url)
    assert (done.status, done.err.count("\n")) == (1, 1)
