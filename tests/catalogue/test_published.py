"""Every figure that the five providers publish, as a literal from their texts: what all have, groupios, EuroLinux.

What a text leaves to the agreement is asserted as open, and what it leaves to reading as the reading that was chosen.
"""

import tomllib
from importlib import resources

import pytest

from ledger.plans.loader import Catalogue, digest
from ledger.plans.terms import (
    BusinessDays,
    Coverage,
    Covered,
    Elapsed,
    Except,
    MinutesPool,
    Only,
    OnSiteFromSubscriptions,
    OnSiteNone,
    Terms,
    Tier,
    Weekday,
)

PLANS = [
    "cloudempiere-sla",
    "cloudempiere-standard",
    "dytron-alc",
    "dytron-pay",
    "dytron-sbp",
    "dytron-sla",
    "easyredmine-basic",
    "easyredmine-individual",
    "easyredmine-priority",
    "easyredmine-server-support",
    "eurolinux-basic",
    "eurolinux-premium",
    "eurolinux-standard",
    "eurolinux-standard-plus",
    "groupios-l",
    "groupios-m",
    "groupios-s",
]
WORKDAYS: list[Weekday] = ["mon", "tue", "wed", "thu", "fri"]
TARGETS = [f"sla.{kind}.{priority}" for kind in ("reaction", "resolution") for priority in "1234"]


def open_names(catalogue: Catalogue, plan: str) -> list[str]:
    return sorted(figure.name for figure in catalogue.plan(plan).open)


def test_all_seventeen_plans_are_there_in_their_first_version(catalogue: Catalogue) -> None:
    assert [(plan.id, plan.version) for plan in catalogue.plans()] == [(plan, 1) for plan in PLANS]


def test_every_plan_can_be_agreed_with_nothing_but_the_required_figures(terms: dict[str, Terms]) -> None:
    assert [(each.plan, each.version) for each in terms.values()] == [(plan, 1) for plan in PLANS]


@pytest.mark.parametrize(
    ("provider", "place", "invoice", "credit_note"),
    [
        ("cloudempiere", ("SK", "Europe/Bratislava", "EUR"), "CE-{year}-{number:05}", "CE-CN-{year}-{number:05}"),
        ("dytron", ("CZ", "Europe/Prague", "CZK"), "DY-{year}-{number:05}", "DY-CN-{year}-{number:05}"),
        ("easyredmine", ("CZ", "Europe/Prague", "EUR"), "ER-{year}-{number:05}", "ER-CN-{year}-{number:05}"),
        ("eurolinux", ("PL", "Europe/Warsaw", "PLN"), "EL-{year}-{number:05}", "EL-CN-{year}-{number:05}"),
        ("groupios", ("DE", "Europe/Berlin", "EUR"), "GR-{year}-{number:05}", "GR-CN-{year}-{number:05}"),
    ],
)
def test_a_provider_has_its_country_zone_currency_and_series(
    catalogue: Catalogue, provider: str, place: tuple[str, str, str], invoice: str, credit_note: str
) -> None:
    said = catalogue.provider(provider)
    assert (said.country, said.timezone, said.currency) == place
    assert (said.invoice_series.invoice, said.invoice_series.credit_note) == (invoice, credit_note)
    assert said.invoice_series.invoice.format(year=2026, number=1).endswith("-2026-00001")
    assert len(catalogue.providers()) == 5


@pytest.mark.parametrize(
    ("plan", "channels"),
    [
        ("eurolinux-premium", ["phone", "email", "portal", "on_site"]),
        ("eurolinux-standard", ["phone", "email", "portal", "on_site"]),
        ("eurolinux-standard-plus", ["phone", "email", "portal", "on_site"]),
        ("eurolinux-basic", ["phone", "email", "portal"]),
        ("groupios-l", ["email", "callback", "web_meeting", "remote"]),
        ("groupios-m", ["email", "callback", "web_meeting", "remote"]),
        ("groupios-s", ["email", "callback", "web_meeting", "remote"]),
        ("dytron-alc", ["phone", "email"]),
        ("dytron-pay", ["phone", "email", "remote", "on_site"]),
        ("dytron-sbp", ["phone", "email", "remote", "on_site"]),
        ("cloudempiere-standard", ["phone", "portal"]),
        ("easyredmine-basic", ["portal", "email", "phone"]),
        ("easyredmine-priority", ["portal", "email", "phone", "chat"]),
        ("easyredmine-server-support", ["portal", "email", "remote"]),
    ],
)
def test_a_plan_offers_its_channels(terms: dict[str, Terms], plan: str, channels: list[str]) -> None:
    assert terms[plan].channels == channels


def test_where_channels_are_open_and_none_are_agreed_all_are_offered(terms: dict[str, Terms]) -> None:
    for plan in ("dytron-sla", "cloudempiere-sla", "easyredmine-individual"):
        assert len(terms[plan].channels) == 8


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_quotes_its_source_and_says_how_it_was_read(catalogue: Catalogue, plan: str) -> None:
    said = catalogue.plan(plan)
    assert said.source
    assert said.readings


def test_every_published_version_has_its_line_in_the_digests(catalogue: Catalogue) -> None:
    """That an edited version fails, and how, is loading's own rule; here: that none escapes it."""
    lines = tomllib.loads((resources.files("ledger.plans.published") / "digests.toml").read_text("utf-8"))
    wanted = {f"{plan.id}@{plan.version}": digest(plan) for plan in catalogue.versions()}
    missing = "\n".join(f'"{key}" = "{value}"' for key, value in wanted.items() if key not in lines)
    assert lines == wanted, f"Add these lines to ledger/plans/published/digests.toml:\n{missing}"


# ---- groupios


@pytest.mark.parametrize(
    ("plan", "fee", "included_minutes", "rate"),
    [("groupios-l", "899.00", 480, "89.00"), ("groupios-m", "499.00", 240, "99.00")],
)
def test_groupios_sells_a_year_with_included_hours(
    terms: dict[str, Terms], plan: str, fee: str, included_minutes: int, rate: str
) -> None:
    said = terms[plan]
    assert (said.fee, said.term_months, said.increment_minutes) == (fee, 12, 15)
    assert said.pools == {
        "included": MinutesPool(kind="minutes", allotment_minutes=included_minutes, allotment_expires="term_end")
    }
    assert said.overage is not None
    assert (said.overage.scope, said.overage.tiers) == ("contract", [Tier(rate=rate)])


def test_groupios_s_prices_the_first_hour_of_each_ticket_apart(terms: dict[str, Terms]) -> None:
    said = terms["groupios-s"]
    assert (said.fee, said.term_months, said.pools, said.increment_minutes) == (None, None, {}, 15)
    assert said.overage is not None
    assert said.overage.scope == "ticket"
    assert said.overage.tiers == [Tier(rate="149.00", first_minutes=60), Tier(rate="129.00")]


@pytest.mark.parametrize("plan", ["groupios-l", "groupios-m", "groupios-s"])
def test_groupios_serves_through_partners_in_its_hours_without_promising_a_time(
    catalogue: Catalogue, terms: dict[str, Terms], plan: str
) -> None:
    said = terms[plan]
    hours = {day: [("09:00", "17:00")] for day in WORKDAYS[:4]} | {WORKDAYS[4]: [("09:00", "12:00")]}
    assert said.coverage == Coverage(timezone="Europe/Berlin", country="DE", hours=hours)
    assert (said.sla.reaction, said.sla.resolution) == ({}, {})
    assert said.partnership is not None
    assert said.partnership.direct_contact_needs_authorisation
    not_these = Except(kind="except", scopes=["installation", "operation"])
    assert said.level_scopes == {"L2": not_these, "L3": not_these}
    assert open_names(catalogue, plan) == []


# ---- EuroLinux


@pytest.mark.parametrize(
    ("plan", "reaction"),
    [
        ("eurolinux-premium", [Elapsed(kind="elapsed", minutes=minutes) for minutes in (60, 120, 240, 1440)]),
        (
            "eurolinux-standard",
            [
                Covered(kind="covered", minutes=60),
                Covered(kind="covered", minutes=240),
                BusinessDays(kind="business_days", days=1),
                BusinessDays(kind="business_days", days=2),
            ],
        ),
        ("eurolinux-basic", [BusinessDays(kind="business_days", days=days) for days in (1, 1, 1, 2)]),
    ],
)
def test_eurolinux_promises_reaction_times(terms: dict[str, Terms], plan: str, reaction: list[object]) -> None:
    assert [terms[plan].sla.reaction[priority] for priority in ("1", "2", "3", "4")] == reaction
    assert terms[plan].sla.resolution == {}


def test_eurolinux_premium_is_covered_always_the_others_eight_hours_on_five_days(terms: dict[str, Terms]) -> None:
    premium = terms["eurolinux-premium"].coverage
    assert premium == Coverage(timezone="Europe/Warsaw", always=True)
    for plan in ("eurolinux-standard", "eurolinux-basic", "eurolinux-standard-plus"):
        hours = {day: [("09:00", "17:00")] for day in WORKDAYS}
        assert terms[plan].coverage == Coverage(timezone="Europe/Warsaw", country="PL", hours=hours)


def test_eurolinux_comes_on_site_free_from_fifty_subscriptions_and_never_for_basic(terms: dict[str, Terms]) -> None:
    from_fifty = OnSiteFromSubscriptions(kind="from_subscriptions", minimum=50)
    for plan in ("eurolinux-premium", "eurolinux-standard", "eurolinux-standard-plus"):
        assert terms[plan].on_site == from_fifty
    assert terms["eurolinux-basic"].on_site == OnSiteNone(kind="none")
    assert terms["eurolinux-basic"].scopes == Only(kind="only", scopes=["installation"])


def test_standard_plus_is_standard_with_every_figure_open(catalogue: Catalogue, terms: dict[str, Terms]) -> None:
    named = {"plan", "name"}
    assert terms["eurolinux-standard-plus"].model_dump(exclude=named) == terms["eurolinux-standard"].model_dump(
        exclude=named
    )
    assert open_names(catalogue, "eurolinux-standard-plus") == sorted(
        ["fee", "term_months", "coverage", "channels", "on_site.surcharge", *TARGETS]
    )


def test_eurolinux_publishes_no_fee_and_no_surcharge(catalogue: Catalogue, terms: dict[str, Terms]) -> None:
    for plan in ("eurolinux-premium", "eurolinux-standard"):
        assert open_names(catalogue, plan) == ["fee", "on_site.surcharge", "term_months"]
    assert open_names(catalogue, "eurolinux-basic") == ["fee", "term_months"]
    assert terms["eurolinux-premium"].fee is None
