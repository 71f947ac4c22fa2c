"""What the pages of a list add up to, from what each of them does: figures are added, the rest says of what."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledger.kernel.values import is_decimal

Sums = Mapping[str, Any]  # `{"currency": "EUR", "charges": 3, "amount": "921.25"}`
Totals = Sums | list[Sums]


def added_up(page: Totals, other: Totals) -> Totals:
    """Exactly: "0.10" and "0.20" are "0.30". Where totals are several, each is of its own currency or unit."""
    if isinstance(page, Mapping) and isinstance(other, Mapping):
        return {name: _added(value, other[name]) for name, value in page.items()}
    found: dict[tuple[Any, ...], Sums] = {}
    for sums in (*page, *other):
        assert isinstance(sums, Mapping)
        of = tuple(str(value) for value in sums.values() if not _is_figure(value))
        known = found.get(of)
        found[of] = sums if known is None else {name: _added(value, sums[name]) for name, value in known.items()}
    return [found[of] for of in sorted(found)]


def _is_figure(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and is_decimal(value))


def _added(value: Any, other: Any) -> Any:
    if not _is_figure(value):
        return value
    return value + other if isinstance(value, int) else str(Decimal(value) + Decimal(other))
