"""`?dry_run=true`: the same checks and the same answer with what it would cost, and nothing is stored."""

import sys
from typing import Any

import pytest

from ledger.billing.missing import IN_LETTERS
from tests.http.door import Door, Json
from tests.http.world import MINE, prepared
from tests.words import (
    MONDAY,
    TUESDAY,
    as_lines,
    book,
    contract,
    credit_note,
    issue,
    log_work,
    reverse,
    sign,
    top_up,
)

GROUPIOS = contract("groupios-l", contract_id="L")  # 480 minutes are included, then 89.00 an hour
TABLES = ("stored_events", "commands", "known_ids", "party_keys")


def kept(door: Door) -> dict[str, list[Any]]:
    """All that the write side keeps; recorded times aside it is the same as long as nothing is stored."""
    database = door.store.database
    return {table: sorted(map(repr, database.query(f"SELECT * FROM {table}"))) for table in TABLES}


def without_positions(events: list[Json]) -> list[Json]:
    return [{"type": one["type"], "stream": one["stream"]} for one in events]


@pytest.fixture
def ready(door: Door) -> Door:
    door.all_ok([GROUPIOS])
    return door


def test_a_dry_run_says_what_work_would_draw_and_charge_and_stores_nothing(ready: Door) -> None:
    ready.ok(log_work(465, MONDAY, entry_id="w0"))
    before, head = kept(ready), ready.count()
    step = log_work(50, TUESDAY, entry_id="w1", command_id="k")
    answer = ready.dry(step)
    assert answer == {
        "command_id": "k",
        "replayed": False,
        "recorded": False,
        "position": head,
        "events": [
            {"type": "CreditDrawn", "stream": "account:L:included"},
            {"type": "HoursDeducted", "stream": "deduction:w1"},
            {"type": "ContractOverageCounted", "stream": "contract:L"},
            {"type": "OverageCharged", "stream": "deduction:w1"},
            {"type": "WorkLogged", "stream": "ticket:T"},
        ],
        "draws": [{"pool": "included", "grant_id": "L.allotment.1", "minutes": 15}],
        "charges": [
            {
                "charge_id": "w1.overage.1",
                "kind": "overage",
                "amount": "66.75",  # 45 minutes at 89.00 an hour
                "currency": "EUR",
                "minutes": 45,
                "rate": "89.00",
            }
        ],
        "available_after": [{"pool": "included", "unit": "minutes", "currency": None, "available": 0}],
    }
    assert kept(ready) == before
    recorded = ready.ok(step)  # neither the command's id nor the entry's was used up
    assert recorded["replayed"] is False
    assert without_positions(recorded["events"]) == answer["events"]


def test_what_comes_back_is_less_than_nothing(ready: Door) -> None:
    ready.ok(log_work(500, MONDAY, entry_id="w0"))  # 510 are billed: 480 and 30 of overage, 44.50
    answer = ready.dry(reverse("w0", TUESDAY))
    assert answer["draws"] == [{"pool": "included", "grant_id": "L.allotment.1", "minutes": -480}]
    assert [(one["kind"], one["amount"], one["minutes"]) for one in answer["charges"]] == [("reversal", "-44.50", None)]
    assert answer["available_after"][0]["available"] == 480


def test_a_booking_draws_nothing_and_leaves_less_available(door: Door) -> None:
    door.all_ok([sign("easyredmine-server-support", contract_id="E")])
    door.ok(top_up(480, "2026-01-05T09:00:00Z", contract_id="E", pool="server-support", top_up_id="u"))
    booking = book(180, "2026-12-10T10:00:00Z", contract_id="E", pool="server-support")
    answer = door.dry(booking)
    assert (answer["draws"], answer["charges"]) == ([], [])
    assert [one["available"] for one in answer["available_after"]] == [300]
    door.ok(booking)
    assert door.account("E", "server-support")["available"] == 300


def test_a_refusal_is_the_same(ready: Door) -> None:
    for step in (
        log_work(50, TUESDAY, entry_id="w1", ticket_id="none"),
        log_work(0, TUESDAY, entry_id="w1"),
        log_work(50, TUESDAY, entry_id="w1", pool="none"),
        sign("no-such-plan", contract_id="N"),
    ):
        assert ready.dry(step) == ready.send(step).json()
    customer = ready.token("customer", provider="groupios", customer="k-1")
    assert ready.dry(log_work(50, TUESDAY), customer)["status"] in (403, 404)


def test_what_is_known_already_would_record_and_cost_nothing_more(ready: Door) -> None:
    first = ready.ok(log_work(50, MONDAY, entry_id="w1", command_id="k"))
    again = ready.dry(log_work(50, MONDAY, entry_id="w1", command_id="k"))
    assert (again["replayed"], again["recorded"], again["draws"], again["charges"]) == (True, False, [], [])
    assert again["events"] == without_positions(first["events"])
    assert ready.dry(log_work(51, MONDAY, entry_id="w1", command_id="k"))["code"] == "command-id-reused"
    assert ready.dry(log_work(51, MONDAY, entry_id="w1"))["code"] == "already-exists"


def test_every_command_has_a_dry_run_that_stores_nothing_and_says_what_is_then_recorded(door: Door) -> None:
    bodies = prepared(door)
    for command, by_side in bodies.items():
        step = by_side[MINE].but(command_id=f"id.{command}")
        before = kept(door)
        answer = door.dry(step)
        assert (answer.get("recorded"), answer.get("code")) == (False, None), (command, answer)
        assert kept(door) == before, command
        first = door.ok(step)
        assert len(answer["events"]) == len(first["events"]), command
        assert [one["type"] for one in answer["events"]] == [one["type"] for one in first["events"]], command
        assert answer.get("number") == first.get("number"), command


def test_no_number_is_taken(ready: Door) -> None:
    told = [ready.dry(issue("L", "2026-06-30"))["number"] for _ in range(2)]
    assert told == ["GR-2026-00001", "GR-2026-00001"]
    assert ready.ok(issue("L", "2026-06-30"))["number"] == "GR-2026-00001"


def test_a_dry_run_names_what_a_document_would_lack_before_it_has_a_number(ready: Door) -> None:
    of_the_draft = ready.see("contracts/L/invoice-draft")["missing"]
    assert "customer.address" in of_the_draft
    assert ready.dry(issue("L", "2026-06-30"))["missing"] == of_the_draft
    assert "missing" not in ready.dry(log_work(50, TUESDAY, entry_id="w"))
    ready.ok(issue("L", "2026-06-30"))
    for reason in ("\N{CUNEIFORM SIGN A}", "Bau\ue000"):
        answer = ready.dry(credit_note("GR-2026-00001", reason=reason))
        assert f"reason {IN_LETTERS}" in answer["missing"], answer
    assert not any("reason" in name for name in ready.dry(credit_note("GR-2026-00001", reason="R"))["missing"])


def test_what_documents_would_lack_is_worked_out_beside_the_loop(ready: Door) -> None:
    """Of a month's documents it takes long to say, and meanwhile others are answered."""
    seen: list[str] = []

    async def watch(is_on: bool) -> None:
        """In the thread of the loop, and in no other."""
        sys.setprofile((lambda frame, event, _: seen.append(frame.f_code.co_name)) if is_on else None)

    ready.client.run(watch(True))
    try:
        answer = ready.dry(issue("L", "2026-06-30"))
    finally:
        ready.client.run(watch(False))
    assert "customer.address" in answer["missing"]
    assert "_answer_one" in seen
    assert not {"missing_data", "show_rehearsed"} & set(seen)


# ---- JSON Lines


def test_lines_see_what_the_lines_before_them_would_record_and_nothing_is_stored(door: Door) -> None:
    before = kept(door)
    lines = [*GROUPIOS, log_work(465, MONDAY, entry_id="w0"), b"{", log_work(50, TUESDAY, entry_id="w1")]
    answers = door.dry_lines(as_lines([*lines, log_work(50, TUESDAY, entry_id="w1", ticket_id="none")]))
    assert [one.get("code") for one in answers] == [None, None, None, "not-json", None, "unknown-ticket"]
    assert [one["line"] for one in answers] == [1, 2, 3, 4, 5, 6]
    assert [one["amount"] for one in answers[4]["charges"]] == ["66.75"]
    assert [one["available_after"][0]["available"] for one in answers[2:5:2]] == [15, 0]
    assert {table: rows for table, rows in kept(door).items() if table != "party_keys"} == {
        table: rows for table, rows in before.items() if table != "party_keys"
    }


def test_lines_of_a_later_batch_see_them_too(ready: Door) -> None:
    lines = [log_work(1, MONDAY, entry_id=f"w{n}") for n in range(501)]  # a batch is 500 lines; each bills 15 minutes
    answers = ready.dry_lines(as_lines([*lines, lines[0].but(minutes=2), lines[0]]))
    assert answers[500]["available_after"][0]["available"] == 0
    assert [one["minutes"] for one in answers[500]["charges"]] == [15]
    assert answers[31]["available_after"][0]["available"] == 0  # 32 × 15 = 480
    assert answers[30]["available_after"][0]["available"] == 15
    assert answers[501]["code"] == "already-exists"
    assert (answers[502]["replayed"], answers[502]["charges"]) == (True, [])


def test_what_reads_recorded_history_is_refused_behind_what_is_not_recorded(ready: Door) -> None:
    other = contract("groupios-m", contract_id="M", ticket=None)
    ready.all_ok([other])
    answers = ready.dry_lines(as_lines([log_work(50, TUESDAY, entry_id="w"), issue("M"), issue("L")]))
    assert [one.get("code") for one in answers] == [None, None, "not-recorded"]
    assert answers[1]["number"] == "GR-2026-00001"
    assert "log-work before it" in answers[2]["detail"]
