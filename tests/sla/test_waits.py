"""What waits do to a ticket's clocks (S2). The promises are those that `tests.sla.week` names."""

import pytest

from tests.sla.desk import Desk
from tests.sla.week import FRI, MON, NEXT_MON, NEXT_TUE, THU, TUE, WAITED, WED, at, check
from tests.words import hold, open_ticket, resolve, respond, resume, sign

# -- waits ----------------------------------------------------------------------------------------------------------


def test_a_wait_moves_the_resolution_on_to_the_second(any_desk: Desk) -> None:
    any_desk.tell(sign("dial-office"))
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


@pytest.mark.parametrize(
    ("opened", "resumed", "started"),
    [
        (at(MON, "10:00:00"), at(MON, "11:30:00"), at(MON, "11:30:00")),
        (at(MON, "10:00:00"), at(MON, "18:00:00"), at(TUE, "09:00:00")),  # over outside the hours
        (at(MON, "07:00:00"), at(MON, "08:00:00"), at(MON, "09:00:00")),  # over before it would have run
        (at(MON, "08:00:00"), at(MON, "09:30:00"), at(MON, "09:30:00")),  # it lies over the opening
    ],
)
def test_a_clock_that_waits_from_the_start_begins_when_it_first_runs(
    office: Desk, opened: str, resumed: str, started: str
) -> None:
    office.tell(open_ticket(at=opened, priority=1), hold(opened))
    check(office.target("resolution"), state="paused", started_at=None, due_at=None)
    office.tell(resume(resumed))
    check(office.target("resolution"), started_at=started)


def test_a_later_wait_leaves_the_start_where_it_was(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "10:00:00"), priority=1), hold(at(MON, "10:00:01")))
    check(office.target("resolution"), state="paused", started_at=at(MON, "10:00:00"))


# -- the reaction clock in a wait -----------------------------------------------------------------------------------


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
