"""What a ticket's life does to its clocks: responses, reopening, rejection, passing time (S2, S4, T4, T5).

The promises are those that `tests.sla.week` names.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sla.desk import Desk, desk_over, same
from tests.sla.week import FRI, MON, NEXT_MON, SAT, SUN, THU, TUE, WAITED, WED, at, check
from tests.words import (
    Step,
    call,
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
    sign,
)

# -- what counts as a response --------------------------------------------------------------------------------------


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
    office.tell(sign("easyredmine-basic", contract_id="B"))
    office.tell(sign("easyredmine-priority", contract_id="P"))
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


# -- reopening ------------------------------------------------------------------------------------------------------


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
    check(office.target("resolution"), due_at=at(TUE, "10:45:00"), paused_minutes=45)


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
    check(office.target("resolution"), due_at=at(THU, "11:00:00"), paused_minutes=0)


def test_the_count_of_responses_starts_again_at_a_reopening(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00")), respond(at(MON, "10:00:00")), respond(at(MON, "10:30:00")))
    office.tell(resolve(at(MON, "11:00:00")), reopen(at(MON, "12:00:00")))
    assert office.ticket()["call_due"] is False
    office.tell(respond(at(MON, "13:00:00")), respond(at(MON, "11:30:00")))  # one of them came before it
    assert office.ticket()["call_due"] is False
    office.tell(respond(at(MON, "13:30:00")))
    assert office.ticket()["call_due"] is True


# -- what is entered late -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "over", [[resolve(at(MON, "12:00:00")), close(at(MON, "13:00:00"))], [reject(at(MON, "13:00:00"))]]
)
def test_what_came_before_the_ticket_was_over_is_entered_afterwards(any_desk: Desk, over: list[Step]) -> None:
    any_desk.tell(sign("dial-office"))
    any_desk.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), *over)
    before = any_desk.ticket()["state"]
    any_desk.tell(
        call(at(MON, "09:50:00")), respond(at(MON, "09:20:00")), log_work(5, at(MON, "12:59:59"), entry_id="E")
    )
    ticket = any_desk.ticket()
    assert (ticket["state"], ticket["responses"]) == (before, 1)
    check(any_desk.target("reaction"), state="met", ended_at=at(MON, "09:20:00"))
    for late in (
        call(at(MON, "13:00:00")),
        respond(at(TUE, "09:00:00")),
        log_work(5, at(MON, "13:00:00"), entry_id="L"),
    ):
        assert any_desk.refuses("invalid-transition", late)["state"] == before


def test_nothing_came_while_the_ticket_was_closed_though_it_is_open_again(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00")), resolve(at(MON, "10:00:00")), close(at(MON, "11:00:00")))
    office.tell(reopen(at(MON, "15:00:00")))
    for step in (respond(at(MON, "12:00:00")), log_work(5, at(MON, "14:59:59"), entry_id="E")):
        assert office.refuses("invalid-transition", step)["state"] == "closed"
    office.tell(log_work(5, at(MON, "10:30:00"), entry_id="E"), respond(at(MON, "15:00:00")))


# -- rejection ------------------------------------------------------------------------------------------------------


def test_a_rejected_tickets_targets_are_void(any_desk: Desk) -> None:
    any_desk.tell(sign("dial-office"))
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


# -- states that time alone changes ---------------------------------------------------------------------------------


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
    any_desk.tell(sign("dial-office"))
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
        desk.tell(sign("dial-office"))
        desk.tell(*WAITED, reprioritise(at(MON, "12:00:00"), priority=2), resolve(at(TUE, "10:00:00")))
        desk.tell(reopen(at(TUE, "11:00:00")))
        before = desk.ticket()["sla"]
    projector = Projector(url)
    projector.prepare()
    projector.rebuild()
    projector.close()
    with desk_over(url) as desk:
        assert desk.ticket()["sla"] == before
