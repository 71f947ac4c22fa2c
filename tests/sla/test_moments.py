"""Every door sees the same moment: what is dated ahead of now changes no clock yet (S2).

The promises are those that `tests.sla.week` names.
"""

import pytest

from tests.sla.desk import Desk
from tests.sla.week import FRI, MON, NEXT_MON, TUE, at, check
from tests.words import hold, open_ticket, reprioritise, resolve, respond, service_credit, sign

WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
HOURS = {"timezone": "Europe/Prague", "hours": {day: [["09:00", "17:00"]] for day in WORKDAYS}}
OWED = {
    "fee": "1000.00",
    "coverage": HOURS,
    "sla.reaction.1": {"kind": "covered", "minutes": 60},
    "service_credits.reaction": {"kind": "fee_share", "percent": 10},
}


def at_risk(desk: Desk, **query: object) -> list[tuple[str, str, str]]:
    items = desk.see("sla/at-risk", **({"share": "1"} | query))["items"]
    return [(one["ticket_id"], one["target"], one["due_at"]) for one in items]


def test_steps_dated_ahead_change_nothing_at_any_door(desk: Desk) -> None:
    desk.clock.put(at(MON, "09:30:00"))  # recorded time does not run back
    desk.tell(sign("dial-office"))
    desk.tell(open_ticket(at=at(MON, "09:00:00"), priority=1))
    seen = (desk.ticket()["sla"], desk.account("reaction"), desk.account("resolution"))
    listed, counted = at_risk(desk), desk.compliance("C", "target")
    desk.tell(respond(at(MON, "09:31:00")), hold(at(MON, "09:40:00")), resolve(at(MON, "16:00:00")))
    for one in (*seen[1:], *counted):
        one.pop("position", None)
    now = (desk.ticket()["sla"], desk.account("reaction"), desk.account("resolution"))
    for one in now[1:]:
        one.pop("position")
    assert now == seen
    assert (at_risk(desk), desk.compliance("C", "target")) == (listed, counted)
    assert len(listed) == 2
    desk.clock.put(at(MON, "09:31:00"))
    assert desk.account("reaction")["state"] == "met"
    assert [target for _, target, _ in at_risk(desk)] == ["resolution"]
    desk.clock.put(at(MON, "09:40:00"))
    assert desk.account("resolution")["state"] == "paused"
    assert at_risk(desk) == []


def test_a_raise_dated_ahead_is_at_risk_only_then(office: Desk) -> None:
    office.clock.put(at(MON, "09:10:00"))
    office.tell(open_ticket(at=at(MON, "09:00:00")), reprioritise(at(MON, "09:20:00"), priority=1))
    assert office.account("reaction")["priority"] == 3
    assert at_risk(office, within_minutes=60, share=None) == []
    office.clock.put(at(MON, "09:20:00"))
    assert [target for _, target, _ in at_risk(office, within_minutes=60, share=None)] == ["reaction"]


def test_pages_of_what_is_at_risk_hold_those_with_steps_ahead_in_their_place(any_desk: Desk) -> None:
    any_desk.tell(sign("dial-office"))
    any_desk.clock.put(at(MON, "09:30:00"))
    for minute, ticket in enumerate("ABDE"):
        any_desk.tell(open_ticket(ticket, at=at(MON, f"09:0{minute}:00"), priority=1))
    any_desk.tell(hold(at(MON, "10:00:00"), "B"), respond(at(MON, "10:00:00"), "D"))
    walked = any_desk.walk("sla/at-risk", limit=3, share="1")
    named = [(one["ticket_id"], one["target"]) for one in walked]
    assert named == [(ticket, target) for target in ("reaction", "resolution") for ticket in "ABDE"]


def test_a_service_credit_is_judged_at_its_moment(shared: Desk) -> None:
    shared.tell(sign("dytron-sla", contract_id="A", agreed=OWED))
    shared.clock.put(at(MON, "12:00:00"))
    shared.tell(open_ticket(at=at(MON, "09:00:00"), contract_id="A", channel="email", priority=1))
    shared.tell(respond(at(TUE, "09:00:00")))  # tomorrow
    refusal = shared.refuses("invalid-transition", service_credit(at=at(MON, "10:00:00")))
    assert refusal["state"] == "running"
    shared.tell(service_credit(at=at(MON, "10:00:01")))
    (credited,) = [one["data"] for one in shared.ticket()["history"] if one["type"] == "ServiceCreditGranted"]
    assert (credited["priority"], credited["due_at"], credited.get("ended_at")) == (1, "2026-02-02T09:00:00Z", None)


def test_a_service_credit_names_the_promise_that_was_broken(shared: Desk) -> None:
    agreed = OWED | {"sla.reaction.3": {"kind": "covered", "minutes": 2400}}
    shared.tell(sign("dytron-sla", contract_id="A", agreed=agreed))
    shared.tell(open_ticket(at=at(MON, "09:00:00"), contract_id="A", channel="email", priority=1))
    shared.tell(reprioritise(at(MON, "11:00:00"), priority=3), respond(at(MON, "12:00:00")))
    check(shared.target("reaction"), state="breached", priority=3)
    shared.tell(service_credit(at=at(FRI, "12:00:00")))
    (credited,) = [one["data"] for one in shared.ticket()["history"] if one["type"] == "ServiceCreditGranted"]
    assert (credited["priority"], credited["due_at"]) == (1, "2026-02-02T09:00:00Z")
    assert credited["ended_at"] == "2026-02-02T11:00:00Z"


def test_what_may_yet_be_kept_is_not_credited_ahead(shared: Desk) -> None:
    shared.tell(sign("dytron-sla", contract_id="A", agreed=OWED))
    shared.clock.put(at(MON, "09:30:00"))
    shared.tell(open_ticket(at=at(MON, "09:00:00"), contract_id="A", channel="email", priority=1))
    assert shared.refuses("invalid-transition", service_credit(at=at(MON, "12:00:00")))["state"] == "running"


@pytest.mark.parametrize("when", [at(MON, "16:59:59"), at(MON, "17:00:00")])
def test_what_ends_in_time_tomorrow_is_not_credited_today(shared: Desk, when: str) -> None:
    shared.tell(sign("dytron-sla", contract_id="A", agreed=OWED))
    shared.clock.put(when)
    shared.tell(open_ticket(at=when, contract_id="A", channel="email", priority=1), respond(at(TUE, "09:30:00")))
    assert shared.refuses("invalid-transition", service_credit())["state"] == "running"
    shared.clock.put(at(NEXT_MON, "09:00:00"))
    assert shared.refuses("invalid-transition", service_credit())["state"] == "met"
