"""Lists page by page, cursors that no list gave, and texts that no database takes."""

import base64
import json
from typing import Any

import pytest

from tests.http.door import Door, problem
from tests.http.histories import tell
from tests.http.world import OPENED, alone
from tests.words import book, grant, log_work, open_ticket, reverse, sign, top_up

# -- pages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def full(door: Door) -> Door:
    """A ledger with something on every list."""
    tell(door, seed=2, commands=72)
    bought = {"top_up_id": "bought", "contract_id": "prepaid", "pool": "hours", "price": "10.00"}
    door.all_ok([top_up(60, "2026-01-01T09:00:00Z", **bought)])
    door.all_ok(
        [sign("north-prepaid", contract_id=f"more-{n}", customer=alone(f"more-{n}")) for n in range(4)]
        + [open_ticket(f"more-{n}-t", contract_id=f"more-{n}", at=OPENED) for n in range(4)]
        + [
            book(10, "2026-03-02T09:00:00Z", OPENED, f"more-{n}-s", contract_id=f"more-{n}", pool="hours")
            for n in range(4)
        ]
    )
    return door


def lists() -> list[tuple[str, str]]:
    """Every list, and the field that tells its items apart."""
    of_contract = [("statement", "position"), ("deductions", "deduction_id"), ("charges", "charge_id")]
    of_contract += [("grants", "grant_id")]
    return [
        ("contracts", "contract_id"),
        ("plans", "plan"),
        ("tickets", "ticket_id"),
        ("grants", "grant_id"),
        ("sessions", "session_id"),
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
            if path not in ("contracts", "plans", "grants", "events"):
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
            sign("north-prepaid", customer=alone("C")),
            open_ticket("t", at="2026-01-02T09:00:00Z"),
            grant(60, "2026-01-05T09:00:00Z", grant_id="g", pool="hours", expires_on="2026-02-10"),
            log_work(40, "2026-01-06T09:00:00Z", entry_id="e", ticket_id="t"),
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
            if path == "sessions" and one == cursor(1, 2):
                continue  # a start and a position
            if one == cursor("") and own and base64.urlsafe_b64decode(own + "==")[:2] == b'["':
                continue  # an empty id is before every other
            if one == cursor(1, 2) and path.endswith("grants"):
                continue  # an end in 1970 is before every other
            assert full.unseen(path, cursor=one)["field"] == "cursor", (path, one)
        assert full.unseen(path, cursor="A" * 401)["field"] == "cursor"
        for beyond in (0, -1, 501, "x", "1.5", "", 10**30):
            assert full.unseen(path, limit=beyond)["field"] == "limit", (path, beyond)
    foreign = full.see("contracts", limit=1)["next"]
    assert full.unseen("tickets", cursor=foreign)["field"] == "cursor"


# -- texts that no database takes, in every place of a query --------------------------------------------------------


def test_whatever_stands_in_a_path_or_a_query_is_answered_with_a_problem(full: Door) -> None:
    odd = ["%00", "a%00b", "%ED%A0%80", "%FF", "%2e%2e", "'; DROP TABLE contracts; --", "ü" * 64, "x" * 5000, "\u202e"]
    paths = ["contracts/{}", "contracts/{}/balance", "contracts/{}/statement", "contracts/{}/deductions"]
    paths += ["contracts/{}/grants", "contracts/{}/burn-down", "contracts/tiers/burn-down?pool={}"]
    paths += ["grants?customer_id={}", "grants?provider={}", "grants?expiring_before={}"]
    paths += ["contracts/{}/charges", "deductions/{}", "tickets/{}", "plans/{}", "events/{}"]
    paths += ["contracts/{}/sessions", "sessions/{}", "sessions/{}/history", "sessions?state={}"]
    paths += ["sessions?customer_id={}", "sessions?provider={}", "sessions?from={}", "sessions?to={}"]
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
