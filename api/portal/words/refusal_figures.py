"""The figures of a refusal as the reader writes them; which kind a figure is, its name says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.languages import Labels
from api.portal.words.choices import CHANNELS, SCOPES
from api.portal.words.formats import Formats
from api.portal.words.states import state_shown
from ledger.kernel.values import parse_cents

_QUANTITIES = {"short_by", "available", "needed", "minimum", "step", "minutes"}
_NAMES = {"channel": CHANNELS, "offered": CHANNELS, "scope": SCOPES}


def figure_in_words(name: str, members: Mapping[str, Any], labels: Labels, zone: str, command: str | None) -> str:
    """`short_by` 20 is `0:20 hours`; a state its word, an instant the time in the zone, a list its members."""
    value, fmt = members[name], Formats(labels)
    if name in _QUANTITIES:
        return _quantity(value, members.get("currency"), labels, fmt)
    if name == "state":
        return labels(state_shown(_subject(command), value)[1])
    if name in _NAMES:
        each = value if isinstance(value, list) else [value]
        return ", ".join(labels(_NAMES[name].get(one, str(one))) for one in each)
    if name.endswith("_at"):
        return f"{fmt.moment(datetime.fromisoformat(value), zone)} ({zone})"
    if name.endswith("_on") or name == "expected":
        return fmt.day(date.fromisoformat(value))
    if name == "month":
        return fmt.month(date.fromisoformat(f"{value}-01"))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _quantity(value: int | str, currency: str | None, labels: Labels, fmt: Formats) -> str:
    if isinstance(value, int):
        return labels("{hours} hours", hours=fmt.hours(value))
    cents = parse_cents(value)
    return fmt.money(cents, currency) if currency else fmt.amount(cents)


def _subject(command: str | None) -> str:
    """What a command is about, whose state a refusal then tells."""
    for subject in ("session", "deduction"):
        if command is not None and subject in command:
            return subject
    return {"record-no-show": "session", "settle-dispute": "deduction", "grant-service-credit": "clock"}.get(
        command or "", "ticket"
    )
