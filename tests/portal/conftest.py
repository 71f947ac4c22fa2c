"""A site for the tests of pages in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.portal.served import Site, served


@pytest.fixture
def site(browser: Browser, tmp_path: Path) -> Iterator[Site]:
    """A site of this test's own: what a page does there is nobody else's."""
    with served(tmp_path, browser) as site:
        yield site
    for context in browser.contexts:
        context.close()
