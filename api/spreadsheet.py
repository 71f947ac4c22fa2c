"""Texts in a CSV file: a spreadsheet takes what begins with certain characters for a formula, and runs it."""

from __future__ import annotations

import re

# As Excel and LibreOffice have it: also behind what they skip (spaces, line ends, what nobody sees), and full-width.
_FORMULA = re.compile(
    r"[\s\x00-\x1f\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]"
)


def as_text(text: str) -> str:
    """Quoted with ', which no id begins with, where it would be a formula: `-2-3` is `'-2-3`."""
    return f"'{text}" if text[:1] in ("\t", "\r") or _FORMULA.match(text) else text
