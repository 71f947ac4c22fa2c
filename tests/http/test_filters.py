"""What lists leave in: by customer, provider, state, status, priority and more."""

from datetime import datetime, timedelta

from tests.http.door import NOW, Door
from tests.http.world import MINE, OF, OPENED, TEN, alone
from tests.words import (
    close,
    confirm,
    dispute,
    hold,
    log_work,
    open_ticket,
    reject,
    resolve,
    reverse,
    settle,
    sign,
    terminate,
)

TODAY = datetime.fromisoformat(NOW).date()


def test_contracts_are_found_by_customer_provider_and_state(door: Door) -> None:
    def day(offset: int) -> str:
        return (TODAY + timedelta(days=offset)).isoformat()

    ended = terminate(day(-10), "ended", reason="Sold")
    leaving = terminate(day(10), "leaving", reason="Sold")
    door.all_ok(
        [
            sign("north-prepaid", day(20), contract_id="upcoming", customer=alone("upcoming")),
            sign("north-prepaid", day(-20), contract_id="active", customer=alone("active")),
            sign("north-prepaid", day(-200), contract_id="lapsed", customer=alone("lapsed")),
            sign("north-prepaid", day(-20), contract_id="ended", customer=alone("ended")),
            ended,
            sign("north-prepaid", day(-20), contract_id="leaving", customer=alone("leaving")),
            leaving,
            sign("south-all", day(-20), contract_id="endless", customer=alone("endless")),
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
    tickets = [open_ticket(f"t{n}", at=OPENED, priority=min(n, 4)) for n in range(1, 7)]
    work = [log_work(30, TEN, entry_id=f"e{n}", ticket_id="t1") for n in range(1, 6)]
    free = log_work(30, TEN, entry_id="e6", ticket_id="t1", treatment="goodwill", reason="Sorry")
    door.all_ok(
        [
            sign(**OF[MINE]),
            sign(contract_id="D", **OF[MINE]),
            *tickets,
            *work,
            free,
            *words,
            *moves,
            open_ticket("u", contract_id="D", at=OPENED),
        ]
    )

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
