"""Numbers as a reader types and reads them: `1.234,5` in German is `1234.5` to the ledger.

The ledger's own form is taken as well where it means nothing else: `1.5` is one and a half everywhere, `1.234` in
German is more than a thousand. A rate is never written in groups, so that there `24.315` is what it is to the ledger.
Minutes are taken as hours too, as pages show them: `1:30` is `90`.
"""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

from api.declared_fields import fields_of
from ledger.door.registry import COMMANDS
from ledger.kernel.values import is_decimal

_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_WITHOUT_GROUPS = {"exchange_rate"}
_HOURS = re.compile(r"(?P<hours>[0-9]{1,6}):(?P<minutes>[0-5][0-9])")
_MINUS = str.maketrans("\N{MINUS SIGN}", "-")


@cache
def number_fields() -> frozenset[str]:
    """The fields of all commands that take a number: whole, or a decimal, which JSON carries as a text."""
    every = (one for command in COMMANDS for one in fields_of(command))
    return frozenset(one.name for one in every if one.kind == "integer" or _DECIMAL.fullmatch(one.example))


def told_to_ledger(field: str, text: str, locale: Locale) -> str:
    """A field of a form as the command has it; what is no number stays, and is refused as it was typed."""
    if field not in number_fields():
        return text
    typed = text.strip().translate(_MINUS)
    if field.endswith("minutes") and (told := _HOURS.fullmatch(typed)) is not None:
        return str(int(told["hours"]) * 60 + int(told["minutes"]))
    found = _pattern(locale, field not in _WITHOUT_GROUPS).fullmatch(typed)
    if found is None:
        return text
    whole = re.sub(r"[^0-9]", "", found["whole"])
    return found["sign"] + whole + (f".{found['rest']}" if found["rest"] else "")


def shown_to_reader(text: str, locale: Locale) -> str:
    """A number within a refusal, `4,000` or `89.00` in English, as the reader writes it; another text stays."""
    plain = text.replace(",", "")
    if not is_decimal(plain):
        return text
    whole, _, rest = plain.partition(".")
    grouped = f"{int(whole):,}".replace(",", get_group_symbol(locale)) if "," in text else whole
    return f"{grouped}{get_decimal_symbol(locale)}{rest}" if rest else grouped


@cache
def _pattern(locale: Locale, has_groups: bool) -> re.Pattern[str]:
    """Groups of three, or none; where a language parts them by a space, any space does."""
    group = get_group_symbol(locale)
    parted = r"\s" if group.isspace() else re.escape(group)
    whole = rf"[0-9]{{1,3}}(?:{parted}[0-9]{{3}})+|[0-9]+" if has_groups else "[0-9]+"
    mark = re.escape(get_decimal_symbol(locale))
    return re.compile(rf"(?P<sign>-?)(?P<whole>{whole})(?:{mark}(?P<rest>[0-9]+))?")
