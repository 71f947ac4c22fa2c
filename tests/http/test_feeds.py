"""The calendar of a token's sessions: what it tells, whom, and how long its address opens it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from icalendar import Calendar, Event

from ledger.kernel.errors import Refusal
from ledger.store import open_store
from ledger.store.database import open_database
from ledger.store.feeds import create_feed, list_feeds, revoke_feed
from ledger.store.tokens import list_tokens, revoke_token
from tests.cli.run import support_ledger
from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.door import Door, opened, problem
from tests.http.test_roles import ROLES, sees
from tests.http.world import MINE, OF, SIDES, token
from tests.words import book, cancel, move, sign, terminate

BOOKED = "2026-02-02T09:00:00Z"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        yield door


def newest_token(door: Door, role: str) -> str:
    """The id of a new token of a role."""
    before = {info.token_id for info in list_tokens(door.store.database)}
    token(door, role)
    (made,) = {info.token_id for info in list_tokens(door.store.database)} - before
    return made


def feed_of(door: Door, role: str = "admin", expires_on: date | None = None) -> str:
    """The secret of a feed for a new token of a role."""
    return create_feed(door.store.database, newest_token(door, role), expires_on, door.clock)[1]


def asked(door: Door, secret: str) -> Response:
    assert door.see("contracts", limit=1)  # views have read what was written
    return door.client.get("/sessions.ics", params={"secret": secret})


def subscribed(door: Door, secret: str) -> dict[str, Event]:
    """The events of the calendar by the session's id."""
    response = asked(door, secret)
    assert response.status_code == 200, response.text
    found = Calendar.from_ical(response.text).walk("VEVENT")
    return {str(event["uid"]).partition("@")[0]: event for event in found}


def test_a_session_is_an_event_whose_sequence_rises_with_each_move_and_its_end(door: Door) -> None:
    door.all_ok([sign(**OF[MINE]), book(90, "2026-03-12T12:00:00Z", BOOKED, "s", service="help")])
    secret = feed_of(door)
    event = subscribed(door, secret)["s"]
    assert event["uid"] == "s@north.support-contract-ledger"
    assert event["dtstart"].dt == datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
    assert event["dtend"].dt == datetime(2026, 3, 12, 13, 30, tzinfo=UTC)
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 0)
    assert "DTSTART:20260312T120000Z" in asked(door, secret).text
    door.ok(move("2026-03-14T08:00:00Z", "2026-03-10T09:00:00Z", session_id="s"))
    moved = subscribed(door, secret)["s"]
    assert (moved["uid"], moved["sequence"], moved["status"]) == (event["uid"], 1, "CONFIRMED")
    assert moved["dtstart"].dt == datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
    door.ok(cancel("2026-03-10T10:00:00Z", session_id="s"))
    cancelled = subscribed(door, secret)["s"]
    assert (cancelled["uid"], cancelled["sequence"], cancelled["status"]) == (event["uid"], 2, "CANCELLED")


def test_what_the_end_of_a_contract_releases_is_cancelled(door: Door) -> None:
    door.all_ok(
        [sign(**OF[MINE]), book(90, "2026-03-22T12:00:00Z", BOOKED, "s"), terminate("2026-03-15", reason="Sold")]
    )
    assert subscribed(door, feed_of(door))["s"]["status"] == "CANCELLED"


def test_a_feed_shows_what_its_token_sees_without_any_name(door: Door) -> None:
    lines = [sign(contract_id=side, **OF[side]) for side in SIDES]
    lines += [book(60, "2026-03-12T12:00:00Z", BOOKED, side, contract_id=side) for side in SIDES]
    door.all_ok(lines)
    for role in ROLES:
        secret = feed_of(door, role)
        assert subscribed(door, secret).keys() == {side for side in SIDES if sees[side][role]}
        assert "kunde at" not in asked(door, secret).text


def test_a_feed_goes_back_ninety_days_and_holds_the_nearest_sessions(door: Door) -> None:
    """Of 450 that lie ahead the nearest 400, of 120 that lie behind the nearest 100."""
    start = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
    ahead = {f"a{n}": start + timedelta(minutes=n) for n in range(450)}
    behind = {f"b{n}": start - timedelta(hours=n) for n in range(1, 121)}
    old = {"on": start - timedelta(days=90), "out": start - timedelta(days=90, seconds=1)}
    door.all_ok([sign(starts_on="2025-11-01", **OF[MINE])])
    booked_at = "2025-11-02T09:00:00Z"
    door.all_ok([book(10, at.isoformat(), booked_at, name) for name, at in old.items()])
    secret = feed_of(door)
    assert subscribed(door, secret).keys() == {"on"}
    door.all_ok([book(10, at.isoformat(), booked_at, name) for name, at in (ahead | behind).items()])
    nearest = [f"b{n}" for n in range(100, 0, -1)] + [f"a{n}" for n in range(400)]
    assert list(subscribed(door, secret)) == nearest


# -- the secret -----------------------------------------------------------------------------------------------------


def test_a_secret_opens_the_feed_alone_and_a_token_does_not_open_it(door: Door) -> None:
    secret = feed_of(door)
    assert problem(door.client.get("/v1/sessions", headers=door.headers(secret)))["code"] == "unauthenticated"
    assert problem(asked(door, door.admin))["code"] == "not-found"
    assert problem(door.client.get("/sessions.ics", headers=door.headers(door.admin)))["code"] == "not-found"


def test_a_feed_ends_when_it_or_its_token_is_revoked(door: Door) -> None:
    database = door.store.database
    token_id = newest_token(door, "auditor")
    (first_id, first), (_, second) = (create_feed(database, token_id, None, door.clock) for _ in range(2))
    assert asked(door, first).status_code == asked(door, second).status_code == 200
    revoke_feed(database, first_id)
    assert problem(asked(door, first))["status"] == 404
    assert asked(door, second).status_code == 200
    revoke_token(database, token_id)
    assert problem(asked(door, second))["status"] == 404
    with pytest.raises(Refusal, match="There is no token"):
        create_feed(database, token_id, None, door.clock)
    with pytest.raises(Refusal, match="There is no feed"):
        revoke_feed(database, "feed-none")


def test_a_feed_ends_with_the_day_before_its_last_and_with_its_token(door: Door) -> None:
    today = date(2026, 3, 10)
    for days, status in ((0, 404), (1, 200)):
        assert asked(door, feed_of(door, expires_on=today + timedelta(days=days))).status_code == status
    door.token("admin", expires_on=today + timedelta(days=1))
    (short,) = [info.token_id for info in list_tokens(door.store.database) if info.expires_on]
    _, secret = create_feed(door.store.database, short, None, door.clock)
    assert asked(door, secret).status_code == 200
    door.clock.put("2026-03-11T00:00:00Z")  # type: ignore[attr-defined]
    assert problem(asked(door, secret))["code"] == "not-found"


def test_a_wrong_secret_is_unknown_ever_more_slowly_and_a_good_one_waits_for_nothing(door: Door) -> None:
    secret = feed_of(door)
    answers = [problem(asked(door, "x" * (n + 1))) for n in range(3)]
    assert {one["code"] for one in answers} == {"not-found"}
    assert door.slept == [0.02, 0.04, 0.06]
    assert asked(door, secret).status_code == 200
    assert problem(door.client.get("/sessions.ics"))["code"] == "not-found"
    assert len(door.slept) == 3, "none is no guess"
    odd = problem(door.client.get("/sessions.ics", params={"secret": secret, "state": "booked"}))
    assert (odd["code"], odd["field"]) == ("malformed", "state")
    assert secret not in str(odd)


def test_a_feed_is_neither_stored_nor_told_to_others_and_stands_in_no_document(door: Door) -> None:
    response = asked(door, feed_of(door))
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "sessions.ics" not in door.client.get("/openapi.json").text


def test_only_the_hash_of_a_secret_is_stored(door: Door) -> None:
    secret = feed_of(door)
    rows = door.store.database.query("SELECT * FROM feed_secrets")
    assert secret not in str(rows)
    assert secret.encode() not in b"".join(bytes(row.secret_hash) for row in rows)


def test_the_command_line_makes_lists_and_revokes_feeds(door: Door, database_url: str) -> None:
    token_id = newest_token(door, "auditor")
    made = support_ledger(database_url, "token", "feed", token_id, "--expires-on", "2099-01-01")
    assert made.status == 0
    address = made.out.removesuffix("\n")
    assert door.client.get(address).status_code == 200
    listed = support_ledger(database_url, "token", "list").out
    (feed,) = list_feeds(door.store.database)
    assert f"{feed.feed_id}  feed of {token_id}  made {feed.created_at}  until 2099-01-01\n" in listed
    assert address.partition("=")[2] not in listed
    assert support_ledger(database_url, "token", "revoke", feed.feed_id).out == f"revoked {feed.feed_id}\n"
    assert door.client.get(address).status_code == 404
    assert "revoked 20" in support_ledger(database_url, "token", "list").lines[-1]
    until = ("--expires-on", "2099-06-30", "--json")
    short = json.loads(support_ledger(database_url, "token", "create", "--role", "auditor", *until).out)["token_id"]
    support_ledger(database_url, "token", "feed", short)
    (told,) = [one for one in support_ledger(database_url, "token", "list").lines if f"feed of {short}" in one]
    assert told.endswith("until 2099-06-30"), "a feed holds no longer than its token"
    assert support_ledger(database_url, "token", "feed", "tok-none").err.startswith("not-found: There is no token")
    past = support_ledger(database_url, "token", "feed", token_id, "--expires-on", "2026-01-01")
    assert past.err.startswith("malformed: expires_on")


def test_a_ledger_of_before_gets_the_table_of_feeds(database_url: str) -> None:
    open_store(database_url).close()
    if database_url.startswith("postgresql"):
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DROP TABLE feed_secrets")
    else:
        database = open_database(database_url)
        with database.transaction() as transaction:
            transaction.execute("DROP TABLE feed_secrets")
        database.close()
    store = open_store(database_url)
    assert list_feeds(store.database) == []
    store.close()


def test_a_calendar_without_sessions_is_one_that_programs_take(door: Door) -> None:
    response = asked(door, feed_of(door))
    (component,) = Calendar.from_ical(response.text).subcomponents
    assert (response.status_code, component.name) == (200, "VTIMEZONE")
