"""Calendars, laid out once and used again: by the coverage and the holidays they come from."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import msgspec

from ledger.plans.coverage import Calendar
from ledger.plans.terms import Terms
from ledger.sla.targets import coverage_for

MOST = 500


@lru_cache(maxsize=512)
def _holiday_sets(holidays: str) -> dict[str, frozenset[date]]:
    sets = msgspec.json.decode(holidays, type=dict[str, list[date]])
    return {name: frozenset(days) for name, days in sets.items()}


class Calendars:
    """Calendars by the coverage and holidays they come from; one of these for each thread, as a calendar grows."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Calendar] = {}

    def of(self, terms: Terms, holidays: str, channel: str, scope: str | None) -> Calendar | None:
        coverage = coverage_for(terms, channel, scope)
        if coverage is None:
            return None
        key = (coverage.model_dump_json(), holidays)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > MOST:
                self._known.clear()
            found = self._known[key] = Calendar(coverage, _holiday_sets(holidays))
        return found
