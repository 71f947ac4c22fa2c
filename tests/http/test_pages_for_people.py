"""Where `/` leads a browser, and what `/docs` shows it: a page that loads nothing from elsewhere."""

import re
from collections.abc import Iterator

import pytest

from tests.http.asgi import Response
from tests.http.door import Door, opened, problem

BROWSER: dict[str, str | bytes] = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(f"sqlite:///{tmp_path_factory.mktemp('pages') / 'ledger.db'}") as door:
        yield door


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(f"sqlite:///{tmp_path_factory.mktemp('quiet') / 'ledger.db'}", api_docs=False) as door:
        yield door


def files_of(page: Response) -> list[str]:
    """What a page loads or leads to; a picture that it has in itself is none."""
    found = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    return [one for one in found if not one.startswith("data:")]


def test_the_page_loads_only_what_this_server_has_and_runs_no_script_of_its_own_text(door: Door) -> None:
    page = door.client.get("/docs", headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    for name in files_of(page):
        assert door.client.get(f"/{name}").status_code == 200, name
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page.text)


def test_a_browser_is_led_to_the_portal_and_a_program_gets_the_links(door: Door) -> None:
    led = door.client.get("/", headers=BROWSER)
    assert (led.status_code, led.headers["location"], led.headers["vary"]) == (303, "/portal/", "Accept")
    links = {"openapi": "/openapi.json", "health": "/health/ready", "docs": "/docs"}
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = door.client.get("/", headers=accept)
        assert answer.json() == {"name": "Support Contract Ledger", "version": "0.1.0", "links": links}
        assert answer.headers["vary"] == "Accept"
    assert all(door.client.get(link).status_code == 200 for link in links.values())


def test_a_file_says_what_it_is_and_may_be_kept(door: Door) -> None:
    kinds = {"swagger-ui.css": "text/css", "docs.js": "text/javascript"}
    for name, kind in (kinds | {"swagger-ui-bundle.js": "text/javascript"}).items():
        answer = door.client.get(f"/pages/{name}")
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["cache-control"] == "public, max-age=3600"
    for name in ("docs.html", "..%2Fapp.py", "%2e%2e", "redoc.standalone.js", "page.css", "x"):
        assert problem(door.client.get(f"/pages/{name}"))["code"] == "not-found"


def test_where_the_documentation_is_off_nothing_of_it_is_there(quiet: Door) -> None:
    assert problem(quiet.client.get("/docs", headers=BROWSER))["code"] == "not-found"
    assert problem(quiet.client.get("/pages/swagger-ui-bundle.js"))["code"] == "not-found"
    assert "docs" not in quiet.client.get("/").json()["links"]


def test_pages_are_in_no_openapi_document_and_tell_nothing_of_tenants(door: Door) -> None:
    paths = door.client.get("/openapi.json").json()["paths"]
    assert not [path for path in paths if not path.startswith(("/v1/", "/health/", "/metrics"))]
    assert problem(door.client.get("/?x=1"))["field"] == "x"
