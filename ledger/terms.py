"""What a plan says, as data: the models that catalogue files and contracts are checked against.

A contract carries its own full copy of these terms. Code asks them for kinds of rule, never for a provider.
`catalogue/` loads the files; `pricing` and the aggregates read the terms.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from ledger.values import parse_cents, show_cents

Channel = Literal["phone", "email", "portal", "chat", "callback", "web_meeting", "remote", "on_site"]
Scope = Literal[
    "installation",
    "operation",
    "malfunction",
    "basic_functions",
    "data_manipulation",
    "customer_login",
    "cloud_outage",
]
Level = Literal["L1", "L2", "L3"]
Grade = Literal["high", "medium", "low"]
Priority = Literal["1", "2", "3", "4"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ContactField = Literal["name", "company", "phone", "email"]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


def _amount(value: Any) -> Any:
    """Accepts `"89.00"` or a whole number; floats would already have lost what was written."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('money is a string such as "89.00"')
    cents = parse_cents(str(value))
    if cents < 0:
        raise ValueError("an amount of the terms is not negative")
    return show_cents(cents)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"{name!r} is no time zone of the tz database")
    return name


def _annual(text: str) -> str:
    date.fromisoformat(f"2024-{text}")  # a leap year: 02-29 is a day that some years have
    return text


Amount = Annotated[str, BeforeValidator(_amount)]
ZoneName = Annotated[str, AfterValidator(_zone)]
Clock = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
AnnualDay = Annotated[str, StringConstraints(pattern=r"^\d\d-\d\d$"), AfterValidator(_annual)]
Minutes = Annotated[int, Field(gt=0, le=10_000_000)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _ordered(windows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Windows are half-open, run forwards and do not overlap."""
    for start, end in windows:
        if start >= end:
            raise ValueError(f"the window {start}-{end} runs backwards; one that passes midnight is two windows")
    ordered = sorted(windows)
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            raise ValueError(f"windows overlap at {start}")
    return ordered


Windows = Annotated[list[tuple[Clock, Clock]], AfterValidator(_ordered)]


class Coverage(Strict):
    """The weekly support hours in which a clock runs (domain S3); `always` stands for 24 hours on 7 days."""

    timezone: ZoneName
    always: bool = False
    hours: dict[Weekday, Windows] = {}
    country: str | None = None
    region: str | None = None
    holidays: list[date] = []
    annual_holidays: list[AnnualDay] = []
    overrides: dict[date, Windows] = {}

    @model_validator(mode="after")
    def _opens(self) -> Coverage:
        if self.always and self.hours:
            raise ValueError("always and hours exclude each other")
        if not self.always and not any(self.hours.values()) and not any(self.overrides.values()):
            raise ValueError("a calendar with no opening at all")
        return self


class Elapsed(Strict):
    kind: Literal["elapsed"]
    minutes: Minutes


class Covered(Strict):
    kind: Literal["covered"]
    minutes: Minutes


class BusinessDays(Strict):
    kind: Literal["business_days"]
    days: Annotated[int, Field(gt=0, le=3660)]


class EndOfBusinessDay(Strict):
    kind: Literal["end_of_business_day"]
    days: Annotated[int, Field(gt=0, le=3660)]


Target = Annotated[Elapsed | Covered | BusinessDays | EndOfBusinessDay, Field(discriminator="kind")]


class Sla(Strict):
    """Targets per priority; a priority without one is promised nothing (domain S1, S2)."""

    reaction: dict[Priority, Target] = {}
    resolution: dict[Priority, Target] = {}
    reaction_pauses_while_waiting: bool = False


class Tier(Strict):
    """One rate of the overage; `first_minutes` limits it to so many minutes of the scope (domain C3)."""

    rate: Amount
    first_minutes: Minutes | None = None


class Overage(Strict):
    scope: Literal["ticket", "contract"] = "contract"
    tiers: Annotated[list[Tier], Field(min_length=1)]

    @model_validator(mode="after")
    def _ends_open(self) -> Overage:
        if any(tier.first_minutes is None for tier in self.tiers[:-1]) or self.tiers[-1].first_minutes is not None:
            raise ValueError("every tier but the last has first_minutes, the last has none")
        return self

    @property
    def counts_contract(self) -> bool:
        """Whether prices depend on how much overage the whole contract had; one tier's price depends on nothing."""
        return self.scope == "contract" and len(self.tiers) > 1


class TopUp(Strict):
    """What may be bought for a pool (domain C5), in the pool's unit; `rate` is the price of an hour of it."""

    minimum_minutes: Minutes = 1
    step_minutes: Minutes = 1
    rate: Amount | None = None


class MinutesPool(Strict):
    kind: Literal["minutes"]
    allotment_minutes: Minutes | None = None
    allotment_expires: Literal["term_end", "never"] = "term_end"
    top_up: TopUp | None = None


class MoneyPool(Strict):
    """Credit in money; `allotment` is granted, and where `allotment_charged` charged, at each term's start (C15)."""

    kind: Literal["money"]
    allotment: Amount | None = None
    allotment_expires: Literal["term_end", "never"] = "never"
    allotment_charged: bool = False


Pool = Annotated[MinutesPool | MoneyPool, Field(discriminator="kind")]


class HourlyRate(Strict):
    kind: Literal["hourly"]
    rate: Amount


class FlatRate(Strict):
    kind: Literal["flat"]
    amount: Amount


ServiceRate = Annotated[HourlyRate | FlatRate, Field(discriminator="kind")]


class Only(Strict):
    """Only these scopes; a matter whose scope was not given is none of them."""

    kind: Literal["only"]
    scopes: list[Scope]


class Except(Strict):
    kind: Literal["except"]
    scopes: list[Scope]


ScopeRule = Annotated[Only | Except, Field(discriminator="kind")]


class OnSiteNone(Strict):
    kind: Literal["none"]


class OnSiteIncluded(Strict):
    kind: Literal["included"]


class OnSiteFromSubscriptions(Strict):
    """Free from so many subscriptions, below that for the agreed surcharge of a visit (domain T7)."""

    kind: Literal["from_subscriptions"]
    minimum: Annotated[int, Field(gt=0)]
    surcharge: Amount | None = None


OnSite = Annotated[OnSiteNone | OnSiteIncluded | OnSiteFromSubscriptions, Field(discriminator="kind")]


class FeeShare(Strict):
    """A missed target costs the provider a share of the term's fee, in whole per cent, half-up to the cent."""

    kind: Literal["fee_share"]
    percent: Annotated[int, Field(gt=0, le=100)]


class GoodwillMinutes(Strict):
    """A missed target gives the customer minutes in a pool."""

    kind: Literal["minutes"]
    pool: Slug
    minutes: Minutes


ServiceCredit = Annotated[FeeShare | GoodwillMinutes, Field(discriminator="kind")]


class Penalty(Strict):
    """Credit deducted without work when a booked session falls through late (domain C7)."""

    notice_minutes: Minutes
    minutes: Minutes
    on_move: bool = True
    on_cancel: bool = True
    on_no_show: bool = True


class Confirmation(Strict):
    """The customer confirms each deduction (domain C8); after `deemed_after_days` silence counts as a yes."""

    deemed_after_days: Annotated[int, Field(gt=0, le=3660)] | None = None


class Partnership(Strict):
    """With a partner, L1 is the partner's, and direct contact may need the partner's word (domain T3)."""

    direct_contact_needs_authorisation: bool = True


class PriorityMatrix(Strict):
    """Priority by impact, then urgency (domain T2)."""

    high: dict[Grade, Annotated[int, Field(ge=1, le=4)]]
    medium: dict[Grade, Annotated[int, Field(ge=1, le=4)]]
    low: dict[Grade, Annotated[int, Field(ge=1, le=4)]]

    @model_validator(mode="after")
    def _complete(self) -> PriorityMatrix:
        if any(set(row) != {"high", "medium", "low"} for row in (self.high, self.medium, self.low)):
            raise ValueError("every impact needs a priority for urgency high, medium and low")
        return self

    def priority(self, impact: Grade, urgency: Grade) -> int:
        row: dict[Grade, int] = getattr(self, impact)
        return row[urgency]


ITIL_MATRIX = PriorityMatrix(
    high={"high": 1, "medium": 2, "low": 3},
    medium={"high": 2, "medium": 3, "low": 4},
    low={"high": 3, "medium": 4, "low": 4},
)

ALL_CHANNELS: list[Channel] = ["phone", "email", "portal", "chat", "callback", "web_meeting", "remote", "on_site"]


class Terms(Strict):
    """Everything a plan says. What is absent is not promised, not charged, not limited, as each field says."""

    plan: Slug
    version: Annotated[int, Field(ge=1)]
    name: str
    provider: Slug
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    timezone: ZoneName
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    fee: Amount | None = None  # charged at each term's start; none: nothing is charged
    term_months: Annotated[int, Field(gt=0, le=1200)] | None = None  # none: no fixed term, nothing to renew
    increment_minutes: Minutes = 1  # worked time is rounded up to it
    pools: dict[Slug, Pool] = {}
    overage: Overage | None = None  # none: no price for time beyond the credit
    services: list[Slug] = []  # kinds of service sold by rate: work names one of them, and its rate is agreed
    rates: dict[Slug, ServiceRate] = {}
    penalty: Penalty | None = None
    confirmation: Confirmation | None = None
    on_site: OnSite = OnSiteNone(kind="none")
    channels: list[Channel] = ALL_CHANNELS
    channel_scopes: dict[Channel, ScopeRule] = {}
    scopes: ScopeRule | None = None
    level_scopes: dict[Level, ScopeRule] = {}
    partnership: Partnership | None = None
    phone_contact: list[ContactField] = []
    call_after_responses: Annotated[int, Field(gt=0)] | None = None
    priority_matrix: PriorityMatrix = ITIL_MATRIX
    coverage: Coverage | None = None
    channel_coverage: dict[Channel, Coverage] = {}
    scope_coverage: dict[Scope, Coverage] = {}
    sla: Sla = Sla()
    service_credits: dict[Literal["reaction", "resolution"], ServiceCredit] = {}  # none: a miss costs nothing

    @model_validator(mode="after")
    def _whole(self) -> Terms:
        needs_hours = [t for t in (*self.sla.reaction.values(), *self.sla.resolution.values()) if t.kind != "elapsed"]
        if needs_hours and self.coverage is None:
            raise ValueError("coverage: targets in covered time or business days need a coverage")
        for target, credit in self.service_credits.items():
            if credit.kind == "minutes" and not isinstance(self.pools.get(credit.pool), MinutesPool):
                raise ValueError(f"service_credits.{target}: {credit.pool} is no pool of minutes of these terms")
        return self


class OpenFigure(Strict):
    """A figure that a plan leaves to the agreement; `name` is its path in the terms."""

    name: str
    type: Literal[
        "money",
        "integer",
        "rate",
        "target",
        "coverage",
        "pool",
        "overage",
        "penalty",
        "channels",
        "on_site",
        "service_credit",
    ]
    unit: str
    meaning: str
    required: bool = False


@lru_cache(maxsize=1024)
def parse_terms(encoded: bytes) -> Terms:
    """Terms as an event keeps them. The cache makes the copies of many contracts one object."""
    return Terms.model_validate_json(encoded)
