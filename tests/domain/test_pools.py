"""Separate pools, money, services, and the one bin of each minute (C11, C13)."""

from typing import Any

import pytest

from ledger.events import ServiceCharged
from tests.outcomes import Expected, charged_back, deducted, fact, filled, granted, lump_sum, overage, undone
from tests.scenario import given
from tests.words import (
    MONDAY,
    PREPAID,
    TUESDAY,
    book,
    change_plan,
    complete,
    contract,
    grant,
    move,
    open_ticket,
    record_service,
    renew,
    reverse,
    top_up,
    worked,
)

SBP = {
    "pools.lump-sum.allotment": "50000.00",
    "rates.training": "1200.00",
    "rates.macros": {"kind": "flat", "amount": "5000.00"},
}
PAY = {"rates.training": "1500.00", "rates.macros": {"kind": "flat", "amount": "7000.00"}}


# -- C11: separate pools and money ----------------------------------------------------------------------------------


def test_separate_pools_never_mix() -> None:
    history = given(contract("house-prepaid"), grant(600, MONDAY, pool="implementation"))
    outcome = history.when(worked(90, TUESDAY, entry_id="W"))
    outcome.then(deducted(60, owed=30, pool="care")).left(600, pool="implementation").left(-30, pool="care")
    outcome.when(worked(90, TUESDAY, pool="implementation")).then(deducted(90, pool="implementation"))
    outcome.when(worked(90, TUESDAY, pool="included")).refused("unknown-pool", pool="included")


def test_a_pool_of_earlier_terms_bears_no_work_and_no_booking_but_takes_credit() -> None:
    """C11: what is named is never passed over; the terms of July have no pool."""
    moved_on = change_plan("dytron-pay", "2026-07-01", agreed=PAY, at="2026-03-01T09:00:00Z")
    held = book(60, "2026-06-30T10:00:00+02:00", MONDAY, service="training")
    history = given(contract("dytron-sbp", agreed=SBP), held, moved_on)
    july = "2026-07-06T09:00:00+02:00"
    named = {"pool": "lump-sum", "service": "training"}
    history.when(worked(60, july, **named)).refused("unknown-pool", pool="lump-sum")
    history.when(worked(60, july, **named, treatment="goodwill", reason="Sorry")).refused("unknown-pool")
    history.when(book(60, july, MONDAY, session_id="later", **named)).refused("unknown-pool")
    history.when(move(july, TUESDAY, "provider")).refused("unknown-pool", pool="lump-sum")
    late = {"started_at": "2026-07-01T00:10:00+02:00", "ended_at": "2026-07-01T01:10:00+02:00"}
    history.when(complete(None, **late)).refused("unknown-pool", pool="lump-sum")
    history.when(worked(60, "2026-06-30T09:00:00+02:00", **named)).then(deducted(120000, pool="lump-sum"))
    history.when(top_up(None, july, pool="lump-sum", amount="100.00")).then(granted(10000))
    history.when(grant(None, july, pool="lump-sum", amount="100.00")).then(granted(10000))


def test_a_plan_without_pools_takes_none_by_name() -> None:
    history = given(contract("easyredmine-basic"))
    history.when(worked(60, pool="care")).refused("unknown-pool", pool="care")
    history.when(book(60, "2026-03-10T10:00:00+01:00", TUESDAY, pool="care")).refused("unknown-pool", pool="care")


def test_a_lump_sum_is_granted_and_charged_at_the_start_of_each_term_and_does_not_expire() -> None:
    signed = given().when(contract("dytron-sbp", agreed=SBP))
    signed.then(lump_sum("50000.00"), granted(5000000, expires_at=None)).left(5000000, pool="lump-sum")
    renewed = signed.when(renew(at="2026-12-01T09:00:00Z"))
    renewed.then(lump_sum("50000.00"), granted(5000000)).left(10000000, pool="lump-sum", at="2027-01-01T00:00:00+01:00")


def test_a_service_draws_its_agreed_rate_from_the_lump_sum() -> None:
    history = given(contract("dytron-sbp", agreed=SBP))
    outcome = history.when(worked(91, service="training"))
    outcome.then(
        deducted(182000, worked=91, billed=91, basis="service", cost_cents="1820.00", rate_cents_per_hour="1200.00")
    ).left(4818000, pool="lump-sum")
    outcome.when(record_service("macros", 2, service_id="M")).then(
        deducted(1000000, cost_cents="10000.00", price_cents="5000.00")
    ).left(3818000, pool="lump-sum")
    outcome.when(reverse("M", at=TUESDAY)).then(undone("M")).left(4818000, pool="lump-sum")


def test_services_beyond_the_lump_sum_are_owed() -> None:
    history = given(contract("dytron-sbp", agreed=SBP), record_service("macros", 9))
    outcome = history.when(record_service("macros", 2, service_id="M"))
    outcome.then(deducted(500000, owed=500000)).left(-500000, pool="lump-sum")
    outcome.when(top_up(None, TUESDAY, pool="lump-sum", amount="5000.01")).then(
        granted(500001), filled("M", 500000)
    ).left(1, pool="lump-sum")


def test_a_service_is_charged_where_the_pool_counts_minutes_and_draws_nothing_from_it() -> None:
    agreed = {"pools.included": {"kind": "minutes", "allotment_minutes": 60}, "rates.training": "1500.00"}
    history = given(contract("dytron-sla", agreed=agreed))
    outcome = history.when(worked(20, service="training"))
    outcome.then(
        deducted(0, billed=20, basis="service", pool=None), fact(ServiceCharged, amount_cents="500.00", minutes=20)
    ).left(60, pool="included", consumed=0)


def test_a_service_at_no_price_is_recorded_and_charged_nowhere() -> None:
    agreed = {"rates.macros": {"kind": "flat", "amount": "0.00"}, "rates.training": "0.00"}
    history = given(contract("dytron-pay", agreed=agreed))
    history.when(record_service("macros", 3)).then(deducted(0, quantity=3, cost_cents="0.00"))
    history.when(worked(20, service="training")).then(deducted(0, billed=20, cost_cents="0.00"))


@pytest.mark.parametrize(
    ("bought", "available", "short"),
    [("4999.95", "-0.05", "1200.05"), ("4900.00", "-100.00", "1300.00"), ("5000.00", "0.00", "1200.00")],
)
def test_a_booking_under_a_debt_of_money_says_what_is_owed_to_the_cent(bought: str, available: str, short: str) -> None:
    """5000.00 are owed beyond the sum, then some are bought; an hour costs 1200.00."""
    owed = [record_service("macros", 11), top_up(None, TUESDAY, pool="lump-sum", amount=bought)]
    history = given(contract("dytron-sbp", agreed=SBP), owed)
    outcome = history.when(book(60, "2026-03-10T10:00:00+01:00", TUESDAY, service="training"))
    outcome.refused("insufficient-credit", short_by=short, available=available, currency="CZK")
    assert str(outcome.answers[-1]) == (
        f"Session S needs 1200.00 CZK; {available} CZK are available. Top up at least {short} CZK first."
    )


def test_a_service_outside_a_pool_is_charged_and_a_reversal_takes_the_charge_back() -> None:
    history = given(contract("dytron-pay", agreed=PAY))
    hourly = history.when(worked(20, service="training", entry_id="W"))
    hourly.then(
        deducted(0, billed=20, basis="service"),
        fact(ServiceCharged, amount_cents="500.00", minutes=20, rate_cents="1500.00"),
    )
    hourly.when(reverse("W", at=TUESDAY)).then(undone("W"), charged_back("-500.00", kind="service", minutes=-20))
    history.when(record_service("macros", 3)).then(
        deducted(0, quantity=3), fact(ServiceCharged, amount_cents="21000.00", quantity=3, rate_cents="7000.00")
    )


def test_a_service_needs_an_agreed_rate_of_its_kind() -> None:
    history = given(contract("dytron-pay", agreed=PAY))
    history.when(worked(20)).refused("malformed", field="service")
    history.when(worked(20, service="surgery")).refused("malformed", field="service")
    history.when(worked(20, service="deployment")).refused("not-agreed", missing=["rates.deployment"])
    history.when(worked(20, service="macros")).refused("invalid-transition")
    history.when(record_service("training", 1)).refused("invalid-transition")
    history.when(record_service("deployment", 1)).refused("not-agreed", missing=["rates.deployment"])


# -- C13: one bin each ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("treatment", ["goodwill", "warranty"])
@pytest.mark.parametrize("plan", ["groupios-l", "groupios-s", "easyredmine-basic", PREPAID])
def test_goodwill_and_warranty_cost_nothing_but_stay_visible_with_their_reason(plan: str, treatment: str) -> None:
    history = given(contract(plan))
    outcome = history.when(worked(30, treatment=treatment, reason="Our own mistake"))
    outcome.then(deducted(0, worked=30, billed=30, basis=treatment, status="not_required", overage_minutes=0))
    assert [f.reason is not None for f in outcome.facts if f.TOPIC == "HoursDeducted"] == [True]
    history.when(worked(30, treatment=treatment)).refused("malformed", field="reason")
    elsewhere = worked(30, treatment=treatment, reason="Our own mistake", pool="elsewhere")
    history.when(elsewhere).refused("unknown-pool", pool="elsewhere")


def test_a_warranty_is_the_providers_statement_whether_or_not_the_tickets_defect_was_confirmed() -> None:
    """The tests by which a defect is confirmed are work too (docs/decisions/0010-readings.md)."""
    defect = open_ticket(kind="defect", channel="phone")
    history = given(contract("cloudempiere-standard", ticket=None), defect)
    outcome = history.when(worked(30, treatment="warranty", reason="Reproduced it"))
    outcome.then(deducted(0, billed=30, basis="warranty", status="not_required", overage_minutes=0))


BINS: list[tuple[str, dict[str, Any], dict[str, Any], list[Expected]]] = [
    ("groupios-l", {}, {}, [deducted(60, billed=60, basis="pool", overage_minutes=0)]),
    (
        "groupios-s",
        {},
        {},
        [deducted(0, billed=60, basis="overage", overage_minutes=60), overage(60, "149.00", "149.00")],
    ),
    (PREPAID, {}, {}, [deducted(0, billed=60, basis="pool", draws={None: 60}, owed=60)]),
    ("easyredmine-basic", {}, {}, [deducted(0, billed=60, basis="flat", draws={}, overage_minutes=0)]),
    ("groupios-l", {}, {"treatment": "goodwill", "reason": "Sorry"}, [deducted(0, billed=60, basis="goodwill")]),
    (
        "dytron-pay",
        {"agreed": PAY},
        {"service": "training"},
        [deducted(0, billed=60, basis="service"), fact(ServiceCharged, amount_cents="1500.00")],
    ),
]


@pytest.mark.parametrize(("plan", "signed", "told", "expected"), BINS)
def test_every_worked_minute_is_in_exactly_one_bin(
    plan: str, signed: dict[str, Any], told: dict[str, Any], expected: list[Expected]
) -> None:
    given(contract(plan, **signed)).when(worked(60, **told)).then(*expected)
