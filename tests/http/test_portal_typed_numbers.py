"""A decimal comma in the forms of the portal: taken where the reader writes it, kept as typed where it is refused."""

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, form_to
from tests.http.door import Door, opened
from tests.http.world import OF, token
from tests.words import sign

FORM = "/portal/contracts/mine/top-up"
GERMAN = {"accept_language": "de"}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok([sign(contract_id="mine", **OF["mine"])])
        assert door.see("contracts", limit=1), "the views have caught up"
        yield door


def test_a_price_with_a_comma_is_taken_and_a_wrong_one_stays_as_typed(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "operator"))
    form = form_to(browser.get(FORM, **GERMAN), FORM)

    def sent(**typed: str) -> tuple[int, str]:
        fields = [(name, typed.get(name, value)) for name, value in form.fields]
        answer = browser.post(FORM, fields, **GERMAN)
        return answer.status_code, answer.text

    common = {"pool": "care", "minutes": "1.200", "top_up_id": "u-1"}
    status, page = sent(**common, price="1,555")
    assert status == 422
    assert 'value="1,555"' in page
    assert "Bitte einen Betrag mit höchstens zwei Nachkommastellen angeben, etwa 89,00." in page
    assert sent(**common, price="1.240,5")[0] == 303
    (charge,) = [one for one in door.see("contracts/mine/charges")["items"] if one["kind"] == "top_up"]
    assert charge["amount"] == "1240.50"
    form = form_to(browser.get(FORM, **GERMAN), FORM)
    status, page = sent(**common, price="1")
    assert (status, 'id="top_up_id-error"' in page) == (409, True)
