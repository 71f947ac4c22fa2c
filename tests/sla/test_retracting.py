"""Steps that were entered by mistake are taken back, and the history shows both (T10).

The promises are those that `tests.sla.week` names.
"""

from typing import Any

import pytest

from tests.http.door import Json
from tests.sla.desk import Desk, desk_over
from tests.sla.week import MON, NEXT_MON, TUE, WED, at, check
from tests.words import (
    Step,
    announce_fix,
    call,
    close,
    confirm_defect,
    escalate,
    hold,
    log_work,
    open_ticket,
    reject,
    release_fix,
    reopen,
    reprioritise,
    resolve,
    respond,
    resume,
    retract,
    reverse,
    service_credit,
    sign,
)

OPENED = open_ticket(at=at(MON, "09:00:00"), priority=1)


def told(desk: Desk, *steps: Step) -> list[int]:
    """The positions of what was recorded."""
    return [answer["position"] for answer in desk.tell(*steps)]


def seen(desk: Desk, **query: Any) -> Json:
    """A ticket but for its history."""
    ticket = desk.ticket(**query)
    return {name: value for name, value in ticket.items() if name not in ("history", "position")}


@pytest.mark.parametrize(
    ("before", "mistake"),
    [
        ([], respond(at(MON, "09:20:00"))),
        ([], call(at(MON, "09:20:00"))),
        ([], hold(at(MON, "09:20:00"))),
        ([hold(at(MON, "09:10:00"))], resume(at(MON, "09:20:00"))),
        ([], resolve(at(MON, "12:00:00"))),
        ([resolve(at(MON, "12:00:00"))], reopen(at(TUE, "12:00:00"))),
        ([resolve(at(MON, "12:00:00"))], close(at(TUE, "12:00:00"))),
        ([], reject(at(MON, "09:20:00"))),
        ([], reprioritise(at(MON, "09:20:00"), priority=2)),
        ([], escalate("L2", "provider", at(MON, "09:20:00"))),
        ([], confirm_defect(at(MON, "09:20:00"), release="7")),
        ([confirm_defect(at(MON, "09:20:00"))], announce_fix("2026-03-01", at(MON, "09:30:00"))),
        ([confirm_defect(at(MON, "09:20:00"))], release_fix(at(MON, "09:30:00"), release="7")),
    ],
    ids=lambda told: told.command if isinstance(told, Step) else "",
)
def test_every_kind_of_step_is_read_as_if_it_had_not_been(office: Desk, before: list[Step], mistake: Step) -> None:
    office.tell(OPENED.but(kind="defect"), *before)
    then = seen(office)
    (position,) = told(office, mistake)
    assert seen(office) != then
    office.tell(retract(position))
    assert seen(office) == then
    types = [one["type"] for one in office.ticket()["history"]]
    assert types[-1] == "TicketStepRetracted"
    office.tell(mistake)  # undone by entering it anew
    assert seen(office) != then


def test_it_holds_at_any_moment_from_its_recording_on_and_not_before(desk: Desk) -> None:
    desk.clock.put(at(MON, "09:00:00"))
    desk.tell(sign("dial-office"))
    (_, position) = told(desk, OPENED, respond(at(MON, "09:20:00")))
    desk.clock.put(at(TUE, "09:00:00"))
    desk.tell(retract(position, reason="Of another ticket"))
    for moment in (at(MON, "09:30:00"), at(MON, "12:00:00"), at(WED, "09:00:00")):
        check(desk.target("reaction", as_of=moment), ended_at=None)
        check(desk.target("reaction", as_of=moment, known_at=at(MON, "23:00:00")), ended_at=at(MON, "09:20:00"))
    check(desk.target("reaction"), state="breached")
    shown = [(one["type"], one["data"].get("reason")) for one in desk.ticket()["history"]]
    assert shown == [
        ("TicketOpened", None),
        ("ResponseRecorded", None),
        ("TicketStepRetracted", "Of another ticket"),
    ]
    assert desk.ticket()["history"][-1]["data"]["step"] == "ResponseRecorded"


def test_what_remains_has_to_be_a_possible_life(office: Desk) -> None:
    positions = told(
        office,
        OPENED,
        hold(at(MON, "09:10:00")),
        resume(at(MON, "09:20:00")),
        escalate("L2", "provider", at(MON, "10:00:00")),
        escalate("L3", "provider", at(MON, "10:30:00")),
        resolve(at(MON, "12:00:00")),
        close(at(MON, "13:00:00")),
        reopen(at(TUE, "09:00:00")),
        log_work(5, at(TUE, "10:00:00"), entry_id="E"),
    )
    opened, held, resumed, second, _, resolved, _, reopened, worked = positions
    for position in (held, resolved, reopened):  # what was resumed, closed, worked on then?
        refused = office.refuses("invalid-transition", retract(position))
        assert (refused["field"], "service_credits" in refused) == ("position", False)
    for position in (opened, worked, worked + 1, 1):  # no steps of it
        assert office.refuses("invalid-transition", retract(position))["field"] == "position"
    office.tell(retract(second))
    assert office.ticket()["level"] == "L3"
    office.refuses("invalid-transition", retract(second))  # taken back already
    office.tell(retract(resumed), retract(held))
    office.tell(reverse(office.named("E"), at(TUE, "11:00:00")), retract(reopened))
    assert office.ticket()["state"] == "closed"


def test_a_wrong_priority_is_taken_back_with_its_breach(office: Desk) -> None:
    (*_, position) = told(office, open_ticket(at=at(MON, "09:00:00")), reprioritise(at(MON, "11:00:00"), priority=1))
    office.tell(respond(at(MON, "12:00:00")))
    check(office.target("reaction"), state="breached", priority=1)
    office.tell(retract(position))
    check(office.target("reaction"), state="met", priority=3)


def test_a_service_credit_stays_and_the_answer_names_it(shared: Desk) -> None:
    agreed = {"fee": "1000.00", "sla.reaction.1": 60, "service_credits.reaction": {"kind": "fee_share", "percent": 10}}
    shared.tell(sign("dytron-sla", contract_id="A", agreed=agreed))
    (_, raised) = told(
        shared, open_ticket(at=at(MON, "09:00:00"), contract_id="A"), reprioritise(at(TUE, "09:00:00"), priority=1)
    )
    shared.tell(service_credit(at=at(NEXT_MON, "09:00:00")))
    again = {"command_id": f"{shared.prefix}retract"}
    for replayed in (False, True):
        (answer,) = shared.tell(retract(raised, **again))
        assert (answer["replayed"], answer["service_credits"]) == (replayed, [f"{shared.named('T')}.reaction.credit"])
    charges = shared.see(f"contracts/{shared.named('A')}/charges")["items"]
    assert [one["amount"] for one in charges if one["kind"] == "service_credit"] == ["-100.00"]


def test_views_built_anew_are_without_it(database_url: str) -> None:
    from projections.runner import Projector

    with desk_over(database_url) as desk:
        desk.tell(sign("dial-office"))
        (_, held, _) = told(desk, OPENED, hold(at(MON, "09:20:00")), respond(at(MON, "09:30:00")))
        desk.tell(retract(held))
        before = (seen(desk), desk.account("resolution")["windows"])
        assert before[0]["state"] == "in_progress"
    projector = Projector(database_url)
    projector.prepare()
    projector.rebuild()
    projector.close()
    with desk_over(database_url) as desk:
        assert (seen(desk), desk.account("resolution")["windows"]) == before
