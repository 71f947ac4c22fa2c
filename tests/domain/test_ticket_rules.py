"""Tickets, rule by rule: channels, priorities, levels, life, calls, defects, visits, scopes, contacts (T1–T9)."""

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
    SurchargeCharged,
    TicketEscalated,
    TicketOpened,
    TicketReprioritised,
)
from ledger.kernel.access import Actor
from ledger.tickets.ticket import Ticket
from tests.scenario import Given, given
from tests.words import MONDAY, Step, charged_back, contract, deducted, do, fact, open_ticket, reverse, undone, worked

PARTNER = {"partner_id": "P", "name": "Partner AG"}
CONTACT = {"name": "Karl", "company": "Kunde GmbH", "phone": "+49 30 1", "email": "karl@kunde.example"}
NINE, TEN = "2026-02-02T09:00:00Z", "2026-02-02T10:00:00Z"


def on_ticket(command: str, at: str = NINE, **fields: Any) -> Step:
    return do(command, ticket_id="T", at=at, **fields)


def respond(at: str = NINE, **fields: Any) -> Step:
    return on_ticket("record-response", at, **{"by": "Eva", **fields})


def escalate(to_level: str, by: str, **fields: Any) -> Step:
    return on_ticket("escalate-ticket", to_level=to_level, by=by, **fields)


def ticket(history: Given) -> Ticket:
    """What the stored facts of ticket T add up to."""
    return Ticket.blank("T").fold(history.world.store.streams(["ticket:T"])["ticket:T"])


# -- T1: kinds and channels -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "offered"),
    [
        ("eurolinux-premium", {"phone", "email", "portal", "on_site"}),
        ("eurolinux-basic", {"phone", "email", "portal"}),
        ("groupios-s", {"email", "callback", "web_meeting", "remote"}),
        ("dytron-alc", {"phone", "email"}),
        ("dytron-pay", {"phone", "email", "remote", "on_site"}),
        ("cloudempiere-standard", {"phone", "portal"}),
        ("easyredmine-priority", {"portal", "email", "phone", "chat"}),
        ("easyredmine-server-support", {"portal", "email", "remote"}),
    ],
)
def test_a_ticket_comes_over_a_channel_that_the_terms_offer(plan: str, offered: set[str]) -> None:
    history = given(contract(plan, ticket=None))
    for channel in ("phone", "email", "portal", "chat", "callback", "web_meeting", "remote", "on_site"):
        step = open_ticket(f"by-{channel}", channel=channel, contact=CONTACT, at=NINE)
        if channel in offered:
            history.when(step).then(fact(TicketOpened, channel=channel))
        else:
            history.when(step).refused("channel-not-covered", channel=channel)


def test_every_kind_of_matter_can_be_reported_and_no_other() -> None:
    history = given(contract("groupios-l", ticket=None))
    for kind in ("incident", "problem", "request", "change", "question", "defect"):
        history.when(open_ticket(kind, kind=kind, at=NINE)).then(fact(TicketOpened, kind=kind))
    history.when(open_ticket("other", kind="complaint", at=NINE)).refused("malformed", field="kind")
    history.when(open_ticket("other", channel="fax", at=NINE)).refused("malformed", field="channel")


def test_a_ticket_needs_a_term_in_force() -> None:
    history = given(contract("groupios-l", ticket=None))
    history.when(open_ticket(at="2027-01-01T00:00:00+01:00")).refused("contract-not-active")
    history.when(open_ticket(at=NINE, contract_id="D")).refused("unknown-contract", contract_id="D")


# -- T2: priority -----------------------------------------------------------------------------------------------


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
    told = {"ticket_id": "T", "contract_id": "C", "title": "x", "kind": "incident", "channel": "email", **fields}
    given(contract("groupios-l", ticket=None)).when(do("open-ticket", **told, at=NINE)).refused("malformed")


def test_a_change_of_priority_keeps_both_and_its_reason() -> None:
    history = given(contract("groupios-l"))
    changed = history.when(on_ticket("reprioritise-ticket", priority=1, reason="Down for everybody"))
    changed.then(fact(TicketReprioritised, old_priority=3, priority=1))
    again = changed.when(on_ticket("reprioritise-ticket", impact="low", urgency="low", reason="Fixed for most"))
    again.then(fact(TicketReprioritised, old_priority=1, priority=4, impact="low", urgency="low"))
    again.when(on_ticket("reprioritise-ticket", priority=2)).refused("malformed", field="reason")


# -- T3: levels and partners ------------------------------------------------------------------------------------


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
    history.when(on_ticket("record-call")).refused("direct-contact-not-authorised")
    history.when(respond()).then(fact(ResponseRecorded, to="partner", speaker="provider"))
    allowed = history.when(do("authorise-direct-contact", contract_id="C", by="Paula"))
    allowed.then(fact(DirectContactAuthorised))
    allowed.when(respond(to="customer")).then(fact(ResponseRecorded, to="customer"))
    allowed.when(on_ticket("record-call")).then(fact(CallRecorded))
    withdrawn = allowed.when(do("withdraw-direct-contact", contract_id="C", by="Paula"))
    withdrawn.then(fact(DirectContactWithdrawn))
    withdrawn.when(respond(to="customer")).refused("direct-contact-not-authorised")
    withdrawn.when(do("withdraw-direct-contact", contract_id="C", by="Paula")).refused("invalid-transition")


def test_the_partner_itself_may_always_speak_with_its_customer() -> None:
    partner = Actor("card", "partner", "groupios", partner="P")
    history = given(contract("groupios-l", partner=PARTNER))
    history.when(respond(actor=partner, to="customer")).then(fact(ResponseRecorded, speaker="partner", to="customer"))


def test_without_a_partner_there_is_nobody_to_authorise_or_to_answer_through() -> None:
    history = given(contract("groupios-l"))
    history.when(do("authorise-direct-contact", contract_id="C", by="Paula")).refused("invalid-transition")
    history.when(respond(to="partner")).refused("invalid-transition")
    history.when(respond()).then(fact(ResponseRecorded, to="customer"))


# -- T4: life ---------------------------------------------------------------------------------------------------

REACHED: dict[str, list[Step]] = {
    "open": [],
    "in_progress": [respond()],
    "waiting": [respond(), on_ticket("hold-ticket")],
    "resolved": [on_ticket("resolve-ticket")],
    "closed": [on_ticket("resolve-ticket"), on_ticket("close-ticket")],
    "rejected": [on_ticket("reject-ticket", reason="An environment that is not supported")],
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
    assert ticket(history).state == state
    if (command, state) in SILENT:
        return
    told: dict[str, Any] = {"log-work": {"minutes": 15, "engineer": "Eva"}, "record-response": {"by": "Eva"}}.get(
        command, {}
    )
    told |= {"reason": "Not reproducible"} if command == "reject-ticket" else {}
    outcome = history.when(on_ticket(command, TEN, **told))
    if state in AFTER[command]:
        outcome.then(*([deducted(15)] if command == "log-work" else []))
        assert ticket(outcome).state == AFTER[command][state]
    else:
        outcome.refused("invalid-transition", state=state)


def test_a_rejection_has_a_reason() -> None:
    given(contract("groupios-l")).when(on_ticket("reject-ticket")).refused("malformed", field="reason")


def test_a_change_does_not_lie_before_the_one_before_it() -> None:
    history = given(contract("groupios-l"), on_ticket("hold-ticket", TEN))
    history.when(on_ticket("resume-ticket", "2026-02-02T09:59:59Z")).refused("invalid-transition", field="at")
    history.when(on_ticket("resume-ticket", TEN)).then()
    history.when(respond("2025-12-31T23:00:00Z")).refused("invalid-transition", field="at")


def test_work_may_be_recorded_after_the_ticket_moved_on_and_reversed_when_it_is_closed() -> None:
    resolved = [on_ticket("resolve-ticket", TEN)]
    history = given(contract("groupios-l"), resolved)
    history.when(worked(15, NINE, entry_id="W")).then(deducted(15, effective_at=NINE))
    history.when(on_ticket("close-ticket", "2026-02-02T11:00:00Z")).then()
    history.when(reverse("W", at="2026-02-02T12:00:00Z")).then(undone("W"))


# -- T5: responses and calls ------------------------------------------------------------------------------------


def test_responses_are_counted_until_a_call_and_then_anew() -> None:
    history = given(contract("easyredmine-basic"), respond(), respond(), respond())
    assert ticket(history).responses_since_call == 3
    history.when(on_ticket("record-call")).then(fact(CallRecorded))
    assert ticket(history).responses_since_call == 0
    history.when(respond()).then(fact(ResponseRecorded))
    assert ticket(history).responses_since_call == 1


def test_only_the_providers_responses_are_counted() -> None:
    partner = Actor("card", "partner", "groupios", partner="P")
    history = given(contract("groupios-l", partner=PARTNER), respond(actor=partner), respond())
    assert ticket(history).responses_since_call == 1


# -- T6: defects ------------------------------------------------------------------------------------------------


def test_a_defect_is_confirmed_announced_and_released_step_by_step() -> None:
    history = given(
        contract("cloudempiere-standard", ticket=None), open_ticket(kind="defect", channel="portal", at=NINE)
    )
    history.when(on_ticket("announce-fix", expected_on="2026-03-01")).refused("invalid-transition")
    history.when(on_ticket("release-fix")).refused("invalid-transition")
    history.when(on_ticket("confirm-defect")).then(fact(DefectConfirmed))
    history.when(on_ticket("confirm-defect")).refused("invalid-transition")
    history.when(on_ticket("announce-fix")).refused("malformed", field="expected_on")
    history.when(on_ticket("announce-fix", release="7.2", expected_on="2026-03-01")).then(
        fact(FixAnnounced, release="7.2", expected_on="2026-03-01")
    )
    history.when(on_ticket("announce-fix", release="7.2", expected_on="2026-04-01")).then(
        fact(FixAnnounced, expected_on="2026-04-01")
    )
    history.when(on_ticket("release-fix", release="7.2")).then(fact(FixReleased, release="7.2"))
    history.when(on_ticket("release-fix", release="7.2")).refused("invalid-transition")


def test_only_a_defect_takes_the_steps_of_one() -> None:
    history = given(contract("groupios-l"))
    for command in ("confirm-defect", "release-fix"):
        history.when(on_ticket(command)).refused("invalid-transition")


# -- T7: work on site -------------------------------------------------------------------------------------------

VISIT = worked(60, on_site=True, entry_id="visit")


@pytest.mark.parametrize("plan", ["eurolinux-premium", "eurolinux-standard", "eurolinux-standard-plus"])
@pytest.mark.parametrize(("subscriptions", "free"), [(49, False), (50, True), (1000, True), (None, False)])
def test_a_visit_is_free_from_50_subscriptions_and_below_that_needs_an_agreed_surcharge(
    plan: str, subscriptions: int | None, free: bool
) -> None:
    surcharge = fact(SurchargeCharged, amount_cents="250.00", charge_id="visit.on-site", currency="PLN")
    told = {} if subscriptions is None else {"subscriptions": subscriptions}
    without = given(contract(plan, **told)).when(VISIT)
    if free:
        without.then(deducted(0, on_site=True))
    else:
        without.refused("on-site-not-covered")
    agreed = given(contract(plan, **told, agreed={"on_site.surcharge": "250.00"})).when(VISIT)
    agreed.then(deducted(0, on_site=True), *([] if free else [surcharge]))


@pytest.mark.parametrize("plan", ["eurolinux-basic", "groupios-l", "easyredmine-server-support"])
def test_plans_without_the_entitlement_refuse_work_on_site(plan: str) -> None:
    history = given(contract(plan))
    history.when(VISIT).refused("on-site-not-covered")


def test_where_visits_are_included_they_cost_the_service_and_no_surcharge() -> None:
    history = given(contract("dytron-pay", agreed={"rates.training": {"kind": "hourly", "rate": "0.00"}}))
    history.when(worked(60, on_site=True, service="training")).then(deducted(0, on_site=True))


def test_a_surcharge_is_taken_back_with_its_visit() -> None:
    history = given(contract("eurolinux-premium", agreed={"on_site.surcharge": "250.00"}), VISIT)
    history.when(reverse("visit", at=TEN)).then(undone("visit"), charged_back("-250.00", kind="surcharge"))


@pytest.mark.parametrize("treatment", ["goodwill", "warranty"])
def test_a_visit_of_goodwill_or_under_warranty_bears_no_surcharge(treatment: str) -> None:
    history = given(contract("eurolinux-premium", agreed={"on_site.surcharge": "250.00"}))
    free = worked(60, on_site=True, treatment=treatment, reason="Our own mistake")
    history.when(free).then(deducted(0, basis=treatment, on_site=True))


# -- T8: scopes -------------------------------------------------------------------------------------------------

SCOPES = {
    *("installation", "operation", "malfunction", "basic_functions", "data_manipulation", "customer_login"),
    "cloud_outage",
}


@pytest.mark.parametrize(
    ("plan", "channel", "code", "outside"),
    [
        ("eurolinux-basic", "email", "kind-not-covered", SCOPES - {"installation"}),
        ("eurolinux-standard", "email", "kind-not-covered", set()),
        ("groupios-l", "email", "kind-not-covered", set()),
        ("cloudempiere-standard", "phone", "channel-not-covered", {"data_manipulation", "customer_login"}),
        ("cloudempiere-standard", "portal", "channel-not-covered", set()),
        ("easyredmine-basic", "phone", "channel-not-covered", SCOPES - {"cloud_outage"}),
        ("easyredmine-basic", "email", "channel-not-covered", set()),
        ("easyredmine-priority", "phone", "channel-not-covered", set()),
    ],
)
def test_a_matter_lies_within_the_scopes_of_its_plan_and_channel(
    plan: str, channel: str, code: str, outside: set[str]
) -> None:
    history = given(contract(plan, ticket=None))
    for scope in sorted(SCOPES):
        step = open_ticket(f"on-{scope}", channel=channel, scope=scope, contact=CONTACT, at=NINE)
        if scope in outside:
            history.when(step).refused(code, scope=scope)
        else:
            history.when(step).then(fact(TicketOpened, scope=scope))


def test_a_matter_without_a_scope_is_in_the_plan_but_is_no_cloud_outage() -> None:
    given(contract("eurolinux-basic", ticket=None)).when(open_ticket(at=NINE)).then(fact(TicketOpened, scope=None))
    hotline = given(contract("easyredmine-basic", ticket=None))
    hotline.when(open_ticket(channel="phone", contact=CONTACT, at=NINE)).refused("channel-not-covered")


@pytest.mark.parametrize("scope", ["installation", "operation"])
@pytest.mark.parametrize("level", ["L2", "L3"])
def test_the_higher_levels_may_leave_scopes_to_the_first(scope: str, level: str) -> None:
    history = given(contract("groupios-l", ticket=None), open_ticket(scope=scope, at=NINE))
    history.when(escalate(level, "provider")).refused("kind-not-covered", scope=scope)
    other = given(contract("groupios-l", ticket=None), open_ticket(scope="malfunction", at=NINE))
    other.when(escalate(level, "provider")).then(fact(TicketEscalated, to_level=level))


# -- T9: contact of a phone call --------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", ["easyredmine-priority", "easyredmine-individual"])
@pytest.mark.parametrize("left_out", [["name"], ["company"], ["phone"], ["email"], ["name", "email"]])
def test_what_a_phone_contact_still_needs_is_named(plan: str, left_out: list[str]) -> None:
    contact = {field: value for field, value in CONTACT.items() if field not in left_out}
    history = given(contract(plan, ticket=None))
    history.when(open_ticket(channel="phone", contact=contact, at=NINE)).refused(
        "malformed", missing=[f"contact.{field}" for field in left_out], field=f"contact.{left_out[0]}"
    )
    history.when(open_ticket(channel="phone", contact=CONTACT, at=NINE)).then(fact(TicketOpened))


def test_a_phone_call_without_any_contact_needs_all_four() -> None:
    history = given(contract("easyredmine-priority", ticket=None))
    history.when(open_ticket(channel="phone", at=NINE)).refused(
        "malformed", missing=["contact.name", "contact.company", "contact.phone", "contact.email"]
    )


def test_other_channels_and_other_plans_ask_for_no_contact() -> None:
    given(contract("easyredmine-priority", ticket=None)).when(open_ticket(at=NINE)).then(fact(TicketOpened))
    given(contract("eurolinux-premium", ticket=None)).when(open_ticket(channel="phone", at=MONDAY)).then(
        fact(TicketOpened, contact=None)
    )
