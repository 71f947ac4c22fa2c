"""`support-ledger verify` finds what somebody changed behind the ledger's back, and names it.

Whoever owns the database can take its guards away; what is changed then is found all the same.
"""

import sqlite3

import psycopg
import pytest

from tests.cli.run import Done, support_ledger
from tests.views.ledgers import fed

GUARDED = ("stored_events", "commands", "known_ids")


@pytest.fixture
def whole(database_url: str) -> str:
    """A ledger with some history, and views that have read all of it."""
    with fed(database_url) as ledger:
        ledger.feed(0, 30)
        ledger.projector.catch_up()
    return database_url


def tamper(url: str, *statements: str) -> None:
    """As the owner of the database could, with the guards taken away first."""
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return
    with psycopg.connect(url) as owner:
        owner.execute("SET search_path = public, views")
        for table in GUARDED:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # type: ignore[call-overload]
        for statement in statements:
            owner.execute(statement)  # type: ignore[call-overload]


def written_anew(url: str, topic: str, was: str, becomes: str) -> str:
    """The statement that changes a text in the payloads of a topic."""
    told = f"'{was}', '{becomes}'"
    if url.startswith("sqlite"):
        state = f"CAST(replace(CAST(state AS TEXT), {told}) AS BLOB)"
    else:
        state = f"convert_to(replace(convert_from(state, 'UTF8'), {told}), 'UTF8')"
    return f"UPDATE stored_events SET state = {state} WHERE topic = '{topic}@1'"


def fault(done: Done) -> str:
    assert (done.status, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert line.startswith("fault: ")
    return line.removeprefix("fault: ")


CHANGED = {
    "a payload that is no event any more": (
        "UPDATE stored_events SET state = CAST('{\"contract_id\": 5}' AS {bytes}) WHERE notification_id = 3",
        "history: position 3: ",
        "can't be read",
    ),
    "a payload that is no JSON any more": (
        "UPDATE stored_events SET state = CAST('x' AS {bytes}) WHERE notification_id = 60",
        "history: position 60: ",
        "can't be read",
    ),
    "a topic that is unknown": (
        "UPDATE stored_events SET topic = 'NothingHappened@1' WHERE notification_id = 7",
        "history: position 7: ",
        "NothingHappened@1",
    ),
    "an event that was taken out": (
        "DELETE FROM stored_events WHERE notification_id = 4",
        "history: position 4 is missing",
        "at 5",
    ),
    "the first event that was taken out": (
        "DELETE FROM stored_events WHERE notification_id = 1",
        "history: position 1 is missing",
        "at 2",
    ),
    "the last event that was taken out": (
        "DELETE FROM stored_events WHERE notification_id = (SELECT max(notification_id) FROM stored_events)",
        "history: ",
        "",
    ),
    "an event that was moved to another stream": (
        "UPDATE stored_events SET originator_id = 'ticket:x' WHERE notification_id = 2",
        "history: position 2: stream ticket:x",
        "version 2",
    ),
    "a version that is not the next one": (
        "UPDATE stored_events SET originator_version = 99 WHERE notification_id = 2",
        "history: position 2: stream contract:",
        "99",
    ),
    "a time of recording that runs back": (
        "UPDATE stored_events SET recorded_at = 1 WHERE notification_id = 30",
        "history: position 30: recorded before",
        "29",
    ),
    "a command that was taken out": (
        "DELETE FROM commands WHERE first_position = 1",
        "history: command ",
        "where 1 was due",
    ),
    "the last command that was taken out": (
        "DELETE FROM commands WHERE first_position = (SELECT max(first_position) FROM commands)",
        "history: position ",
        "no accepted command",
    ),
}


def test_a_changed_history_is_found_and_its_first_fault_is_named(whole: str) -> None:
    bytes_ = "BLOB" if whole.startswith("sqlite") else "BYTEA"
    kept = ("stored_events", "commands")
    tamper(whole, *(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}" for table in kept))
    for change, (statement, start, inside) in CHANGED.items():
        tamper(whole, statement.replace("{bytes}", bytes_))
        found = fault(support_ledger(whole, "verify"))
        assert found.startswith(start), change
        assert inside in found, change
        for table in kept:
            tamper(whole, f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM kept_{table}")
    done = support_ledger(whole, "verify")
    assert done.status == 0
    assert done.out.startswith("whole: ")


def test_a_figure_that_was_changed_in_the_history_is_found_in_the_views(whole: str) -> None:
    """The payload is still an event, but the views know better."""
    tamper(whole, written_anew(whole, "FeeCharged", '"amount_cents":89900', '"amount_cents":89901'))
    found = fault(support_ledger(whole, "verify"))
    assert found.endswith("live but not in the events")


def test_a_figure_that_stands_twice_and_was_changed_once_is_found_in_the_history(whole: str) -> None:
    """What was bought is 480 minutes by its charge."""
    tamper(whole, written_anew(whole, "CreditGranted", '"quantity":480', '"quantity":481'))
    assert fault(support_ledger(whole, "verify")).endswith(".price is for 480")


@pytest.mark.parametrize("column", ["originator_id", "contract_id", "provider"])
def test_an_event_that_was_given_to_somebody_else_is_found(whole: str, column: str) -> None:
    """The provider of a row decides who may read it; a stream of one event has no neighbour that would tell."""
    alone = "SELECT originator_id FROM stored_events GROUP BY originator_id HAVING count(*) = 1"
    lone = f"SELECT max(notification_id) FROM stored_events WHERE originator_id IN ({alone})"
    value = "deduction:other" if column == "originator_id" else "other"
    tamper(whole, f"UPDATE stored_events SET {column} = '{value}' WHERE notification_id = ({lone})")
    assert fault(support_ledger(whole, "verify")).startswith("history: position ")


def test_a_changed_view_is_found_and_a_rebuild_heals_it(whole: str) -> None:
    for statement, table in (
        ("UPDATE accounts SET consumed = consumed + 1 WHERE pool = 'included'", "accounts"),
        ("UPDATE charges SET amount_cents = amount_cents - 1", "charges"),
        ("DELETE FROM movements WHERE kind = 'work'", "movements"),
        ("UPDATE tickets SET state = 'closed' WHERE state = 'resolved'", "tickets"),
        ("UPDATE contracts SET customer_id = 'somebody'", "contracts"),
        ("INSERT INTO status_changes VALUES ('e', 1, 1, 'confirmed', 0)", "status_changes"),
    ):
        tamper(whole, statement)
        assert fault(support_ledger(whole, "verify")).startswith(f"{table}: ")
        assert support_ledger(whole, "rebuild").status == 0
        assert support_ledger(whole, "verify").status == 0


def test_verify_changes_nothing(whole: str) -> None:
    with fed(whole) as ledger:
        before = ledger.dump()
    tamper(whole, "UPDATE accounts SET consumed = consumed + 1")
    with fed(whole) as ledger:
        damaged = ledger.dump()
    for _ in range(2):
        fault(support_ledger(whole, "verify"))
    with fed(whole) as ledger:
        assert ledger.dump() == damaged != before
