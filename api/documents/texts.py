"""Free text made fit for a file: names and reasons come from people, and XML and PDF/A do not take every character."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

STEERING = {"Cc", "Cf", "Cs", "Cn", "Co"}
REPLACEMENT = "\N{WHITE SQUARE}"  # visible, so that nobody takes the text for whole

# What the fonts that typst brings along draw of Latin, Greek and Cyrillic script, of punctuation and symbols; a test
# holds it against them. Of other scripts they have some letters, none whole, and typst breaks down over some of them.
DRAWN = (
    *((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x377), (0x37A, 0x37F), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1)),
    *((0x3A3, 0x4FF), (0x510, 0x513), (0x51A, 0x51D), (0x1E00, 0x1F15), (0x1F18, 0x1F1D), (0x1F20, 0x1F45)),
    *((0x1F48, 0x1F4D), (0x1F50, 0x1F57), (0x1F5F, 0x1F7D), (0x1F80, 0x1FB4), (0x1FB6, 0x1FC4), (0x1FC6, 0x1FD3)),
    *((0x1FD6, 0x1FDB), (0x1FDD, 0x1FEF), (0x1FF2, 0x1FF4), (0x1FF6, 0x1FFE), (0x2010, 0x2027), (0x2030, 0x2040)),
    *((0x2044, 0x2052), (0x2070, 0x2071), (0x2074, 0x208E), (0x20A0, 0x20C0), (0x2100, 0x211E), (0x2120, 0x2120)),
    *((0x2122, 0x2122), (0x2126, 0x2151), (0x2153, 0x2184), (0x2190, 0x23CF), (0x2460, 0x2606)),
)


def clean(text: str) -> str:
    """The text on one line, without characters that steer instead of showing: controls, bidi marks, surrogates."""
    return showing(" " if char.isspace() else char for char in text).strip()


def showing(chars: Iterable[str], besides: str = "") -> str:
    """The characters that show, without those that steer; `besides` are further ones to keep."""
    return "".join(char for char in chars if char in besides or unicodedata.category(char) not in STEERING)


def clipped(text: str, length: int) -> str:
    """The clean text, cut to what a field of a format can hold; a cut shows as an ellipsis."""
    whole = clean(text)
    return whole if len(whole) <= length else whole[: length - 1] + "…"


def drawable(text: str) -> str:
    """The text with every character that the page's fonts lack shown as a white square."""
    return "".join(char if _is_drawn(ord(char)) else REPLACEMENT for char in text)


def is_drawable(text: str) -> bool:
    """Whether a page shows the whole text."""
    return all(_is_drawn(ord(char)) for char in clean(text))


def _is_drawn(code: int) -> bool:
    return any(first <= code <= last for first, last in DRAWN)
