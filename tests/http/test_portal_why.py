"""The page of a deduction says why it is so: whose word it was, when it happened, by which rule, at which price."""

from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, browser_of
from tests.http.door import Door, opened
from tests.http.world import MINE, OF, OPENED
from tests.words import book, complete, confirm, log_work, move, open_ticket, record_service, sign

TIME = "/portal/time"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """Work just after midnight in Berlin, which is the day before in UTC; a late change; services of a lump sum."""
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok(
            [
                sign(contract_id=MINE, **OF[MINE]),
                open_ticket("T", contract_id=MINE, at=OPENED),
                log_work(25, "2026-02-28T23:30:00Z", entry_id="night", ticket_id="T", note="At night"),
                book(60, "2026-03-10T10:00:00Z", "2026-03-02T09:00:00Z", "S", contract_id=MINE),
                move("2026-03-12T10:00:00Z", at="2026-03-09T12:00:00Z", session_id="S"),
                book(60, "2026-03-03T10:00:00Z", "2026-02-02T09:00:00Z", "done", contract_id=MINE),
                complete(60, "2026-03-03T11:30:00Z", "done"),
                sign(contract_id="sum", **{**OF[MINE], "plan": "north-sum"}),
                record_service("visit", 2, "2026-02-02T10:00:00Z", service_id="visits", contract_id="sum"),
            ]
        )
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def admin(door: Door) -> Browser:
    return browser_of(door, "admin")


def test_who_gave_the_customers_word_is_said(door: Door, admin: Browser) -> None:
    for address in (TIME, f"{TIME}/night"):
        before = admin.get(address).text
        assert "Who at the customer said so" in before
        assert "Your name" not in before
        assert "recorded as made on behalf of the customer" in before
    assert "wait for you" not in admin.get(TIME).text
    door.ok(confirm("night", by="Halina"))
    assert door.see("contracts", limit=1)
    assert admin.get(f"{TIME}?contract_id={MINE}").text.count('"under">on behalf of the customer') == 1
    assert admin.get(f"{TIME}/night").text.count("on behalf of the customer") == 2, "its state, and what happened"


def test_what_happened_bears_the_time_when_it_happened(admin: Browser) -> None:
    history = admin.get(f"{TIME}/night").text.partition('class="timeline"')[2]
    assert '<time datetime="2026-02-28T23:30:00Z">1 Mar 2026, 00:30</time>' in history
    assert "entered on " in history
    assert "entered on 1 Mar 2026" not in history, "when it happened and when it was entered are two things"


def test_times_are_those_of_the_contract_whoever_reads(admin: Browser) -> None:
    link = f'href="/portal/statements/{MINE}?from=2026-03-01&amp;to=2026-03-01#of-night"'
    page = admin.get(f"{TIME}/night").text
    assert "1 Mar 2026, 00:30 · " in page
    assert "Europe/Berlin" in page
    assert link in page
    across = admin.get(TIME).text
    assert "1 Mar 2026, 00:30" in across
    assert across.count("Europe/Berlin") == 1, "all rows are in one zone, which is said once"
    assert link in across


def test_a_penalty_says_its_rule_and_leads_to_its_session(door: Door, admin: Browser) -> None:
    (penalty,) = [one for one in door.see(f"contracts/{MINE}/deductions")["items"] if one["kind"] == "penalty"]
    page = admin.get(f"{TIME}/{penalty['deduction_id']}").text
    assert "The session of 10 Mar 2026, 11:00 was moved less than 24:00 hours before it." in page
    assert 'href="/portal/sessions/S"' in page
    assert "2:00 billed without work: the session was moved too late" in page
    statement = admin.get(f"/portal/statements/{MINE}").text
    assert "Penalty: session S of 10 Mar 2026 11:00 was moved late" in statement
    assert "0:00 worked" not in page
    assert 'href="/portal/sessions/S"' in admin.get(TIME).text


def test_a_session_and_its_penalty_are_called_by_its_start(door: Door, admin: Browser) -> None:
    """The penalty by the start that was missed, not by the one to which the session was moved."""
    (penalty,) = [one for one in door.see(f"contracts/{MINE}/deductions")["items"] if one["kind"] == "penalty"]
    listed = admin.get(TIME).text
    assert f'{penalty["deduction_id"]}">Penalty for the session of 10 Mar 2026, 11:00</a>' in listed
    assert 'done">Session on 3 Mar 2026, 11:00</a>' in listed
    then = admin.get(f"{TIME}?as_of=2026-03-09").text
    assert "Penalty for the session of 10 Mar 2026, 11:00</a>" in then
    assert "<h1>Session on 3 Mar 2026, 11:00</h1>" in admin.get(f"{TIME}/done").text


def test_a_service_of_a_lump_sum_says_its_price_and_how_many(admin: Browser) -> None:
    page = admin.get(f"{TIME}/visits").text
    assert "at €333.33 each: €666.66" in page
    assert "<dt>Quantity</dt><dd>2</dd>" in "".join(line.strip() for line in page.splitlines())
    assert "at €333.33 each: €666.66" in admin.get(TIME).text
