"""How a value that does not fit is spoken of: what it has to be, with an example, in our words.

Pydantic says which rule a value breaks; its own sentences are about schemas and are told to nobody. A rule or pattern
that has no words here gets none of its.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ledger.kernel.ids import ID_PATTERN

Context = Mapping[str, Any]

_INSTANT = "must be an instant with an offset, such as 2026-01-31T09:00:00+01:00"
_DAY = "must be a day, such as 2026-01-31"
_WHOLE = "must be a whole number, such as 50"
_OBJECT = 'must be a JSON object, such as {"name": "value"}'
_KSEF_NUMBER = (
    "^([1-9](([0-9][1-9])|([1-9][0-9]))[0-9]{7}|M[0-9]{9}|[A-Z]{3}[0-9]{7})-20[2-9][0-9](0[1-9]|1[0-2])"
    "(0[1-9]|[12][0-9]|3[01])-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}$"
)
PATTERNS = {
    ID_PATTERN: "is made of A-Z, a-z, 0-9, '.', '_' and '-', such as example-1",
    r"^[A-Z]{2}$": "is a country's code by ISO 3166: two capital letters, such as DE",
    r"^[a-z]{2}$": "is a language's code: two small letters, such as de",
    r"^[^@\s]{1,64}@[^@\s]{1,190}$": "must be a mail address, such as office@example.com",
    r"^[0-9]{2}-[0-9]{2}$": "must be a month and a day, such as 12-25",
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": "must be a month, such as 2026-03",
    r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$": "must be a time of day, such as 09:00",
    r"^(0(\.\d{1,4})?|1(\.0{1,4})?)$": "must be a share from 0 to 1, such as 0.25",
    r"^[0-9]{1,6}(\.[0-9]{1,6})?$": "must be a rate of at most six decimals, such as 24.315",
    _KSEF_NUMBER: "is a number that KSeF gave, such as 5265877635-20260201-0A1B2C-3D4E5F-67",
    r"^[A-Z]{3}$": "is a currency's code by ISO 4217: three capital letters, such as EUR",
    r"^[a-z][a-z0-9_-]{0,63}$": "is made of a-z, 0-9, '_' and '-', and begins with a letter, such as quick-help",
    r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\{year\}-\{number:0[1-9]\}$": "is a series, such as GR-{year}-{number:05}",
}


def _members(expected: str) -> str:
    """`'a', 'b' or 'c'` is `a, b or c`."""
    return expected.replace("'", "")


def _number(limit: Any) -> str:
    return f"{limit:,}" if isinstance(limit, int) else str(limit)


_WORDS: dict[str, str | Callable[[Context], str]] = {
    "missing": "is missing",
    "extra_forbidden": "is no field here",
    "string_type": 'must be a text, such as "example"',
    "string_too_short": lambda of: "is empty" if of["min_length"] == 1 else f"has less than {of['min_length']} letters",
    "string_too_long": lambda of: f"has more than {_number(of['max_length'])} letters",
    "string_pattern_mismatch": lambda of: PATTERNS.get(of["pattern"], "is not written as it has to be"),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": "is too large a number",
    "greater_than": lambda of: f"must be more than {_number(of['gt'])}",
    "greater_than_equal": lambda of: f"must be {_number(of['ge'])} or more",
    "less_than": lambda of: f"must be less than {_number(of['lt'])}",
    "less_than_equal": lambda of: f"must be {_number(of['le'])} or less",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "float_type": "must be a number, such as 50",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": "must be a list, such as []",
    "tuple_type": "must be a list, such as []",
    "too_long": lambda of: f"has more than {_number(of['max_length'])} members",
    "too_short": lambda of: f"has less than {_number(of['min_length'])} members",
    "literal_error": lambda of: f"is one of {_members(of['expected'])}",
    "enum": lambda of: f"is one of {_members(of['expected'])}",
    "union_tag_invalid": lambda of: f"{_members(of['discriminator'])} is one of {_members(of['expected_tags'])}",
    "union_tag_not_found": lambda of: f"must say its {_members(of['discriminator'])}",
    "timezone_aware": _INSTANT,
    "date_from_datetime_inexact": _DAY,
    "date_from_datetime_parsing": _DAY,
}


def worded(kind: str, message: str, context: Context) -> str:
    """What is wrong, to be read after the field's name: `must be a whole number, such as 50`."""
    if kind == "value_error":  # one of our own checks has said it
        return re.sub("^Value error, ", "", message)
    words = _WORDS.get(kind)
    if words is None:
        words = _INSTANT if kind.startswith("datetime_") else _DAY if kind.startswith("date_") else "is of a wrong kind"
    return words if isinstance(words, str) else words(context)


def worded_fault(fault: Mapping[str, Any]) -> str:
    """The same of one of the errors that pydantic lists."""
    return worded(fault["type"], fault["msg"], fault.get("ctx", {}))
