"""The fonts of the pages, and which letters they draw.

Typst brings along a serif for Latin, Greek and Cyrillic script. Google's Noto fonts (SIL Open Font License) draw what
it lacks: they come as packages that hold nothing else. What no font draws is shown as a square, never dropped.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from unicodedata import category

import typst

from api.documents.font_letters import letters_of
from api.documents.texts import clean

REPLACEMENT = "\N{WHITE SQUARE}"  # visible, so that nobody takes the text for whole

# What the fonts that typst brings along draw; a test holds it against them. Typst does not tell, and they are no files.
DRAWN = (
    *((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x377), (0x37A, 0x37F), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1)),
    *((0x3A3, 0x4FF), (0x510, 0x513), (0x51A, 0x51D), (0x1E00, 0x1F15), (0x1F18, 0x1F1D), (0x1F20, 0x1F45)),
    *((0x1F48, 0x1F4D), (0x1F50, 0x1F57), (0x1F5F, 0x1F7D), (0x1F80, 0x1FB4), (0x1FB6, 0x1FC4), (0x1FC6, 0x1FD3)),
    *((0x1FD6, 0x1FDB), (0x1FDD, 0x1FEF), (0x1FF2, 0x1FF4), (0x1FF6, 0x1FFE), (0x2010, 0x2027), (0x2030, 0x2040)),
    *((0x2044, 0x2052), (0x2070, 0x2071), (0x2074, 0x208E), (0x20A0, 0x20C0), (0x2100, 0x211E), (0x2120, 0x2120)),
    *((0x2122, 0x2122), (0x2126, 0x2151), (0x2153, 0x2184), (0x2190, 0x23CF), (0x2460, 0x2606)),
)
_OF_EUROPE = frozenset(chr(code) for first, last in DRAWN for code in range(first, last + 1))
_FOLDERS = tuple(resources.files(package) for package in ("manimgx_fonts", "manimgx_fonts_cjk"))

FONTS = typst.Fonts(include_system_fonts=False, font_paths=[str(folder) for folder in _FOLDERS])
# The same Han letters are written in another way in each of these; elsewhere as in China.
HAN = {"JP": "Noto Sans CJK JP", "KR": "Noto Sans CJK KR", "TW": "Noto Sans CJK TC", "HK": "Noto Sans CJK HK"}
HAN_ELSEWHERE = "Noto Sans CJK SC"


def faces(country: str) -> list[str]:
    """The fonts of a page to a reader in a country, in the order in which they are asked for a letter."""
    han = HAN.get(country, HAN_ELSEWHERE)
    others = {font.family for font in FONTS.fonts() if font.path} - {*HAN.values(), HAN_ELSEWHERE}
    return ["Libertinus Serif", han, *sorted(others, reverse=True)]  # Noto Emoji last: it has figures too


def drawable(text: str) -> str:
    """The text with every letter that no font draws shown as a white square."""
    lacking = _lacking(text)
    return "".join(REPLACEMENT if letter in lacking else letter for letter in text) if lacking else text


def is_drawable(text: str) -> bool:
    """Whether a page shows the whole text."""
    return not _lacking(clean(text))


def _lacking(text: str) -> set[str]:
    rare = {*text} - _OF_EUROPE
    return rare - _beyond_europe() if rare else rare


@cache
def _beyond_europe() -> frozenset[str]:
    """Read when it is first needed: few documents do."""
    files = (file for folder in _FOLDERS for file in folder.iterdir() if file.name.endswith((".ttf", ".ttc")))
    letters = (letter for file in files for letter in letters_of(file.read_bytes()))
    return frozenset(letter for letter in letters if category(letter) != "Co")  # nobody knows what those would be
