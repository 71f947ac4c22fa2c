"""Signing in at the portal: by a token, by a link that works once; how it ends, and what a cookie is like."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest

from api.cli.demo import demo_access
from ledger.kernel.errors import Refusal
from ledger.store import open_store
from ledger.store.database import open_database
from ledger.store.sign_ins import create_link, sign_in_by_link
from ledger.store.tokens import list_tokens, revoke_token
from tests.cli.run import support_ledger
from tests.clock import Clock
from tests.http.browsing import Browser, browser_of, form_to, forms_of, link_of
from tests.http.door import Door, opened
from tests.http.test_feeds import newest_token
from tests.http.world import MINE, OF
from tests.words import sign

SIGN_IN, START = "/portal/sign-in", "2026-03-10T18:00:00Z"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock(START)) as door:
        yield door


def put(door: Door, moment: str) -> None:
    door.clock.put(moment)  # type: ignore[attr-defined]


def is_signed_in(browser: Browser) -> bool:
    answer = browser.get("/portal/")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


# -- by a token ------------------------------------------------------------------------------------------------------


def test_a_token_signs_in_and_the_cookie_holds_another_secret(door: Door) -> None:
    token, browser = door.token("auditor"), Browser(door)
    nobody = browser.get("/portal/")
    assert (nobody.status_code, nobody.headers["location"]) == (303, SIGN_IN)
    answer = browser.send(form_to(browser.get(SIGN_IN), SIGN_IN), token=f" {token}\n")
    assert (answer.status_code, answer.headers["location"]) == (303, "/portal/")
    assert is_signed_in(browser)
    (secret,) = browser.cookie.values()
    assert token not in str(answer.headers)
    rows = door.store.database.query("SELECT * FROM sign_ins")
    assert len(rows) == 1
    assert secret not in str(rows)
    assert secret.encode() not in bytes(rows[0].secret_hash)


def test_the_cookie_opens_the_portal_alone_and_is_not_for_scripts_or_other_sites(door: Door) -> None:
    browser = browser_of(door, "admin")
    (secret,) = browser.cookie.values()
    assert door.client.get("/v1/contracts", headers={"cookie": f"ledger_sign_in={secret}"}).status_code == 401
    assert door.get("contracts", secret).status_code == 401
    plain = browser.send(form_to(browser.get(SIGN_IN), SIGN_IN), token=door.admin).headers["set-cookie"]
    assert plain.startswith("ledger_sign_in=")
    assert plain.partition("; ")[2] == "HttpOnly; Max-Age=43200; Path=/; SameSite=lax"


def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host(door: Door) -> None:
    browser = Browser(door, "https")
    given = browser.send(form_to(browser.get(SIGN_IN), SIGN_IN), token=door.admin).headers["set-cookie"]
    assert given.startswith("__Host-ledger_sign_in=")
    assert given.partition("; ")[2] == "HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure"
    assert is_signed_in(browser)
    (secret,) = browser.cookie.values()
    browser.cookie = {"ledger_sign_in": secret}
    assert not is_signed_in(browser), "another host of the domain could have set that one"


def test_a_wrong_token_is_said_so_in_words_ever_more_slowly(door: Door) -> None:
    browser = Browser(door)
    form = form_to(browser.get(SIGN_IN), SIGN_IN)
    for wrong in ("x", "", "y" * 500, "ä"):
        answer = browser.send(form, token=wrong)
        assert (answer.status_code, browser.cookie) == (401, {})
        assert "This signs nobody in" in answer.text
        assert 'role="alert"' in answer.text
    assert door.slept == [0.02, 0.04, 0.06, 0.08]
    browser.signed_in(door.admin)
    assert len(door.slept) == 4, "a good one waits for nothing"


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/portal/account", "/portal/account"),
        ("/portal/time?status=pending&cursor=WzFd", "/portal/time?status=pending&cursor=WzFd"),
        ("/portal/time/a..b", "/portal/time/a..b"),
        ("https://elsewhere.example/portal/", "/portal/"),
        ("//elsewhere.example/portal/", "/portal/"),
        ("/\\elsewhere.example", "/portal/"),
        ("/portal//elsewhere.example", "/portal/"),
        ("/portal/../v1/contracts", "/portal/"),
        ("/portal/%2e%2e/v1", "/portal/"),
        ("/portal/sign-in?next=/portal/", "/portal/"),
        ("/v1/contracts", "/portal/"),
        ("/portal/\r\nX: y", "/portal/"),
        ("javascript:alert(1)", "/portal/"),
    ],
)
def test_signing_in_goes_on_to_a_page_of_the_portal_and_nowhere_else(door: Door, wanted: str, led: str) -> None:
    browser = Browser(door)
    page = door.client.get(SIGN_IN, params={"next": wanted})
    assert dict(form_to(page, SIGN_IN).fields)["next"] == led
    answer = browser.post(SIGN_IN, [("token", door.admin), ("next", wanted)])
    assert (answer.status_code, answer.headers["location"]) == (303, led)


def test_who_is_led_to_sign_in_comes_back_to_the_page_that_was_asked(door: Door) -> None:
    browser = Browser(door)
    page = browser.open("/portal/time?status=pending")
    answer = browser.send(form_to(page, SIGN_IN), token=door.admin)
    assert answer.headers["location"] == "/portal/time?status=pending"


# -- by a link -------------------------------------------------------------------------------------------------------


def test_a_link_is_used_up_by_the_button_of_its_page_alone(door: Door) -> None:
    link, browser = link_of(door, newest_token(door, "customer")), Browser(door)
    for _ in range(3):  # programs that look through mail
        page = browser.get(link)
        assert (page.status_code, browser.cookie) == (200, {})
    assert door.client.request("HEAD", link).status_code == 200
    form = form_to(page, SIGN_IN)
    assert browser.follow(browser.send(form)).status_code == 200
    second = Browser(door)
    again = second.send(form)
    assert (again.status_code, second.cookie) == (401, {})
    assert "This signs nobody in" in again.text
    assert second.get(link).status_code == 401


def test_of_two_who_use_a_link_at_once_one_is_signed_in(door: Door) -> None:
    database = door.store.database
    secret = create_link(database, newest_token(door, "auditor"), door.clock)

    def used(_: int) -> bool:
        try:
            return bool(sign_in_by_link(database, secret, door.clock))
        except Refusal:
            return False

    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(used, range(4))) == [False, False, False, True]
    assert len(database.query("SELECT * FROM sign_ins")) == 1
    assert secret not in str(database.query("SELECT * FROM sign_in_links"))


def test_a_link_holds_for_fifteen_minutes_and_no_longer_than_its_token(door: Door) -> None:
    for moment, status in (("2026-03-10T18:14:59Z", 200), ("2026-03-10T18:15:00Z", 401)):
        put(door, START)
        link = link_of(door, newest_token(door, "auditor"))
        put(door, moment)
        assert Browser(door).get(link).status_code == status
        assert Browser(door).post(SIGN_IN, [("link", link.partition("=")[2])]).status_code == (
            303 if status == 200 else 401
        )
    token_id = newest_token(door, "auditor")
    link = link_of(door, token_id)
    revoke_token(door.store.database, token_id)
    assert Browser(door).get(link).status_code == 401
    assert Browser(door).post(SIGN_IN, [("link", link.partition("=")[2])]).status_code == 401
    with pytest.raises(Refusal, match="There is no token"):
        create_link(door.store.database, token_id, door.clock)


def test_what_has_expired_is_deleted_when_the_next_is_made(door: Door) -> None:
    for moment in (START, "2026-03-11T18:00:00Z"):
        put(door, moment)
        link_of(door, newest_token(door, "auditor"))
        browser_of(door, "auditor")
        assert len(door.store.database.query("SELECT * FROM sign_in_links")) == 1
        assert len(door.store.database.query("SELECT * FROM sign_ins")) == 1


def test_the_command_line_prints_the_address_of_a_link(database_url: str) -> None:
    with opened(database_url) as door:  # under the machine's own clock no link of the command line lies in the past
        put(door, "2026-11-02T12:00:00Z")
        token_id = newest_token(door, "customer")
        made = support_ledger(database_url, "token", "link", token_id)
        assert (made.status, made.err) == (0, "")
        assert made.out.startswith("http://127.0.0.1:8000/portal/sign-in?link=")
        address = made.out.strip().removeprefix("http://127.0.0.1:8000")
        assert Browser(door).get(address).status_code == 200
        named = support_ledger(database_url, "token", "link", token_id, "--base-url", "https://ledger.example/")
        assert named.out.startswith("https://ledger.example/portal/sign-in?link=")
        assert support_ledger(database_url, "token", "link", "tok-none").err.startswith("not-found: There is no token")


# -- how a sign-in ends ----------------------------------------------------------------------------------------------


def test_a_sign_in_ends_after_twelve_hours(door: Door) -> None:
    browser = browser_of(door, "customer", provider="north", customer="kunde")
    put(door, "2026-03-11T05:59:59Z")
    assert is_signed_in(browser)
    put(door, "2026-03-11T06:00:00Z")
    assert not is_signed_in(browser)


def test_a_sign_in_ends_with_its_token(door: Door) -> None:
    browser = browser_of(door, "auditor")
    revoke_token(door.store.database, list_tokens(door.store.database)[-1].token_id)
    assert not is_signed_in(browser)
    until_tomorrow = browser_of(door, "auditor", expires_on=date(2026, 3, 11))
    assert is_signed_in(until_tomorrow)
    put(door, "2026-03-11T00:00:00Z")
    assert not is_signed_in(until_tomorrow)


def test_signing_out_ends_it_wherever_its_cookie_is(door: Door) -> None:
    browser, copied = browser_of(door, "auditor"), Browser(door)
    copied.cookie = dict(browser.cookie)
    out = form_to(browser.get("/portal/"), "/portal/sign-out")
    answer = browser.send(out)
    assert (answer.status_code, answer.headers["location"], browser.cookie) == (303, SIGN_IN, {})
    assert not is_signed_in(copied)
    assert browser.send(out).status_code == 303, "twice is once"


def test_signing_in_anew_ends_what_the_browser_had_and_never_takes_over_a_secret(door: Door) -> None:
    planted = browser_of(door, "auditor")
    browser = Browser(door)
    browser.cookie = dict(planted.cookie)
    browser.signed_in(door.admin)
    assert browser.cookie != planted.cookie
    assert not is_signed_in(planted)
    assert is_signed_in(browser)


def test_one_sees_and_ends_the_sign_ins_of_ones_own_token(door: Door) -> None:
    token, others = door.token("auditor"), browser_of(door, "auditor")
    here = Browser(door).signed_in(token)
    put(door, "2026-03-10T19:00:00Z")
    there = Browser(door).signed_in(token)
    page = here.get("/portal/account")
    newer, older = [one for one in forms_of(page) if one.action == "/portal/account"]
    assert page.text.count("this browser") == 1
    (foreign,) = [one for one in forms_of(others.get("/portal/account")) if one.action == "/portal/account"]
    answer = here.post("/portal/account", [*newer.fields, *foreign.buttons])
    assert answer.status_code == 404
    assert is_signed_in(others)
    assert here.send(newer, *newer.buttons).headers["location"] == "/portal/account"
    assert (is_signed_in(there), is_signed_in(here)) == (False, True)
    assert here.send(older, *older.buttons).headers["location"] == SIGN_IN
    assert not is_signed_in(here)


def test_a_ledger_of_before_gets_the_tables_of_sign_ins(database_url: str) -> None:
    open_store(database_url).close()
    if database_url.startswith("postgresql"):
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP TABLE sign_ins, sign_in_links")
    else:
        database = open_database(database_url)
        with database.transaction() as transaction:
            transaction.execute("DROP TABLE sign_ins")
            transaction.execute("DROP TABLE sign_in_links")
        database.close()
    store = open_store(database_url)
    assert store.database.query("SELECT * FROM sign_ins") == store.database.query("SELECT * FROM sign_in_links") == []
    store.close()


def test_the_demo_has_a_link_for_each_role(database_url: str) -> None:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.ok(sign(**OF[MINE]))
        assert door.see("contracts", limit=1)
        tokens, links = door.client.run(demo_access(door.client.app.state.ledger))
        assert set(tokens) == set(links) == {"admin", "auditor", "finance", "operator", "customer", "partner"}
        for role, secret in links.items():
            browser = Browser(door)
            form = form_to(browser.get(f"{SIGN_IN}?link={secret}"), SIGN_IN)
            page = browser.follow(browser.send(form))
            assert page.status_code == 200
            assert 'action="/portal/sign-out"' in page.text
            assert Browser(door).signed_in(tokens[role]).cookie
