"""A refused issue of a month's invoices leaves the page as it was: its day, its provider, and what was filled in."""

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, form_to
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
