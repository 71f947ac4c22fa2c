"""Every figure that the five providers publish, as a literal from their texts: Dytron, cloudempiere, Easy Redmine.

What a text leaves to the agreement is asserted as open, and what it leaves to reading as the reading that was chosen.
"""

import pytest

from ledger.plans.loader import Catalogue
from ledger.plans.terms import (
    Coverage,
    Covered,
    EndOfBusinessDay,
    Except,
    FlatRate,
    HourlyRate,
    MinutesPool,
    MoneyPool,
    Only,
    OnSiteIncluded,
    Penalty,
    Terms,
    TopUp,
    Weekday,
)

SERVICES = ["training", "macros", "deployment", "intervention", "installation", "process_analysis", "methodology"]
WORKDAYS: list[Weekday] = ["mon", "tue", "wed", "thu", "fri"]
TARGETS = [f"sla.{kind}.{priority}" for kind in ("reaction", "resolution") for priority in "1234"]


def open_names(catalogue: Catalogue, plan: str) -> list[str]:
    return sorted(figure.name for figure in catalogue.plan(plan).open)


# ---- Dytron


def test_dytron_alc_is_a_flat_year_with_an_agreed_fee(catalogue: Catalogue, terms: dict[str, Terms]) -> None:
    said = terms["dytron-alc"]
    assert (said.fee, said.term_months, said.pools, said.overage, said.rates) == (None, 12, {}, None, {})
    assert open_names(catalogue, "dytron-alc") == ["fee"]
    assert catalogue.plan("dytron-alc").agree({"fee": "30000.00"}).fee == "30000.00"


def test_dytron_pay_has_a_rate_for_each_kind_of_service(catalogue: Catalogue, terms: dict[str, Terms]) -> None:
    said = terms["dytron-pay"]
    assert (said.term_months, said.fee, said.rates, said.pools) == (None, None, {}, {})
    assert said.services == SERVICES
    assert said.on_site == OnSiteIncluded(kind="included")
    assert open_names(catalogue, "dytron-pay") == sorted(f"rates.{service}" for service in SERVICES)
    agreed = catalogue.plan("dytron-pay").agree(
        {"rates.training": {"kind": "flat", "amount": "15000.00"}, "rates.macros": "1200.00"}
    )
    assert agreed.rates == {
        "training": FlatRate(kind="flat", amount="15000.00"),
        "macros": HourlyRate(kind="hourly", rate="1200.00"),
    }


def test_dytron_sbp_draws_on_a_lump_sum_that_is_charged_each_term(
    catalogue: Catalogue, terms: dict[str, Terms]
) -> None:
    said = terms["dytron-sbp"]
    assert said.pools == {
        "lump-sum": MoneyPool(kind="money", allotment="50000.00", allotment_expires="never", allotment_charged=True)
    }
    assert (said.term_months, said.fee, said.currency) == (12, None, "CZK")
    assert said.services == SERVICES
    assert said.on_site == OnSiteIncluded(kind="included")
    names = ["pools.lump-sum.allotment", "term_months", *(f"rates.{service}" for service in SERVICES)]
    assert open_names(catalogue, "dytron-sbp") == sorted(names)
    assert [figure.name for figure in catalogue.plan("dytron-sbp").open if figure.required] == [
        "pools.lump-sum.allotment"
    ]


@pytest.mark.parametrize("plan", ["dytron-sla", "cloudempiere-sla", "easyredmine-individual"])
def test_an_individual_contract_leaves_everything_open_and_requires_nothing(
    catalogue: Catalogue, terms: dict[str, Terms], plan: str
) -> None:
    figures = {"fee", "term_months", "coverage", "channels", "increment_minutes", "on_site"}
    figures |= {"pools.included", "overage", "penalty", *TARGETS}
    assert figures <= set(open_names(catalogue, plan))
    assert not any(figure.required for figure in catalogue.plan(plan).open)
    said = terms[plan]
    assert (said.fee, said.term_months, said.coverage, said.sla.reaction) == (None, None, None, {})


def test_dytron_sla_names_the_services_of_pay(catalogue: Catalogue) -> None:
    assert {f"rates.{service}" for service in SERVICES} <= set(open_names(catalogue, "dytron-sla"))
    assert catalogue.plan("dytron-sla").agree({}).services == []


# ---- cloudempiere


def test_cloudempiere_is_reached_always_by_portal_and_by_phone_on_working_days(terms: dict[str, Terms]) -> None:
    said = terms["cloudempiere-standard"]
    assert said.coverage == Coverage(timezone="Europe/Bratislava", always=True)
    hours = {day: [("08:00", "17:00")] for day in WORKDAYS}
    phone = Coverage(timezone="Europe/Bratislava", country="SK", hours=hours)
    assert said.channel_coverage == {"phone": phone}
    assert said.channel_scopes == {"phone": Except(kind="except", scopes=["data_manipulation", "customer_login"])}
    assert (said.sla.reaction, said.sla.resolution, said.pools, said.overage) == ({}, {}, {}, None)


@pytest.mark.parametrize("plan", ["cloudempiere-standard", "cloudempiere-sla"])
def test_cloudempiere_takes_the_priority_from_impact_and_urgency(
    catalogue: Catalogue, terms: dict[str, Terms], plan: str
) -> None:
    assert "priority_matrix" in catalogue.plan(plan).terms
    matrix = terms[plan].priority_matrix
    assert matrix.high == {"high": 1, "medium": 2, "low": 3}
    assert matrix.medium == {"high": 2, "medium": 3, "low": 4}
    assert matrix.low == {"high": 3, "medium": 4, "low": 4}


# ---- Easy Redmine


def test_easy_redmine_basic_is_free_and_resolves_in_24_working_hours(
    catalogue: Catalogue, terms: dict[str, Terms]
) -> None:
    said = terms["easyredmine-basic"]
    assert (said.fee, said.term_months, open_names(catalogue, "easyredmine-basic")) == (None, None, [])
    assert said.sla.resolution == {priority: Covered(kind="covered", minutes=1440) for priority in "1234"}
    assert said.sla.reaction == {}
    assert said.call_after_responses == 3
    assert said.channel_scopes == {"phone": Only(kind="only", scopes=["cloud_outage"])}


def test_easy_redmine_priority_resolves_by_the_end_of_the_next_working_day(
    catalogue: Catalogue, terms: dict[str, Terms]
) -> None:
    said = terms["easyredmine-priority"]
    next_day = EndOfBusinessDay(kind="end_of_business_day", days=1)
    assert said.sla.resolution == dict.fromkeys("1234", next_day)
    assert (said.sla.reaction, said.call_after_responses, said.channel_scopes) == ({}, 1, {})
    assert open_names(catalogue, "easyredmine-priority") == ["fee", "term_months"]


@pytest.mark.parametrize("plan", ["easyredmine-basic", "easyredmine-priority"])
def test_easy_redmine_works_nine_to_five_but_for_outages_of_the_cloud(terms: dict[str, Terms], plan: str) -> None:
    said = terms[plan]
    hours = {day: [("09:00", "17:00")] for day in WORKDAYS}
    assert said.coverage == Coverage(timezone="Europe/Prague", country="CZ", hours=hours)
    assert said.scope_coverage == {"cloud_outage": Coverage(timezone="Europe/Prague", always=True)}
    assert said.phone_contact == ["name", "company", "phone", "email"]


def test_easy_redmine_server_support_is_prepaid_confirmed_and_penalised(
    catalogue: Catalogue, terms: dict[str, Terms]
) -> None:
    said = terms["easyredmine-server-support"]
    assert said.pools == {
        "server-support": MinutesPool(kind="minutes", top_up=TopUp(minimum_minutes=480, step_minutes=10))
    }
    assert (said.increment_minutes, said.overage, said.fee, said.term_months) == (10, None, None, None)
    assert said.penalty == Penalty(notice_minutes=1440, minutes=120, on_move=True, on_cancel=True, on_no_show=True)
    assert said.confirmation is not None
    assert said.confirmation.deemed_after_days is None
    assert open_names(catalogue, "easyredmine-server-support") == []
