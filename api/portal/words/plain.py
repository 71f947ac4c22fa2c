"""Other people's texts on a page: without characters that steer, and kept from turning the text around them."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from api.documents.texts import showing

LINE_BREAKS = "\n\t"
# Letters that are written from right to left; a text without any can't disturb its neighbours once it is cleaned.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def cleaned(value: Any) -> Any:
    """Of a text what shows, and its lines; all else as it is. Every expression of a template goes through here."""
    if isinstance(value, Markup) or not isinstance(value, str) or value.isprintable():
        return value
    return showing(value.replace("\r\n", "\n"), besides=LINE_BREAKS)


def exact(value: str) -> Markup:
    """A text that goes back to us as it is, in a field that nobody sees."""
    return escape(value)


def isolated(value: Any) -> Markup:
    """A value as part of a sentence, which may stand in an attribute: text from right to left keeps to itself."""
    if isinstance(value, Markup):
        return value
    text = cleaned(str(value))
    return escape(f"{_ISOLATE}{text}{_END}" if _RIGHT_TO_LEFT.search(text) else text)
