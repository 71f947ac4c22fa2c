"""Support hours counted slowly: minute by minute, by the rules S1 to S3 with `zoneinfo`, and none of the ledger's code.

Time is walked from one minute to the next and each is asked whether it is open; a minute is cut only where a question
or a pause begins or ends inside it. Instants and spans are microseconds since 1970, as the ledger's are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATIENCE = timedelta(days=60) // timedelta(microseconds=1)

Pause = tuple[int, int]
Piece = tuple[int, int, bool, bool]  # from, to, open, paused
Windows = list[tuple[str, str]]


class NeverError(Exception):
    """Not within the time that a slow walk has patience for."""


def micros(text: str) -> int:
    """An instant with its offset, as RFC 3339 has it."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def shown(instant: int) -> str:
    return (EPOCH + timedelta(microseconds=instant)).isoformat()


@lru_cache(maxsize=100_000)
def _wall(zone: str, minute: int) -> datetime:
    return (EPOCH + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))


@dataclass
class Hours:
    """Support hours as they are agreed: by weekday, with holidays, and with dates that have hours of their own."""

    zone: str
    weekly: dict[str, Windows]
    holidays: list[date] = field(default_factory=list)
    annual: list[str] = field(default_factory=list)
    overrides: dict[date, Windows] = field(default_factory=dict)
    _days: dict[date, list[bool]] = field(default_factory=dict, repr=False)

    def local(self, instant: int) -> datetime:
        """What the wall shows at an instant, to the minute."""
        return _wall(self.zone, instant // MINUTE)

    def windows(self, day: date) -> Windows:
        """A date's own hours win over a holiday, a holiday over the week (S3)."""
        if day in self.overrides:
            return self.overrides[day]
        if day in self.holidays or f"{day.month:02}-{day.day:02}" in self.annual:
            return []
        return self.weekly.get(WEEKDAYS[day.weekday()], [])

    def is_open(self, instant: int) -> bool:
        """Whether the minute on the wall lies in a window; its end is outside."""
        local = self.local(instant)
        day = local.date()
        if day not in self._days:
            clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440)]
            windows = self.windows(day)
            self._days[day] = [any(opens <= clock < closes for opens, closes in windows) for clock in clocks]
        return self._days[day][local.hour * 60 + local.minute]

    # -- walking -----------------------------------------------------------------------------------------------

    def walk(self, start: int, end: int, pauses: Sequence[Pause] = ()) -> Iterator[Piece]:
        """The time from start to end in pieces of a minute or less."""
        cuts = [edge for pause in pauses for edge in pause]
        at = start
        while at < end:
            following = min((at // MINUTE + 1) * MINUTE, end, *[cut for cut in cuts if cut > at])
            yield at, following, self.is_open(at), any(a <= at < b for a, b in pauses)
            at = following

    def between(self, start: int, end: int, pauses: Sequence[Pause] = ()) -> int:
        """Covered time in [start, end) outside the pauses."""
        return sum(b - a for a, b, is_open, paused in self.walk(start, end, pauses) if is_open and not paused)

    def forward(self, start: int, span: int, pauses: Sequence[Pause] = ()) -> int:
        """When `span` of covered time outside the pauses is used up."""
        if span == 0:
            return start
        for a, b, is_open, paused in self.walk(start, start + PATIENCE, pauses):
            if is_open and not paused:
                if span <= b - a:
                    return a + span
                span -= b - a
        raise NeverError

    def backward(self, end: int, span: int) -> int:
        """From when `span` of covered time runs until the end."""
        at = end
        while span:
            if end - at > PATIENCE:
                raise NeverError
            before = (at - 1) // MINUTE * MINUTE
            if self.is_open(before):
                if span <= at - before:
                    return at - span
                span -= at - before
            at = before
        return at

    # -- targets (S1, S2) --------------------------------------------------------------------------------------

    def first_run(self, opened: int) -> int:
        """At once, or at the next opening."""
        for a, _, is_open, _ in self.walk(opened, opened + PATIENCE):
            if is_open:
                return a
        raise NeverError

    def _nth_day(self, start: int, count: int) -> list[Piece]:
        """The minutes of the Nth covered day after the one that an instant lies in."""
        first = self.local(start).date()
        covered: list[date] = []
        for at, _, is_open, _ in self.walk(start, start + PATIENCE):
            local = self.local(at)
            day = local.date()
            if is_open and day > first and day not in covered:
                covered.append(day)
            if len(covered) == count:  # its first opening is found; clocks move by two hours at most
                midnight = at // MINUTE * MINUTE - (local.hour * 60 + local.minute) * MINUTE
                around = self.walk(midnight - 2 * HOUR, midnight + 28 * HOUR)
                return [piece for piece in around if self.local(piece[0]).date() == day]
        raise NeverError

    def business_days(self, opened: int, count: int, pauses: Sequence[Pause] = ()) -> int:
        """The same clock time on the Nth next covered day, or as soon after as there is support."""
        start = self.first_run(opened)
        clock = self.local(start)
        minutes = self._nth_day(start, count)
        due = minutes[-1][1]  # where the clocks skip the end of the day
        for a, *_ in minutes:
            local = self.local(a)
            if (local.hour, local.minute) == (clock.hour, clock.minute):
                due = a + start % MINUTE
                break
            if (local.hour, local.minute) > (clock.hour, clock.minute):
                due = a  # the clocks skipped that time: they changed here
                break
        if not (self.is_open(due) or self.is_open(due - 1)):
            due = self.first_run(due)
        return self._moved_on(start, due, pauses)

    def end_of_business_day(self, opened: int, count: int, pauses: Sequence[Pause] = ()) -> int:
        """The last closing of the Nth next covered day."""
        start = self.first_run(opened)
        due = max(b for _, b, is_open, _ in self._nth_day(start, count) if is_open)
        return self._moved_on(start, due, pauses)

    def _moved_on(self, start: int, due: int, pauses: Sequence[Pause]) -> int:
        """Later by the covered time waited: what the waits took is owed, and paid back when nobody waits any more.

        A wait that began before the target fell due and still goes on then takes the due instant along.
        """
        owed = sum(b - a for a, b, is_open, paused in self.walk(start, due, pauses) if is_open and paused)
        waiting = any(a < due < b for a, b in pauses)
        if owed == 0 and not waiting:
            return due
        for a, b, is_open, paused in self.walk(due, due + PATIENCE, pauses):
            if is_open and paused:
                due = b
            elif is_open:
                if owed <= b - a:
                    return a + owed if owed else due
                owed -= b - a
        raise NeverError


@cache
def clock_changes(zone: str, first_year: int = 2006, last_year: int = 2031) -> tuple[int, ...]:
    """The instants at which a zone's offset changes, to the minute; one taken back in ten days may be left out."""
    info = ZoneInfo(zone)

    def offset(instant: int) -> timedelta | None:
        return (EPOCH + timedelta(microseconds=instant)).astimezone(info).utcoffset()

    found = []
    at, end = micros(f"{first_year}-01-01T00:00:00Z"), micros(f"{last_year}-01-01T00:00:00Z")
    step = 10 * 24 * HOUR
    known = offset(at)
    while at < end:
        following = offset(at + step)
        if following != known:
            low, high = at, at + step
            while high - low > MINUTE:
                middle = (low + high) // 2 // MINUTE * MINUTE
                low, high = (middle, high) if offset(middle) == known else (low, middle)
            found.append(high)
        at, known = at + step, following
    return tuple(found)


@cache
def zones_with_clock_changes() -> tuple[str, ...]:
    """One zone of each kind: of those whose clocks changed alike, the first by name."""
    kinds: dict[tuple[object, ...], str] = {}
    for zone in sorted(available_timezones() - {"localtime"}):
        changes = clock_changes(zone)
        if changes:
            offsets = tuple(Hours(zone, {}).local(change).utcoffset() for change in changes)
            kinds.setdefault((changes, offsets), zone)
    return tuple(kinds.values())
