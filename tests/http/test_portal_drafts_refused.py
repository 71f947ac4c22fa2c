"""A refused issue of a month's invoices leaves the page as it was: its day, its provider, and what was filled in."""

import re

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, form_to, forms_of
from tests.http.door import opened
from tests.http.world import OF, token
from tests.words import sign

DRAFTS = "/portal/drafts"


@pytest.mark.parametrize(("typed", "through"), [("2026-02-28", "2026-02-28"), ("odd", "2026-03-10")])
def test_the_drafts_stay_those_of_the_day(database_url: str, typed: str, through: str) -> None:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok([sign(contract_id="mine", **OF["mine"])])
        browser = Browser(door).signed_in(token(door, "finance"))
        form = form_to(browser.get(f"{DRAFTS}?through_on=2026-02-28"), DRAFTS)
        refused = browser.send(form, through_on=typed, exchange_rate="odd")
        assert refused.status_code == 422
        assert f'id="asked-through_on" type="date" name="through_on" value="{through}"' in refused.text
        assert 'name="exchange_rate" type="text" value="odd"' in refused.text


def test_an_address_of_which_nothing_is_told_is_refused_at_a_field_of_the_form(database_url: str) -> None:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok([sign(contract_id="mine", **OF["mine"])])
        assert door.see("contracts", limit=1)
        browser = Browser(door).signed_in(token(door, "finance"))
        forms = forms_of(browser.get(f"{DRAFTS}/mine"))
        (form,) = [one for one in forms if ("do", "amend") in one.fields]
        refused = browser.send(form)
        assert refused.status_code == 422
        (field,) = re.findall(r'<li><a href="#([^"]+)">Street: Please fill this in.</a>', refused.text)
        assert f'id="{field}"' in refused.text
        assert f'id="{field}-error"' in refused.text
        unknown = browser.get(f"{DRAFTS}/nothing")
        assert "There is no contract nothing." in unknown.text
        assert 'href="#' not in unknown.text.partition("<h2>Why</h2>")[2].partition("</div>")[0]
