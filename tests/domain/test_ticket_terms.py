"""What the terms let a ticket ask for: channels and kinds, visits, scopes, who is on the phone (T1, T7–T9)."""

import pytest

from ledger.events import (
    SurchargeCharged,
    TicketEscalated,
    TicketOpened,
)
from tests.outcomes import charged_back, deducted, fact, undone
from tests.scenario import given
from tests.words import MONDAY, contract, escalate, open_ticket, reverse, worked

CONTACT = {"name": "Karl", "company": "Kunde GmbH", "phone": "+49 30 1", "email": "karl@kunde.example"}
NINE = "2026-02-02T09:00:00Z"


# -- T1: kinds and channels -----------------------------------------------------------------------------------------


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


# -- T7: work on site -----------------------------------------------------------------------------------------------

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
    history.when(reverse("visit", at="2026-02-02T10:00:00Z")).then(
        undone("visit"), charged_back("-250.00", kind="surcharge")
    )


@pytest.mark.parametrize("treatment", ["goodwill", "warranty"])
def test_a_visit_of_goodwill_or_under_warranty_bears_no_surcharge(treatment: str) -> None:
    history = given(contract("eurolinux-premium", agreed={"on_site.surcharge": "250.00"}))
    free = worked(60, on_site=True, treatment=treatment, reason="Our own mistake")
    history.when(free).then(deducted(0, basis=treatment, on_site=True))


# -- T8: scopes -----------------------------------------------------------------------------------------------------

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


# -- T9: contact of a phone call ------------------------------------------------------------------------------------


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
