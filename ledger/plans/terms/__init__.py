"""What a plan says, as data: the models that catalogue files and contracts are checked against.

A contract carries its own full copy of these terms. Code asks them for kinds of rule, never for a provider.
`plans.loader` reads the files; pricing, aggregates and clocks read the terms.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ledger.kernel import patterns
from ledger.kernel.faults import FieldFaultError
from ledger.kernel.words import Channel, Level, MatterScope, TargetName
from ledger.plans.terms.credit import (
    Confirmation,
    FeeShare,
    FlatRate,
    GoodwillMinutes,
    HourlyRate,
    MinutesPool,
    MoneyPool,
    Overage,
    Penalty,
    Pool,
    ServiceCredit,
    ServiceRate,
    Tier,
    TopUp,
)
from ledger.plans.terms.matters import (
    ALL_CHANNELS,
    ITIL_MATRIX,
    Except,
    Only,
    OnSite,
    OnSiteFromSubscriptions,
    OnSiteIncluded,
    OnSiteNone,
    Partnership,
    PriorityMatrix,
    ScopeRule,
)
from ledger.plans.terms.support import (
    AS_RECORDED,
    AnnualDay,
    BusinessDays,
    Coverage,
    Covered,
    Elapsed,
    EndOfBusinessDay,
    Sla,
    Target,
    TimeOfDay,
    Windows,
    ZoneName,
)
from ledger.plans.terms.words import (
    WEEKDAYS,
    ContactField,
    PlanAmount,
    PlanMinutes,
    PlanPriority,
    Slug,
    Strict,
    Weekday,
)

__all__ = [
    "ALL_CHANNELS",
    "ITIL_MATRIX",
    "WEEKDAYS",
    "AnnualDay",
    "BusinessDays",
    "Confirmation",
    "ContactField",
    "Coverage",
    "Covered",
    "Elapsed",
    "EndOfBusinessDay",
    "Except",
    "FeeShare",
    "FlatRate",
    "GoodwillMinutes",
    "HourlyRate",
    "MinutesPool",
    "MoneyPool",
    "OnSite",
    "OnSiteFromSubscriptions",
    "OnSiteIncluded",
    "OnSiteNone",
    "Only",
    "OpenFigure",
    "OpenType",
    "Overage",
    "Partnership",
    "Penalty",
    "PlanAmount",
    "PlanMinutes",
    "PlanPriority",
    "Pool",
    "PriorityMatrix",
    "ScopeRule",
    "ServiceCredit",
    "ServiceRate",
    "Sla",
    "Slug",
    "Strict",
    "Target",
    "Terms",
    "Tier",
    "TimeOfDay",
    "TopUp",
    "Weekday",
    "Windows",
    "ZoneName",
    "parse_terms",
]


class Terms(Strict):
    """Everything a plan says. What is absent is not promised, not charged, not limited, as each field says."""

    plan: Slug
    version: Annotated[int, Field(ge=1)]
    name: str
    provider: Slug
    country: Annotated[str, StringConstraints(pattern=patterns.COUNTRY)]
    timezone: ZoneName
    currency: Annotated[str, StringConstraints(pattern=patterns.CURRENCY)]

    fee: PlanAmount | None = None  # charged at each term's start; none: nothing is charged
    term_months: Annotated[int, Field(gt=0, le=1200)] | None = None  # none: no fixed term, nothing to renew
    increment_minutes: PlanMinutes = 1  # worked time is rounded up to it
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
    scope_coverage: dict[MatterScope, Coverage] = {}
    sla: Sla = Sla()
    service_credits: dict[TargetName, ServiceCredit] = {}  # none: a miss costs nothing

    @model_validator(mode="after")
    def _whole(self) -> Terms:
        named: list[Target] = [*self.sla.reaction.values(), *self.sla.resolution.values()]
        if self.penalty is not None:
            named.append(self.penalty.notice)
        if self.coverage is None and any(time.kind != "elapsed" for time in named):
            raise FieldFaultError("coverage", "covered time or business days need a coverage")
        for target, credit in self.service_credits.items():
            if credit.kind == "minutes" and not isinstance(self.pools.get(credit.pool), MinutesPool):
                raise FieldFaultError(
                    f"service_credits.{target}", f"{credit.pool} is no pool of minutes of these terms"
                )
        return self


OpenType = Literal[
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


class OpenFigure(Strict):
    """A figure that a plan leaves to the agreement; `name` is its path in the terms."""

    name: str
    type: OpenType
    unit: str
    meaning: str
    required: bool = False


def parse_terms(encoded: bytes) -> Terms:
    """Terms as an event keeps them. What is kept makes the copies of many contracts one object."""
    return _kept(encoded) if len(encoded) <= SHORT_BYTES else _kept_long(encoded)


def _parsed(encoded: bytes) -> Terms:
    return Terms.model_validate_json(encoded, context=AS_RECORDED)


# Hours agreed for each day of four years are some hundred kilobytes; of such terms few are kept.
SHORT_BYTES = 16_000
_kept, _kept_long = lru_cache(maxsize=1024)(_parsed), lru_cache(maxsize=32)(_parsed)
