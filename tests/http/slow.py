"""Figures of a contract worked out slowly from the events that `/v1/events` shows, and from nothing else.

A question's place is an instant in effective time and a position in recorded time. Everything is added up from the
first event for every question; instants are compared as `datetime`, amounts are minor units.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Event = dict[str, Any]
DEDUCTED = {"HoursDeducted", "LateChangePenaltyDeducted", "NoShowPenaltyDeducted", "ServiceDelivered"}
SETTLED = {"DrawSettled": 1, "DrawSettlementWithdrawn": -1}
WORDS = {
    "DeductionConfirmed": "confirmed",
    "DeductionDisputed": "disputed",
    "DisputeUpheld": "upheld",
    "DeductionReversed": "reversed",
}
STATES = {
    "TicketOpened": "open",
    "TicketHeld": "waiting",
    "TicketResumed": "in_progress",
    "TicketResolved": "resolved",
    "TicketReopened": "in_progress",
    "TicketClosed": "closed",
    "TicketRejected": "rejected",
}
TOUCHES = {"WorkLogged", "ResponseRecorded", "CallRecorded"}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True)
class Place:
    """Effective at or before `at`, and known at `upto`: a position."""

    at: datetime
    upto: int

    def sees(self, event: Event) -> bool:
        return event["position"] <= self.upto and moment(event["effective_at"]) <= self.at


def known(events: list[Event], known_at: datetime) -> int:
    """The last position recorded at or before an instant."""
    return max((one["position"] for one in events if moment(one["recorded_at"]) <= known_at), default=0)


def balances(events: list[Event], place: Place) -> dict[str, dict[str, int]]:
    """Each pool's figures; `events` are those of one contract."""
    found: dict[str, dict[str, int]] = {}
    for pool in {one["data"]["pool"] for one in events if one["type"] == "AccountOpened"}:
        granted, taken, ends, reserved, pending = _pool(events, pool, place)
        over = [grant for grant, end in ends.items() if end is not None and moment(end) <= place.at]
        expired = sum(max(0, granted.get(grant, 0) - taken.get(grant, 0)) for grant in over)
        sums = {"granted": sum(granted.values()), "consumed": sum(taken.values())}
        sums |= {"reserved": reserved, "expired": expired, "pending_confirmation": pending}
        sums["available"] = sums["granted"] - sums["consumed"] - reserved - expired
        found[pool] = sums
    return found


def _pool(
    events: list[Event], pool: str, place: Place
) -> tuple[dict[str, int], dict[str | None, int], dict[str, str | None], int, int]:
    granted: dict[str, int] = {}
    ends: dict[str, str | None] = {}
    taken: dict[str | None, int] = defaultdict(int)
    reserved, pending = 0, 0
    for event in events:
        kind, data = event["type"], event["data"]
        if data.get("pool") != pool or not place.sees(event):
            continue
        if kind == "CreditGranted":
            granted[data["grant_id"]], ends[data["grant_id"]] = data["quantity"], data.get("expires_at")
        elif kind == "GrantExpiryMoved":
            ends[data["grant_id"]] = data["expires_at"]
        elif kind == "CreditDrawn":
            for draw in data["draws"]:
                taken[draw["grant_id"]] += draw["quantity"]
        elif kind == "CreditReturned":
            for draw in data["returns"]:
                taken[draw["grant_id"]] -= draw["quantity"]
        elif kind == "DebtSettled":
            taken[None] -= data["quantity"]
            taken[data["grant_id"]] += data["quantity"]
        elif kind == "DebtSettlementWithdrawn":
            taken[None] += data["quantity"]
            taken[data["grant_id"]] -= data["quantity"]
        elif kind == "GrantTakenBack":
            granted[data["grant_id"]] -= data["quantity"]
        elif kind == "CreditReserved":
            reserved += data["quantity"]
        elif kind == "ReservationReleased":
            reserved -= data["quantity"]
        elif kind in DEDUCTED and status(events, data["deduction_id"], place) == "pending":
            pending += sum(draw["quantity"] for draw in data["draws"])
    return granted, taken, ends, reserved, pending


def status(events: list[Event], deduction: str, place: Place) -> str:
    """The customer's word on a deduction, silence counted as a yes after its days."""
    found, deemed_at = "", None
    for event in events:
        if event["data"].get("deduction_id") == deduction and place.sees(event):
            if event["type"] in DEDUCTED:
                found, deemed_at = event["data"]["status"], event["data"].get("deemed_at")
            found = WORDS.get(event["type"], found)
    if found == "pending" and deemed_at is not None and moment(deemed_at) <= place.at:
        return "deemed_confirmed"
    return found


def deductions(events: list[Event], place: Place) -> dict[str, tuple[str, dict[str | None, int]]]:
    """Status and draws (by grant) of every deduction that there is."""
    found: dict[str, tuple[str, dict[str | None, int]]] = {}
    for event in events:
        data = event["data"]
        if not place.sees(event) or (event["type"] not in DEDUCTED and event["type"] not in SETTLED):
            continue
        if event["type"] in DEDUCTED:
            drawn = {draw["grant_id"]: draw["quantity"] for draw in data["draws"]}
            found[data["deduction_id"]] = (status(events, data["deduction_id"], place), drawn)
        else:
            drawn = found[data["deduction_id"]][1]
            quantity = data["quantity"] * SETTLED[event["type"]]
            drawn[None] = drawn.get(None, 0) - quantity
            drawn[data["grant_id"]] = drawn.get(data["grant_id"], 0) + quantity
    return {key: (word, {grant: part for grant, part in drawn.items() if part}) for key, (word, drawn) in found.items()}


def overage(events: list[Event], place: Place) -> tuple[int, int]:
    """Minutes and cents, what was taken back taken off."""
    minutes = cents = 0
    for event in events:
        data = event["data"]
        of_overage = event["type"] == "OverageCharged" or (
            event["type"] == "ChargeReversed" and data["kind"] == "overage"
        )
        if of_overage and place.sees(event):
            minutes += data["minutes"]
            cents += data["amount_cents"]
    return minutes, cents


def charges(events: list[Event], place: Place) -> list[tuple[str, int]]:
    """Id and cents of every charge, in the order of recording."""
    return [
        (one["data"]["charge_id"], one["data"]["amount_cents"])
        for one in events
        if "amount_cents" in one["data"] and "charge_id" in one["data"] and place.sees(one)
    ]


def tickets(events: list[Event], place: Place) -> dict[str, tuple[str, int]]:
    """State and priority of every ticket that there is."""
    found: dict[str, tuple[str, int]] = {}
    for event in events:
        key, data = event["data"].get("ticket_id"), event["data"]
        if not place.sees(event) or (event["type"] != "TicketOpened" and key not in found):
            continue
        state, priority = found.get(key, ("", 0))
        if event["type"] in TOUCHES and state == "open":
            state = "in_progress"
        if event["type"] in ("TicketOpened", "TicketReprioritised"):
            priority = data["priority"]
        found[key] = (STATES.get(event["type"], state), priority)
    return found
