"""Conditions of questions: a piece of SQL and its parameters by name, put together where a question has several."""

from __future__ import annotations

from typing import Any

Condition = tuple[str, dict[str, Any]]


def all_of(*conditions: Condition) -> Condition:
    """What holds where each holds; one without SQL asks for nothing."""
    told = [sql for sql, _ in conditions if sql]
    return " AND ".join(told) or "1 = 1", {name: value for _, params in conditions for name, value in params.items()}


def equal(alias: str, **values: Any) -> Condition:
    """Columns that have these values, those that are None left out: `c.provider = :provider`."""
    named = {column: value for column, value in values.items() if value is not None}
    return " AND ".join(f"{alias}.{column} = :{column}" for column in named), named
