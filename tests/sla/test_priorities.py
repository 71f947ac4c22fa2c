"""What a changed priority does to a ticket's clocks (S2, T2). The promises are those that `tests.sla.week` names."""

from tests.sla.desk import Desk
from tests.sla.week import MON, TUE, WED, at, check
from tests.words import hold, open_ticket, reprioritise, resolve, respond, resume, sign


def test_a_changed_priority_is_judged_from_the_original_start_and_keeps_every_wait(any_desk: Desk) -> None:
    any_desk.tell(sign("dial-office"))
    any_desk.tell(
        open_ticket(at=at(MON, "10:00:00")),
        hold(at(MON, "11:00:00")),
        resume(at(MON, "12:00:00")),
        reprioritise(at(MON, "13:00:00"), priority=1),
    )
    check(any_desk.target("resolution", as_of=at(MON, "12:59:59")), priority=3, due_at=at(WED, "11:00:00"))
    clock = any_desk.target("resolution")
    check(clock, priority=1, started_at=at(MON, "10:00:00"), due_at=at(TUE, "11:00:00"), paused_minutes=60)
    check(any_desk.target("reaction", as_of=at(MON, "13:00:00")), priority=1, state="breached")
    check(any_desk.target("reaction"), due_at=at(MON, "11:00:00"))
    changes = [one["data"] for one in any_desk.ticket()["history"] if one["type"] == "TicketReprioritised"]
    assert [(one["old_priority"], one["priority"], one["reason"]) for one in changes] == [(3, 1, "Reviewed")]


def test_what_was_breached_stays_so_whatever_priority_comes_later(any_desk: Desk) -> None:
    any_desk.tell(sign("dial-office"))
    any_desk.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), reprioritise(at(TUE, "10:00:00"), priority=3))
    check(any_desk.target("resolution", as_of=at(TUE, "09:59:59")), priority=1, state="breached")
    later = any_desk.target("resolution", as_of=at(TUE, "10:00:00"))
    check(later, priority=3, state="breached", due_at=at(WED, "09:00:00"))
    any_desk.tell(resolve(at(TUE, "11:00:00")))
    check(any_desk.target("resolution"), state="breached", ended_at=at(TUE, "11:00:00"))
    assert any_desk.compliance("C", "target")[1]["breached"] == 1


def test_a_change_at_the_due_instant_comes_before_it_has_passed(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), reprioritise(at(MON, "17:00:00"), priority=3))
    clock = office.target("resolution", as_of=at(TUE, "09:00:00"))
    check(clock, priority=3, state="running", due_at=at(WED, "09:00:00"))


def test_a_raise_to_an_instant_already_past_breaches_at_the_raise(office: Desk) -> None:
    """One business day was promised; sixty minutes are, and they are used up. Lowered again it stays breached."""
    office.tell(
        open_ticket(at=at(MON, "09:00:00")),
        reprioritise(at(MON, "11:00:00"), priority=1),
        reprioritise(at(MON, "11:30:00"), priority=3),
        respond(at(MON, "12:00:00")),
    )
    check(office.target("reaction", as_of=at(MON, "10:59:59")), state="running", priority=3)
    check(
        office.target("reaction", as_of=at(MON, "11:00:00")), state="breached", priority=1, due_at=at(MON, "10:00:00")
    )
    check(office.target("reaction"), state="breached", priority=3, due_at=at(TUE, "09:00:00"))


def test_what_was_broken_is_shown_though_the_priority_promises_nothing_any_more(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), reprioritise(at(MON, "11:00:00"), priority=4))
    check(office.target("reaction"), state="breached", priority=1, due_at=at(MON, "10:00:00"))


def test_a_wrong_priority_is_corrected_by_entering_the_change_with_its_true_time(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "12:00:00")), resume(at(MON, "12:30:00")))
    check(office.target("reaction"), state="breached")
    office.tell(reprioritise(at(MON, "09:30:00"), priority=2))
    check(office.target("reaction", as_of=at(MON, "11:00:00")), state="running", priority=2, due_at=at(MON, "13:00:00"))
    office.tell(reprioritise(at(MON, "09:45:00"), priority=3))
    changes = [one["data"] for one in office.ticket()["history"] if one["type"] == "TicketReprioritised"]
    assert [(one["old_priority"], one["priority"]) for one in changes] == [(1, 2), (2, 3)]
    assert office.refuses("invalid-transition", reprioritise(at(MON, "08:59:59"), priority=2))["field"] == "at"


def test_the_last_of_several_priorities_judges(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=4))
    for clock, priority in (("10:00:00", 1), ("11:00:00", 2), ("12:00:00", 3)):
        office.tell(reprioritise(at(MON, clock), priority=priority))
    check(office.target("resolution"), priority=3, due_at=at(WED, "09:00:00"))


def test_a_priority_change_in_the_middle_of_a_wait_leaves_the_clock_paused(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00")),
        hold(at(MON, "10:00:00")),
        reprioritise(at(MON, "11:00:00"), priority=1),
    )
    check(office.target("resolution", as_of=at(MON, "11:30:00")), state="paused", priority=1, paused_minutes=90)
    office.tell(resume(at(MON, "12:00:00")))
    check(office.target("resolution"), due_at=at(TUE, "11:00:00"))


def test_a_priority_without_a_promise_has_no_clock(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00")), reprioritise(at(MON, "10:00:00"), priority=4))
    assert [one["target"] for one in office.ticket()["sla"]] == ["resolution"]
    assert office.unseen(f"tickets/{office.named('T')}/sla/reaction/trace")["code"] == "not-found"
    office.tell(reprioritise(at(MON, "11:00:00"), priority=2))
    check(office.target("reaction"), priority=2, due_at=at(MON, "13:00:00"))


def test_impact_and_urgency_make_the_priority(shared: Desk) -> None:
    shared.tell(sign("cloudempiere-sla", agreed={f"sla.reaction.{number}": number * 60 for number in (1, 2, 3, 4)}))
    table = {
        ("high", "high"): 1,
        ("high", "medium"): 2,
        ("medium", "high"): 2,
        ("medium", "medium"): 3,
        ("high", "low"): 3,
        ("low", "high"): 3,
        ("medium", "low"): 4,
        ("low", "medium"): 4,
        ("low", "low"): 4,
    }
    for (impact, urgency), priority in table.items():
        ticket = f"{impact}-{urgency}"
        shared.tell(open_ticket(ticket, at=at(MON, "09:00:00"), impact=impact, urgency=urgency))
        check(shared.target("reaction", ticket), priority=priority, due_at=at(MON, f"{9 + priority:02}:00:00"))
    shared.tell(reprioritise(at(MON, "10:00:00"), "low-low", impact="high", urgency="high"))
    check(shared.target("reaction", "low-low"), priority=1, due_at=at(MON, "10:00:00"))


def test_a_reaction_that_came_is_not_judged_again_by_a_later_priority(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00")),
        respond(at(MON, "11:00:00")),
        reprioritise(at(MON, "12:00:00"), priority=1),
    )
    check(office.target("reaction"), priority=3, state="met", due_at=at(TUE, "09:00:00"), ended_at=at(MON, "11:00:00"))
    check(office.target("resolution"), priority=1)


def test_a_reaction_that_came_too_late_is_not_healed_by_a_later_priority(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1),
        respond(at(MON, "11:00:00")),
        reprioritise(at(MON, "12:00:00"), priority=3),
    )
    check(office.target("reaction"), priority=1, state="breached")


def test_a_reaction_told_afterwards_is_judged_by_the_priority_of_its_moment(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00")),
        reprioritise(at(MON, "12:00:00"), priority=1),
        respond(at(MON, "11:00:00")),  # recorded last, and earlier than the change
    )
    check(office.target("reaction"), priority=3, state="met", due_at=at(TUE, "09:00:00"))
    check(office.target("reaction", as_of=at(MON, "11:30:00")), priority=3, state="met")


def test_an_earlier_reaction_told_afterwards_is_judged_by_the_priority_of_its_moment(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00")),
        reprioritise(at(MON, "12:00:00"), priority=1),
        respond(at(MON, "13:00:00")),
    )
    check(office.target("reaction"), priority=1, state="breached", ended_at=at(MON, "13:00:00"))
    office.tell(respond(at(MON, "11:00:00")))
    check(office.target("reaction"), priority=3, state="met", ended_at=at(MON, "11:00:00"))


def test_a_priority_told_afterwards_judges_a_reaction_that_came_after_it(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00")),
        respond(at(MON, "11:00:00")),
        reprioritise(at(MON, "10:00:00"), priority=1),
    )
    check(office.target("reaction"), priority=1, state="breached", due_at=at(MON, "10:00:00"))
