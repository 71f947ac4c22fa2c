"""Dotted paths into the terms, such as `sla.reaction.1`, and what is wrong at which of them.

The loader names the key of a faulty file with them, the agreement the figure of a faulty command. Both check terms
here, so that a catalogue file and an agreement answer to the same rules: strict types, and calendars that exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ledger.kernel.examples import example_at
from ledger.kernel.faults import sentence_of
from ledger.kernel.wording import location_of, worded_fault
from ledger.plans.terms import Coverage, Terms

RAW = dict[str, Any]
M = TypeVar("M", bound=BaseModel)
SENTENCES = {
    "extra_forbidden": "is no key that exists here",
}


@dataclass(frozen=True)
class PlanFault:
    """`path` is dotted, empty where the whole is meant; `kind` is pydantic's name of the error."""

    path: str
    message: str
    kind: str


def check_terms(raw: RAW) -> tuple[Terms | None, list[PlanFault]]:
    """The terms, or everything that is wrong with them."""
    terms, problems = check(Terms, raw)
    if terms is not None:
        problems = _calendar_problems(terms)
    return (terms if not problems else None), problems


def check(model: type[M], raw: RAW) -> tuple[M | None, list[PlanFault]]:
    """A model of raw values, or its problems by path.

    The way leads through JSON because only there pydantic's strict mode takes a date for a string and a list for
    a pair, but still refuses `480.0`, `"480"` and `true` where minutes are meant.
    """
    try:
        return model.model_validate_json(json.dumps(raw), strict=True), []
    except ValidationError as error:
        return None, [
            PlanFault(_dotted(location_of(entry), raw), _sentence(entry, model), entry["type"])
            for entry in error.errors(include_url=False, include_input=False)
        ]


def as_primitives(node: Any) -> Any:
    """What TOML says in JSON's types: a date that was written without quotes becomes its text."""
    if isinstance(node, dict):
        return {key: as_primitives(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_primitives(value) for value in node]
    return node.isoformat() if isinstance(node, date | time) else node


def put(raw: RAW, path: str, value: object) -> None:
    """Sets the value at the path, in place, and creates the tables on the way."""
    *tables, last = path.split(".")
    for part in tables:
        raw = raw.setdefault(part, {})
    raw[last] = value


def holds(raw: RAW, path: str) -> bool:
    """Whether raw terms say anything at the path."""
    node: Any = raw
    for part in path.split("."):
        if not isinstance(node, dict) or part not in node:
            return False
        node = node[part]
    return True


def is_path(path: str) -> bool:
    """Whether terms can have something at the path: `sla.reaction.1` yes, `sla.reaction.9` no.

    A list is one value: no path leads into `overage.tiers`.
    """
    return _leads_on(_schema(Terms), path.split("."))


def _leads_on(node: RAW, parts: list[str]) -> bool:
    if "$ref" in node:
        return _leads_on(_schema(Terms)["$defs"][node["$ref"].rpartition("/")[2]], parts)
    if not parts:
        return True
    choices = [*node.get("anyOf", ()), *node.get("oneOf", ())]
    if choices:
        return any(_leads_on(choice, parts) for choice in choices)
    part, rest = parts[0], parts[1:]
    if part in node.get("properties", {}):
        return _leads_on(node["properties"][part], rest)
    for pattern, value in node.get("patternProperties", {}).items():
        if re.search(pattern, part):
            return _leads_on(value, rest)
    value = node.get("additionalProperties")
    names = node.get("propertyNames", {})
    if not isinstance(value, dict) or part not in names.get("enum", [part]):
        return False
    return _leads_on(value, rest)


@cache
def _schema(model: type[BaseModel]) -> RAW:
    return model.model_json_schema()


def _calendar_problems(terms: Terms) -> list[PlanFault]:
    """Countries and regions for which no public holidays are known."""
    named: list[tuple[str, Coverage | None]] = [("coverage", terms.coverage)]
    named += [(f"channel_coverage.{channel}", coverage) for channel, coverage in terms.channel_coverage.items()]
    named += [(f"scope_coverage.{scope}", coverage) for scope, coverage in terms.scope_coverage.items()]
    found: list[PlanFault] = []
    for path, coverage in named:
        if coverage is None or (coverage.country is None and coverage.region is None):
            continue
        regions = _regions().get(coverage.country or "")
        if regions is None:
            found.append(
                PlanFault(f"{path}.country", "is no country whose public holidays are known, such as DE", "calendar")
            )
        elif coverage.region is not None and coverage.region not in regions:
            found.append(PlanFault(f"{path}.region", no_region(coverage.country), "calendar"))
    return found


def no_region(country: str | None) -> str:
    """What is said of a region that a country does not have."""
    return f"is no region of {country}, such as {next(iter(_regions().get(country or '', ())), 'none')}"


def knows_holidays(country: str, region: str | None) -> bool:
    """Whether the source of public holidays knows a country, and the region if one is named."""
    regions = _regions().get(country)
    return regions is not None and (region is None or region in regions)


@cache
def _regions() -> dict[str, list[str]]:
    import holidays

    return holidays.list_supported_countries()


def _dotted(location: tuple[int | str, ...], raw: Any) -> str:
    """Pydantic's location as a path of the file.

    Pydantic also names the kind of a table that it chose (`pools.x.money.allotment`) and marks keys with `[key]`;
    neither stands in the file.
    """
    parts: list[str] = []
    node, kind_passed = raw, False
    for part in location:
        if part == "[key]":
            continue
        if isinstance(node, dict) and node.get("kind") == part and not kind_passed:
            kind_passed = True
            continue
        parts.append(str(part))
        kind_passed = False
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            node = None
    return ".".join(parts)


def _sentence(fault: Mapping[str, Any], model: type[BaseModel]) -> str:
    place = [part for part in location_of(fault) if part != "[key]"]
    return SENTENCES.get(fault["type"]) or sentence_of(worded_fault(fault, example_at(place, _schema(model))))
