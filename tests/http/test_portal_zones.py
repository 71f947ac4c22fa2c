"""Lists across contracts tell each row in the zone of its own contract, whoever reads them."""

import re
from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, browser_of
from tests.http.door import Door, opened
from tests.words import book, open_ticket, sign

OPENED, NOW = "2026-06-01T08:00:00Z", "2026-06-02T08:00:00Z"  # summer: two hours later in both zones
SESSION = "2026-06-03T22:30:00Z"  # the day after in both zones
ZONES = {"in-warsaw": "Europe/Warsaw", "in-prague": "Europe/Prague"}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A contract of each zone, of two providers, with a ticket that nobody answered; and a session in Berlin."""
    buyer = {"customer_id": "k", "name": "Buyer", "country": "PL"}
    with opened(database_url, Clock(NOW), catalogue=None) as door:
        for contract, plan in (("in-warsaw", "eurolinux-standard"), ("in-prague", "easyredmine-basic")):
            door.all_ok(
                [
                    sign(plan, "2026-01-01", contract_id=contract, customer=buyer),
                    open_ticket(f"t-{contract}", contract_id=contract, at=OPENED),
                ]
            )
        door.ok(sign("groupios-l", "2026-01-01", contract_id="in-berlin", customer=buyer))
        door.ok(book(60, SESSION, "2026-06-01T09:00:00Z", "s-berlin", contract_id="in-berlin"))
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def admin(door: Door) -> Browser:
    return browser_of(door, "admin")


def part_of(page: str, region: str) -> str:
    return " ".join(page.partition(f'id="{region}"')[2].partition("</section>")[0].split())


def rows_of(part: str) -> dict[str, str]:
    """The words of the rows that are of a contract, by contract."""
    rows = [re.sub(r"<[^>]*>", " ", row) for row in re.findall(r"<tr.*?</tr>", part)]
    return {contract: row for contract in ZONES for row in rows if contract in row}


@pytest.mark.parametrize(
    ("address", "region"),
    [("/portal/", "unanswered"), ("/portal/", "urgent"), ("/portal/urgent", "urgent"), ("/portal/tickets", "tickets")],
)
def test_where_rows_differ_each_says_its_zone(admin: Browser, address: str, region: str) -> None:
    rows = rows_of(part_of(admin.get(address).text, region))
    assert rows.keys() == ZONES.keys()
    for contract, zone in ZONES.items():
        assert re.search(rf"Jun 2026, \d\d:\d\d \({zone}\)", rows[contract]), rows[contract]
    assert "<caption><span>UTC" not in part_of(admin.get(address).text, region)


def test_an_instant_is_that_of_the_contracts_zone(admin: Browser) -> None:
    """Opened at eight in UTC; the session's day is the one of its own zone."""
    for row in rows_of(part_of(admin.get("/portal/tickets").text, "tickets")).values():
        assert "1 Jun 2026, 10:00" in row
    assert "4 Jun 2026, 00:30 (Europe/Berlin)" in part_of(admin.get("/portal/").text, "sessions")


def test_what_is_in_one_zone_says_it_once(admin: Browser) -> None:
    sessions = part_of(admin.get("/portal/sessions").text, "sessions")
    assert "4 Jun 2026, 00:30" in sessions
    assert sessions.count("Europe/Berlin") == 1
    assert "(Europe/Prague)" not in sessions


def test_now_is_told_with_its_zone_where_rows_differ(admin: Browser) -> None:
    assert "As of 2 Jun 2026, 08:00 (UTC)" in admin.get("/portal/").text
    assert admin.get("/portal/sla").status_code == 200
