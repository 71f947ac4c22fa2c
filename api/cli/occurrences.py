"""How often each content came in a file, in some twenty-five bytes a content: a file may have millions of lines.

A table of numbers, open addressing, twice as many places as contents. A content is known by eight bytes of its digest:
that two of a million share them has a chance of one in thirty million, and then the one counts as the other's next.
"""

from __future__ import annotations

from array import array

_FIRST_PLACES = 1 << 10


class Occurrences:
    """Counts contents by their digests."""

    def __init__(self) -> None:
        self._contents = 0
        self._make(_FIRST_PLACES)

    def count(self, digest: bytes) -> int:
        """Which one of its content this is, from 1 on."""
        key = int.from_bytes(digest[:8], "big") or 1  # 0 is a place that nobody has
        place = self._place(key)
        if not self._keys[place]:
            self._contents += 1
            self._keys[place] = key
        self._counts[place] += 1
        counted = self._counts[place]
        if self._contents * 2 > len(self._keys):
            self._grow()
        return counted

    def _place(self, key: int) -> int:
        last = len(self._keys) - 1
        place = key & last
        while self._keys[place] not in (0, key):
            place = (place + 1) & last
        return place

    def _make(self, places: int) -> None:
        self._keys, self._counts = array("Q", bytes(8 * places)), array("I", bytes(4 * places))

    def _grow(self) -> None:
        keys, counts = self._keys, self._counts
        self._make(2 * len(keys))
        for key, count in zip(keys, counts, strict=True):
            if key:
                place = self._place(key)
                self._keys[place], self._counts[place] = key, count
