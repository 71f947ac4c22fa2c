"""Integer cents, minutes, rates and dates as a reader of the document's language writes them. No floats."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol
from babel.units import format_unit

# A page says the same few figures in every row, and Babel reads its pattern anew each time.
_kept = lru_cache(maxsize=10_000)


def decimal_of(cents: int) -> Decimal:
    """2225 is Decimal("22.25"), exact, always with two places."""
    return Decimal(cents).scaleb(-2)


def percent_of(hundredths: int) -> Decimal:
    """1900 hundredths of a percent are Decimal("19"), 1950 are Decimal("19.5")."""
    exact = Decimal(hundredths).scaleb(-2)
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


@_kept
def money(cents: int, currency: str, locale: Locale) -> str:
    """123456 EUR is `1.234,56 €` in German; always two places, as the ledger counts in hundredths."""
    return format_currency(
        decimal_of(cents), currency, locale=locale, currency_digits=False, format=_pattern(currency, locale)
    )


def amount(cents: int, locale: Locale) -> str:
    """123456 is `1.234,56` in German."""
    return format_decimal(decimal_of(cents), format="#,##0.00", locale=locale)


@_kept
def count(number: int, locale: Locale) -> str:
    return format_decimal(number, locale=locale)


def hours(minutes: int) -> str:
    """75 minutes are `1:15`, and -75 are `-1:15`. The same in all five languages."""
    whole, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{whole}:{rest:02}"


def duration(minutes: int, locale: Locale) -> str:
    """480 minutes are `8 hours`, in German `8 Stunden`; what is no whole hour stays in minutes, `90 minutes`."""
    whole, rest = divmod(minutes, 60)
    if rest or not whole:
        return format_unit(minutes, "duration-minute", locale=locale)
    return format_unit(whole, "duration-hour", locale=locale)


def rate(hundredths: int | None, locale: Locale) -> str:
    """1900 is `19 %` in German; no rate is a dash."""
    if hundredths is None:
        return "–"
    return format_percent(Decimal(hundredths).scaleb(-4), locale=locale, decimal_quantization=False)


def exchange_rate(text: str, locale: Locale) -> str:
    """`24.315` is `24,315` in German; as many places as it was given with."""
    return format_decimal(Decimal(text), locale=locale, decimal_quantization=False)


@_kept
def day(value: date, locale: Locale) -> str:
    """2 February 2026 is `02.02.2026` in German and Polish, `2. 2. 2026` in Czech, `2 Feb 2026` in English."""
    return format_date(value, format="dd.MM.yyyy" if locale.language == "pl" else "medium", locale=locale)


def moment(local: datetime, locale: Locale) -> str:
    """`17.03.2026 09:00` in German: a day and the time there."""
    return f"{day(local.date(), locale)} {local:%H:%M}"


def days(first: date, last: date, locale: Locale) -> str:
    """A period, or its one day."""
    return day(first, locale) if first == last else f"{day(first, locale)} – {day(last, locale)}"


def _pattern(currency: str, locale: Locale) -> str:
    """The language's own pattern, but with two places whatever the currency is said to have (CZK prints none), and with
    a space behind letters that stand for a currency: `CZK 90.00` as `€90.00`, as CLDR has it.
    """
    pattern = str(locale.currency_formats["standard"].pattern)
    is_in_letters = get_currency_symbol(currency, locale=locale)[-1].isalpha()
    return pattern.replace("\N{CURRENCY SIGN}#", "\N{CURRENCY SIGN}\N{NO-BREAK SPACE}#") if is_in_letters else pattern
