"""What the parties agree at signing, put into a plan's terms.

A plan leaves figures open by name; `agree` takes values for those names and nothing else. The values come from outside
and may be anything that JSON can say: what does not fit is refused with the figure's name, never an exception.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence

from ledger.kernel.errors import Refusal, malformed
from ledger.plans.paths import RAW, check_terms, holds, put
from ledger.plans.terms import ALL_CHANNELS, OpenFigure, Terms

MOST_FIGURES = 100  # far above what any plan leaves open; a longer list is a mistake or an attack
MOST_VALUES = 5_000  # in one figure: a calendar with hours of its own on every day of four years still fits
DEEPEST_FIGURE = 8
LONGEST_TEXT = 100
LARGEST_NUMBER = 10**12

# One right value of every type: the loader tries each open figure with it, and it stands in for a figure that is
# missing while the others are checked.
SAMPLES: dict[str, object] = {
    "money": "1.00",
    "integer": 1,
    "rate": {"kind": "hourly", "rate": "1.00"},
    "target": {"kind": "elapsed", "minutes": 1},
    "coverage": {"timezone": "UTC", "always": True},
    "pool": {"kind": "minutes"},
    "overage": {"tiers": [{"rate": "1.00"}]},
    "penalty": {"notice_minutes": 1, "minutes": 1},
    "channels": ["email"],
    "on_site": {"kind": "none"},
    "service_credit": {"kind": "fee_share", "percent": 1},
}


def agree(
    published: RAW,
    open_figures: Sequence[OpenFigure],
    agreed: Mapping[str, object],
    customer_coverage: Mapping[str, object] | None = None,
) -> Terms:
    """Whole terms: what is published, with the agreed values at their paths. `published` stays as it is.

    Support hours are the contract's (`agreed.coverage`), else the customer's own, else the plan's.

    Refuses `malformed` with the field (`agreed.fee`, `customer.coverage`) for a figure that is not open or a value
    that does not fit, and `not-agreed` with the names in `missing` where a rule can't do without a figure. What does
    not fit comes first.
    """
    if len(agreed) > MOST_FIGURES:
        raise malformed("agreed", f"{len(agreed)} figures; at most {MOST_FIGURES} can be agreed.")
    figures = {figure.name: figure for figure in open_figures}
    for name in agreed:
        if name not in figures:
            left = f"it leaves open {', '.join(figures)}" if figures else "it leaves none open"
            detail = f"the plan {published['plan']} does not leave this figure open; {left}."
            raise malformed(f"agreed.{quoted(name)}", detail)

    missing = [figure for figure in open_figures if figure.required and figure.name not in agreed]
    raw = copy.deepcopy(published)
    for figure in missing:
        put(raw, figure.name, SAMPLES[figure.type])
    customers = customer_coverage is not None and "coverage" not in agreed
    if customers:
        _bounded("customer.coverage", customer_coverage)
        put(raw, "coverage", {"timezone": raw["timezone"], **(customer_coverage or {})})
    # A target counts in covered time or not by the coverage that is agreed with it, so targets come last.
    for name in sorted(agreed, key=lambda name: figures[name].type == "target"):
        put(raw, name, _value(figures[name], agreed[name], raw))
    targets_need_coverage = _targets_need_coverage(raw)
    if targets_need_coverage:
        raw["coverage"] = SAMPLES["coverage"]

    terms, problems = check_terms(raw)
    for problem in problems:
        side = "customer" if customers and problem.path.startswith("coverage") else "agreed"
        raise malformed(f"{side}.{problem.path}".removesuffix("."), f"{problem.message}.")
    if missing or targets_need_coverage:
        raise _not_agreed(published, missing, targets_need_coverage)
    assert terms is not None  # without problems there are terms
    return terms


def quoted(text: str) -> str:
    """A name that somebody sent, fit for a sentence: bounded, and with nothing that can't be written as UTF-8."""
    short = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
    return short if short.isprintable() else ascii(short)[1:-1]


def _not_agreed(published: RAW, missing: list[OpenFigure], coverage: bool) -> Refusal:
    named = [f"{figure.name} ({figure.meaning})" for figure in missing]
    if coverage:
        named.append("coverage (targets in covered time or business days need support hours)")
    names = [figure.name for figure in missing] + (["coverage"] if coverage else [])
    detail = f"The plan {published['plan']} can't be signed without these figures agreed: {', '.join(named)}."
    return Refusal("not-agreed", detail, missing=names)


def _value(figure: OpenFigure, value: object, raw: RAW) -> object:
    """The value in the shape of the terms; what short forms there are is read here, what they say is checked later."""
    field = f"agreed.{figure.name}"
    _bounded(field, value)
    match figure.type:
        case "money":
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise malformed(field, 'an amount is a string such as "1200.00".')
            return value
        case "integer":
            if isinstance(value, bool) or not isinstance(value, int):
                raise malformed(field, f"a whole number of {figure.unit} is needed, such as {SAMPLES[figure.type]}.")
            return value
        case "rate":
            if isinstance(value, str | int) and not isinstance(value, bool):
                return {"kind": "hourly", "rate": value}
            return _table(field, value, 'a rate of an hour such as "1200.00", or {"kind": "flat", "amount": "1200.00"}')
        case "target":
            return _target(field, value, raw)
        case "coverage":
            return {"timezone": raw["timezone"], **_table(field, value, f"support hours such as {_sample(figure)}")}
        case "channels":
            if not isinstance(value, list) or not 0 < len(value) <= len(ALL_CHANNELS) or _repeats(value):
                raise malformed(field, 'a list of different channels such as ["phone", "email"] is needed.')
            return value
        case _:
            return _table(field, value, f"the terms of {figure.meaning}, such as {_sample(figure)},")


def _sample(figure: OpenFigure) -> str:
    return json.dumps(SAMPLES[figure.type])


def _repeats(values: list[object]) -> bool:
    return any(values.count(value) > 1 for value in values)


def _table(field: str, value: object, wanted: str) -> RAW:
    if not isinstance(value, dict):
        raise malformed(field, f"{wanted} is needed, as an object.")
    return value


def _target(field: str, value: object, raw: RAW) -> RAW:
    """A target; a whole number means minutes, of covered time unless there are no hours to count it in."""
    if isinstance(value, int) and not isinstance(value, bool):
        coverage = raw.get("coverage")
        around_the_clock = not isinstance(coverage, dict) or coverage.get("always") is True
        return {"kind": "elapsed" if around_the_clock else "covered", "minutes": value}
    target = dict(_table(field, value, 'whole minutes, or {"kind": "business_days", "days": 1},'))
    if "seconds" in target:
        seconds = target.pop("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds % 60 or "minutes" in target:
            raise malformed(f"{field}.seconds", "a target is a number of whole minutes such as 3600, given once.")
        target["minutes"] = seconds // 60
    return target


def _targets_need_coverage(raw: RAW) -> bool:
    """Whether a target counts covered time or business days, and no coverage is there (domain S1)."""
    if holds(raw, "coverage"):
        return False
    targets = [target for kind in ("reaction", "resolution") for target in raw.get("sla", {}).get(kind, {}).values()]
    return any(target.get("kind") in ("covered", "business_days", "end_of_business_day") for target in targets)


def _bounded(field: str, value: object) -> None:
    """Refuses what no figure can be, before anything walks through it: floats, and what is too deep, long or large."""
    waiting: list[tuple[object, int]] = [(value, 1)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST_FIGURE or seen > MOST_VALUES:
            raise malformed(field, "there is more in it than a figure of the terms can hold.")
        match node:
            case None | bool():
                pass
            case int():
                if abs(node) > LARGEST_NUMBER:
                    raise malformed(field, "this number is larger than any figure of the terms.")
            case str():
                if len(node) > LONGEST_TEXT or not (node.isascii() and node.isprintable()):
                    raise malformed(field, f"texts are at most {LONGEST_TEXT} printable ASCII characters.")
            case list():
                waiting += [(item, depth + 1) for item in node]
            case dict():
                waiting += [(part, depth + 1) for item in node.items() for part in item]
            case _:
                raise malformed(field, 'figures are whole numbers, or amounts written as strings such as "1200.00".')
