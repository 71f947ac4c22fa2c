"""What is seen of a PDF: its pages as PDFium draws them, read as ink at places in millimetres from the top left corner.

Text that is extracted from a file says nothing of where it stands: it may lie over other text, or outside the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2  # type: ignore[import-untyped]

DOTS_PER_MM = 4
POINTS_PER_MM = 72 / 25.4
INK = 230  # grey below this; the fill of a table's head is 240
WIDTH, HEIGHT = 210, 297
CELL = 6  # in points, about as large as a letter: two that lie over each other have a cell in common
LEFT, RIGHT, TOP = 25, 190, 20  # the margins that `letter.typ` sets


@dataclass(frozen=True)
class Glyph:
    """A letter's own outline, in points from the bottom left corner."""

    letter: str
    left: float
    bottom: float
    right: float
    top: float

    def covers(self, other: Glyph) -> bool:
        """Whether the two lie over each other by more than letters of one word do."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return wide > 0 and high > 0 and wide * high > 0.3 * min(self.area, other.area)

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.top - self.bottom)


class Seen:
    """One page: its ink, row by row, and its letters."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        bitmap = page.render(scale=DOTS_PER_MM / POINTS_PER_MM, grayscale=True)
        drawn, stride = bytes(bitmap.buffer), bitmap.stride
        self.rows = [drawn[y * stride : y * stride + bitmap.width] for y in range(bitmap.height)]
        text = page.get_textpage()
        self.text = " ".join(text.get_text_range().split())
        letters = ((n, text.get_text_range(n, 1)) for n in range(text.count_chars()))
        self.glyphs = [Glyph(letter, *text.get_charbox(n)) for n, letter in letters if letter.strip()]

    def inked(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether anything is printed in the box."""
        first, last = round(left * DOTS_PER_MM), round(right * DOTS_PER_MM)
        rows = self.rows[round(top * DOTS_PER_MM) : round(bottom * DOTS_PER_MM)]
        return any(row and min(row) < INK for row in (row[first:last] for row in rows))

    def foot(self) -> float:
        """Where the rule above the foot of the page stands: the lowest line from margin to margin."""
        first, last = LEFT * DOTS_PER_MM + 2, RIGHT * DOTS_PER_MM - 2
        return max(y for y, row in enumerate(self.rows) if max(row[first:last]) < INK) / DOTS_PER_MM

    def overprinted(self) -> Iterator[str]:
        """Pairs of letters that are printed over each other, with the word around the first."""
        cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for n, glyph in enumerate(self.glyphs):
            across = range(int(glyph.left // CELL), int(glyph.right // CELL) + 1)
            up = range(int(glyph.bottom // CELL), int(glyph.top // CELL) + 1)
            for cell in ((x, y) for x in across for y in up):
                for earlier in cells[cell]:
                    # An accent stands over the letter before it, and a ligature is two or three letters in one.
                    if earlier < n - 2 and glyph.covers(self.glyphs[earlier]):
                        yield "".join(one.letter for one in self.glyphs[max(0, earlier - 5) : earlier + 5])
                cells[cell].append(n)


def seen(pdf: bytes) -> list[Seen]:
    document = pypdfium2.PdfDocument(pdf)
    return [Seen(page) for page in document]


def faults(pdf: bytes) -> list[str]:
    """Everything on a letter that is printed where nothing may be: over the margins, between two boxes, over a text."""
    found = []
    for number, page in enumerate(seen(pdf), start=1):
        foot = page.foot()
        empty = {
            "left margin": (0, 0, LEFT - 0.5, HEIGHT),
            "right margin": (RIGHT + 0.5, 0, WIDTH, HEIGHT),
            "top margin": (0, 0, WIDTH, TOP - 1),
            "above the foot": (0, foot - 5, WIDTH, foot - 0.5),
            "bottom margin": (0, HEIGHT - 7, WIDTH, HEIGHT),
        }
        if number == 1:
            empty |= {"between name and sender": (121, 0, 129, 40), "between window and facts": (106, 50, 115, 85)}
        found += [f"page {number}: ink {name}" for name, box in empty.items() if page.inked(*box)]
        if not page.inked(LEFT, foot + 1, RIGHT, HEIGHT - 7):
            found.append(f"page {number}: no foot")
        outside = [one.letter for one in page.glyphs if one.bottom < 0 or one.left < 0 or one.right > WIDTH * 2.9]
        if outside:
            found.append(f"page {number}: outside the page {''.join(outside)[:40]}")
        found += [f"page {number}: printed over each other near {word}" for word in page.overprinted()][:3]
    return found
