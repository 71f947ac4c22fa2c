"""What the portal takes from a browser: forms of its own pages alone, and answers that a browser handles with care."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api import portal
from api.portal.frame.rendering import static as asset
from tests.http.asgi import Response
from tests.http.browsing import Browser, browser_of, form_to
from tests.http.door import Door, opened

SIGN_IN = "/portal/sign-in"
STATIC = Path(str(portal.__file__)).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(f"sqlite:///{tmp_path_factory.mktemp('forms') / 'ledger.db'}") as door:
        yield door


def is_page(answer: Response, status: int, words: str) -> bool:
    kind = answer.headers["content-type"]
    return (answer.status_code, kind) == (status, "text/html; charset=utf-8") and words in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "same-origin"}, 303),
        ({"sec_fetch_site": "none"}, 303),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "cross-site", "origin": "http://ledger"}, 403),
        ({"sec_fetch_site": "same-origin", "origin": "https://before-the-proxy"}, 303),
        ({"origin": "http://ledger"}, 303),
        ({"origin": "http://ledger.elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://[ledger"}, 403),
        ({}, 303),
    ],
)
@pytest.mark.parametrize("address", [SIGN_IN, "/portal/sign-out"])
def test_what_another_site_posts_is_not_carried_out(
    door: Door, headers: dict[str, str], status: int, address: str
) -> None:
    browser = browser_of(door, "admin")
    form = form_to(browser.get(SIGN_IN if address == SIGN_IN else "/portal/"), address)
    before = dict(browser.cookie)
    fields = [(name, door.admin if name == "token" else value) for name, value in form.fields]
    answer = browser.post(address, fields, **headers)
    assert answer.status_code == status
    assert (browser.cookie == before) == (status == 403)
    if status == 403:
        assert is_page(answer, 403, "Your access does not allow this.")


@pytest.mark.parametrize("odd", ["", "0" * 64, "ä", "another's"])
def test_a_form_without_the_token_of_this_sign_in_is_not_carried_out(door: Door, odd: str) -> None:
    browser = browser_of(door, "auditor")
    if odd == "another's":
        odd = dict(form_to(browser_of(door, "auditor").get("/portal/"), "/portal/sign-out").fields)["csrf"]
    for fields in ([("csrf", odd)], []):
        answer = browser.post("/portal/sign-out", fields)
        assert is_page(answer, 403, "Nothing was done yet")
        assert browser.get("/portal/").status_code == 200


def test_a_form_that_is_none_is_refused_as_a_page(door: Door) -> None:
    browser = browser_of(door, "auditor")
    assert is_page(
        browser.post(SIGN_IN, [], content_type="application/json"), 415, "The ledger did not understand the page."
    )
    assert is_page(browser.post(SIGN_IN, [("a", "x" * 1_000_001)]), 413, "This is more than the ledger takes at once.")
    assert is_page(browser.post(SIGN_IN, [("a", "1")] * 2001), 422, "at most 2000 fields")
    for body in (b"token=%ff", b"token=\xc3\xa4"):
        named = {"content-type": "application/x-www-form-urlencoded"}
        assert is_page(door.client.post(SIGN_IN, headers=named, content=body), 422, "no form")
    for kept in ("{", "[1]", '[["a"]]', "null"):
        assert browser.post(SIGN_IN, [("token", door.admin), ("kept", kept)]).status_code == 303


def test_every_answer_keeps_the_browser_to_this_server_and_is_not_stored(door: Door) -> None:
    browser = browser_of(door, "admin")
    asked = ["/portal/", SIGN_IN, f"{SIGN_IN}?link=x", "/portal/none", "/portal/?x=1", "/portal/account"]
    answers = [browser.get(address) for address in asked]
    assert [one.status_code for one in answers] == [200, 200, 401, 404, 422, 200]
    answers += [Browser(door).get("/portal/"), browser.post("/portal/", []), browser.post("/portal/account", [])]
    assert [one.status_code for one in answers[6:]] == [303, 405, 403]
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.status_code == 303 or answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "etag" not in answer.headers


def test_no_page_of_the_portal_stands_in_the_openapi_document(door: Door) -> None:
    assert "/portal" not in door.client.get("/openapi.json").text
    for address in ("/portal/openapi.json", "/portal/docs", "/portal/v1/contracts"):
        assert is_page(browser_of(door, "admin").get(address), 404, "This does not exist, or you may not see it.")


def test_a_file_is_kept_as_long_as_its_address_has_its_content(door: Door) -> None:
    for name in (one.name for one in STATIC.iterdir()):
        answer = door.client.get(asset(name))
        assert answer.content == (STATIC / name).read_bytes()
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-security-policy"] == POLICY
        for other in ("", "?v=0"):
            old = door.client.get(f"/portal/static/{name}{other}")
            assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    for name in ("none.css", "..%2Fapp.py", "%2e%2e", ""):
        assert is_page(door.client.get(f"/portal/static/{name}"), 404, "This does not exist, or you may not see it.")


def damaged(door: Door, statement: str) -> None:
    with door.store.database.transaction() as transaction:
        transaction.execute(statement)


def test_what_nobody_expected_is_a_page_that_tells_nothing_of_it(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as door:
        browser = browser_of(door, "admin")
        damaged(door, "UPDATE sign_ins SET created_at = 9223372036854775807")  # no instant that there is
        odd = browser.get("/portal/account")
        assert is_page(odd, 500, "Something unexpected happened")
        damaged(door, "DROP TABLE sign_ins")
        away = browser.get("/portal/account")
        assert is_page(away, 503, "can&#39;t be reached")
        assert away.headers["retry-after"] == "1"
        for answer in (odd, away):
            assert "sign_ins" not in answer.text
            assert answer.headers["content-security-policy"] == POLICY
            assert answer.headers["cache-control"] == "no-store"
