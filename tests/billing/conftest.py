"""An office of one's own for each test, on SQLite and on PostgreSQL; or on SQLite alone where the rule is pure."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.billing.office import Office, office_over


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    with office_over(database_url) as opened:
        yield opened


@pytest.fixture
def quick_office(tmp_path: Path) -> Iterator[Office]:
    with office_over(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened
