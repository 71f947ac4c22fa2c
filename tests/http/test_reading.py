"""The read doors: pages, ETags, waiting for one's own writes, filters, days and instants, and the statement as CSV."""

import base64
import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from threading import Timer
from typing import Any

import pytest

from api.http import authentication as access
from tests.http.door import Door, problem
from tests.http.histories import tell
from tests.http.world import opening, signing, working
from tests.words import (
    CUSTOMER,
    Step,
    close,
    confirm,
    dispute,
    grant,
    hold,
    reject,
    renew,
    resolve,
    reverse,
    settle,
    sign,
    terminate,
)

TODAY = datetime.now(UTC).date()
BAD_MOMENTS = [
    "",
    "yesterday",
    "2026",
    "2026-02-30",
    "2026-2-3",
    "20260203",
    "2026-W06-1",
    "2026-034",
    "0001-01-01",
    "9999-12-31",
    "1767225600",
    "1767225600.5",
    "1767225600000",
    "2026-02-03T10:00:00",
    "2026-02-03T25:00:00Z",
    "2026-02-03T10:00:00+25:00",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2026-02-03\0",
    "2026-02-03T10:00:00Z'--",
    "NaN",
]


def signed(contract: str, plan: str = "north-prepaid", starts_on: str = "2026-01-01") -> Step:
    return sign(plan, starts_on, contract_id=contract, customer={**CUSTOMER, "customer_id": f"k-{contract}"})


def granting(grant_id: str, contract: str, minutes: int, at: str, pool: str = "hours", **fields: Any) -> Step:
    return grant(minutes, at, grant_id=grant_id, contract_id=contract, pool=pool, **fields)


# ---- pages


@pytest.fixture
def full(door: Door) -> Door:
    """A ledger with something on every list."""
    tell(door, seed=2, commands=72)
    door.all_ok([signed(f"more-{n}") for n in range(4)] + [opening(f"more-{n}-t", f"more-{n}") for n in range(4)])
    return door


def lists() -> list[tuple[str, str]]:
    """Every list, and the field that tells its items apart."""
    of_contract = [("statement", "position"), ("deductions", "deduction_id"), ("charges", "charge_id")]
    return [
        ("contracts", "contract_id"),
        ("plans", "plan"),
        ("tickets", "ticket_id"),
        ("events", "position"),
        *(
            (f"contracts/{contract}/{name}", key)
            for contract in ("tiers", "prepaid", "sum")
            for name, key in of_contract
        ),
    ]


def test_pages_hold_everything_exactly_once_whatever_their_size(full: Door) -> None:
    for path, key in lists():
        whole = full.walk(path, limit=500)
        assert full.see(path, limit=500)["next"] is None
        assert len(whole) > (0 if path.startswith("contracts/") else 4), path
        if key != "position" or path == "events":
            assert len({one[key] for one in whole}) == len(whole)
        for limit in (1, 2, len(whole)):
            if limit:
                assert full.walk(path, limit=limit) == whole, (path, limit)


def test_filters_and_times_hold_on_every_page(full: Door) -> None:
    for query in ({"as_of": "2026-03-15"}, {"as_of": "2026-03-15T12:00:00Z", "known_at": "2199-12-31"}):
        for path, _ in lists():
            if path not in ("contracts", "plans", "events"):
                assert full.walk(path, limit=3, **query) == full.walk(path, **query), path
    pending = full.walk("contracts/prepaid/deductions", limit=1, status="pending")
    assert pending == [one for one in full.walk("contracts/prepaid/deductions") if one["status"] == "pending"]
    open_ = full.walk("tickets", limit=1, state="open")
    assert open_ == [one for one in full.walk("tickets") if one["state"] == "open"]


def test_a_statement_whose_lines_fall_on_one_instant_has_them_all_on_its_pages(door: Door) -> None:
    """A reversal at the very instant at which the grant expires: its breakage and what was given back fall together."""
    midnight = "2026-02-09T23:00:00Z"
    door.all_ok(
        [
            signed("C"),
            opening("t", "C", at="2026-01-02T09:00:00Z"),
            granting("g", "C", 60, "2026-01-05T09:00:00Z", expires_on="2026-02-10"),
            working("e", "t", 40, "2026-01-06T09:00:00Z"),
            reverse("e", midnight, reason="Twice"),
        ]
    )
    query = {"as_of": "2026-02-28"}
    whole = door.walk("contracts/C/statement", **query)
    turned = [(one["kind"], one["change"], one["balance"]) for one in whole if one["effective_at"] == midnight]
    assert sum(change for kind, change, _ in turned if kind == "breakage") == -60
    assert turned[-2:] == [("reversal", 40, 120), ("correction", 40, 160)]
    assert door.walk("contracts/C/statement", limit=1, **query) == whole


def cursor(*key: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def test_a_cursor_that_the_list_did_not_give_is_malformed_and_so_is_a_limit_beyond_500(full: Door) -> None:
    odd = ["", "x", "!!!", "%00", "W10", "bnVsbA", "eyJhIjoxfQ", "W1td", "A" * 400, "[" * 200]
    odd += [cursor(True), cursor(None), cursor(1.5), cursor([1]), cursor(1, 2), cursor(10**30), cursor(-(10**30))]
    odd += [cursor("a", "b"), cursor("\0"), cursor("\ud800"), cursor(1, 2, True), cursor({}), cursor("")]
    for path, _ in lists():
        own = full.see(path, limit=1)["next"]
        for one in odd:
            if one == cursor("") and own and base64.urlsafe_b64decode(own + "==")[:2] == b'["':
                continue  # an empty id is before every other
            assert full.unseen(path, cursor=one)["field"] == "cursor", (path, one)
        assert full.unseen(path, cursor="A" * 401)["field"] == "cursor"
        for beyond in (0, -1, 501, "x", "1.5", "", 10**30):
            assert full.unseen(path, limit=beyond)["field"] == "limit", (path, beyond)
    foreign = full.see("contracts", limit=1)["next"]
    assert full.unseen("tickets", cursor=foreign)["field"] == "cursor"


# ---- texts that no database takes, in every place of a query


def test_whatever_stands_in_a_path_or_a_query_is_answered_with_a_problem(full: Door) -> None:
    odd = ["%00", "a%00b", "%ED%A0%80", "%FF", "%2e%2e", "'; DROP TABLE contracts; --", "ü" * 64, "x" * 5000, "\u202e"]
    paths = ["contracts/{}", "contracts/{}/balance", "contracts/{}/statement", "contracts/{}/deductions"]
    paths += ["contracts/{}/charges", "deductions/{}", "tickets/{}", "plans/{}", "events/{}"]
    paths += ["contracts/tiers/statement?pool={}", "contracts?customer_id={}", "contracts?provider={}"]
    paths += ["contracts?state={}", "tickets?contract_id={}", "tickets?state={}", "tickets?priority={}"]
    paths += ["plans?provider={}", "contracts/tiers/deductions?status={}", "contracts/tiers/charges?invoiced={}"]
    for path in paths:
        for one in odd:
            response = full.client.get(f"/v1/{path.format(one)}", headers=full.headers(None))
            if response.status_code == 200:  # a filter that nothing passes
                assert response.json()["items"] == []
            else:
                found = problem(response)
                assert found["status"] in (404, 422) or found["code"] == "unknown-pool", (path, one, response.text)


# ---- ETags


def test_an_etag_saves_the_body_until_something_changes(door: Door) -> None:
    door.all_ok([signed("C")])
    paths = ["contracts", "contracts/C", "contracts/C/balance", "contracts/C/statement", "events", "plans"]
    for path in paths:
        first = door.get(path)
        etag = first.headers["etag"]
        assert etag.startswith('"')
        assert "authorization" in first.headers["vary"].lower()
        for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            again = door.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
            assert "content-type" not in again.headers
        for unknown in ('"x"', etag.strip('"'), ""):
            assert door.get(path, headers={"If-None-Match": unknown}).status_code == 200
    before = {path: door.get(path).headers["etag"] for path in paths}
    door.all_ok([granting("g", "C", 60, "2026-01-05T09:00:00Z")])
    for path in paths:
        again = door.get(path, headers={"If-None-Match": before[path]})
        assert again.status_code == 200, path
        assert again.headers["etag"] != before[path]


def test_a_refusal_has_no_etag_and_is_never_called_unchanged(door: Door) -> None:
    response = door.get("contracts/none", headers={"If-None-Match": "*"})
    assert response.status_code == 404
    assert "etag" not in response.headers


def test_a_csv_has_an_etag_of_its_own(door: Door) -> None:
    door.all_ok([signed("C")])
    as_json, as_csv = (
        door.get("contracts/C/statement"),
        door.get("contracts/C/statement", headers={"Accept": "text/csv"}),
    )
    assert as_json.headers["etag"] != as_csv.headers["etag"]
    again = door.get("contracts/C/statement", headers={"Accept": "text/csv", "If-None-Match": as_csv.headers["etag"]})
    assert again.status_code == 304


# ---- min_position


def test_a_position_beyond_the_history_is_waited_for_and_then_refused(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.all_ok([signed("C")])
    door.see("contracts/C")  # the views have read it, however long that took
    monkeypatch.setattr(access, "WAIT_SECONDS", 0.05)
    for path in ("contracts", "contracts/C", "contracts/C/balance", "tickets", "events", "plans", "deductions/x"):
        response = door.get(path, min_position=door.position + 1)
        assert problem(response)["code"] == "not-caught-up", path
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) >= 1
        assert response.json()["position"] == door.position
    assert door.unseen("contracts", min_position=-1)["field"] == "min_position"
    assert door.unseen("contracts", min_position="x")["field"] == "min_position"
    assert door.unseen("contracts", min_position=2**63)["field"] == "min_position"


def test_a_read_waits_until_the_views_have_what_was_written(door: Door) -> None:
    state = door.client.app.state.ledger
    state.stop.set()
    state.follower.join()
    door.all_ok([signed("C")])
    assert door.unseen("contracts/C", min_position=0)["code"] == "unknown-contract"
    later = Timer(0.2, state.projector.catch_up)
    later.start()
    found = door.see("contracts/C")
    later.join()
    assert found["contract_id"] == "C"
    assert found["position"] == door.position == 4


# ---- filters


def test_contracts_are_found_by_customer_provider_and_state(door: Door) -> None:
    def day(offset: int) -> str:
        return (TODAY + timedelta(days=offset)).isoformat()

    ended = terminate(day(-10), "ended", reason="Sold")
    leaving = terminate(day(10), "leaving", reason="Sold")
    door.all_ok(
        [
            signed("upcoming", starts_on=day(20)),
            signed("active", starts_on=day(-20)),
            signed("lapsed", starts_on=day(-200)),
            signed("ended", starts_on=day(-20)),
            ended,
            signed("leaving", starts_on=day(-20)),
            leaving,
            signed("endless", "south-all", starts_on=day(-20)),
        ]
    )
    found = {one["contract_id"]: one["state"] for one in door.walk("contracts")}
    assert found == {
        "upcoming": "upcoming",
        "active": "active",
        "lapsed": "lapsed",
        "ended": "terminated",
        "leaving": "active",
        "endless": "active",
    }
    for state in ("upcoming", "active", "lapsed", "terminated"):
        assert {one["contract_id"] for one in door.walk("contracts", state=state, limit=1)} == {
            contract for contract, its in found.items() if its == state
        }
    assert [one["contract_id"] for one in door.walk("contracts", provider="south")] == ["endless"]
    assert [one["contract_id"] for one in door.walk("contracts", customer_id="k-active")] == ["active"]
    assert door.walk("contracts", customer_id="k-active", state="lapsed") == []
    assert door.walk("contracts", provider="nobody") == []
    assert door.unseen("contracts", state="asleep")["field"] == "state"


def test_tickets_deductions_charges_and_plans_are_found_by_their_filters(door: Door) -> None:
    words = [
        confirm("e1", by="K"),
        dispute("e2", by="K", reason="No"),
        dispute("e3", by="K", reason="No"),
        settle("upheld", "e3", reason="Yes"),
        reverse("e4", reason="Twice"),
    ]
    at = "2026-02-03T10:00:00Z"
    moves = [hold(at, "t2"), resolve(at, "t3"), resolve(at, "t4"), close(at, "t4"), reject(at, "t5")]
    tickets = [opening(f"t{n}", "C", priority=min(n, 4)) for n in range(1, 7)]
    work = [working(f"e{n}", "t1") for n in range(1, 6)]
    free = working("e6", "t1", treatment="goodwill", reason="Sorry")
    door.all_ok([signing("C", "mine"), signing("D", "mine"), *tickets, *work, free, *words, *moves, opening("u", "D")])

    found = {one["ticket_id"]: (one["state"], one["priority"]) for one in door.walk("tickets", contract_id="C")}
    assert found == {
        "t1": ("in_progress", 1),
        "t2": ("waiting", 2),
        "t3": ("resolved", 3),
        "t4": ("closed", 4),
        "t5": ("rejected", 4),
        "t6": ("open", 4),
    }
    everywhere = {one["ticket_id"] for one in door.walk("tickets")}
    assert everywhere == {*found, "u"}
    for state in ("open", "in_progress", "waiting", "resolved", "closed", "rejected"):
        expected = [ticket for ticket, its in found.items() if its[0] == state]
        assert [one["ticket_id"] for one in door.walk("tickets", contract_id="C", state=state)] == expected
    assert [one["ticket_id"] for one in door.walk("tickets", priority=4, contract_id="C", limit=1)] == [
        "t4",
        "t5",
        "t6",
    ]
    assert [one["ticket_id"] for one in door.walk("tickets", priority=4, state="closed")] == ["t4"]
    assert door.unseen("tickets", state="asleep")["field"] == "state"
    assert door.unseen("tickets", priority=5)["field"] == "priority"
    assert door.unseen("tickets", contract_id="none")["code"] == "unknown-contract"

    status = {one["deduction_id"]: one["status"] for one in door.walk("contracts/C/deductions")}
    assert status == {
        "e1": "confirmed",
        "e2": "disputed",
        "e3": "upheld",
        "e4": "reversed",
        "e5": "pending",
        "e6": "not_required",
    }
    for deduction, its in status.items():
        assert [one["deduction_id"] for one in door.walk("contracts/C/deductions", status=its)] == [deduction]
    assert door.walk("contracts/C/deductions", status="deemed_confirmed") == []
    assert door.unseen("contracts/C/deductions", status="lost")["field"] == "status"

    owed = door.walk("contracts/C/charges")
    assert [one["charge_id"] for one in owed] == ["C.fee.1"]
    assert door.walk("contracts/C/charges", invoiced="false") == owed
    assert door.walk("contracts/C/charges", invoiced="true") == []
    assert door.unseen("contracts/C/charges", invoiced="perhaps")["field"] == "invoiced"

    assert [one["plan"] for one in door.walk("plans", provider="groupios")] == [
        "groupios-l",
        "groupios-m",
        "groupios-s",
    ]
    assert {one["provider"] for one in door.walk("plans", limit=1)} >= {"north", "south", "eurolinux", "dytron"}
    assert door.unseen("plans/none")["code"] == "unknown-plan"


# ---- days and instants


def available(door: Door, **query: Any) -> tuple[int, int]:
    account = door.account("C", "hours", **query)
    return account["available"], account["expired"]


def test_a_day_counts_what_expires_at_its_end_and_an_instant_does_not(door: Door) -> None:
    """120 included hours end with March, in Berlin at 22:00 UTC; a grant of 60 ends with 9 February, at 23:00 UTC."""
    grant = granting("g", "C", 60, "2026-01-05T09:00:00Z", expires_on="2026-02-10")
    door.all_ok([signed("C"), grant, renew("C")])
    assert available(door, as_of="2026-02-09") == (180, 0)
    assert available(door, as_of="2026-02-10") == (120, 60)
    assert available(door, as_of="2026-02-09T22:59:59.999999Z") == (180, 0)
    assert available(door, as_of="2026-02-09T23:00:00Z") == (120, 60)
    assert available(door, as_of="2026-02-10T00:00:00+01:00") == (120, 60)
    # Clocks went forward on 29 March: the term ends at 22:00 UTC, and the next begins in the same instant.
    assert available(door, as_of="2026-03-31") == (120, 60)
    assert available(door, as_of="2026-03-31T21:59:59Z") == (120, 60)
    assert available(door, as_of="2026-03-31T22:00:00Z") == (120, 180)
    assert available(door, as_of="2026-04-01") == (120, 180)
    assert available(door, as_of="2026-07-01") == (0, 300)
    # The day before the contract begins nothing is there; its first day ends 24 hours after it began.
    assert available(door, as_of="2025-12-31") == (0, 0)
    assert available(door, as_of="2025-12-31T22:59:59Z") == (0, 0)
    assert available(door, as_of="2025-12-31T23:00:00Z") == (120, 0)
    assert available(door, as_of="2026-01-01") == (120, 0)


def test_what_is_dated_at_a_local_midnight_belongs_to_the_day_that_begins(door: Door) -> None:
    door.all_ok(
        [
            signed("C"),
            opening("t", "C", at="2026-01-02T09:00:00Z"),
            working("e", "t", 30, at="2026-02-04T00:00:00+01:00"),
        ]
    )
    assert door.account("C", "hours", as_of="2026-02-03")["consumed"] == 0
    assert door.account("C", "hours", as_of="2026-02-04")["consumed"] == 30
    assert door.account("C", "hours", as_of="2026-02-03T23:00:00Z")["consumed"] == 30
    assert door.account("C", "hours", as_of="2026-02-03T22:59:59.999999Z")["consumed"] == 0
    lines = door.walk("contracts/C/statement", from_="2026-02-04", to="2026-02-04")
    assert [(one["kind"], one["change"], one["balance"]) for one in lines] == [("work", -30, 90)]
    assert door.walk("contracts/C/statement", from_="2026-02-03", to="2026-02-03") == []
    assert door.walk("contracts/C/deductions", as_of="2026-02-03") == []
    assert door.unseen("deductions/e", as_of="2026-02-03")["code"] == "unknown-deduction"
    assert door.see("deductions/e", as_of="2026-02-04")["status"] == "pending"


def test_a_door_that_spans_providers_counts_days_in_utc(door: Door) -> None:
    """23:30 UTC on 2 February is 3 February in Berlin."""
    late = opening("t", "C", at="2026-02-02T23:30:00Z")
    door.all_ok([signed("C"), late])
    assert [one["ticket_id"] for one in door.walk("tickets", as_of="2026-02-02")] == ["t"]
    assert door.walk("tickets", contract_id="C", as_of="2026-02-02") == []
    assert [one["ticket_id"] for one in door.walk("tickets", contract_id="C", as_of="2026-02-03")] == ["t"]
    assert door.unseen("tickets/t", as_of="2026-02-02")["code"] == "unknown-ticket"


def test_known_at_asks_what_was_known_and_alone_sets_as_of_too(door: Door) -> None:
    door.all_ok([signed("C"), opening("t", "C", at="2026-01-02T09:00:00Z"), working("e", "t", 30)])
    at_first = door.events()[-1]["recorded_at"]
    door.all_ok([reverse("e", "2026-02-05T09:00:00Z", reason="Twice")])
    day = date.fromisoformat(at_first[:10])
    before, after = ((day + timedelta(days=days)).isoformat() for days in (-2, 2))
    march = {"as_of": "2026-03-01"}

    assert door.account("C", "hours", **march)["consumed"] == 0
    assert door.account("C", "hours", **march, known_at=at_first)["consumed"] == 30
    assert door.account("C", "hours", **march, known_at=after)["consumed"] == 0
    assert door.account("C", "hours", **march, known_at=before)["granted"] == 0
    assert door.account("C", "hours", as_of="2026-02-03", known_at=after)["consumed"] == 30
    assert door.account("C", "hours", known_at=at_first)["consumed"] == 30
    assert door.account("C", "hours", known_at=at_first) == door.account(
        "C", "hours", as_of=at_first, known_at=at_first
    )
    assert door.see("deductions/e", known_at=at_first)["status"] == "pending"
    assert len(door.see("deductions/e", known_at=at_first)["history"]) == 1
    assert door.see("deductions/e")["status"] == "reversed"
    assert door.unseen("deductions/e", known_at=before)["code"] == "unknown-deduction"
    assert [one["kind"] for one in door.walk("contracts/C/statement", **march, known_at=at_first)] == [
        "allotment",
        "work",
    ]
    assert door.see("tickets/t", known_at=at_first)["worked_minutes"] == 30
    assert door.see("tickets/t")["worked_minutes"] == 0


def test_what_begins_tomorrow_does_not_count_today(door: Door) -> None:
    """Beside what counts today: a term that begins in a month, and a grant and a word dated some hours ahead."""
    now = datetime.now(UTC)
    start = (now - timedelta(days=30)).date().isoformat()
    worked_at, soon = (now - timedelta(days=1)).isoformat(), (now + timedelta(hours=20)).isoformat()
    door.all_ok(
        [
            signed("C", starts_on=start),
            opening("t", "C", at=worked_at),
            working("e", "t", 30, at=worked_at),
            renew("C"),
            granting("g", "C", 60, soon),
            working("f", "t", 20, at=soon),
        ]
    )
    figures = {"granted": 120, "consumed": 30, "reserved": 0, "expired": 0, "available": 90}
    for query in ({}, {"as_of": now.isoformat()}):
        account = door.account("C", "hours", **query)
        assert {name: account[name] for name in figures} == figures
        assert account["pending_confirmation"] == 30
        assert [one["kind"] for one in door.walk("contracts/C/statement", **query)] == ["allotment", "work"]
        assert [one["deduction_id"] for one in door.walk("contracts/C/deductions", **query)] == ["e"]
        assert [one["charge_id"] for one in door.walk("contracts/C/charges", **query)] == []
    later = door.account("C", "hours", as_of=(now + timedelta(hours=21)).isoformat())
    assert (later["granted"], later["consumed"], later["pending_confirmation"]) == (180, 50, 50)


def test_a_word_dated_ahead_does_not_count_before_its_time(door: Door) -> None:
    """Now is the same question as `as_of` now."""
    soon = (datetime.now(UTC) + timedelta(hours=20)).isoformat()
    start = (TODAY - timedelta(days=30)).isoformat()
    worked_at = f"{(TODAY - timedelta(days=2)).isoformat()}T09:00:00Z"
    door.all_ok(
        [
            signed("C", starts_on=start),
            opening("t", "C", at=worked_at),
            working("e", "t", 30, at=worked_at),
            confirm("e", soon, by="K"),
            resolve(soon, "t"),
        ]
    )
    now = {"as_of": datetime.now(UTC).isoformat()}
    assert door.account("C", "hours", **now)["pending_confirmation"] == 30
    assert door.see("deductions/e", **now)["status"] == "pending"
    assert door.see("tickets/t", **now)["state"] == "in_progress"
    assert door.account("C", "hours")["pending_confirmation"] == 30
    assert door.see("deductions/e")["status"] == "pending"
    assert door.see("tickets/t")["state"] == "in_progress"


def test_a_moment_that_is_none_is_malformed(door: Door) -> None:
    door.all_ok([signed("C")])
    found, expected = {}, {}
    for parameter in ("as_of", "known_at", "from", "to"):
        paths = ["contracts/C/statement"]
        if parameter in ("as_of", "known_at"):
            paths += ["contracts/C/balance", "contracts/C/deductions", "contracts/C/charges", "tickets"]
        for path in paths:
            for odd in BAD_MOMENTS:
                response = door.get(path, **{parameter: odd})
                found[path, parameter, odd] = (response.status_code, response.json().get("field"))
                expected[path, parameter, odd] = (422, parameter)
    assert found == expected


# ---- the statement


def test_a_statement_is_given_as_csv_too(door: Door) -> None:
    """A text that a spreadsheet would take for a formula is made harmless; grants that expire first are used first."""
    grant = granting("g", "C", 60, "2026-01-05T09:00:00Z", expires_on="2026-02-10", reason='=1+1, "so"')
    opened, worked = opening("t", "C", at="2026-01-02T09:00:00Z"), working("e", "t", 80, "2026-01-06T09:00:00Z")
    door.all_ok([signed("C"), grant, opened, worked])
    response = door.get("contracts/C/statement", headers={"Accept": "text/csv"}, as_of="2026-04-30", limit=1)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(response.text, newline="")))
    assert rows[0] == [
        *("position", "effective_at", "recorded_at", "pool", "kind"),
        *("reference", "change", "balance", "note", "dated"),
    ]
    assert {row[9] for row in rows[1:]} == {""}
    assert [[row[1], *row[3:9]] for row in rows[1:]] == [
        ["2025-12-31T23:00:00Z", "hours", "allotment", "C.allotment.1", "120", "120", ""],
        ["2026-01-05T09:00:00Z", "hours", "goodwill", "g", "60", "180", '\'=1+1, "so"'],
        ["2026-01-06T09:00:00Z", "hours", "work", "e", "-80", "100", "ticket t"],
        ["2026-03-31T22:00:00Z", "hours", "breakage", "C.allotment.1", "-100", "0", "expired unused"],
    ]
    of_event = {str(event["position"]): event["recorded_at"] for event in door.events()}
    assert [row[2] for row in rows[1:]] == [*(of_event[row[0]] for row in rows[1:4]), ""]
    assert response.text.count("\r\n") == 5


def test_a_statement_shows_pools_apart_and_windows_with_the_balance_carried_along(door: Door) -> None:
    door.all_ok(
        [
            signed("C", "north-tiers"),
            granting("g", "C", 100, "2026-01-05T09:00:00Z", pool="extra"),
            opening("t", "C", at="2026-01-02T09:00:00Z"),
            working("e", "t", 30, "2026-01-06T09:00:00Z", pool="extra"),
            working("f", "t", 45, "2026-01-07T09:00:00Z", pool="care"),
        ]
    )

    def lines(**query: Any) -> list[tuple[str, str, int, int]]:
        found = door.walk("contracts/C/statement", as_of="2026-03-01", **query)
        return [(one["pool"], one["reference"], one["change"], one["balance"]) for one in found]

    whole = [
        ("care", "C.allotment.1", 240, 240),
        ("extra", "g", 100, 100),
        ("extra", "e", -30, 70),
        ("care", "f", -45, 195),
    ]
    assert lines() == whole
    assert lines(pool="care") == [whole[0], whole[3]]
    assert lines(pool="extra") == whole[1:3]
    assert lines(from_="2026-01-06") == whole[2:]
    assert lines(to="2026-01-05") == whole[:2]
    assert lines(from_="2026-01-06T09:00:00Z", to="2026-01-06T09:00:00Z") == whole[2:3]
    # A period that ends before it begins is a mistake to be named, not an empty answer.
    assert door.unseen("contracts/C/statement", from_="2026-02-01", to="2026-01-01")["field"] == "from"
    assert door.unseen("contracts/C/statement", pool="nope")["code"] == "unknown-pool"
