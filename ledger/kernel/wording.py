"""How a value that does not fit is spoken of: what it has to be, with an example, in our words.

Pydantic says which rule a value breaks; its own sentences are about schemas and are told to nobody. A rule or pattern
that has no words here gets none of its.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ledger.kernel.examples import EXAMPLE_DAY, INSTANT, TEXT, WHOLE
from ledger.kernel.patterns import PATTERNS

FaultContext = Mapping[str, Any]

_INSTANT = f"must be an instant with an offset, such as {INSTANT}"
_DAY = f"must be a day, such as {EXAMPLE_DAY}"
_WHOLE = "must be a whole number, such as"
_OBJECT = "must be a JSON object, such as"
_A_TEXT = "must be a text, such as"
_LIST = "must be a list, such as"


def _members(expected: str) -> str:
    """`'a', 'b' or 'c'` is `a, b or c`."""
    return expected.replace("'", "")


def _number(limit: Any) -> str:
    return f"{limit:,}" if isinstance(limit, int) else str(limit)


# What ends in "such as" goes on with an example of what the field takes; where nobody knows the field, with this one.
_ANY_EXAMPLE = {_A_TEXT: f'"{TEXT}"', _OBJECT: "{}", _LIST: "[]"}
_WORDS: dict[str, str | Callable[[FaultContext], str]] = {
    "missing": "is missing",
    "extra_forbidden": "is no field here",
    "string_type": _A_TEXT,
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
    "float_type": "must be a number, such as",
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
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


def worded_fault(fault: Mapping[str, Any], example: str | None = None) -> str:
    """What is wrong, by one of pydantic's errors, to be read after the field's name: `must be a day, such as …`.

    `example` is one of what the field takes, as JSON.
    """
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "value_error":  # one of our own checks has said it
        return str(context["error"])
    words = _WORDS.get(kind)
    if words is None:
        words = _INSTANT if kind.startswith("datetime_") else _DAY if kind.startswith("date_") else "is of a wrong kind"
    told = words if isinstance(words, str) else words(context)
    return f"{told} {example or _ANY_EXAMPLE.get(told, WHOLE)}" if told.endswith("such as") else told


def location_of(fault: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Where the field is that one of pydantic's errors is about; empty where it is the whole."""
    error = fault.get("ctx", {}).get("error")
    within = error.field.split(".") if isinstance(error, FieldFaultError) else ()
    return (*fault["loc"], *within)
