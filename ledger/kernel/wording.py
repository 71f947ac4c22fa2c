"""How a value that does not fit is spoken of: what it has to be, with an example, in our words.

Pydantic says which rule a value breaks; its own sentences are about schemas and are told to nobody. A rule or pattern
that has no words here gets none of its.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger.kernel.patterns import PATTERNS

FaultContext = Mapping[str, Any]

_INSTANT = "must be an instant with an offset, such as 2026-01-31T09:00:00+01:00"
_DAY = "must be a day, such as 2026-01-31"
_WHOLE = "must be a whole number, such as 50"
_OBJECT = 'must be a JSON object, such as {"name": "value"}'


def _members(expected: str) -> str:
    """`'a', 'b' or 'c'` is `a, b or c`."""
    return expected.replace("'", "")


def _number(limit: Any) -> str:
    return f"{limit:,}" if isinstance(limit, int) else str(limit)


_WORDS: dict[str, str | Callable[[FaultContext], str]] = {
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


class FieldFaultError(ValueError):
    """What a check over several fields finds: `field`, counted from the checked object, is the one to look at."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def worded_fault(fault: Mapping[str, Any]) -> str:
    """What is wrong, by one of pydantic's errors, to be read after the field's name: `must be a day, such as …`."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "value_error":  # one of our own checks has said it
        return str(context["error"])
    words = _WORDS.get(kind)
    if words is None:
        words = _INSTANT if kind.startswith("datetime_") else _DAY if kind.startswith("date_") else "is of a wrong kind"
    return words if isinstance(words, str) else words(context)


def location_of(fault: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Where the field is that one of pydantic's errors is about; empty where it is the whole."""
    error = fault.get("ctx", {}).get("error")
    within = error.field.split(".") if isinstance(error, FieldFaultError) else ()
    return (*fault["loc"], *within)
