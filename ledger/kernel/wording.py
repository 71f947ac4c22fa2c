"""How a value that does not fit is spoken of: what it has to be, with an example, in our words.

Pydantic says which rule a value breaks; its own sentences are about schemas and are told to nobody. A rule or pattern
that has no words here gets none of its.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ledger.kernel.examples import EXAMPLE_DAY, INSTANT, TEXT, WHOLE
from ledger.kernel.faults import Alternatives, FaultError, FieldFault, FieldFaultError
from ledger.kernel.patterns import PATTERNS

FaultContext = Mapping[str, Any]
Wording = Callable[[FaultContext, str | None], FieldFault | str]

_QUOTED = re.compile("'([^']*)'")
_NO_INSTANT = FieldFault("no_instant", {"example": INSTANT})
_NO_DAY = FieldFault("no_day", {"example": EXAMPLE_DAY})


def _members(expected: str) -> str:
    """`'a', 'b' or 'c'` is `a, b or c`."""
    return expected.replace("'", "")


def _limit(of: FaultContext, name: str) -> dict[str, int | str]:
    limit = of[name]
    return {"limit": limit if isinstance(limit, int) else str(limit)}


def _always(fault: FieldFault | str) -> Wording:
    return lambda of, example: fault


def _with_example(code: str, otherwise: str) -> Wording:
    """With an example of what the field takes; where nobody knows the field, with this one."""
    return lambda of, example: FieldFault(code, {"example": example or otherwise})


def _limited(code: str, name: str) -> Wording:
    return lambda of, example: FieldFault(code, _limit(of, name))


def _such_as(told: str, otherwise: str) -> Wording:
    """The same of what no form sends, which is told in English alone."""
    return lambda of, example: f"{told}, such as {example or otherwise}"


def _one_of(of: FaultContext, example: str | None) -> FieldFault:
    return FieldFault("one_of", {"members": Alternatives(_QUOTED.findall(of["expected"]))})


_TEXT = _with_example("no_text", f'"{TEXT}"')
_WHOLE = _with_example("no_whole_number", str(WHOLE))
_OBJECT = _such_as("must be a JSON object", "{}")
_LIST = _such_as("must be a list", "[]")
_TRUTH = _always("must be true or false")
_WORDS: dict[str, Wording] = {
    "missing": lambda of, example: (
        FieldFault("missing_example", {"example": example}) if example else FieldFault("missing")
    ),
    "extra_forbidden": _always(FieldFault("no_field")),
    "string_type": _TEXT,
    "string_too_short": lambda of, example: (
        FieldFault("empty") if of["min_length"] == 1 else FieldFault("too_short", _limit(of, "min_length"))
    ),
    "string_too_long": _limited("too_long", "max_length"),
    "string_pattern_mismatch": lambda of, example: PATTERNS.get(of["pattern"], FieldFault("bad_form")),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _always(FieldFault("too_large_a_number")),
    "greater_than": _limited("not_above", "gt"),
    "greater_than_equal": _limited("below", "ge"),
    "less_than": _limited("not_below", "lt"),
    "less_than_equal": _limited("above", "le"),
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "float_type": _with_example("no_number", str(WHOLE)),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "too_long": _limited("too_many", "max_length"),
    "too_short": lambda of, example: f"has less than {of['min_length']:,} members",
    "literal_error": _one_of,
    "enum": _one_of,
    "union_tag_invalid": lambda of, example: (
        f"{_members(of['discriminator'])} is one of {_members(of['expected_tags'])}"
    ),
    "union_tag_not_found": lambda of, example: (
        f"must say its {_members(of['discriminator'])}{f', such as {example}' if example else ''}"
    ),
    "timezone_aware": _always(_NO_INSTANT),
    "date_from_datetime_inexact": _always(_NO_DAY),
    "date_from_datetime_parsing": _always(_NO_DAY),
}


def worded_fault(fault: Mapping[str, Any], example: str | None = None) -> FieldFault | str:
    """What is wrong, by one of pydantic's errors; its sentence is read after the field's name: `must be a day, …`.

    `example` is one of what the field takes, as JSON. What no form can have is a plain sentence.
    """
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "value_error":  # one of our own checks has said it
        error = context["error"]
        return error.fault if isinstance(error, FaultError) else str(error)
    words = _WORDS.get(kind)
    if words is not None:
        return words(context, example)
    if kind.startswith("datetime_"):
        return _NO_INSTANT
    return _NO_DAY if kind.startswith("date_") else "is of a wrong kind"


def location_of(fault: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Where the field is that one of pydantic's errors is about; empty where it is the whole."""
    error = fault.get("ctx", {}).get("error")
    within = error.field.split(".") if isinstance(error, FieldFaultError) else ()
    return (*fault["loc"], *within)
