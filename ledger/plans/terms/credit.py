"""What credit there is, what time costs, and what a late change or a missed promise costs (C1–C11)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ledger.plans.terms.support import Elapsed
from ledger.plans.terms.words import PlanAmount, PlanMinutes, Slug, Strict


class Tier(Strict):
    """One rate of the overage; `first_minutes` limits it to so many minutes of the scope (domain C3)."""

    rate: PlanAmount
    first_minutes: PlanMinutes | None = None


class Overage(Strict):
    scope: Literal["ticket", "contract"] = "contract"
    tiers: Annotated[list[Tier], Field(min_length=1)]

    @model_validator(mode="after")
    def _ends_open(self) -> Overage:
        if any(tier.first_minutes is None for tier in self.tiers[:-1]) or self.tiers[-1].first_minutes is not None:
            raise ValueError("every tier but the last has first_minutes, the last has none")
        return self


class TopUp(Strict):
    """What may be bought for a pool (domain C5), in the pool's unit; `rate` is the price of an hour of it."""

    minimum_minutes: PlanMinutes = 1
    step_minutes: PlanMinutes = 1
    rate: PlanAmount | None = None


class MinutesPool(Strict):
    kind: Literal["minutes"]
    allotment_minutes: PlanMinutes | None = None
    allotment_expires: Literal["term_end", "never"] = "term_end"
    top_up: TopUp | None = None


class MoneyPool(Strict):
    """Credit in money; `allotment` is granted, and where `allotment_charged` charged, at each term's start (C15)."""

    kind: Literal["money"]
    allotment: PlanAmount | None = None
    allotment_expires: Literal["term_end", "never"] = "never"
    allotment_charged: bool = False


Pool = Annotated[MinutesPool | MoneyPool, Field(discriminator="kind")]


class HourlyRate(Strict):
    kind: Literal["hourly"]
    rate: PlanAmount


class FlatRate(Strict):
    kind: Literal["flat"]
    amount: PlanAmount


ServiceRate = Annotated[HourlyRate | FlatRate, Field(discriminator="kind")]


class FeeShare(Strict):
    """A missed target costs the provider a share of the term's fee, in whole per cent, half-up to the cent."""

    kind: Literal["fee_share"]
    percent: Annotated[int, Field(gt=0, le=100)]


class GoodwillMinutes(Strict):
    """A missed target gives the customer minutes in a pool."""

    kind: Literal["minutes"]
    pool: Slug
    minutes: PlanMinutes


ServiceCredit = Annotated[FeeShare | GoodwillMinutes, Field(discriminator="kind")]


class Penalty(Strict):
    """Credit deducted without work when a booked session falls through late (domain C7)."""

    notice_minutes: PlanMinutes
    minutes: PlanMinutes
    on_move: bool = True
    on_cancel: bool = True
    on_no_show: bool = True

    @property
    def notice(self) -> Elapsed:
        """How long before its start a session may be changed at no cost, and in which time that is counted."""
        return Elapsed(kind="elapsed", minutes=self.notice_minutes)


class Confirmation(Strict):
    """The customer confirms each deduction (domain C8); after `deemed_after_days` silence counts as a yes."""

    deemed_after_days: Annotated[int, Field(gt=0, le=3660)] | None = None
