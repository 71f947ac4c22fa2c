"""Calendars, laid out once and used again: by the coverage and the holidays they come from."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import msgspec

from ledger.kernel.words import Channel, MatterScope
from ledger.plans.coverage import Calendar
from ledger.plans.terms import Terms
from ledger.sla.targets import coverage_for

MOST_BYTES = 40_000_000  # three years of working days are 180,000


@lru_cache(maxsize=512)
def _holiday_sets(holidays: str) -> dict[str, frozenset[date]]:
    sets = msgspec.json.decode(holidays, type=dict[str, list[date]])
    return {name: frozenset(days) for name, days in sets.items()}


class Calendars:
    """Calendars by the coverage and holidays they come from; one of these for each thread, as a calendar grows."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._known: dict[tuple[str, str], tuple[Calendar, int]] = {}  # each with its weight
        self._bytes = 0

    def of(self, terms: Terms, holidays: str, channel: Channel, scope: MatterScope | None) -> Calendar | None:
        coverage = coverage_for(terms, channel, scope)
        if coverage is None:
            return None
        key = (coverage.model_dump_json(), holidays)
        found, weighed = self._known.get(key) or (Calendar(coverage, _holiday_sets(holidays)), 0)
        weight = found.weight_bytes
        self._bytes += weight - weighed
        if self._bytes > self._most_bytes:
            self._known.clear()
            self._bytes = weight
        self._known[key] = (found, weight)
        return found

    @property
    def kept(self) -> int:
        """How many there are."""
        return len(self._known)
