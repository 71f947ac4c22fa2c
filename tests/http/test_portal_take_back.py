"""Taking credit back is offered where it may be done: not where credit follows from something else (C17)."""

from tests.clock import Clock
from tests.http.browsing import Browser
from tests.http.door import opened
from tests.http.world import MINE, OF, OPENED, TEN, token
from tests.words import grant, log_work, open_ticket, reverse, sign


def test_what_came_back_to_credit_that_had_expired_is_not_offered_to_be_taken_back(database_url: str) -> None:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok(
            [
                sign(contract_id=MINE, **OF[MINE]),
                grant(60, OPENED, contract_id=MINE, pool="care", grant_id="ended", expires_on="2026-03-01"),
                grant(60, OPENED, contract_id=MINE, pool="care", grant_id="gift"),
                open_ticket("T", contract_id=MINE, at=OPENED),
                log_work(25, TEN, entry_id="work", ticket_id="T"),
                reverse("work", "2026-03-10T17:00:00Z"),
            ]
        )
        assert door.see("contracts", limit=1)
        shown = Browser(door).signed_in(token(door, "operator")).get(f"/portal/contracts/{MINE}").text
        assert "work.correction" in shown
        assert "reverse?grant_id=gift" in shown
        assert "reverse?grant_id=work.correction" not in shown
