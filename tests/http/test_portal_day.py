"""The operator's day: what is in work and has no clock that runs is not out of sight."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from api.limits import LIMITS, Limits
from tests.clock import Clock
from tests.http.browsing import Browser
from tests.http.door import Door, opened
from tests.http.world import OF, OPENED, SIDES, token
from tests.words import hold, open_ticket, resolve, respond, sign

NOW = "2026-03-10T18:00:00Z"


@contextmanager
def day(database_url: str, limits: Limits = LIMITS) -> Iterator[Door]:
    """On each side a ticket that was answered, to which nothing else is promised, and one that waits for its answer."""
    with opened(database_url, Clock(NOW), limits) as door:
        for side in SIDES:
            door.all_ok(
                [
                    sign(contract_id=side, **OF[side]),
                    open_ticket(f"{side}-answered", contract_id=side, at=OPENED),
                    respond("2026-02-02T09:30:00Z", f"{side}-answered"),
                    open_ticket(f"{side}-new", contract_id=side, at="2026-03-10T17:50:00Z"),
                ]
            )
        yield door


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with day(database_url) as door:
        yield door


def said_beside(door: Door, address: str = "/portal/") -> list[str]:
    """What an operator is told of tickets beside the urgent ones, once the views have read it all."""
    assert door.see("contracts", limit=1)
    page = Browser(door).signed_in(token(door, "operator")).get(address)
    part = page.text.partition('id="urgent"')[2].partition("</section>")[0]
    return re.findall(r'<a href="/portal/tickets">([^<]*)</a>', part)


def of_tickets(count: str) -> list[str]:
    return [f"Besides, {count} tickets are in work without a clock that runs."]


def test_what_is_in_work_without_a_clock_is_counted_beside_the_urgent(door: Door) -> None:
    """Two of the own provider's three sides; the third side's is another's."""
    assert said_beside(door) == of_tickets("2")
    assert said_beside(door, "/portal/urgent") == of_tickets("2")
    door.ok(hold("2026-03-10T17:58:00Z", "mine-new"))
    assert said_beside(door) == of_tickets("2"), "its answer is still promised, and among the urgent"
    door.ok(respond("2026-03-10T17:58:30Z", "mine-new"))
    assert said_beside(door) == of_tickets("3")
    door.all_ok([resolve("2026-03-10T17:59:00Z", f"{side}-answered") for side in ("mine", "anothers")])
    assert said_beside(door) == ["Besides, 1 ticket is in work without a clock that runs."]
    door.ok(resolve("2026-03-10T17:59:30Z", "mine-new"))
    assert said_beside(door) == []


def test_what_is_dated_ahead_is_not_so_yet(door: Door) -> None:
    door.ok(respond("2026-03-11T09:00:00Z", "mine-new"))
    assert said_beside(door) == of_tickets("2"), "it still waits for its answer, among the urgent"
    door.ok(resolve("2026-03-11T09:00:00Z", "mine-answered"))
    assert said_beside(door) == of_tickets("2"), "it is still in work"


def test_of_very_many_it_says_or_more(database_url: str) -> None:
    with day(database_url, Limits(beside_urgent=2)) as door:
        assert said_beside(door) == of_tickets("2 or more")
