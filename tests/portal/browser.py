"""A real browser for the tests of pages: Debian's chromium, which Playwright drives.

Pages come from a table of addresses instead of a server, under the strictest content policy: what they load must be
files of the portal, and nothing in them may style or run by itself.
"""

from __future__ import annotations

import mimetypes
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, Page, Route, sync_playwright

from api.portal.frame.rendering import STATIC

HOST = "http://portal.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class NoBrowserError(Exception):
    """No chromium can be had here; the message says why."""


@contextmanager
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        raise NoBrowserError("there is no program chromium on the path; on Debian, install the package of that name")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(browser: Browser, html: Mapping[str, str], width: int, scheme: str, with_script: bool = True) -> Page:
    """A page that is served `html` by path; what it complains of (policy, script) is in `complaints`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=with_script,
        reduced_motion="reduce",
    )
    page = context.new_page()

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        headers = {"content-security-policy": POLICY}
        if path.startswith(f"{STATIC}/"):
            name = path.removeprefix(f"{STATIC}/")
            content = (resources.files("api.portal") / "static" / name).read_bytes()
            route.fulfill(body=content, content_type=mimetypes.guess_type(name)[0] or "", headers=headers)
        elif path in html:
            route.fulfill(body=html[path], content_type="text/html; charset=utf-8", headers=headers)
        else:
            route.fulfill(status=404, body="")

    page.route("**/*", answer)
    return page


def violations_of(page: Page) -> AxeResults:
    """What axe finds wrong. What it finds right is more than ten times as much, and takes longest to be told."""
    page.evaluate(AXE_SCRIPT)
    wanted = {"runOnly": RULES, "resultTypes": ["violations"]}
    return AxeResults({"violations": page.evaluate("async (wanted) => (await axe.run(wanted)).violations", wanted)})
