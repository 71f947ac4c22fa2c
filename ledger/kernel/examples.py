"""An example of what a field takes, out of its JSON schema: whoever sent something else is shown it.

It fits the field: a priority is not 50, a customer no `{"name": "value"}`. `definitions` are the `$defs` of the schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.kernel.patterns import EXAMPLE_OF_PATTERN

FieldSchema = Mapping[str, Any]
INSTANT, EXAMPLE_DAY, TEXT, WHOLE = "2026-01-31T09:00:00+01:00", "2026-01-31", "example", 50


def taken(given: FieldSchema, definitions: FieldSchema) -> FieldSchema:
    """What a field takes, null aside; what it says of itself stands before what its kind says."""
    besides = [one for one in (*given.get("anyOf", ()), *given.get("oneOf", ())) if one.get("type") != "null"]
    found = {**taken(besides[0], definitions), **given} if besides else given
    if "$ref" in found:
        named = definitions[found["$ref"].rpartition("/")[2]]
        return {**taken(named, definitions), "description": given.get("description", "")}
    return found


def example_of(given: FieldSchema, definitions: FieldSchema) -> Any:
    """A value that the field takes; of an object what it must have."""
    found = taken(given, definitions)
    kind = found.get("type")
    if "const" in found or "enum" in found:
        return found["const"] if "const" in found else found["enum"][0]
    if found.get("examples"):
        return found["examples"][0]
    if kind == "object" or "properties" in found:
        members = found.get("properties", {})
        wanted = found.get("required") or list(members)[:1]
        return {name: example_of(members[name], definitions) for name in wanted if name in members}
    if kind == "array":
        items = found.get("prefixItems") or [one for one in (found.get("items"),) if one]
        return [example_of(one, definitions) for one in items]
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return min(max(WHOLE, found.get("minimum", WHOLE)), found.get("maximum", WHOLE))
    return _text(found)


def _text(found: FieldSchema) -> str:
    form = found.get("format")
    if form in ("date-time", "date"):
        return INSTANT if form == "date-time" else EXAMPLE_DAY
    return EXAMPLE_OF_PATTERN.get(found.get("pattern", ""), TEXT)


def example_at(location: Sequence[int | str], whole: FieldSchema) -> str | None:
    """The example for the field at a place in an object, as JSON; None where its schema says nothing of the place."""
    found, definitions = _schema_at(location, whole), whole.get("$defs", {})
    return json.dumps(example_of(found, definitions), ensure_ascii=False) if found is not None else None


def without_kinds(location: Sequence[int | str], whole: FieldSchema) -> list[int | str]:
    """A place as its sender knows it: `target.seconds`, where pydantic says `target.covered.seconds`."""
    before = (_schema_at(location[:number], whole) or {} for number in range(len(location)))
    return [step for step, found in zip(location, before, strict=True) if step not in _kinds(found)]


def _schema_at(location: Sequence[int | str], whole: FieldSchema) -> FieldSchema | None:
    definitions = whole.get("$defs", {})
    found = taken(whole, definitions)
    for step in location:
        inner = _member(found, step) if isinstance(step, int) else _field(found, step)
        if not isinstance(inner, Mapping):
            return None
        found = taken(inner, definitions)
    return found


def _member(found: FieldSchema, number: int) -> Any:
    fixed = found.get("prefixItems", ())
    return fixed[number] if number < len(fixed) else found.get("items")


def _field(found: FieldSchema, name: str) -> Any:
    if name in _kinds(found):
        return {"$ref": _kinds(found)[name]}
    if name in found.get("properties", {}):
        return found["properties"][name]
    of_pattern = next(iter(found.get("patternProperties", {}).values()), None)
    return of_pattern or found.get("additionalProperties")


def _kinds(found: FieldSchema) -> Mapping[int | str, str]:
    """The schemas by name between which a value chooses by its own kind, where it does."""
    kinds: Mapping[int | str, str] = found.get("discriminator", {}).get("mapping", {})
    return kinds
