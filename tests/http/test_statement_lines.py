"""The statement: as CSV, by pools, in windows."""

import csv
import io
from typing import Any

from tests.http.door import Door
from tests.http.world import alone
from tests.words import grant, log_work, open_ticket, sign


def test_a_statement_is_given_as_csv_too(door: Door) -> None:
    """A text that a spreadsheet would take for a formula is made harmless; grants that expire first are used first."""
    granted = grant(
        60, "2026-01-05T09:00:00Z", grant_id="g", pool="hours", expires_on="2026-02-10", reason='=1+1, "so"'
    )
    opened, worked = (
        open_ticket("t", at="2026-01-02T09:00:00Z"),
        log_work(80, "2026-01-06T09:00:00Z", entry_id="e", ticket_id="t"),
    )
    door.all_ok([sign("north-prepaid", customer=alone("C")), granted, opened, worked])
    response = door.get("contracts/C/statement", headers={"Accept": "text/csv"}, as_of="2026-04-30", limit=1)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(response.text, newline="")))
    assert rows[0] == [
        *("position", "effective_at", "recorded_at", "pool", "kind"),
        *("reference", "change", "balance", "note", "dated"),
        *("ticket_id", "ticket_title", "worked_minutes", "billed_minutes", "increment_minutes"),
    ]
    assert {row[9] for row in rows[1:]} == {""}
    assert [[row[1], *row[3:9]] for row in rows[1:]] == [
        ["2025-12-31T23:00:00Z", "hours", "allotment", "C.allotment.1", "120", "120", ""],
        ["2026-01-05T09:00:00Z", "hours", "goodwill", "g", "60", "180", '\'=1+1, "so"'],
        ["2026-01-06T09:00:00Z", "hours", "work", "e", "-80", "100", "ticket t"],
        ["2026-03-31T22:00:00Z", "hours", "breakage", "C.allotment.1", "-100", "0", "expired unused"],
    ]
    worked = ["t", "Nothing works", "80", "80", "10"]
    assert [row[10:] for row in rows[1:]] == [[""] * 5, [""] * 5, worked, [""] * 5]
    of_event = {str(event["position"]): event["recorded_at"] for event in door.events()}
    assert [row[2] for row in rows[1:]] == [*(of_event[row[0]] for row in rows[1:4]), ""]
    assert response.text.count("\r\n") == 5


def test_a_statement_shows_pools_apart_and_windows_with_the_balance_carried_along(door: Door) -> None:
    door.all_ok(
        [
            sign("north-tiers", customer=alone("C")),
            grant(100, "2026-01-05T09:00:00Z", grant_id="g", pool="extra"),
            open_ticket("t", at="2026-01-02T09:00:00Z"),
            log_work(30, "2026-01-06T09:00:00Z", entry_id="e", ticket_id="t", pool="extra"),
            log_work(45, "2026-01-07T09:00:00Z", entry_id="f", ticket_id="t", pool="care"),
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
