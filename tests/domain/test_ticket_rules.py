"""Tickets through their life: priorities, levels and partners, states, calls, the steps of a defect (T2–T6)."""

from typing import Any

import pytest

from ledger.events import (
    CallRecorded,
    DefectConfirmed,
    DirectContactAuthorised,
    DirectContactWithdrawn,
    FixAnnounced,
    FixReleased,
    ResponseRecorded,
    TicketEscalated,
    TicketOpened,
    TicketReprioritised,
)
from ledger.kernel.access import Actor
from ledger.tickets.life import ALLOWED
from ledger.tickets.ticket import Ticket
from ledger.tickets.timeline import STEPS
from tests.outcomes import deducted, fact, released, undone
from tests.scenario import Given, given
from tests.words import (
    Step,
    announce_fix,
    authorise,
    book,
    call,
    close,
    complete,
    confirm_defect,
    contract,
    escalate,
    hold,
    on_ticket,
    open_ticket,
    reject,
    release_fix,
    reprioritise,
    resolve,
    respond,
    resume,
    reverse,
    terminate,
    withdraw,
    worked,
)

PARTNER = {"partner_id": "P", "name": "Partner AG"}
NINE, TEN = "2026-02-02T09:00:00Z", "2026-02-02T10:00:00Z"


def ticket(history: Given) -> Ticket:
    """What the stored facts of ticket T add up to."""
    return Ticket.blank("T").fold(history.world.store.whole_stream("ticket:T"))


# -- T2: priority ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("impact", "urgency", "priority"),
    [
        ("high", "high", 1),
        ("high", "medium", 2),
        ("high", "low", 3),
        ("medium", "high", 2),
        ("medium", "medium", 3),
        ("medium", "low", 4),
        ("low", "high", 3),
        ("low", "medium", 4),
        ("low", "low", 4),
    ],
)
@pytest.mark.parametrize("plan", ["cloudempiere-standard", "eurolinux-standard"])
def test_impact_and_urgency_give_the_priority(plan: str, impact: str, urgency: str, priority: int) -> None:
    step = open_ticket(channel="portal", impact=impact, urgency=urgency, at=NINE)
    given(contract(plan, ticket=None)).when(step).then(
        fact(TicketOpened, priority=priority, impact=impact, urgency=urgency)
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"priority": 0},
        {"priority": 5},
        {"priority": "1"},
        {"impact": "high"},
        {"urgency": "high"},
        {"priority": 1, "impact": "high", "urgency": "high"},
        {"impact": "huge", "urgency": "high"},
    ],
)
def test_a_priority_is_given_in_exactly_one_way(fields: dict[str, Any]) -> None:
    step = open_ticket(at=NINE).but(**{"priority": None} | fields)
    given(contract("groupios-l", ticket=None)).when(step).refused("malformed")


def test_a_change_of_priority_keeps_both_and_its_reason() -> None:
    history = given(contract("groupios-l"))
    changed = history.when(reprioritise(priority=1, reason="Down for everybody"))
    changed.then(fact(TicketReprioritised, old_priority=3, priority=1))
    again = changed.when(reprioritise(impact="low", urgency="low", reason="Fixed for most"))
    again.then(fact(TicketReprioritised, old_priority=1, priority=4, impact="low", urgency="low"))
    again.when(reprioritise(priority=2, reason=None)).refused("malformed", field="reason")


# -- T3: levels and partners ----------------------------------------------------------------------------------------


def test_without_a_partner_the_provider_escalates_and_only_upward() -> None:
    history = given(contract("groupios-l"))
    history.when(escalate("L1", "provider")).refused("invalid-transition", level="L1")
    history.when(escalate("L2", "partner")).refused("invalid-transition", level="L1")
    history.when(escalate("L2", "provider")).then(fact(TicketEscalated, from_level="L1", to_level="L2"))
    history.when(escalate("L1", "provider")).refused("invalid-transition", level="L2")
    history.when(escalate("L2", "provider")).refused("invalid-transition", level="L2")
    history.when(escalate("L3", "provider")).then(fact(TicketEscalated, from_level="L2", to_level="L3"))
    history.when(escalate("L4", "provider")).refused("malformed", field="to_level")


def test_with_a_partner_l1_is_the_partners_who_alone_takes_it_to_l2() -> None:
    history = given(contract("groupios-l", partner=PARTNER))
    history.when(escalate("L2", "provider")).refused("invalid-transition", level="L1")
    history.when(escalate("L3", "partner")).refused("invalid-transition", level="L1")
    history.when(escalate("L2", "partner")).then(fact(TicketEscalated, by="partner"))
    history.when(escalate("L3", "partner")).refused("invalid-transition", level="L2")
    history.when(escalate("L3", "provider")).then(fact(TicketEscalated, by="provider", to_level="L3"))


def test_the_provider_speaks_with_a_partners_customer_only_when_the_partner_allowed_it() -> None:
    history = given(contract("groupios-l", partner=PARTNER))
    history.when(respond(to="customer")).refused("direct-contact-not-authorised")
    history.when(call()).refused("direct-contact-not-authorised")
    history.when(respond()).then(fact(ResponseRecorded, to="partner", speaker="provider"))
    allowed = history.when(authorise())
    allowed.then(fact(DirectContactAuthorised))
    allowed.when(respond(to="customer")).then(fact(ResponseRecorded, to="customer"))
    allowed.when(call()).then(fact(CallRecorded))
    withdrawn = allowed.when(withdraw())
    withdrawn.then(fact(DirectContactWithdrawn))
    withdrawn.when(respond(to="customer")).refused("direct-contact-not-authorised")
    withdrawn.when(withdraw()).refused("invalid-transition")


def test_the_partner_itself_may_always_speak_with_its_customer() -> None:
    partner = Actor("card", "partner", "groupios", partner="P")
    history = given(contract("groupios-l", partner=PARTNER))
    history.when(respond(actor=partner, to="customer")).then(fact(ResponseRecorded, speaker="partner", to="customer"))


def test_without_a_partner_there_is_nobody_to_authorise_or_to_answer_through() -> None:
    history = given(contract("groupios-l"))
    history.when(authorise()).refused("invalid-transition")
    history.when(respond(to="partner")).refused("invalid-transition")
    history.when(respond()).then(fact(ResponseRecorded, to="customer"))


# -- T4: life -------------------------------------------------------------------------------------------------------

REACHED: dict[str, list[Step]] = {
    "open": [],
    "in_progress": [respond()],
    "waiting": [respond(), hold()],
    "resolved": [resolve()],
    "closed": [resolve(), close()],
    "rejected": [reject(reason="An environment that is not supported")],
}
AFTER = {
    "hold-ticket": {"in_progress": "waiting"},
    "resume-ticket": {"waiting": "in_progress"},
    "resolve-ticket": {"open": "resolved", "in_progress": "resolved", "waiting": "resolved"},
    "close-ticket": {"resolved": "closed"},
    "reopen-ticket": {"resolved": "in_progress", "closed": "in_progress"},
    "reject-ticket": {"open": "rejected", "in_progress": "rejected", "waiting": "rejected"},
    "log-work": {"open": "in_progress", "in_progress": "in_progress", "waiting": "waiting", "resolved": "resolved"},
    "record-response": {"open": "in_progress", "in_progress": "in_progress", "waiting": "waiting"},
    "record-call": {"open": "in_progress", "in_progress": "in_progress", "waiting": "waiting"},
}
# A ticket may wait before anybody answered, and be answered once it is resolved: allowed, and not told by the rule.
SILENT = {("hold-ticket", "open"), ("record-response", "resolved"), ("record-call", "resolved")}


@pytest.mark.parametrize("state", REACHED)
@pytest.mark.parametrize("command", AFTER)
def test_a_ticket_lives_as_the_rule_says_and_in_no_other_way(command: str, state: str) -> None:
    history = given(contract("groupios-l"), REACHED[state])
    assert ticket(history).life.state == state
    if (command, state) in SILENT:
        return
    told: dict[str, Any] = {"log-work": {"minutes": 15, "engineer": "Eva"}, "record-response": {"by": "Eva"}}.get(
        command, {}
    )
    told |= {"reason": "Not reproducible"} if command == "reject-ticket" else {}
    outcome = history.when(on_ticket(command, TEN, **told))
    if state in AFTER[command]:
        outcome.then(*([deducted(15)] if command == "log-work" else []))
        assert ticket(outcome).life.state == AFTER[command][state]
    else:
        outcome.refused("invalid-transition", state=state)


def test_a_rejection_has_a_reason() -> None:
    given(contract("groupios-l")).when(reject(reason=None)).refused("malformed", field="reason")


def test_a_change_does_not_lie_before_the_one_before_it() -> None:
    history = given(contract("groupios-l"), hold(TEN))
    history.when(resume("2026-02-02T09:59:59Z")).refused("invalid-transition", field="at")
    history.when(resume(TEN)).then()
    history.when(respond("2025-12-31T23:00:00Z")).refused("invalid-transition", field="at")


def test_work_may_be_recorded_after_the_ticket_moved_on_and_reversed_when_it_is_closed() -> None:
    resolved = [resolve(TEN)]
    history = given(contract("groupios-l"), resolved)
    history.when(worked(15, NINE, entry_id="W")).then(deducted(15, effective_at=NINE))
    history.when(close("2026-02-02T11:00:00Z")).then()
    history.when(reverse("W", at="2026-02-02T12:00:00Z")).then(undone("W"))


def test_a_session_of_before_the_closing_is_completed_after_it() -> None:
    booked = book(60, NINE, "2026-02-01T09:00:00Z", ticket_id="T")
    over = [resolve("2026-02-02T12:00:00Z"), close("2026-02-02T13:00:00Z")]
    history = given(contract("groupios-l"), booked, over)
    span = {"started_at": "2026-02-02T13:00:00Z", "ended_at": "2026-02-02T13:30:00Z"}
    late = complete(None, **span, heard="2026-02-03T09:00:00Z")
    history.when(late).refused("invalid-transition", state="closed")
    history.when(complete(30, "2026-02-03T09:00:00Z")).then(deducted(30), released(60))
    history.when(book(60, "2026-02-05T09:00:00Z", "2026-02-04T09:00:00Z", "S2", ticket_id="T")).refused(
        "invalid-transition", state="closed"
    )


# -- T11: one source of terms ---------------------------------------------------------------------------------------


def test_a_tickets_terms_are_those_in_which_it_was_opened_whatever_ends_later() -> None:
    """The contract is ended, afterwards, for a day before the ticket came."""
    history = given(
        contract("groupios-l", ticket=None, partner=PARTNER),
        open_ticket(at=NINE),
        terminate("2026-01-31", at="2026-02-02T12:00:00Z"),
    )
    history.when(reprioritise(TEN, impact="high", urgency="high")).then(fact(TicketReprioritised, priority=1))
    history.when(respond(TEN)).then(fact(ResponseRecorded, to="partner"))
    history.when(respond(TEN, to="customer")).refused("direct-contact-not-authorised")
    history.when(escalate("L2", "partner", TEN)).then(fact(TicketEscalated, to_level="L2"))


# -- T5: responses and calls ----------------------------------------------------------------------------------------


def test_responses_are_counted_until_a_call_and_then_anew() -> None:
    history = given(contract("easyredmine-basic"), respond(), respond(), respond())
    assert ticket(history).life.responses_since_call == 3
    history.when(call()).then(fact(CallRecorded))
    assert ticket(history).life.responses_since_call == 0
    history.when(respond()).then(fact(ResponseRecorded))
    assert ticket(history).life.responses_since_call == 1


def test_only_the_providers_responses_are_counted() -> None:
    partner = Actor("card", "partner", "groupios", partner="P")
    history = given(contract("groupios-l", partner=PARTNER), respond(actor=partner), respond())
    assert ticket(history).life.responses_since_call == 1


# -- T6: defects ----------------------------------------------------------------------------------------------------


def test_a_defect_is_confirmed_announced_and_released_step_by_step() -> None:
    history = given(
        contract("cloudempiere-standard", ticket=None), open_ticket(kind="defect", channel="portal", at=NINE)
    )
    history.when(announce_fix("2026-03-01")).refused("invalid-transition")
    history.when(release_fix()).refused("invalid-transition")
    history.when(confirm_defect()).then(fact(DefectConfirmed))
    history.when(confirm_defect()).refused("invalid-transition")
    history.when(on_ticket("announce-fix")).refused("malformed", field="expected_on")
    history.when(announce_fix("2026-03-01", release="7.2")).then(
        fact(FixAnnounced, release="7.2", expected_on="2026-03-01")
    )
    history.when(announce_fix("2026-04-01", release="7.2")).then(fact(FixAnnounced, expected_on="2026-04-01"))
    history.when(release_fix(release="7.2")).then(fact(FixReleased, release="7.2"))
    history.when(release_fix(release="7.2")).refused("invalid-transition")


def test_only_a_defect_takes_the_steps_of_one() -> None:
    history = given(contract("groupios-l"))
    for command in ("confirm-defect", "release-fix"):
        history.when(on_ticket(command)).refused("invalid-transition")


def test_every_step_has_states_in_which_it_may_come() -> None:
    assert set(ALLOWED) == set(STEPS)
