"""Free text made fit for a file: names and reasons come from people, and XML and PDF/A do not take every character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

STEERING = {"Cc", "Cf", "Cs"}


def clean(text: str) -> str:
    """The text on one line, without characters that steer instead of showing: controls, bidi marks, surrogates."""
    return showing(" " if char.isspace() else char for char in text).strip()


def showing(chars: Iterable[str], besides: str = "") -> str:
    """The characters that show, without those that steer; `besides` are further ones to keep.

    Somebody's private letters and those that a later Unicode may have are letters all the same: what can't draw them
    says so.
    """
    return "".join(
        char
        for char in chars
        if char in besides or (unicodedata.category(char) not in STEERING and not _is_no_character(char))
    )


def _is_no_character(char: str) -> bool:
    """What Unicode keeps for programs and no XML takes: the last two of each plane, and 32 among the Arabic forms."""
    return ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"


def clipped(text: str, length: int) -> str:
    """The clean text, cut to what a field of a format can hold; a cut shows as an ellipsis."""
    whole = clean(text)
    return whole if len(whole) <= length else whole[: length - 1] + "…"
