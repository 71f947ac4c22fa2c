"""Texts in a CSV file: a spreadsheet takes what begins with certain characters for a formula, and runs it."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(text: str) -> str:
    """Quoted with ', which no id begins with, where it would be a formula: `-2-3` is `'-2-3`."""
    return f"'{text}" if text.startswith(FORMULA) else text
