"""What every test may ask for: a database of its own, on SQLite and on PostgreSQL; a browser; how Hypothesis looks."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from ledger.store import open_store
from projections.runner import Projector
from tests.portal.browser import NoBrowserError, chromium
from tests.servers import (
    REQUIRE_VARIABLE,
    NoServerError,
    drop_database,
    embedded_programs,
    fresh_database,
    postgres_server,
    system_programs,
    throw_away_server,
)

WITHOUT_SERVER = "PostgreSQL is missing"
REQUIRE_BROWSER_VARIABLE = "LEDGER_TEST_REQUIRE_BROWSER"
WITHOUT_BROWSER = "Chromium is missing"

# No test depends on the time it takes. The same examples every time: a build does not fail by chance, and whoever
# wants others asks for `--hypothesis-profile=search`.
settings.register_profile(
    "default", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "search", settings.get_profile("default"), derandomize=False, max_examples=2000, print_blob=True
)
settings.load_profile("default")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server; each worker of pytest-xdist has its own. See `fresh_database`."""
    with ExitStack() as stack:
        try:
            base_url = stack.enter_context(postgres_server())
        except NoServerError as refusal:
            _without_server(refusal)
        yield base_url


@pytest.fixture
def own_server() -> Iterator[str]:
    """A server of this test's own, of which it may do anything: stop it, start it, make roles."""
    with ExitStack() as stack:
        try:
            base_url = stack.enter_context(throw_away_server(system_programs() or embedded_programs(), durable=True))
        except NoServerError as refusal:
            _without_server(refusal)
        yield base_url


def _without_server(refusal: NoServerError) -> NoReturn:
    if os.environ.get(REQUIRE_VARIABLE):
        pytest.fail(f"{WITHOUT_SERVER}, and {REQUIRE_VARIABLE} is set: {refusal}", pytrace=False)
    pytest.skip(f"{WITHOUT_SERVER}: {refusal}")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without anything in it for this test alone, as LEDGER_DATABASE_URL would name it."""
    if request.param == "sqlite":
        # An absolute path brings the fourth slash with it.
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    url = fresh_database(request.getfixturevalue("postgresql_server"))
    yield url
    drop_database(url)


@pytest.fixture(scope="session")
def empty_ledger(postgresql_server: str) -> str:
    """A PostgreSQL database with all tables of a ledger and no event. A copy opens sooner than tables are made."""
    url = fresh_database(postgresql_server)
    with closing(open_store(url)), closing(Projector(url)) as projector:
        projector.prepare()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A ledger without events for this test alone, as LEDGER_DATABASE_URL would name it; its file need not be there."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    url = fresh_database(request.getfixturevalue("postgresql_server"), like=request.getfixturevalue("empty_ledger"))
    yield url
    drop_database(url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser. Its driver keeps a loop running in this thread, so it ends with the file that asked for it."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(chromium())
        except NoBrowserError as refusal:
            if os.environ.get(REQUIRE_BROWSER_VARIABLE):
                pytest.fail(f"{WITHOUT_BROWSER}, and {REQUIRE_BROWSER_VARIABLE} is set: {refusal}", pytrace=False)
            pytest.skip(f"{WITHOUT_BROWSER}: {refusal}")
        yield started


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Half a suite that was skipped must not look like a whole one that passed."""
    wants = {WITHOUT_SERVER: ("PostgreSQL server", REQUIRE_VARIABLE)}
    wants[WITHOUT_BROWSER] = ("browser", REQUIRE_BROWSER_VARIABLE)
    for without, (wanted, variable) in wants.items():
        skipped = [one for one in terminalreporter.stats.get("skipped", []) if without in str(one.longrepr)]
        if skipped:
            line = f"{len(skipped)} tests were SKIPPED for want of a {wanted}"
            terminalreporter.write_line(f"{line}; with {variable}=1 they fail.", red=True, bold=True)
