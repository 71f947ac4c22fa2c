"""The coverage engine as a calculator: a coverage, a start, pauses, and a target or an end. Stateless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ledger.kernel.errors import malformed
from ledger.kernel.faults import FieldFaultError
from ledger.kernel.values import SECOND, to_micros
from ledger.plans.coverage import Calendar, NoOpeningError
from ledger.plans.paths import knows_holidays, no_region
from ledger.plans.terms import AnnualDay, BusinessDays, Coverage, EndOfBusinessDay, Strict, Weekday, Windows, ZoneName
from ledger.plans.terms.support import HOURS_EXAMPLE
from ledger.sla.due import counted_by, covered, due_after, due_instant
from ledger.sla.trace import Window, trace
from ledger.work.fields import Day, Instant

MOST_SECONDS = 20 * 366 * 86_400
HoursOfADay = Annotated[Windows, Field(max_length=96)]  # quarters of an hour; each one costs time in each year


class GivenCoverage(Strict):
    """Support hours as a caller writes them down."""

    timezone: ZoneName
    hours: dict[Weekday, HoursOfADay] = Field(default={}, examples=[{"mon": [["09:00", "17:00"]]}])
    holidays: list[Day] = Field(default=[], max_length=5_000)
    annual_holidays: list[AnnualDay] = Field(default=[], max_length=366)
    overrides: dict[Day, HoursOfADay] = Field(default={}, max_length=5_000)
    country: Annotated[str | None, Field(max_length=2)] = None
    region: Annotated[str | None, Field(max_length=20)] = None


class SpanTarget(Strict):
    kind: Literal["covered", "elapsed"]
    seconds: Annotated[int, Field(strict=True, ge=0, le=MOST_SECONDS)]


class DayTarget(Strict):
    kind: Literal["business_days", "end_of_business_day"]
    days: Annotated[int, Field(strict=True, ge=1, le=3_660)]


class Calculation(BaseModel):
    """Either a `target`, whose due instant is asked for, or an `end`, up to which covered time is counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    coverage: GivenCoverage
    start: Instant
    pauses: list[tuple[Instant, Instant]] = Field(default=[], max_length=1_000)
    target: Annotated[SpanTarget | DayTarget, Field(discriminator="kind")] | None = None
    end: Instant | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Calculation:
        if (self.target is None) == (self.end is None):
            raise FieldFaultError("target", "give a target, or an end instead")
        return self


@dataclass(slots=True, frozen=True)
class Calculated:
    """When the target falls due, or the covered time until the end; and the account of it."""

    windows: list[Window]
    due_at: int | None = None
    covered_seconds: int | None = None


def calculate(body: Calculation) -> Calculated:
    """Answers the one question that a calculation holds. Raises Refusal malformed naming what is wrong."""
    given = body.coverage
    if (given.country or given.region) and not knows_holidays(given.country or "", None):
        raise malformed("coverage.country", "is no country whose public holidays are known, such as DE")
    if given.country is not None and not knows_holidays(given.country, given.region):
        raise malformed("coverage.region", no_region(given.country))
    if not any(given.hours.values()) and not any(given.overrides.values()):
        raise malformed("coverage.hours", f"a calendar with no opening at all; it has hours such as {HOURS_EXAMPLE}")
    calendar = Calendar(Coverage(**given.model_dump()))
    start = to_micros(body.start)
    pauses = []
    for number, (begins, ends) in enumerate(body.pauses):
        if ends < begins:
            raise malformed(f"pauses.{number}", "ends before it starts")
        pauses.append((to_micros(begins), to_micros(ends)))
    try:
        if body.target is not None:
            due = _due(body.target, calendar, start, pauses)
            days = body.target.days if isinstance(body.target, DayTarget) else 0
            windows = trace(body.target.kind, days, calendar, start, due, pauses)
            return Calculated(windows, due_at=due)
    except NoOpeningError:
        raise malformed("target", "this calendar never opens long enough to reach it") from None
    assert body.end is not None
    end = to_micros(body.end)
    if end <= start:
        return Calculated([], covered_seconds=0)
    if end - start > MOST_SECONDS * SECOND:
        raise malformed("end", "lies more than twenty years after the start")
    account = trace("covered", 0, calendar, start, end, pauses)
    return Calculated(account, covered_seconds=covered(calendar, start, end, pauses) // SECOND)


def _due(target: SpanTarget | DayTarget, calendar: Calendar, start: int, pauses: list[tuple[int, int]]) -> int:
    if isinstance(target, SpanTarget):
        return due_after(counted_by(target.kind, calendar), start, target.seconds * SECOND, pauses)
    if target.kind == "business_days":
        return due_instant(BusinessDays(kind="business_days", days=target.days), calendar, start, pauses)
    return due_instant(EndOfBusinessDay(kind="end_of_business_day", days=target.days), calendar, start, pauses)
