"""Desks for the tests of clocks: one for each test or for all tests of a file on SQLite, and one on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sla.desk import Desk, desk_over
from tests.words import sign


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """On SQLite, empty."""
    with desk_over(f"sqlite:///{tmp_path / 'ledger.db'}") as desk:
        yield desk


@pytest.fixture(scope="module")
def desk_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_over(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'ledger.db'}") as desk:
        yield desk


@pytest.fixture
def shared(desk_of_all: Desk) -> Desk:
    """On SQLite, with what earlier tests of the file left there under other ids."""
    desk_of_all.begin()
    return desk_of_all


@pytest.fixture
def office(shared: Desk) -> Desk:
    """With a contract C whose promises `tests.sla.week` names."""
    shared.tell(sign("dial-office"))
    return shared


@pytest.fixture
def patient(shared: Desk) -> Desk:
    """Whose reaction clock stands still in a wait."""
    shared.tell(sign("dial-patient"))
    return shared


@pytest.fixture
def any_desk(database_url: str) -> Iterator[Desk]:
    """On both databases, one after the other, empty."""
    with desk_over(database_url) as desk:
        yield desk
