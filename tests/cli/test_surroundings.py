"""A database that can't be used, settings that mean nothing, files of other programs: a sentence that names the place.

No command shows a traceback, and none changes what is not ours.
"""

import os
import shutil
import socket
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import uvicorn  # noqa: F401 – before anybody is somebody else, who may not read it

from ledger.kernel.settings import DEFAULT_DATABASE_URL, without_secrets
from ledger.store import Unavailable, open_store
from ledger.store.database import Database, open_database
from ledger.store.unavailable import unavailable_file
from tests.cli.run import Done, support_ledger
from tests.http.door import opened, problem
from tests.servers import drop_database, fresh_database
from tests.words import CUSTOMER, as_lines, sign

COMMANDS: dict[str, tuple[str, ...]] = {
    "balance": ("L",),
    "export": ("csv",),
    "import": ("-",),
    "rebuild": (),
    "serve": ("--port", "0"),
    "sla": (),
    "statement": ("L",),
    "status": (),
    "token": ("list",),
    "verify": (),
}
SQLITE_ERRORS = {
    sqlite3.SQLITE_ERROR: "SQLITE_ERROR",
    sqlite3.SQLITE_IOERR_READ: "SQLITE_IOERR_READ",
    sqlite3.SQLITE_NOMEM: "SQLITE_NOMEM",
    sqlite3.SQLITE_FULL: "SQLITE_FULL",
    sqlite3.SQLITE_LOCKED: "SQLITE_LOCKED",
    sqlite3.SQLITE_MISUSE: "SQLITE_MISUSE",
}
SIGNED = sign("groupios-l", contract_id="L", customer=CUSTOMER)
CASES = Path(__file__).parents[1] / "cases"


def is_a_sentence(done: Done, *words: str) -> None:
    assert (done.status, done.out) == (1, ""), done
    assert len(done.err.splitlines()) == 1, done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


# ---- files that are none of ours


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_ledger_is_named_and_left_as_it_is(command: str, tmp_path: Path) -> None:
    text, foreign, near = tmp_path / "notes.txt", tmp_path / "music.db", tmp_path / "other.db"
    text.write_text("not a database at all, but rather long\n" * 100)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    with sqlite3.connect(near) as connection:
        connection.execute("CREATE TABLE stored_events (id TEXT, state BLOB)")
    for path in (text, foreign, near):
        before = path.read_bytes()
        is_a_sentence(support_ledger(url_of(path), command, *COMMANDS[command]), str(path), "is no ledger")
        assert path.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == sorted([text, foreign, near])


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "status"])
def test_a_place_where_no_file_can_be_is_named(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "ledger.db", Path("/proc/none/ledger.db")):
        done = support_ledger(url_of(path), command, *COMMANDS[command])
        is_a_sentence(done, str(path if path == tmp_path else path.parent))
    assert sorted(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_is_called_one_by_every_command(command: str, tmp_path: Path) -> None:
    is_a_sentence(
        support_ledger(url_of(tmp_path), command, *COMMANDS[command]), f"{tmp_path} can't be opened: it is a folder."
    )
    assert list(tmp_path.iterdir()) == []


def test_what_sqlite_says_of_a_file_is_told_in_our_words(tmp_path: Path) -> None:
    """Its sentences are for who writes statements; the name of an error is left for who looks it up."""
    for code, name in SQLITE_ERRORS.items():
        error = sqlite3.OperationalError("its own words")
        error.sqlite_errorcode, error.sqlite_errorname = code, name
        told = str(unavailable_file(tmp_path / "ledger.db", error))
        assert told.startswith(f"{tmp_path / 'ledger.db'} ")
        assert told.endswith(".")
        assert "its own words" not in told


def test_a_server_that_can_not_listen_makes_no_ledger(tmp_path: Path) -> None:
    url = url_of(tmp_path / "ledger.db")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        is_a_sentence(support_ledger(url, "serve", "--port", str(port)), f"Port {port} of 127.0.0.1 is in use")
    is_a_sentence(support_ledger(url, "serve", "--host", "192.0.2.1"), "192.0.2.1 is no address of this machine")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_is_missing_is_named_and_not_made(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / "none" / "deep" / "ledger.db", Path("none/ledger.db")):
        done = support_ledger(url_of(path), command, *COMMANDS[command])
        is_a_sentence(done, f"{path} can't be opened: there is no folder {path.parent}.")
    assert list(tmp_path.iterdir()) == []


def test_the_default_folder_alone_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "there is no ledger yet" in support_ledger(None, "status").out
    assert list(tmp_path.iterdir()) == []
    assert support_ledger(None, "token", "list").status == 0
    assert (tmp_path / "var" / "ledger.db").is_file()


def test_status_makes_nothing(tmp_path: Path, postgresql_server: str) -> None:
    done = support_ledger(url_of(tmp_path / "ledger.db"), "status")
    assert (done.status, done.err) == (0, "")
    assert done.lines[-1] == "events     none: there is no ledger yet; import, serve and others begin one"
    assert list(tmp_path.iterdir()) == []
    assert "there is no ledger yet" in support_ledger(postgresql_server, "status").out
    with psycopg.connect(postgresql_server) as connection:
        assert connection.execute("SELECT to_regclass('public.stored_events')").fetchone() == (None,)


def test_status_knows_a_ledger_whose_views_were_never_made(database_url: str) -> None:
    support_ledger(database_url, "import", "-", stdin=as_lines([SIGNED]))
    lines = support_ledger(database_url, "status").lines
    events = int(lines[-2].split()[1])
    assert events > 0
    assert lines[-1] == f"views      up to 0, {events} behind"


# ---- read-only


NOBODY = 65_534


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that other accounts may enter: an administrator may write whatever its rights say."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def somebody() -> Iterator[None]:
    """As a user who is no administrator."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_read_only_ledger_is_named_by_every_command_that_writes(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shared / "ledger.db"
    url = url_of(path)
    monkeypatch.chdir(shared)  # the ledger is what may not be written; this checkout may be closed to others
    for command, arguments in COMMANDS.items():  # as an administrator once, who may read what a command imports
        if command != "serve":
            support_ledger(url, command, *arguments)
    for beside in shared.iterdir():
        beside.unlink()
    with somebody():
        assert support_ledger(url, "import", "-", stdin=as_lines([SIGNED])).status == 0
        path.chmod(0o400)
        for command in ("balance", "import", "export", "verify", "rebuild", "serve", "token"):
            is_a_sentence(support_ledger(url, command, *COMMANDS[command]), str(path), "read-only")
        path.chmod(0o600)
        assert support_ledger(url, "balance", "L").status == 0


def test_a_file_that_becomes_writable_again_is_used_again(shared: Path) -> None:
    path = shared / "ledger.db"

    def forget_keys(database: Database) -> None:
        with database.transaction() as transaction:
            transaction.execute("DELETE FROM party_keys")

    with somebody():
        open_store(url_of(path)).close()
        database = open_database(url_of(path))
        path.chmod(0o400)
        with pytest.raises(Unavailable, match=f"^{path} is read-only for this user; the ledger can't be written.$"):
            forget_keys(database)
        path.chmod(0o600)
        forget_keys(database)
        database.close()


def test_a_postgresql_that_is_read_only_answers_503_and_goes_on_when_it_is_not(
    postgresql_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    def read_only(is_so: bool) -> None:
        with psycopg.connect(postgresql_database, autocommit=True) as owner:
            owner.execute("SET default_transaction_read_only = off")
            (name,) = owner.execute("SELECT current_database()").fetchone() or ("",)
            owner.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {"on" if is_so else "off"}')
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with opened(postgresql_database, catalogue=None) as door:
        door.ok(SIGNED)
        door.see("contracts/L")
        read_only(True)
        while "is read-only" not in caplog.text:  # connections that were ended are met first
            answer = door.send(SIGNED.but(contract_id="M"))
            assert problem(answer)["code"] == "unavailable"
            assert answer.headers["retry-after"] == "1"
        assert door.get("contracts/L", min_position=0).status_code == 200
        read_only(False)
        for _ in range(20):
            answer = door.send(SIGNED.but(contract_id="M"))
        assert answer.status_code == 200


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_on_a_postgresql_that_is_read_only_is_a_sentence(command: str, postgresql_database: str) -> None:
    support_ledger(postgresql_database, "import", "-", stdin=as_lines([SIGNED]))
    with psycopg.connect(postgresql_database, autocommit=True) as owner:
        (name,) = owner.execute("SELECT current_database()").fetchone() or ("",)
        owner.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    line = as_lines([SIGNED.but(contract_id="M")])
    done = support_ledger(postgresql_database, command, *COMMANDS[command], stdin=line)
    if command in ("status", "token"):  # which only look
        assert done.status == 0
    else:
        is_a_sentence(done, name, "read-only")


@pytest.fixture
def postgresql_database(postgresql_server: str) -> Iterator[str]:
    url = fresh_database(postgresql_server)
    yield url
    drop_database(url)


# ---- settings


@pytest.mark.parametrize("command", [*COMMANDS, "plans"])
def test_a_catalogue_without_plans_is_refused_by_every_command(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.mkdir()
    other.mkdir()
    (other / "a.toml").write_text('[provider]\nid = "x"\n')
    (other / "plan.txt").write_text("[plans.x]")
    for folder in (tmp_path / "none", other / "a.toml", empty, other):
        (tmp_path / ".env").write_text(f"LEDGER_CATALOGUE={folder}\n")
        done = support_ledger(None, command, *COMMANDS.get(command, ()))
        is_a_sentence(done, "LEDGER_CATALOGUE", str(folder))
    assert not (tmp_path / "var").exists()


def test_a_setting_that_means_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for said, told in (
        ("LEDGER_API_DOCS=perhaps", "malformed: LEDGER_API_DOCS: must be true or false"),
        ("LEDGER_API_DOCS=", "malformed: LEDGER_API_DOCS: must be true or false"),
        ("LEDGER_DATABASE_URL=sqlite:///", "malformed: LEDGER_DATABASE_URL: names no file"),
    ):
        (tmp_path / ".env").write_text(said + "\n")
        is_a_sentence(support_ledger(None, "status"), told)
    (tmp_path / ".env").write_text('export LEDGER_API_DOCS="Off"\nLEDGER_SERVER=https://of-the-file.example\n')
    shown = support_ledger(None, "status").out
    assert "API docs   not shown" in shown
    assert "https://of-the-file.example" in shown


def test_settings_may_begin_with_a_byte_order_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("LEDGER_DATABASE_URL=sqlite:///other.db\n", encoding="utf-8-sig")
    assert "sqlite:///other.db" in support_ledger(None, "status").out
    (tmp_path / ".env").write_text("LEDGER_DATABASE_URL=sqlite:///other.db\n", encoding="utf-16")
    is_a_sentence(support_ledger(None, "status"), ".env", "UTF-8")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:geheim@h:5432/db", "postgresql://u:***@h:5432/db"),
        ("postgresql://h/db?user=u&password=geheim", "postgresql://h/db?user=u&password=***"),
        ("postgresql://h/db?pass%77ord=geheim", "postgresql://h/db?pass%77ord=***"),
        ("postgresql://h/db?sslpassword=geheim&sslmode=require", "postgresql://h/db?sslpassword=***&sslmode=require"),
        ("postgresql://u:a@h/db?password=a@geheim", "postgresql://u:***@h/db?password=***"),
        ("postgresql://h/db?geheim", "postgresql://h/db?***"),
        ("sqlite:///ledger.db?password=geheim", "sqlite:///ledger.db?***"),
        ("sqlite:///ledger.db#geheim", "sqlite:///ledger.db#***"),
        ("postgresql://u:pa#geheim@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:pa?geheim@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u@h/db#geheim", "postgresql://u@h/db#***"),
        ("postgresql:///db?password=ge#heim", "postgresql:///db?password=***#***"),
        ("postgresql://u:geheim/x@h/db", "postgresql://***"),
        ("postgresql://u@[::1]:5432,h2/db", "postgresql://u@[::1]:5432,h2/db"),
        ("postgresql:///db", "postgresql:///db"),
        ("sqlite:///var/ledger.db", "sqlite:///var/ledger.db"),
    ],
)
def test_no_password_is_shown_wherever_it_stands(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_a_url_that_postgresql_can_not_read_is_refused_without_what_is_in_it(tmp_path: Path) -> None:
    for url in ("postgresql://u:geheim/x@127.0.0.1/db", "postgresql://h/db?geheim", "postgresql://h/db?geheim=1"):
        done = support_ledger(url, "status")
        assert done.status == 1
        assert "geheim/x" not in done.out + done.err
        assert "Traceback" not in done.err
        assert support_ledger(url, "verify").status == 1


# ---- byte order marks


def test_a_byte_order_mark_is_no_part_of_the_first_line(database_url: str) -> None:
    done = support_ledger(database_url, "import", str(CASES / "bom.jsonl"))
    assert (done.status, done.out, done.err) == (0, "2 accepted, 0 replayed, 0 refused\n", "")
    with opened(database_url, catalogue=None) as door:
        answers = door.lines((CASES / "bom.jsonl").read_bytes())
        assert [one.get("status", 200) for one in answers] == [200, 200]


def test_utf_16_is_named(database_url: str) -> None:
    text = (CASES / "bom.jsonl").read_text(encoding="utf-8-sig")
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        done = support_ledger(database_url, "import", "-", stdin=text.encode(encoding))
        assert done.status == 1
        first, *_ = done.err.splitlines()
        assert first == "line 1: not-json: The text is written in UTF-16; JSON is written in UTF-8."


# ---- rights


def test_the_files_of_a_ledger_are_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "var" / "ledger.db"
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o022)
    try:
        with opened(DEFAULT_DATABASE_URL, catalogue=None) as door:
            door.ok(SIGNED)
            door.see("contracts")
            support_ledger(DEFAULT_DATABASE_URL, "rebuild")
            found = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        books = tmp_path / "books.csv"
        books.write_text("of an earlier version")
        support_ledger(DEFAULT_DATABASE_URL, "export", "csv", "--output", str(books))
    finally:
        os.umask(before)
    names = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.follower", "ledger.db.builder"}
    assert found == dict.fromkeys(names, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(books.stat().st_mode) == 0o600


def test_a_file_that_everybody_can_read_is_shut_and_narrower_rights_stay(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    for rights, kept in ((0o644, 0o600), (0o666, 0o600), (0o640, 0o640), (0o600, 0o600), (0o444, 0o400)):
        path.touch()
        path.chmod(rights)
        assert support_ledger(url_of(path), "verify").status == 0 or kept == 0o400  # which stays read-only
        assert stat.S_IMODE(path.stat().st_mode) == kept
