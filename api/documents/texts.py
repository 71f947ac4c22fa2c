"""Free text made fit for a file: names and reasons come from people, and XML and PDF/A do not take every character."""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\N{WHITE SQUARE}"  # visible, so that nobody takes the text for whole

# What the fonts that typst brings along surely draw: Latin, Greek, Cyrillic, punctuation, currency signs.
_DRAWN = ((0x20, 0x7E), (0xA0, 0x17F), (0x1CD, 0x1FF), (0x218, 0x21B), (0x370, 0x3FF), (0x400, 0x4FF))
_DRAWN_SYMBOLS = ((0x1E00, 0x1EFF), (0x2010, 0x2027), (0x2030, 0x203A), (0x20AC, 0x20AC), (0x2116, 0x2116))


def clean(text: str) -> str:
    """The text on one line, without characters that steer instead of showing: controls, bidi marks, surrogates."""
    kept = (" " if char.isspace() else char for char in text)
    return "".join(char for char in kept if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Cn", "Co"}).strip()


def clipped(text: str, length: int) -> str:
    """The clean text, cut to what a field of a format can hold; a cut shows as an ellipsis."""
    whole = clean(text)
    return whole if len(whole) <= length else whole[: length - 1] + "…"


def drawable(text: str) -> str:
    """The text with every character that the page's fonts may lack shown as a white square."""
    return "".join(char if _is_drawn(ord(char)) else REPLACEMENT for char in text)


def _is_drawn(code: int) -> bool:
    return any(first <= code <= last for first, last in (*_DRAWN, *_DRAWN_SYMBOLS, (0x25A1, 0x25A1), (0x2212, 0x2212)))
