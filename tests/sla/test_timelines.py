"""What a ticket's life does to its clocks: waits, priorities, reopening, rejection, passing time (S2, S4, T2–T5).

`dial-office` promises, Mon–Fri 9–17 in Berlin: reaction in 60 (priority 1) or 240 (2) covered minutes or one business
day (3); resolution in 480 covered minutes (1), 1440 minutes on the clock (2), two business days (3) or by the end of
the next (4). February 2026 has no holiday; the 2nd is a Monday.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.door import Json
from tests.sla.desk import Desk, desk_over, same
from tests.words import (
    Step,
    call,
    change_plan,
    close,
    hold,
    log_work,
    open_ticket,
    reject,
    reopen,
    reprioritise,
    resolve,
    respond,
    resume,
)

MON, TUE, WED, THU, FRI, SAT, SUN = (f"2026-02-{day:02}" for day in range(2, 9))
NEXT_MON, NEXT_TUE = "2026-02-09", "2026-02-10"


def at(day: str, clock: str) -> str:
    return f"{day}T{clock}+01:00"


@pytest.fixture
def office(shared: Desk) -> Desk:
    shared.sign("C", "dial-office")
    return shared


@pytest.fixture
def patient(shared: Desk) -> Desk:
    shared.sign("C", "dial-patient")
    return shared


def check(clock: Json, **told: object) -> None:
    """What a clock shows; instants may be told in any offset."""
    for name, value in told.items():
        if name.endswith("_at") and isinstance(value, str):
            assert same(clock[name], value), f"{name} is {clock[name]}, not {value}"
        else:
            assert clock[name] == value, f"{name} is {clock[name]}, not {value}"


# -- waits ---------------------------------------------------------------------------------------------------------


def test_a_wait_moves_the_resolution_on_to_the_second(any_desk: Desk) -> None:
    any_desk.sign("C", "dial-office")
    any_desk.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "10:00:01")), resume(at(MON, "10:30:32"))
    )
    clock = any_desk.target("resolution")
    check(clock, started_at=at(MON, "09:00:00"), due_at=at(TUE, "09:30:31"), state="breached", paused_minutes=30)


def test_several_waits_add_up(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1))
    for held, resumed in (("10:00:00", "10:10:00"), ("11:00:00", "11:00:20"), ("11:00:20", "11:05:00")):
        office.tell(hold(at(MON, held)), resume(at(MON, resumed)))
    check(office.target("resolution"), due_at=at(TUE, "09:15:00"), paused_minutes=15)


def test_a_wait_outside_the_hours_takes_nothing_from_covered_time(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:30:00"), priority=1), hold(at(MON, "18:00:00")), resume(at(TUE, "08:00:00")))
    check(office.target("resolution"), due_at=at(TUE, "09:30:00"), paused_minutes=840)


def test_a_wait_over_a_weekend_takes_only_its_covered_part(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(FRI, "09:00:00"), priority=1), hold(at(FRI, "16:00:00")), resume(at(NEXT_MON, "10:00:00"))
    )
    check(office.target("resolution"), due_at=at(NEXT_MON, "11:00:00"), paused_minutes=66 * 60)


def test_a_wait_takes_all_of_its_time_from_time_on_the_clock(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(FRI, "12:00:00"), priority=2), hold(at(FRI, "16:00:00")), resume(at(NEXT_MON, "10:00:05"))
    )
    check(office.target("resolution"), due_at=at(NEXT_TUE, "06:00:05"), paused_minutes=66 * 60)


def test_business_days_move_later_by_the_covered_time_waited(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "10:00:00")), hold(at(MON, "16:00:00")), resume(at(TUE, "10:30:00")))
    check(office.target("resolution"), due_at=at(WED, "12:30:00"))  # two business days, and 2:30 hours


def test_the_end_of_a_business_day_moves_later_into_the_next_day(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "10:00:00"), priority=4), hold(at(MON, "11:00:00")), resume(at(MON, "11:20:00")))
    check(office.target("resolution"), due_at=at(WED, "09:20:00"))


def test_a_wait_that_still_goes_on_at_a_day_targets_due_instant_takes_it_along(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "10:00:00")), hold(at(WED, "09:00:00")), resume(at(THU, "09:30:00")))
    check(office.target("resolution"), due_at=at(THU, "10:30:00"))  # one hour was left


def test_while_a_ticket_waits_its_resolution_is_paused_and_not_due(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1), respond(at(MON, "09:30:00")), hold(at(MON, "10:00:00"))
    )
    before = office.target("resolution", as_of=at(MON, "09:59:59"))
    check(before, state="running", due_at=at(MON, "17:00:00"), paused_minutes=0)
    during = office.target("resolution", as_of=at(MON, "10:00:00"))
    check(during, state="paused", due_at=None, paused_minutes=0, ended_at=None)
    check(office.target("resolution", as_of=at(MON, "10:59:59")), state="paused", paused_minutes=59)
    check(office.target("resolution", as_of=at(NEXT_MON, "10:00:00")), state="paused", paused_minutes=7 * 24 * 60)
    assert office.ticket(as_of=at(MON, "12:00:00"))["state"] == "waiting"
    office.tell(resume(at(MON, "12:00:00")))
    check(office.target("resolution"), due_at=at(TUE, "11:00:00"), paused_minutes=120)
    check(office.target("resolution", as_of=at(MON, "11:00:00")), state="paused", due_at=None, paused_minutes=60)


def test_a_target_that_was_breached_before_the_wait_is_not_paused(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "17:00:01")))
    check(office.target("resolution"), state="breached", due_at=at(MON, "17:00:00"))


def test_a_wait_from_the_due_instant_on_saves_nothing(office: Desk) -> None:
    """The time was used up when the wait began: it is breached at the next moment, whatever comes of the wait."""
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "17:00:00")))
    check(office.target("resolution", as_of=at(MON, "17:00:01")), state="breached", due_at=at(MON, "17:00:00"))
    office.tell(resume(at(TUE, "12:00:00")))
    check(office.target("resolution"), state="breached", due_at=at(MON, "17:00:00"))


def test_a_ticket_may_be_resolved_while_it_waits(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "16:00:00")), resolve(at(WED, "10:00:00"))
    )
    check(office.target("resolution"), state="met", ended_at=at(WED, "10:00:00"), due_at=at(WED, "11:00:00"))


# -- the reaction clock in a wait ----------------------------------------------------------------------------------

WAITED = [
    open_ticket(at=at(MON, "09:00:00"), priority=1),
    hold(at(MON, "09:20:00")),
    resume(at(MON, "11:20:30")),
]


def test_the_reaction_clock_runs_on_while_the_ticket_waits(office: Desk) -> None:
    office.tell(*WAITED, respond(at(MON, "11:30:00")))
    check(office.target("reaction", as_of=at(MON, "10:00:00")), state="running", due_at=at(MON, "10:00:00"))
    check(office.target("reaction"), state="breached", due_at=at(MON, "10:00:00"), paused_minutes=0)


def test_the_reaction_clock_stands_still_where_the_terms_say_so(patient: Desk) -> None:
    patient.tell(*WAITED, respond(at(MON, "12:00:30")))
    check(patient.target("reaction", as_of=at(MON, "11:00:00")), state="paused", due_at=None, paused_minutes=100)
    check(patient.target("reaction"), state="met", due_at=at(MON, "12:00:30"), paused_minutes=120)


@pytest.mark.parametrize(
    ("priority", "due"),
    [(1, at(MON, "12:00:30")), (2, at(MON, "15:00:30")), (3, at(TUE, "11:00:30")), (4, at(THU, "11:00:30"))],
)
def test_every_kind_of_reaction_target_moves_on_with_a_wait(patient: Desk, priority: int, due: str) -> None:
    patient.tell(open_ticket(at=at(MON, "09:00:00"), priority=priority), *WAITED[1:])
    check(patient.target("reaction"), due_at=due, paused_minutes=120)


def test_a_response_may_come_while_the_reaction_clock_stands_still(patient: Desk) -> None:
    patient.tell(*WAITED[:2], respond(at(MON, "10:30:00")))  # 40 minutes were left all that time
    check(patient.target("reaction"), state="met", ended_at=at(MON, "10:30:00"), due_at=at(MON, "11:10:00"))
    patient.tell(resume(at(MON, "11:20:30")))
    check(patient.target("reaction"), state="met", due_at=at(MON, "11:10:00"), paused_minutes=70)


def test_a_reaction_that_came_is_not_moved_on_by_later_waits(patient: Desk) -> None:
    patient.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1),
        respond(at(MON, "09:30:00")),
        hold(at(MON, "09:40:00")),
        resume(at(MON, "12:40:00")),
    )
    check(patient.target("reaction"), state="met", due_at=at(MON, "10:00:00"), paused_minutes=0)
    assert patient.account("reaction")["windows"][-1]["counted_seconds"] == 3600
    check(patient.target("resolution"), due_at=at(TUE, "12:00:00"), paused_minutes=180)


# -- priorities ----------------------------------------------------------------------------------------------------


def test_a_changed_priority_is_judged_from_the_original_start_and_keeps_every_wait(any_desk: Desk) -> None:
    any_desk.sign("C", "dial-office")
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


def test_a_milder_priority_may_heal_what_still_runs(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), reprioritise(at(TUE, "10:00:00"), priority=3))
    check(office.target("resolution", as_of=at(TUE, "09:59:59")), priority=1, state="breached")
    healed = office.target("resolution", as_of=at(TUE, "10:00:00"))
    check(healed, priority=3, state="running", due_at=at(WED, "09:00:00"))


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
    shared.sign("C", "cloudempiere-sla", agreed={f"sla.reaction.{number}": number * 60 for number in (1, 2, 3, 4)})
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


# -- what counts as a response -------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [respond, call, resolve])
def test_a_response_a_call_and_a_resolution_end_the_reaction_clock(office: Desk, word: Callable[[str], Step]) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), word(at(MON, "10:00:00")))
    check(office.target("reaction"), state="met", ended_at=at(MON, "10:00:00"))
    check(office.target("reaction", as_of=at(MON, "09:59:59")), state="running", ended_at=None)
    assert same(office.ticket()["first_response_at"], at(MON, "10:00:00"))


def test_holding_work_and_priorities_are_no_response(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1),
        log_work(5, at(MON, "09:10:00"), entry_id="E"),
        hold(at(MON, "09:20:00")),
        resume(at(MON, "09:30:00")),
        reprioritise(at(MON, "09:40:00"), priority=2),
    )
    check(office.target("reaction"), ended_at=None, state="breached", due_at=at(MON, "13:00:00"))
    assert office.ticket()["state"] == "in_progress"


def test_the_first_response_counts_whatever_was_told_first(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), respond(at(MON, "12:00:00")))
    check(office.target("reaction"), state="breached")
    office.tell(respond(at(MON, "09:59:00")))
    check(office.target("reaction"), state="met", ended_at=at(MON, "09:59:00"))


def test_after_some_responses_without_a_solution_a_call_is_due(office: Desk) -> None:
    """Two under `dial-office`; three under Easy Redmine basic, one under its priority plan."""
    office.sign("B", "easyredmine-basic")
    office.sign("P", "easyredmine-priority")
    for ticket, contract, after in (("T", "C", 2), ("TB", "B", 3), ("TP", "P", 1)):
        office.tell(open_ticket(ticket, at=at(MON, "09:00:00"), contract_id=contract))
        seen = []
        for minute in range(after):
            seen.append(office.ticket(ticket)["call_due"])
            office.tell(respond(at(MON, f"10:{minute:02}:00"), ticket))
        assert seen == [False] * after
        assert office.ticket(ticket)["call_due"] is True
        office.tell(call(at(MON, "11:00:00"), ticket))
        assert office.ticket(ticket)["call_due"] is False
        office.tell(*(respond(at(MON, f"12:{minute:02}:00"), ticket) for minute in range(after)))
        assert office.ticket(ticket)["call_due"] is True
        office.tell(resolve(at(MON, "13:00:00"), ticket))
        assert office.ticket(ticket)["call_due"] is False
    assert office.ticket("T")["responses"] == 4


# -- reopening -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [False, True])
def test_a_reopened_ticket_goes_on_from_where_its_clock_stood(office: Desk, closed: bool) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), resolve(at(MON, "11:00:00")))
    check(office.target("resolution"), state="met", ended_at=at(MON, "11:00:00"), due_at=at(MON, "17:00:00"))
    if closed:
        office.tell(close(at(MON, "12:00:00")))
    office.tell(reopen(at(WED, "10:00:00")))
    check(office.target("resolution", as_of=at(TUE, "12:00:00")), state="met")
    clock = office.target("resolution", as_of=at(WED, "10:00:00"))
    check(clock, state="running", ended_at=None, due_at=at(WED, "16:00:00"))  # two of eight hours were used
    office.tell(resolve(at(WED, "16:00:00")))
    check(office.target("resolution"), state="met", ended_at=at(WED, "16:00:00"), due_at=at(WED, "16:00:00"))


def test_closed_time_and_waits_are_both_left_out(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1),
        hold(at(MON, "10:00:00")),
        resume(at(MON, "10:30:00")),
        resolve(at(MON, "11:00:00")),
        reopen(at(MON, "12:00:00")),
        hold(at(MON, "12:00:00")),
        resume(at(MON, "12:15:00")),
    )
    check(office.target("resolution"), due_at=at(TUE, "10:45:00"), paused_minutes=105)


def test_a_resolution_that_came_too_late_stays_breached_when_the_ticket_is_reopened(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), resolve(at(TUE, "09:00:00")))
    office.tell(reopen(at(TUE, "10:00:00")))
    check(office.target("resolution"), state="breached", due_at=at(MON, "17:00:00"))
    check(office.target("resolution", as_of=at(TUE, "10:00:00")), state="breached")


def test_the_reaction_is_not_judged_again_when_the_ticket_is_reopened(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1),
        respond(at(MON, "09:30:00")),
        resolve(at(MON, "10:00:00")),
        reopen(at(WED, "10:00:00")),
        reprioritise(at(WED, "10:30:00"), priority=2),
        respond(at(WED, "16:00:00")),
    )
    check(office.target("reaction"), state="met", priority=1, ended_at=at(MON, "09:30:00"), due_at=at(MON, "10:00:00"))
    check(office.target("resolution"), priority=2, due_at=at(THU, "09:00:00"))  # an hour was used of a day


def test_a_ticket_may_be_reopened_again_and_again(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1))
    for day in (MON, TUE, WED):
        office.tell(resolve(at(day, "10:00:00")), reopen(at(day, "16:00:00")))
    # used: 1 hour on Monday before and 1 after, 1 + 1 on Tuesday, 1 + 1 on Wednesday; 2 are left
    check(office.target("resolution"), due_at=at(THU, "11:00:00"), paused_minutes=18 * 60)


# -- rejection -----------------------------------------------------------------------------------------------------


def test_a_rejected_tickets_targets_are_void(any_desk: Desk) -> None:
    any_desk.sign("C", "dial-office")
    any_desk.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), reject(at(MON, "09:30:00")))
    for target in ("reaction", "resolution"):
        check(any_desk.target(target), state="void", ended_at=None)
        check(any_desk.target(target, as_of=at(MON, "09:29:59")), state="running")
        check(any_desk.target(target, as_of=at(FRI, "09:00:00")), state="void")
        assert any_desk.account(target)["state"] == "void"


def test_what_had_ended_or_was_breached_before_the_rejection_stays_so(office: Desk) -> None:
    office.tell(open_ticket("A", at=at(MON, "09:00:00"), priority=1), respond(at(MON, "09:30:00"), "A"))
    office.tell(reject(at(MON, "10:00:00"), "A"))
    assert (office.state("reaction", "A"), office.state("resolution", "A")) == ("met", "void")
    office.tell(open_ticket("B", at=at(MON, "09:00:00"), priority=1), reject(at(MON, "10:00:01"), "B"))
    assert (office.state("reaction", "B"), office.state("resolution", "B")) == ("breached", "void")
    office.tell(open_ticket("D", at=at(MON, "09:00:00"), priority=1), reject(at(MON, "10:00:00"), "D"))
    assert (office.state("reaction", "D"), office.state("resolution", "D")) == ("void", "void")


def test_a_ticket_rejected_while_it_waits_is_void(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "10:00:00")), reject(at(FRI, "10:00:00")))
    assert office.state("resolution", as_of=at(THU, "10:00:00")) == "paused"
    assert office.state("resolution") == "void"


# -- states that time alone changes --------------------------------------------------------------------------------


def test_a_target_is_breached_when_its_due_instant_has_passed_and_no_job_ran(office: Desk) -> None:
    office.clock.put(at(MON, "09:00:00"))
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1))
    before = office.count()
    seen = []
    for clock in ("09:00:00", "09:59:59", "10:00:00", "10:00:01"):
        office.clock.put(at(MON, clock))
        row = office.compliance("C", "target")[0]
        seen.append((office.state("reaction"), office.account("reaction")["state"], row["running"], row["breached"]))
    assert seen == [*[("running", "running", 1, 0)] * 3, ("breached", "breached", 0, 1)]
    assert office.count() == before


def test_the_same_can_be_seen_afterwards_as_of_each_instant(any_desk: Desk) -> None:
    any_desk.sign("C", "dial-office")
    any_desk.tell(open_ticket(at=at(FRI, "16:30:00"), priority=1))
    instants = [at(SAT, "12:00:00"), at(NEXT_MON, "09:30:00"), at(NEXT_MON, "09:30:00.000001")]
    assert [any_desk.state("reaction", as_of=instant) for instant in instants] == ["running", "running", "breached"]
    rows = [any_desk.compliance("C", "target", as_of=instant)[0] for instant in instants]
    assert [row["breached"] for row in rows] == [0, 0, 1]


@pytest.mark.parametrize(("clock", "state"), [("10:00:00", "met"), ("10:00:01", "breached"), ("09:00:00", "met")])
def test_an_end_at_the_due_instant_is_in_time(office: Desk, clock: str, state: str) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), respond(at(MON, clock)))
    check(office.target("reaction"), state=state, due_at=at(MON, "10:00:00"))


def test_a_breach_stays_after_a_late_response_and_is_known_before_it(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), respond(at(MON, "12:00:00")))
    assert office.state("reaction", as_of=at(MON, "11:00:00")) == "breached"
    check(office.target("reaction"), state="breached", ended_at=at(MON, "12:00:00"))


def test_a_clock_starts_at_the_next_opening_and_may_end_before_it(office: Desk) -> None:
    office.tell(open_ticket(at=at(SAT, "12:00:00"), priority=1), respond(at(SUN, "12:00:00")))
    check(office.target("reaction"), started_at=at(NEXT_MON, "09:00:00"), due_at=at(NEXT_MON, "10:00:00"), state="met")
    office.tell(open_ticket("U", at=at(SAT, "12:00:00"), priority=2))
    check(office.target("resolution", "U"), started_at=at(SAT, "12:00:00"), due_at=at(SUN, "12:00:00"))


def test_views_built_anew_show_the_same_clocks(tmp_path: Path) -> None:
    from projections.runner import Projector

    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with desk_over(url) as desk:
        desk.sign("C", "dial-office")
        desk.tell(*WAITED, reprioritise(at(MON, "12:00:00"), priority=2), resolve(at(TUE, "10:00:00")))
        desk.tell(reopen(at(TUE, "11:00:00")))
        before = desk.ticket()["sla"]
    projector = Projector(url)
    projector.prepare()
    projector.rebuild()
    projector.close()
    with desk_over(url) as desk:
        assert desk.ticket()["sla"] == before


# -- coverage ------------------------------------------------------------------------------------------------------


def test_a_ticket_says_whether_support_was_and_is_open_and_opens_next(office: Desk) -> None:
    office.tell(open_ticket(at=at(FRI, "16:30:00")), open_ticket("U", at=at(SAT, "10:00:00")))
    assert office.ticket()["coverage"]["opened_inside"] is True
    assert office.ticket("U")["coverage"]["opened_inside"] is False
    table = [
        (at(FRI, "16:59:59"), True, None),
        (at(FRI, "17:00:00"), False, at(NEXT_MON, "09:00:00")),
        (at(NEXT_MON, "08:59:59"), False, at(NEXT_MON, "09:00:00")),
        (at(NEXT_MON, "09:00:00"), True, None),
    ]
    for instant, is_open, following in table:
        coverage = office.ticket(as_of=instant)["coverage"]
        assert coverage["open_now"] is is_open, instant
        assert same(coverage["next_opening_at"], following), instant
        office.clock.put(instant)
        assert office.ticket()["coverage"] == coverage


# -- accounts ------------------------------------------------------------------------------------------------------


def test_an_account_tells_window_by_window_what_counted_and_why(office: Desk) -> None:
    office.tell(open_ticket(at=at(FRI, "15:30:00"), priority=1), hold(at(FRI, "16:00:00")), resume(at(FRI, "16:40:00")))
    account = office.account("resolution")
    check(account, due_at=at(NEXT_MON, "16:10:00"), started_at=at(FRI, "15:30:00"), priority=1, target="resolution")
    rows = [(one["from"], one["to"], one["counted_seconds"]) for one in account["windows"]]
    assert rows == [
        ("2026-02-06T14:30:00Z", "2026-02-06T15:00:00Z", 1800),
        ("2026-02-06T15:00:00Z", "2026-02-06T15:40:00Z", 0),
        ("2026-02-06T15:40:00Z", "2026-02-06T16:00:00Z", 1200),
        ("2026-02-06T16:00:00Z", "2026-02-09T08:00:00Z", 0),
        ("2026-02-09T08:00:00Z", "2026-02-09T15:10:00Z", 25800),
    ]
    reasons = [one["why"] for one in account["windows"]]
    assert "wait" in reasons[1]
    assert "Sat 2026-02-07 closed" in reasons[3]
    assert "Sun 2026-02-08 closed" in reasons[3]


def test_an_account_names_the_holidays_that_it_leaves_out(shared: Desk) -> None:
    shared.sign("C", "easyredmine-priority")
    shared.tell(open_ticket(at="2026-10-27T16:00:00+01:00", priority=1))
    (closed,) = [one for one in shared.account("resolution")["windows"] if "holiday" in one["why"]]
    assert "Wed 2026-10-28 holiday: Independent Czechoslovak State Day" in closed["why"]
    assert closed["counted_seconds"] == 0


def test_an_account_counts_the_days_of_a_day_target(office: Desk) -> None:
    office.tell(open_ticket(at=at(THU, "10:00:00")))
    windows = office.account("resolution")["windows"]
    counted = [one["why"].rpartition(": ")[2] for one in windows if one["counted_seconds"]]
    assert counted == ["the day it began", "day 1 of 2", "day 2 of 2"]


def test_a_paused_clocks_account_goes_as_far_as_it_ran(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "10:00:00")))
    account = office.account("resolution")
    assert account["due_at"] is None
    assert account["state"] == "paused"
    assert [(one["from"], one["to"], one["counted_seconds"]) for one in account["windows"]] == [
        ("2026-02-02T08:00:00Z", "2026-02-02T09:00:00Z", 3600)
    ]


def test_whole_seconds_add_up_for_a_ticket_opened_between_two_of_them(office: Desk) -> None:
    office.tell(open_ticket(at=at(FRI, "16:30:00.6"), priority=1))
    account = office.account("reaction")
    check(account, due_at=at(NEXT_MON, "09:30:00.6"))
    assert sum(one["counted_seconds"] for one in account["windows"]) == 3600


def test_whole_seconds_add_up_around_a_wait_between_two_of_them(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "10:00:00.7")), resume(at(MON, "10:30:00.2"))
    )
    account = office.account("resolution")
    check(account, due_at=at(TUE, "09:29:59.5"))
    assert [one["counted_seconds"] for one in account["windows"]] == [3600, 0, 23400, 0, 1800]


def test_days_closed_in_an_always_open_calendar_are_left_out_of_the_account_too(shared: Desk) -> None:
    coverage = {"always": True, "overrides": {TUE: [], THU: [["12:00", "24:00"]]}}
    target = {"kind": "covered", "minutes": 3 * 1440}
    shared.sign("C", "dytron-sla", agreed={"coverage": coverage, "sla.resolution.1": target})
    shared.tell(open_ticket(at=at(MON, "12:00:00"), priority=1))
    account = shared.account("resolution")
    check(account, due_at=at(SAT, "00:00:00"))  # 12, none, 24, 12 and 24 hours
    assert sum(one["counted_seconds"] for one in account["windows"]) == 3 * 86400
    assert [one["why"] for one in account["windows"] if "closed by agreement" in one["why"]]


# -- hours that end ------------------------------------------------------------------------------------------------


def test_hours_agreed_for_a_few_days_only_promise_nothing_after_them(shared: Desk) -> None:
    coverage = {"overrides": {MON: [["09:00", "10:00"]], TUE: [["09:00", "10:00"]]}}
    shared.sign("C", "dytron-sla", agreed={"coverage": coverage, "sla.reaction.1": 90})
    shared.tell(
        open_ticket("A", at="2026-01-20T09:00:00+01:00", priority=1),
        open_ticket("B", at=at(TUE, "09:00:00"), priority=1),
    )
    check(shared.target("reaction", "A"), started_at=at(MON, "09:00:00"), due_at=at(TUE, "09:30:00"))
    assert shared.ticket("B")["sla"] == []
    check(shared.ticket("B")["coverage"], opened_inside=True, open_now=False, next_opening_at=None)


def test_a_day_agreed_in_the_far_future_stops_no_view(desk: Desk) -> None:
    agreed = {"coverage": {"overrides": {"9999-12-31": [["09:00", "10:00"]]}}, "sla.reaction.1": 60}
    customer = {"customer_id": "k", "name": "Kunde", "country": "CZ"}
    told = {"contract_id": "C", "plan": "dytron-sla", "starts_on": "2026-01-01", "customer": customer}
    response = desk.send("sign-contract", {**told, "agreed": agreed})
    if response.status_code == 200:
        desk.tell(open_ticket(at=at(MON, "09:00:00"), priority=1))
        assert desk.ticket()["sla"] == []
    else:
        assert response.json()["code"] == "malformed"


def test_the_terms_at_the_opening_judge_a_ticket_for_good(office: Desk) -> None:
    office.tell(open_ticket("OLD", at=at(MON, "10:00:00")))
    office.tell(change_plan("dial-region", WED, "C"))
    office.tell(
        open_ticket("NEW", at=at(WED, "10:00:00"), priority=2), reprioritise(at(WED, "11:00:00"), "OLD", priority=2)
    )
    check(office.target("reaction", "OLD"), due_at=at(MON, "14:00:00"))
    check(office.target("reaction", "NEW"), due_at=at(THU, "10:00:00"))
    rows = office.compliance("C", "plan", "target")
    assert [(row["plan"], row["target"]) for row in rows] == [
        ("dial-office", "reaction"),
        ("dial-office", "resolution"),
        ("dial-region", "reaction"),
    ]
