"""What an address says and nobody can read: the page stands all the same, with the refusal at its field."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import product
from urllib.parse import urlencode

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser
from tests.http.door import Door, opened
from tests.http.world import OF, OPENED, TEN, token
from tests.words import log_work, open_ticket, sign

NO_DAY = "Please enter a day."
FAR = "This day lies too far away."
# Who asks for what, and the refusal at which field.
DAYS = [
    ("finance", "/drafts?through_on=odd", "through_on", NO_DAY),
    ("finance", "/drafts/mine?through_on=0001-01-01", "through_on", FAR),
    ("finance", "/reports?from_on=odd&to_on=2026-03-01", "from_on", NO_DAY),
    ("finance", "/reports?from_on=2020-01-01", "from_on", "At most 36 months at once, please."),
    ("operator", "/sla?from=odd", "from", NO_DAY),
    ("operator", "/sla?to=9999-12-31", "to", FAR),
    ("operator", "/sla?from=2026-03-02&to=2026-03-01", "from", "The first day lies after the last."),
    ("operator", "/statements/mine?from=2026-03-02&to=2026-03-01", "from", "The first day lies after the last."),
    ("auditor", "/statements/mine?to=0001-01-01", "to", FAR),
]


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok([sign(contract_id="mine", **OF["mine"]), open_ticket("mine-t", contract_id="mine", at=OPENED)])
        door.all_ok([log_work(25, TEN, entry_id="mine-1", ticket_id="mine-t", note="Found it")])
        assert door.see("contracts", limit=1)
        yield door


def at_field(page: str, name: str) -> tuple[str, str]:
    """What stands in the field of a form that asks, and the refusal under it."""
    (shown,) = re.findall(rf'<input id="asked-{name}"[^>]* value="([^"]*)"', page)
    (error,) = re.findall(rf'id="asked-{name}-error"><span aria-hidden="true">✕ </span>([^<]*)<', page)
    assert f'href="#asked-{name}"' in page, "the summary leads to the field"
    return unescape(shown), unescape(error)


def test_a_page_stands_without_the_day_that_is_none(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "customer"))
    wrong = ["soon", "2026-02-30", "2026-02-02T10:00:00Z", "x" * 61, '"><script>']
    for place, text in product(["/", "/time", "/tickets", "/tickets/mine-t", "/statements/mine"], wrong):
        page = browser.get(f"/portal{place}?{urlencode({'as_of': text})}")
        now = browser.get(f"/portal{place}")
        assert page.status_code == 422
        shown, error = at_field(page.text, "as_of")
        assert shown == text
        assert error in (NO_DAY, "At most 60 letters, please.")
        assert re.findall("<h1>.*</h1>", page.text) == re.findall("<h1>.*</h1>", now.text)
        assert "<script>" not in page.text


def test_each_day_is_refused_at_its_field(door: Door) -> None:
    for role, address, field, error in DAYS:
        page = Browser(door).signed_in(token(door, role)).get(f"/portal{address}")
        assert page.status_code == 422
        assert at_field(page.text, field) == (re.split(f"{field}=", address)[1].split("&")[0], error)


def test_a_customers_name_instead_of_its_id_is_told_at_the_field(door: Door) -> None:
    page = Browser(door).signed_in(token(door, "operator")).get("/portal/contracts?customer_id=Kunde+AG")
    assert page.status_code == 422
    assert at_field(page.text, "customer_id") == ("Kunde AG", "Please check how this is written.")
    assert 'href="#asked-customer_id">Customer: ' in page.text


def test_what_can_be_read_beside_it_counts(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "customer"))
    page = browser.get("/portal/statements/mine?from=odd&to=2026-02-01&as_of=never")
    assert at_field(page.text, "from") == ("odd", NO_DAY)
    assert at_field(page.text, "as_of") == ("never", NO_DAY)
    assert 'name="to" value="2026-02-01"' in page.text
    assert "Bitte geben Sie einen Tag an." in browser.get("/portal/time?as_of=odd", accept_language="de").text


def test_a_file_is_never_made_of_less_than_was_asked_for(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "customer"))
    for file in ("csv", "pdf"):
        for wrong in ("from=odd", "from=2026-03-02&to=2026-03-01", "as_of=0001-01-01", "unknown=1"):
            answer = browser.get(f"/portal/statements/mine/{file}?{wrong}")
            assert (answer.status_code, "This can't be shown" in unescape(answer.text)) == (422, True), wrong


def test_who_is_not_signed_in_is_led_to_sign_in(door: Door) -> None:
    answer = Browser(door).get("/portal/time?as_of=odd")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/portal/sign-in?next=%2Fportal%2Ftime%3Fas_of%3Dodd",
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("zzz=1", "Das kann hier nicht angegeben werden."),
        ("statu=pending", "Das kann hier nicht angegeben werden."),
        ("status=pending&status=disputed", "Bitte nur einmal."),
        ("cursor=x", "Diese Seite hat die Liste nicht."),
    ],
)
def test_what_nobody_types_is_told_in_the_readers_language_too(door: Door, asked: str, sentence: str) -> None:
    browser = Browser(door).signed_in(token(door, "operator"))
    answer = browser.get(f"/portal/time?{asked}", **{"accept-language": "de"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Please check this" not in answer.text
