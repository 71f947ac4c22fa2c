"""Public holidays by country and region, from the maintained source that the product pins (`holidays`).

A contract keeps the set in force when its term began (`holidays_in_force`), so that a later release of the source
moves no clock of it; for years beyond that set the pinned source answers. The source is loaded when it is asked first:
most commands of the command line never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from ledger.plans.terms import Terms

YEARS_KEPT = 5  # of an open-ended term; for later years the pinned source answers


def source_name() -> str:
    """What a contract says of where its set comes from: `holidays 0.109`."""
    from holidays.version import __version__

    return f"holidays {__version__}"


@lru_cache(maxsize=4096)
def holidays_of(country: str, region: str | None, year: int) -> Mapping[date, str]:
    """Day and name of each public holiday of a year. Raises NotImplementedError for an unknown country or region."""
    import holidays

    return dict(holidays.country_holidays(country, subdiv=region, years=year, language="en_US"))


def set_name(country: str, region: str | None) -> str:
    return f"{country}-{region}" if region else country


def holiday_set(country: str, region: str | None, first_year: int, last_year: int) -> list[date]:
    """The days of several years, both included, in order."""
    return sorted(day for year in range(first_year, last_year + 1) for day in holidays_of(country, region, year))


def holidays_in_force(terms: Terms, first_year: int, last_year: int) -> dict[str, list[date]]:
    """The public holidays of the terms' calendars, for the years that a term's tickets can reach into (S3)."""
    coverages = [terms.coverage, *terms.channel_coverage.values(), *terms.scope_coverage.values()]
    named = {(c.country, c.region) for c in coverages if c is not None and c.country is not None and not c.always}
    last_year = max(last_year, first_year + YEARS_KEPT) + 1
    return {
        set_name(country, region): holiday_set(country, region, first_year, last_year)
        for country, region in sorted(named, key=str)
        if country is not None
    }
