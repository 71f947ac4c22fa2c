"""A calendar feed is made, shown once and ended at the portal, by whose it is alone."""

import re
from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.browsing import Browser, ShownForm, forms_of
from tests.http.door import Door, opened
from tests.http.world import OF, SIDES, token
from tests.words import sign

CALENDAR = "/portal/calendar"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-03-10T07:00:00Z")) as door:
        for side in SIDES:
            door.all_ok([sign(contract_id=side, **OF[side])])
        assert door.see("contracts", limit=1), "the views have caught up"
        yield door


def own_forms(page: Response) -> list[ShownForm]:
    return [one for one in forms_of(page) if one.action == CALENDAR]


def test_an_address_is_made_shown_once_and_ended(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "customer"))
    made = browser.send(own_forms(browser.get(CALENDAR))[0])
    (address,) = re.findall(r"<code>[^<]*(/sessions\.ics\?secret=[\w-]+)</code>", made.text)
    assert "BEGIN:VCALENDAR" in browser.get(address).text
    again = browser.get(CALENDAR)
    assert "secret=" not in again.text, "it is shown once"
    feed = re.findall(r'name="feed_id" value="([^"]+)"', again.text)
    assert len(feed) == 1
    other = Browser(door).signed_in(token(door, "customer"))
    make = own_forms(other.get(CALENDAR))[0]
    assert other.post(CALENDAR, [*make.fields, ("feed_id", feed[0])]).status_code == 404, "it is not theirs"
    assert "BEGIN:VCALENDAR" in browser.get(address).text
    assert browser.post(CALENDAR, [*own_forms(again)[0].fields, ("feed_id", feed[0])]).status_code == 303
    assert browser.get(address).status_code == 404


def test_so_many_addresses_are_open_and_no_more(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "customer"))
    make = own_forms(browser.get(CALENDAR))[0]
    assert [browser.send(make).status_code for _ in range(11)] == [200] * 10 + [303]
    assert "There are 10 addresses" in browser.get(CALENDAR).text
