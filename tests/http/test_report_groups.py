"""What rows of reports are of: the plan in force at the time, and a customer or an engineer of one provider."""

from typing import Any

import pytest

from tests.http.door import Door, Json
from tests.words import change_plan, close_month, confirm, log_work, open_ticket, reverse, sign

JAN, FEB = "2026-01-12T10:00:00+01:00", "2026-02-02T10:00:00+01:00"


@pytest.fixture
def grown(door: Door) -> Door:
    """groupios M in January, of which 60 of 240 minutes are used; L from February on, with 30 minutes used."""
    door.all_ok(
        [
            sign("groupios-m", contract_id="C"),
            open_ticket("t", contract_id="C", at=JAN),
            log_work(60, JAN, entry_id="w1", ticket_id="t"),
            close_month("2026-01", "groupios"),
            change_plan("groupios-l", "2026-02-01", "C"),
            log_work(30, FEB, entry_id="w2", ticket_id="t"),
        ]
    )
    return door


def by_plan(door: Door, report: str, figure: str, **query: Any) -> dict[str, Any]:
    items = door.see(f"reports/{report}", group_by="plan", **query)["items"]
    return {row["plan"]: row[figure] for row in items}


def test_a_change_of_plan_does_not_rewrite_what_was_before(grown: Door) -> None:
    assert by_plan(grown, "revenue", "amount") == {"groupios-m": "499.00", "groupios-l": "899.00"}
    assert by_plan(grown, "revenue", "amount", to="2026-01-31") == {"groupios-m": "499.00"}
    assert by_plan(grown, "time", "billed_minutes") == {"groupios-m": 60, "groupios-l": 30}


def test_what_a_term_leaves_unused_is_of_its_plan_though_the_next_begins_then(grown: Door) -> None:
    assert by_plan(grown, "breakage", "expired", to="2026-02-28") == {"groupios-m": 180}


def test_a_late_entry_and_a_reversal_count_for_the_plan_that_they_are_of(grown: Door) -> None:
    """The entry of January comes when that month is closed, and counts in February; the reversal is of February."""
    grown.ok(log_work(15, JAN, entry_id="w3", ticket_id="t"))
    assert by_plan(grown, "time", "billed_minutes") == {"groupios-m": 75, "groupios-l": 30}
    grown.ok(reverse("w1", FEB))
    assert by_plan(grown, "time", "billed_minutes") == {"groupios-m": 15, "groupios-l": 30}


def test_a_plan_that_is_still_to_come_counts_from_then_on(door: Door) -> None:
    door.all_ok([sign("groupios-m", contract_id="C"), change_plan("groupios-l", "2026-12-01", "C")])
    assert set(by_plan(door, "revenue", "amount")) == {"groupios-m"}


@pytest.fixture
def namesakes(door: Door) -> Door:
    """Customer A of two providers, each of them somebody else; and Ida, who works for both."""
    somebody: Json = {"customer_id": "A", "name": "A", "country": "DE"}
    door.all_ok(
        [
            sign("groupios-l", contract_id="G", customer=somebody),
            sign("easyredmine-server-support", contract_id="E", customer=somebody),
            open_ticket("g", contract_id="G", at=JAN),
            open_ticket("e", contract_id="E", at=JAN),
            log_work(30, JAN, entry_id="w1", ticket_id="g", engineer="Ida"),
            log_work(20, JAN, entry_id="w2", ticket_id="e", engineer="Ida"),
        ]
    )
    return door


@pytest.mark.parametrize(("group", "name"), [("customer", "A"), ("engineer", "Ida")])
def test_the_same_id_at_another_provider_is_somebody_else(namesakes: Door, group: str, name: str) -> None:
    rows = namesakes.walk(f"reports/time?group_by={group}", limit=1)
    shown = [(row[group], row["provider"], row["worked_minutes"]) for row in rows]
    assert sorted(shown) == [(name, "easyredmine", 20), (name, "groupios", 30)]
    assert [row["provider"] for row in namesakes.walk("reports/time?group_by=kind")] == [None]


def test_time_on_which_somebody_else_entered_the_customers_word_has_a_row_of_its_own(namesakes: Door) -> None:
    """Ida's 20 minutes and 25 more at Prague: the one confirmed by the customer, the other on their behalf."""
    namesakes.ok(log_work(25, FEB, entry_id="w5", ticket_id="e", engineer="Ida"))
    namesakes.ok(confirm("w2", by="A"), namesakes.token("customer", provider="easyredmine", customer="A"))
    namesakes.ok(confirm("w5", by="A"))

    def told(*groups: str) -> list[tuple[bool, int]]:
        asked = "&".join(f"group_by={group}" for group in groups)
        rows = namesakes.walk(f"reports/time?provider=easyredmine&{asked}", limit=1)
        return [(row["on_behalf"], row["worked_minutes"]) for row in rows]

    assert told("kind") == told("plan", "customer") == told("month") == [(False, 20), (True, 25)]
    assert namesakes.see("reports/time", provider="easyredmine")["totals"]["worked_minutes"] == 45
    namesakes.ok(reverse("w5", FEB))
    assert told("kind") == [(False, 20)]


def test_minutes_of_rows_add_up_to_the_totals_and_to_those_of_the_deductions(namesakes: Door) -> None:
    """Twice 90 seconds are shown as 2 minutes each; to the second they are 3."""
    for entry, minute in (("w4", 0), ("w5", 5)):
        start, end = f"2026-01-13T10:0{minute}:00+01:00", f"2026-01-13T10:0{minute + 1}:30+01:00"
        namesakes.ok(log_work(entry_id=entry, ticket_id="g", started_at=start, ended_at=end, engineer=entry))
    found = namesakes.see("reports/time", group_by="engineer")
    totals = found["totals"]
    assert (totals["worked_seconds"], totals["worked_minutes"]) == (3180, 54)
    assert sorted(row["worked_minutes"] for row in found["items"]) == [2, 2, 20, 30]
    (row,) = namesakes.see("reports/time", group_by="kind")["items"]
    assert (row["worked_seconds"], row["worked_minutes"]) == (3180, 54)
    assert namesakes.see("deductions")["totals"]["worked_minutes"] == 54
    namesakes.ok(reverse("w5", "2026-01-14T10:00:00+01:00"))
    assert namesakes.see("reports/time", group_by="kind")["totals"]["worked_minutes"] == 52
