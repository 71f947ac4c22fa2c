"""What a page calls things: a field by one name above its form and at it, a figure once, a range as it was asked."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, Fields, browser_of, forms_of
from tests.http.door import Door, opened
from tests.http.world import ABROAD, MINE, OF, OPENED, PROVIDER, TEN, token
from tests.words import book, log_work, open_ticket, sign

NOW = "2026-03-10T18:00:00Z"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """An entry of 25 minutes in steps of 10, one of 30, and a session; the same at another provider."""
    with opened(database_url, Clock(NOW)) as door:
        for side in (ABROAD, MINE):
            door.all_ok(
                [
                    sign(contract_id=side, **OF[side]),
                    open_ticket(f"{side}-t", contract_id=side, title="Backups fail", at=OPENED),
                    log_work(25, TEN, entry_id=f"{side}-up", ticket_id=f"{side}-t", note="Rounded"),
                    log_work(30, TEN, entry_id=f"{side}-even", ticket_id=f"{side}-t", note="Even"),
                    book(60, "2026-03-20T10:00:00Z", "2026-03-02T09:00:00Z", f"{side}-s", contract_id=side),
                ]
            )
        assert door.see("contracts", limit=1)
        yield door


def words_of(page: str) -> str:
    text = unescape(re.sub(r"<[^>]*>", " ", page))
    return " ".join(re.sub("[\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}]", "", text).split())


def label_of(page: str, field: str) -> str:
    (label,) = re.findall(rf'<label for="{field}">([^<]*?)\s*<', page)
    return str(label)


@pytest.mark.parametrize(
    ("role", "address", "word", "typed", "field", "label"),
    [
        ("customer", "time/mine-up", "dispute", [("reason", "")], "reason", "What is not right"),
        ("customer", "time/mine-up", "confirm", [("by", " ")], "by", "Your name"),
        ("operator", "time/mine-up", "confirm", [("by", " ")], "by", "Who at the customer said so"),
        ("operator", "tickets/mine-t", "respond", [("by", "")], "by", "Answered by"),
        ("operator", "tickets/mine-t", "work", [("minutes", "odd")], "minutes", "Minutes worked"),
        ("operator", "sessions/mine-s", "complete", [("minutes", "odd")], "minutes", "Minutes worked"),
        ("customer", "sessions/mine-s", "move", [("starts_at", "odd")], "starts_at", "New start"),
    ],
)
def test_a_refused_field_is_called_above_the_form_as_in_it(
    door: Door, role: str, address: str, word: str, typed: Fields, field: str, label: str
) -> None:
    browser = Browser(door).signed_in(token(door, role))
    (form,) = [one for one in forms_of(browser.get(f"/portal/{address}")) if ("word", word) in one.fields]
    kept = [(name, value) for name, value in form.fields if name not in dict(typed)]
    page = browser.post(form.action, [*kept, *typed])
    assert page.status_code == 422
    assert f'<a href="#{field}">{label}: ' in page.text
    assert label_of(page.text, field) == label


def test_what_an_address_may_not_say_is_told_by_its_name(door: Door) -> None:
    page = words_of(Browser(door).signed_in(token(door, "operator")).get("/portal/sla?from=odd&colour=red&to=odd").text)
    assert "From the day: Please enter a day." in page
    assert "Until the day: Please enter a day." in page
    assert "colour: This can't be given here." in page


def test_days_the_wrong_way_round_are_not_half_a_range(door: Door) -> None:
    page = Browser(door).signed_in(token(door, "operator")).get("/portal/sla?from=2026-03-02&to=2026-03-01").text
    assert "Of the tickets opened until 1 Mar 2026" in words_of(page)


def test_time_that_was_not_rounded_is_told_once(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "customer"))
    page = words_of(browser.get("/portal/time").text)
    assert "0:25 worked, 0:30 billed: in steps of 10 minutes" in page
    assert "0:30 worked" not in page
    assert "0:30, billed as worked" in words_of(browser.get("/portal/time/mine-even").text)


def test_what_can_be_said_in_another_field_is_not_called_optional(door: Door) -> None:
    page = Browser(door).signed_in(token(door, "operator")).get("/portal/tickets/mine-t").text
    assert "Or start and finish, below." in page
    assert re.findall(r'<label for="work-minutes">(.*?)</label>', page) == ["Minutes worked"]
    assert "(optional)</span></label>" in page.partition('id="step-work"')[2].partition("</form>")[0]
    assert "(optional)" not in Browser(door).signed_in(token(door, "operator")).get("/portal/contracts").text


def test_months_to_close_stand_provider_by_provider(door: Door) -> None:
    page = browser_of(door, "admin").get("/portal/periods").text
    assert re.findall(r"<caption><span>(.*?)</span>", page) == ["North", "South"]
    assert [PROVIDER[MINE], PROVIDER[ABROAD]] == ["north", "south"]
    months = re.findall(r'href="/portal/periods/(\w+)/([\d-]+)"', page)
    assert months == [(who, month) for who in ("north", "south") for month in ("2026-01", "2026-02", "2026-03")]
