"""What the parties agree: short and long forms of each figure, what is missing."""

import pytest

from ledger.kernel.errors import Refusal
from ledger.plans.loader import Catalogue, Plan
from ledger.plans.terms import (
    BusinessDays,
    Coverage,
    Covered,
    Elapsed,
    EndOfBusinessDay,
    FlatRate,
    HourlyRate,
    MinutesPool,
    OnSiteIncluded,
    Penalty,
    Tier,
)

HOURS = {"hours": {"mon": [["09:00", "17:00"]]}}


def refusal(plan: Plan, agreed: dict[str, object]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        plan.agree(agreed)
    refused.value.detail.encode()
    return refused.value


@pytest.fixture
def individual(catalogue: Catalogue) -> Plan:
    """A plan that leaves everything open."""
    return catalogue.plan("dytron-sla")


@pytest.mark.parametrize(
    ("given_amount", "fee"), [("1200.00", "1200.00"), ("1200", "1200.00"), (1200, "1200.00"), (0, "0.00")]
)
def test_money_is_a_decimal_string_or_a_whole_number(individual: Plan, given_amount: object, fee: str) -> None:
    assert individual.agree({"fee": given_amount}).fee == fee


@pytest.mark.parametrize(
    ("rate", "agreed"),
    [
        ("1200.00", HourlyRate(kind="hourly", rate="1200.00")),
        (1200, HourlyRate(kind="hourly", rate="1200.00")),
        ({"kind": "hourly", "rate": "1200.00"}, HourlyRate(kind="hourly", rate="1200.00")),
        ({"kind": "flat", "amount": "9000.00"}, FlatRate(kind="flat", amount="9000.00")),
    ],
)
def test_a_rate_is_hourly_unless_it_says_flat(individual: Plan, rate: object, agreed: object) -> None:
    assert individual.agree({"rates.training": rate}).rates == {"training": agreed}


@pytest.mark.parametrize(
    ("target", "agreed"),
    [
        (90, Covered(kind="covered", minutes=90)),
        ({"kind": "covered", "minutes": 90}, Covered(kind="covered", minutes=90)),
        ({"kind": "covered", "seconds": 5400}, Covered(kind="covered", minutes=90)),
        ({"kind": "elapsed", "seconds": 60}, Elapsed(kind="elapsed", minutes=1)),
        ({"kind": "business_days", "days": 2}, BusinessDays(kind="business_days", days=2)),
        ({"kind": "end_of_business_day", "days": 1}, EndOfBusinessDay(kind="end_of_business_day", days=1)),
    ],
)
def test_a_target_is_minutes_seconds_or_days(individual: Plan, target: object, agreed: object) -> None:
    assert individual.agree({"sla.reaction.1": target, "coverage": HOURS}).sla.reaction == {"1": agreed}


@pytest.mark.parametrize("coverage", [{}, {"coverage": {"always": True}}])
def test_bare_minutes_count_on_the_clock_where_no_hours_limit_them(
    individual: Plan, coverage: dict[str, object]
) -> None:
    terms = individual.agree({"sla.resolution.4": 480, **coverage})
    assert terms.sla.resolution == {"4": Elapsed(kind="elapsed", minutes=480)}


def test_bare_minutes_count_within_published_hours(catalogue: Catalogue) -> None:
    terms = catalogue.plan("eurolinux-standard-plus").agree({"sla.reaction.1": 30})
    assert terms.sla.reaction["1"] == Covered(kind="covered", minutes=30)
    assert terms.sla.reaction["2"] == Covered(kind="covered", minutes=240)


def test_coverage_is_in_the_providers_zone_unless_it_names_one(individual: Plan) -> None:
    full = {
        "timezone": "Europe/Berlin",
        "hours": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]]},
        "holidays": ["2026-12-24"],
        "annual_holidays": ["12-25"],
        "overrides": {"2026-12-31": [["09:00", "12:00"]]},
        "country": "DE",
        "region": "BE",
    }
    agreed = individual.agree({"coverage": full}).coverage
    assert agreed == Coverage.model_validate(full)
    short = individual.agree({"coverage": HOURS}).coverage
    assert short is not None
    assert short.timezone == "Europe/Prague"


def test_whole_tables_can_be_agreed(individual: Plan) -> None:
    terms = individual.agree(
        {
            "pools.included": {"kind": "minutes", "allotment_minutes": 600},
            "overage": {"scope": "ticket", "tiers": [{"rate": "900.00", "first_minutes": 60}, {"rate": 800}]},
            "penalty": {"notice_minutes": 60, "minutes": 30, "on_cancel": False},
            "on_site": {"kind": "included"},
            "channels": ["phone", "on_site"],
            "term_months": 24,
            "increment_minutes": 30,
        }
    )
    assert terms.pools == {"included": MinutesPool(kind="minutes", allotment_minutes=600)}
    assert terms.overage is not None
    assert terms.overage.tiers == [Tier(rate="900.00", first_minutes=60), Tier(rate="800.00")]
    assert terms.penalty == Penalty(notice_minutes=60, minutes=30, on_cancel=False)
    assert terms.on_site == OnSiteIncluded(kind="included")
    assert (terms.channels, terms.term_months, terms.increment_minutes) == (["phone", "on_site"], 24, 30)


def test_agreeing_leaves_the_plan_as_it_is(individual: Plan) -> None:
    before = repr(individual)
    individual.agree({"fee": "1.00", "pools.included": {"kind": "minutes"}})
    assert repr(individual) == before
    assert individual.agree({}).fee is None


@pytest.mark.parametrize(
    ("plan", "name"),
    [
        ("groupios-l", "fee"),
        ("easyredmine-server-support", "pools.server-support.top_up.rate"),
        ("eurolinux-basic", "on_site.surcharge"),
        ("dytron-sla", "sla.reaction"),
        ("dytron-sla", "rates.consulting"),
        ("dytron-sla", "currency"),
        ("dytron-sla", ""),
        ("dytron-sla", "fee.\x00"),
    ],
)
def test_a_figure_that_is_not_open_is_malformed(catalogue: Catalogue, plan: str, name: str) -> None:
    refused = refusal(catalogue.plan(plan), {name: "1.00"})
    assert (refused.code, refused.status) == ("malformed", 422)
    assert refused.members["field"] == f"agreed.{name}".replace("\x00", "\\x00")


def test_what_a_rule_cannot_do_without_is_named(catalogue: Catalogue) -> None:
    refused = refusal(catalogue.plan("dytron-sbp"), {"term_months": 24})
    assert (refused.code, refused.status) == ("not-agreed", 409)
    assert refused.members["missing"] == ["pools.lump-sum.allotment"]
    assert refused.detail == (
        "The plan dytron-sbp can't be signed without these figures agreed: "
        "pools.lump-sum.allotment (the lump sum, granted and charged at the start of each term)."
    )


@pytest.mark.parametrize("target", [{"kind": "covered", "minutes": 60}, {"kind": "business_days", "days": 1}])
def test_a_target_in_covered_time_needs_a_coverage(individual: Plan, target: object) -> None:
    refused = refusal(individual, {"sla.reaction.2": target})
    assert (refused.code, refused.members["missing"]) == ("not-agreed", ["coverage"])


def test_what_does_not_fit_is_refused_before_what_is_missing(catalogue: Catalogue, individual: Plan) -> None:
    assert refusal(catalogue.plan("dytron-sbp"), {"term_months": 0}).members["field"] == "agreed.term_months"
    refused = refusal(individual, {"sla.reaction.2": {"kind": "covered", "minutes": "60"}})
    assert refused.members["field"] == "agreed.sla.reaction.2.minutes"


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("fee", 12.5, "fee"),
        ("fee", "12.505", "fee"),
        ("fee", "-1.00", "fee"),
        ("fee", True, "fee"),
        ("fee", None, "fee"),
        ("fee", "1e3", "fee"),
        ("term_months", "12", "term_months"),
        ("term_months", 12.0, "term_months"),
        ("term_months", 0, "term_months"),
        ("rates.training", ["1.00"], "rates.training"),
        ("rates.training", {"kind": "daily", "amount": "1.00"}, "rates.training"),
        ("rates.training", {"kind": "flat", "rate": "1.00"}, "rates.training.amount"),
        ("sla.reaction.1", "60", "sla.reaction.1"),
        ("sla.reaction.1", True, "sla.reaction.1"),
        ("sla.reaction.1", 0, "sla.reaction.1.minutes"),
        ("sla.reaction.1", {"kind": "elapsed", "seconds": 61}, "sla.reaction.1.seconds"),
        ("sla.reaction.1", {"kind": "elapsed", "seconds": 60, "minutes": 1}, "sla.reaction.1.seconds"),
        ("sla.reaction.1", {"kind": []}, "sla.reaction.1"),
        ("coverage", "24/7", "coverage"),
        ("coverage", {"timezone": "UTC"}, "coverage"),
        ("coverage", {"timezone": "Mars/Base", "always": True}, "coverage.timezone"),
        ("coverage", {"always": True, "country": "Utopia"}, "coverage.country"),
        ("coverage", {"hours": {"mon": [["17:00", "09:00"]]}}, "coverage.hours.mon"),
        ("coverage", {"hours": {"mon": [["09:00"]]}}, "coverage.hours.mon.0.1"),
        ("coverage", {"always": True, "holidays": ["24.12.2026"]}, "coverage.holidays.0"),
        ("channels", "phone", "channels"),
        ("channels", [], "channels"),
        ("channels", ["phone", "phone"], "channels"),
        ("channels", ["phone", "fax"], "channels.1"),
        ("channels", [["phone"]], "channels.0"),
        ("pools.included", 480, "pools.included"),
        ("pools.included", {"kind": "minutes", "allotment_minutes": "480"}, "pools.included.allotment_minutes"),
        ("pools.included", {"kind": "minutes", "price": "1.00"}, "pools.included.price"),
        ("overage", {"tiers": []}, "overage.tiers"),
        ("penalty", {"minutes": 120}, "penalty.notice_minutes"),
        ("on_site", "included", "on_site"),
    ],
)
def test_a_value_that_does_not_fit_names_its_place(individual: Plan, name: str, value: object, field: str) -> None:
    refused = refusal(individual, {name: value})
    assert (refused.code, refused.members["field"]) == ("malformed", f"agreed.{field}")
    assert refused.detail.startswith(f"agreed.{field}: ")
