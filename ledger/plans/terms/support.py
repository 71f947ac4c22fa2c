"""Support hours and promises: when a clock runs, and what is due when (S1–S3)."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, model_validator

from ledger.kernel import patterns
from ledger.kernel.words import TargetName
from ledger.plans.terms.words import PlanMinutes, PlanPriority, Strict, Weekday


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


HOURS_EXAMPLE = '{"mon": [["09:00", "17:00"]]}'
# The context of terms that were checked when they were recorded: reading them again asks no tz data, which change.
AS_RECORDED = {"as_recorded": True}


def _zone(name: str, info: ValidationInfo) -> str:
    if info.context != AS_RECORDED and name not in _zones():
        raise ValueError(f"{name!r} is no time zone of the tz database, such as Europe/Vienna")
    return name


def _annual(text: str) -> str:
    try:
        date.fromisoformat(f"2024-{text}")  # a leap year: 02-29 is a day that some years have
    except ValueError:
        raise ValueError(f"{text} is no day of a year, such as 12-25") from None
    return text


ZoneName = Annotated[str, AfterValidator(_zone), Field(examples=["Europe/Berlin"])]
TimeOfDay = Annotated[str, StringConstraints(pattern=patterns.TIME_OF_DAY)]
AnnualDay = Annotated[str, StringConstraints(pattern=patterns.ANNUAL_DAY), AfterValidator(_annual)]


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


Windows = Annotated[list[tuple[TimeOfDay, TimeOfDay]], AfterValidator(_ordered)]


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
            raise ValueError(f"a calendar with no opening at all; it has hours such as {HOURS_EXAMPLE}")
        return self


class Elapsed(Strict):
    kind: Literal["elapsed"]
    minutes: PlanMinutes


class Covered(Strict):
    kind: Literal["covered"]
    minutes: PlanMinutes


class BusinessDays(Strict):
    kind: Literal["business_days"]
    days: Annotated[int, Field(gt=0, le=3660)]


class EndOfBusinessDay(Strict):
    kind: Literal["end_of_business_day"]
    days: Annotated[int, Field(gt=0, le=3660)]


Target = Annotated[Elapsed | Covered | BusinessDays | EndOfBusinessDay, Field(discriminator="kind")]


class Sla(Strict):
    """Targets per priority; a priority without one is promised nothing (domain S1, S2)."""

    reaction: dict[PlanPriority, Target] = {}
    resolution: dict[PlanPriority, Target] = {}
    reaction_pauses_while_waiting: bool = False

    def promised(self, name: TargetName, priority: int) -> Target | None:
        """The target of a priority, if one is promised."""
        targets = self.reaction if name == "reaction" else self.resolution
        return next((target for key, target in targets.items() if key == str(priority)), None)
