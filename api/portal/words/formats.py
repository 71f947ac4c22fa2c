"""Figures, days and instants as a reader of a page writes them, by Babel from exact integers. No floats.

Hours are h:mm without a unit: a page says it once, in a heading or the name of a column. An instant is shown in a
named zone, which is said beside it, or once for a whole table.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_timezone_name

from api.documents import figures
from api.languages import Labels
from ledger.kernel.values import ONE_DAY, from_micros, half_up, local_date, show_instant

MINUS, DASH = "\N{MINUS SIGN}", "–"


class Formats:
    """How one language writes: `hours(-120)` is `−2:00`, `money(1050, "EUR")` is `10,50 €` in German."""

    def __init__(self, labels: Labels) -> None:
        self._locale = labels.locale

    def hours(self, minutes: int | None) -> str:
        """75 minutes are `1:15`, 60000 are `1,000:00`, `1.000:00` in German; nothing known is a dash."""
        if minutes is None:
            return DASH
        whole, rest = divmod(abs(minutes), 60)
        return f"{MINUS if minutes < 0 else ''}{self.count(whole)}:{rest:02}"

    def exact_hours(self, seconds: int) -> str:
        """3600 seconds are `1:00`; where they are no whole minutes the seconds stand behind: `0:47:30`."""
        minutes, rest = divmod(seconds, 60)
        return self.hours(minutes) if not rest else f"{self.hours(minutes)}:{rest:02}"

    def money(self, cents: int | None, currency: str) -> str:
        return DASH if cents is None else _with_minus(figures.money(cents, currency, self._locale))

    def amount(self, cents: int | None) -> str:
        """Without the currency, where a column says it."""
        return DASH if cents is None else _with_minus(figures.amount(cents, self._locale))

    def quantity(self, number: int | None, currency: str | None) -> str:
        """What a pool is counted in: hours, or its money."""
        return self.hours(number) if currency is None else self.money(number, currency)

    def count(self, number: int) -> str:
        return _with_minus(figures.count(number, self._locale))

    def decimal(self, text: str) -> str:
        """An exact decimal as JSON carries it: `24.315` is `24,315` in German."""
        return _with_minus(figures.exchange_rate(text, self._locale))

    def share(self, part: int, whole: int) -> str:
        """57 of 60 are `95 %`, with one decimal, half-up: 2 of 3 are `66.7 %`. Nothing of nothing is a dash."""
        if not whole:
            return DASH
        return figures.rate(half_up(part * 1000, whole) * 10, self._locale)

    def day(self, value: date | None) -> str:
        return DASH if value is None else figures.day(value, self._locale)

    def weekday(self, value: date) -> str:
        """`Mon 2 Feb 2026`, so that a week reads at a glance."""
        return f"{format_date(value, 'EEE', locale=self._locale)} {self.day(value)}"

    def month(self, value: date) -> str:
        """`March 2026`, as a heading stands alone (`marzec 2026`)."""
        return format_skeleton("yMMMM", value, locale=self._locale)

    def short_month(self, value: date) -> str:
        """`Mar 2026`, for the foot of a chart."""
        return format_skeleton("yMMM", value, locale=self._locale)

    def month_name(self, value: date) -> str:
        """`Mar`, where the year stands above."""
        return format_date(value, "LLL", locale=self._locale)

    def moment(self, at: datetime | int | None, zone: str) -> str:
        """Day and time in the zone; an int is microseconds, as tables keep instants."""
        if at is None:
            return DASH
        return f"{self.day(local_date(_instant(at), zone))}, {self.clock(at, zone)}"

    def end(self, at: datetime | int | None, zone: str, said: str | None = None) -> str:
        """Until when something counts: its last day where it ends at midnight, else day and time. None has no end."""
        if at is None:
            return DASH
        local = _instant(at).astimezone(ZoneInfo(zone))
        if local.time() == time():
            return self.day(local.date() - ONE_DAY)
        return self.moment_of_row(at, zone, said or zone)

    def moment_of_row(self, at: datetime | int | None, zone: str, said: str) -> str:
        """In the row's own zone, named where the table says another: `2 Feb 2026, 11:00 (Europe/Berlin)`."""
        moment = self.moment(at, zone)
        return moment if at is None or zone == said else f"{moment} ({zone})"

    def moment_of(self, instant: str, zone: str) -> str:
        """The same of an instant as JSON has it."""
        return self.moment(datetime.fromisoformat(instant), zone)

    def clock(self, at: datetime | int, zone: str) -> str:
        """The time of day alone, `14:05`: to the minute, never rounded up. In the hour that comes twice a year the
        offset says which: `02:30 (+02:00)`.
        """
        local = _instant(at).astimezone(ZoneInfo(zone))
        said = f"{local:%H:%M}"  # the same in all five languages
        other = local.replace(fold=1 - local.fold)
        return said if other.utcoffset() == local.utcoffset() else f"{said} ({local.isoformat()[-6:]})"

    def iso(self, at: datetime | int) -> str:
        """For `<time datetime>`, which programs read."""
        return show_instant(_instant(at))

    def zone(self, zone: str) -> str:
        """The zone's name as a reader knows it, with its id: `Mitteleuropäische Zeit (Europe/Berlin)`; UTC is UTC."""
        if "/" not in zone:
            return zone
        return f"{get_timezone_name(ZoneInfo(zone), locale=self._locale)} ({zone})"


def _instant(at: datetime | int) -> datetime:
    return from_micros(at) if isinstance(at, int) else at.astimezone(UTC)


def _with_minus(text: str) -> str:
    return text.replace("-", MINUS)
