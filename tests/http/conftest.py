"""A door of its own for each test, on both databases."""

from collections.abc import Iterator

import pytest

from tests.http.door import Door, opened


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url) as door:
        yield door
