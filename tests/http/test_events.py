"""The history for auditors: each event with the command that recorded it and who sent that, page by page."""

import sqlite3

import psycopg
import pytest

from tests.http.door import Door
from tests.http.world import ABROAD, MINE, OF, OPENED, TEN
from tests.words import close_month, hold, issue_all, log_work, open_ticket, sign

STORY = [
    sign(contract_id="mine", command_id="sign-1", **OF[MINE]),
    open_ticket("t", contract_id="mine", at=OPENED, command_id="open-1"),
    log_work(30, TEN, entry_id="e1", ticket_id="t"),
    log_work(600, TEN, entry_id="e2", ticket_id="t", command_id="work-2"),
]
HOLD = hold("2026-02-03T09:00:00Z", "t", command_id="hold-1")


@pytest.fixture
def told(door: Door) -> Door:
    door.all_ok(STORY)
    return door


def test_each_event_names_its_command_and_who_sent_it(told: Door) -> None:
    reader = told.token("operator", provider="north")
    answers = [*told.all_ok(STORY), told.ok(HOLD, reader)]
    expected = {
        recorded["position"]: (answer["command_id"], command)
        for answer, command in zip(
            answers, ["sign-contract", "open-ticket", "log-work", "log-work", "hold-ticket"], strict=True
        )
        for recorded in answer["events"]
    }
    assert {"sign-1", "open-1", "work-2", "hold-1"} < {command_id for command_id, _ in expected.values()}
    assert len(expected) > len(answers), "some command recorded several events"
    for limit in (1, 2, 500):
        found = told.walk("events", limit=limit)
        assert {one["position"]: (one["command_id"], one["command"]) for one in found} == expected
    assert [one["role"] for one in told.events()] == ["admin"] * (len(expected) - 1) + ["operator"]
    assert len({one["token_id"] for one in told.events()}) == 2
    for one in told.events():
        assert told.see(f"events/{one['position']}") | {"left_out": []} == one


def test_an_event_that_concerns_no_contract_names_none(told: Door) -> None:
    told.all_ok([issue_all("north", "2025-12-31"), close_month("2025-12", "north")])
    found = {one["type"]: one["contract_id"] for one in told.events()[-2:]}
    assert found == {"InvoiceRunEnded": None, "PeriodClosed": None}


def test_a_page_in_the_middle_and_a_page_of_one_provider_name_their_own_commands(told: Door) -> None:
    told.all_ok(
        [
            sign(contract_id="abroad", **OF[ABROAD]),
            open_ticket("t2", contract_id="abroad", at=OPENED, command_id="open-2"),
            HOLD,
        ]
    )
    of_all = {one["position"]: one for one in told.events()}
    for after in range(0, max(of_all) + 1):
        found = told.see("events", after=after, limit=2)["items"]
        assert found == [of_all[position] for position in (after + 1, after + 2) if position in of_all]
    south = told.walk("events", told.token("auditor", provider="south"), limit=1)
    assert {one["contract_id"] for one in south} == {"abroad"}
    assert south == [of_all[one["position"]] for one in south]
    assert south[-1]["command_id"] == "open-2"


def test_an_event_whose_command_somebody_took_away_is_shown_without_one(told: Door, database_url: str) -> None:
    """The history is shown as it is, so that whoever audits it sees what `verify` complains about."""
    before = told.events()
    delete = "DELETE FROM commands WHERE command_id = 'work-2'"
    if database_url.startswith("sqlite:///"):
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            connection.execute("DROP TRIGGER commands_delete")
            connection.execute(delete)
        connection.close()
    else:
        with psycopg.connect(database_url) as owner:
            owner.execute("ALTER TABLE commands DISABLE TRIGGER USER")
            owner.execute(delete)
    after = told.events()
    lost = [one for one in after if one["command_id"] is None]
    assert lost == [one | {"command_id": None, "command": None} for one in before if one["command_id"] == "work-2"]
    assert [one for one in after if one["command_id"]] == [one for one in before if one["command_id"] != "work-2"]
