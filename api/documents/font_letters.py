"""Which letters a font file draws: its `cmap` table (OpenType), in milliseconds, as a server has to go on meanwhile.

Only what Unicode needs is read: groups of letters (format 12), or the segments of the first 65,536 (format 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from


def letters_of(font: bytes) -> Iterator[str]:
    """The letters of a font; of a collection, those of its first font."""
    cmap = _table(font, b"cmap")
    (count,) = unpack_from(">H", font, cmap + 2)
    places = {cmap + unpack_from(">I", font, cmap + 8 + 8 * n)[0] for n in range(count)}
    by_form = {unpack_from(">H", font, place)[0]: place for place in places}
    return _of_groups(font, by_form[12]) if 12 in by_form else _of_segments(font, by_form[4])


def _table(font: bytes, tag: bytes) -> int:
    first = unpack_from(">I", font, 12)[0] if font.startswith(b"ttcf") else 0
    (count,) = unpack_from(">H", font, first + 4)
    records = (unpack_from(">4sIII", font, first + 12 + 16 * n) for n in range(count))
    return next(int(offset) for name, _, offset, _ in records if name == tag)


def _of_groups(font: bytes, place: int) -> Iterator[str]:
    (count,) = unpack_from(">I", font, place + 12)
    for n in range(count):
        first, last = unpack_from(">II", font, place + 16 + 12 * n)
        yield from map(chr, range(first, last + 1))


def _of_segments(font: bytes, place: int) -> Iterator[str]:
    """A segment's letters are drawn unless its glyph is 0: one counted on, or one looked up behind the segment."""
    (twice,) = unpack_from(">H", font, place + 6)
    for n in range(0, twice, 2):
        (last,) = unpack_from(">H", font, place + 14 + n)
        first, delta = (unpack_from(">H", font, place + 16 + twice * column + n)[0] for column in (1, 2))
        looked_up = place + 16 + twice * 3 + n
        (offset,) = unpack_from(">H", font, looked_up)
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = unpack_from(">H", font, looked_up + offset + 2 * (code - first))[0] if offset else code + delta
            if glyph & 0xFFFF:
                yield chr(code)
