"""A form that records something new, sent again after going back: the ledger knows it, and the page says so (C12)."""

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.browsing import Browser, ShownForm, forms_of
from tests.http.door import Door, opened
from tests.http.world import MINE, OF, OPENED, TEN, token
from tests.words import book, issue, log_work, open_ticket, sign

# Of each page: the button of its form, what is typed, and who types it.
FORMS: dict[str, tuple[str, dict[str, str], str]] = {
    "/portal/tickets/new?contract_id=mine": (
        "",
        {"title": "Backups fail", "kind": "incident", "channel": "email", "priority": "3"},
        "customer",
    ),
    "/portal/sessions/new?contract_id=mine": (
        "",
        {"starts_at": "2026-06-01T10:00", "estimate_minutes": "30"},
        "customer",
    ),
    "/portal/tickets/mine-t": ("work", {"minutes": "25", "engineer": "Ola"}, "operator"),
    "/portal/contracts/mine/top-up": ("", {"pool": "care", "minutes": "60"}, "operator"),
    "/portal/contracts/mine/grant": ("", {"pool": "care", "minutes": "60", "reason": "Sorry"}, "operator"),
    "/portal/drafts/mine?through_on=2026-03-31": ("issue", {"through_on": "2026-03-31"}, "finance"),
    "/portal/documents/INVOICE/credit-note": ("", {"reason": "Entered twice"}, "finance"),
}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-04-10T09:00:00Z")) as door:
        door.all_ok(
            [
                sign(contract_id=MINE, **OF[MINE]),
                open_ticket("mine-t", contract_id=MINE, at=OPENED),
                log_work(25, TEN, entry_id="mine-1", ticket_id="mine-t"),
            ]
        )
        assert door.see("contracts", limit=1), "the views have caught up"
        yield door


def form_on(page: Response, word: str) -> ShownForm:
    """The form of the page that carries a command's id, and the word where there are several."""
    assert page.status_code == 200, page.text
    return next(
        one
        for one in forms_of(page)
        if "command_id" in dict(one.fields) and (not word or word in (dict(one.fields).get(n) for n in ("word", "do")))
    )


def ids_of(form: ShownForm) -> dict[str, str]:
    return {name: value for name, value in form.fields if name in ("command_id", "entry_id", "top_up_id", "grant_id")}


@pytest.mark.parametrize("address", FORMS)
def test_going_back_and_sending_again_records_nothing_and_says_so(door: Door, address: str) -> None:
    word, typed, role = FORMS[address]
    if "INVOICE" in address:
        address = address.replace("INVOICE", door.ok(issue(MINE, "2026-02-28"))["number"])
    browser = Browser(door).signed_in(token(door, role))
    assert door.see("contracts", limit=1)
    led = browser.door.client.request(
        "GET", address, headers={"cookie": "; ".join(f"{n}={v}" for n, v in browser.cookie.items())}, content=b""
    )
    assert led.status_code == 303
    own = led.headers["location"]
    first = form_on(browser.get(own), word)
    answer = browser.send(first, **typed)
    assert answer.status_code == 303, answer.text
    place, before = answer.headers["location"], door.count()
    assert door.see("contracts", limit=1)
    answered = browser.get(own)
    if word != "issue" and "credit-note" not in address:  # an invoice that is issued, or taken back, offers no form
        again = form_on(answered, word)
        assert ids_of(again) == ids_of(first)
        first = again
    said = browser.send(first, **typed)
    assert said.status_code == 200, said.text
    assert "This was recorded already" in said.text
    assert f'href="{place}"' in said.text
    assert door.count() == before


def test_another_visit_is_another_form(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "operator"))
    pages = [form_on(browser.get("/portal/contracts/mine/top-up"), "") for _ in range(2)]
    assert ids_of(pages[0])["command_id"] != ids_of(pages[1])["command_id"]
    assert ids_of(pages[0])["top_up_id"] != ids_of(pages[1])["top_up_id"]


def test_the_ids_are_of_one_sign_in(door: Door) -> None:
    """Who is given an address by somebody else sends a form of their own."""
    address = "/portal/contracts/mine/top-up?form=given"
    found = [ids_of(form_on(Browser(door).signed_in(token(door, "operator")).get(address), "")) for _ in range(2)]
    assert found[0]["command_id"] != found[1]["command_id"]


def test_what_was_changed_after_going_back_can_be_sent_as_something_new(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "operator"))
    first = form_on(browser.get("/portal/tickets/mine-t?form=one"), "work")
    browser.follow(browser.send(first, minutes="25", engineer="Ola"))
    refused = browser.send(first, minutes="35", engineer="Ola")
    assert refused.status_code == 422, refused.text
    (form,) = [one for one in forms_of(refused) if ("word", "work") in one.fields]
    assert dict(form.fields)["minutes"] == "35"
    assert "Send it again to record this as well." in refused.text
    before = door.count()
    assert browser.send(form).status_code == 303
    assert door.count() > before


def test_a_session_that_was_moved_is_moved_again_by_what_was_typed(door: Door) -> None:
    door.ok(book(60, "2026-06-01T10:00:00Z", "2026-04-10T08:00:00Z", "S", contract_id=MINE))
    assert door.see("contracts", limit=1)
    browser = Browser(door).signed_in(token(door, "operator"))
    first = form_on(browser.get("/portal/sessions/S"), "move")
    browser.follow(browser.send(first, starts_at="2026-06-02T10:00"))
    refused = browser.send(first, starts_at="2026-06-03T10:00")
    assert refused.status_code == 422, refused.text
    assert "Send it again to record this as well." in refused.text
    (form,) = [one for one in forms_of(refused) if ("word", "move") in one.fields]
    assert dict(form.fields)["starts_at"] == "2026-06-03T10:00"
    browser.follow(browser.send(form))
    assert door.see("sessions/S")["starts_at"] == "2026-06-03T08:00:00Z"


def test_another_run_of_invoices_is_sent_from_the_refused_page(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "finance"))
    address = "/portal/drafts"
    (first,) = [one for one in forms_of(browser.get(f"{address}?through_on=2026-02-28")) if one.action == address]
    assert browser.send(first).status_code == 200
    refused = browser.send(first, through_on="2026-03-31")
    assert refused.status_code == 422, refused.text
    (form,) = [one for one in forms_of(refused) if one.action == address]
    assert dict(form.fields)["through_on"] == "2026-03-31"
    assert browser.send(form).status_code == 200
