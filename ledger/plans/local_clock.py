"""The clock of a time zone: what it shows at an instant, when it shows a time, and where it is changed. Pure.

Instants are microseconds since 1970 in UTC where they are ints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.kernel.values import MICROSECOND, ONE_DAY, from_micros, to_micros


@dataclass(slots=True, frozen=True)
class LocalClock:
    """Of a zone such as Europe/Berlin."""

    zone: ZoneInfo

    def local(self, instant: int) -> datetime:
        return from_micros(instant).astimezone(self.zone)

    def at_clock(self, day: date, clock: datetime) -> int:
        """The instant at which a day shows the clock time of another; a skipped time is when the clocks changed."""
        naive = datetime.combine(day, clock.time().replace(fold=0))
        instant = naive.replace(tzinfo=self.zone).astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) != naive:
            before = naive.replace(tzinfo=self.zone, fold=1, microsecond=0).astimezone(UTC)
            return to_micros(self._change(before, instant.replace(microsecond=0), self._offset(before)))
        return to_micros(instant)

    def stretches(self, year: int) -> Iterator[tuple[int, int, int]]:
        """The year (and a day around it) as stretches of constant offset: start, end, offset in microseconds.

        Local hours are laid on each stretch, so that an hour skipped by a clock change does not exist and one
        that is repeated counts twice.
        """
        begin = datetime(year, 1, 1, tzinfo=UTC) - 2 * ONE_DAY
        end = datetime(year + 1, 1, 1, tzinfo=UTC) + 2 * ONE_DAY
        start, offset, probe = begin, self._offset(begin), begin
        while probe < end:
            following = min(probe + 3 * ONE_DAY, end)  # no zone has changed its clocks twice within a week since 1980
            if self._offset(following) != offset:
                change = self._change(probe, following, offset)
                yield to_micros(start), to_micros(change), offset
                start, offset = change, self._offset(change)
                following = change
            probe = following
        yield to_micros(start), to_micros(end), offset

    def _offset(self, instant: datetime) -> int:
        found = self.zone.utcoffset(instant.astimezone(self.zone))
        assert found is not None
        return found // MICROSECOND

    def _change(self, low: datetime, high: datetime, offset: int) -> datetime:
        """The first instant after `low` with another offset, to the second."""
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
            if self._offset(middle) == offset:
                low = middle
            else:
                high = middle
        return high
