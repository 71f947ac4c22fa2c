"""Free text made fit for a file: names and reasons come from people, and XML and PDF/A do not take every character."""

from __future__ import annotations

import unicodedata


def clean(text: str) -> str:
    """The text on one line, without characters that steer instead of showing: controls, bidi marks, surrogates."""
    kept = (" " if char.isspace() else char for char in text)
    return "".join(char for char in kept if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Cn", "Co"}).strip()


def clipped(text: str, length: int) -> str:
    """The clean text, cut to what a field of a format can hold; a cut shows as an ellipsis."""
    whole = clean(text)
    return whole if len(whole) <= length else whole[: length - 1] + "…"
