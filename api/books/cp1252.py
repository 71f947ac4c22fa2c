"""Texts in DATEV's code page, which lacks most letters of the world: what it lacks is replaced, and told."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator

# Letters with a stroke have no base letter in Unicode's own tables.
_STROKES = str.maketrans({"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i"})


class CodePage:
    """Takes texts into cp1252 one after the other, and knows what it had to replace in all of them."""

    def __init__(self) -> None:
        self.replaced: Counter[str] = Counter()

    def fitted(self, text: str) -> str:
        """`Łódź` is `Lódz`; what has no one base letter in the code page is `?`. No text gets longer than it was."""
        return "".join(map(self._fitted, unicodedata.normalize("NFC", text)))

    def notes(self) -> Iterator[str]:
        if self.replaced:
            count, letters = self.replaced.total(), " ".join(sorted(self.replaced))
            yield f"DATEV's code page (cp1252) lacks {letters}: {count} characters were replaced."

    def _fitted(self, char: str) -> str:
        if _is_in_it(char):
            return char
        self.replaced[char] += 1
        bases = unicodedata.normalize("NFKD", char).translate(_STROKES)
        kept = "".join(base for base in bases if not unicodedata.combining(base))
        return kept if len(kept) == 1 and _is_in_it(kept) else "?"


def _is_in_it(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
