"""Drawings for pages, made here as SVG: no script, no inline style, and each with the table that stands behind it.

Whoever sees no colours reads them by patterns, kinds of line and the figures beside them. Widths are shares of the
page (in percent, by integers), heights and letters are pixels: so letters keep their size on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from api.portal.words.formats import Formats

HIGH, ABOVE, BELOW = 190, 18, 24  # pixels of a field with a scale, and room for letters above and below it
MOST_MONTHS = 36  # side by side


@dataclass(slots=True, frozen=True)
class Column:
    """A column of a table; figures stand to the right, what is `is_narrow` is never broken, and what `is_long` has the
    whole width of a card.
    """

    label: str
    is_number: bool = False
    is_narrow: bool = False
    is_long: bool = False


@dataclass(slots=True, frozen=True)
class Chart:
    """A drawing with its words: `summary` says what it shows, `key` what its fills mean, `rows` all its figures, and
    `sums` what they come to, column by column, where they are added up.
    """

    picture: Markup
    summary: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    key: Sequence[tuple[str, str]] = field(default=())
    note: str = ""
    is_wide: bool = False  # is as wide as it is, and scrolled on a phone
    sums: Sequence[str] = ()


def bar(parts: Sequence[tuple[str, int]], said: str) -> Markup:
    """One bar of parts, each a fill and its quantity; what is below nothing has no width."""
    whole = sum(max(0, quantity) for _, quantity in parts)
    drawn, at = [], 0
    for fill, quantity in parts:
        if quantity > 0:
            drawn.append(rect(fill, x=percent(at, whole), y=0, width=percent(quantity, whole), height=14))
            at += quantity
    return svg("bar", said, 14, [*drawn, rect("outline", x="0%", y=0, width="100%", height=14)])


def svg(name: str, said: str, height: int, drawn: Sequence[Markup], width: str = "100%") -> Markup:
    return Markup('<svg class="{}" role="img" aria-label="{}" width="{}" height="{}">{}</svg>').format(
        name, said, width, height, Markup("").join(drawn)
    )


def element(tag: str, name: str, /, **attributes: Any) -> Markup:
    """An empty element; `stroke_width` is the attribute `stroke-width`."""
    told = Markup("").join(
        Markup(' {}="{}"').format(name.replace("_", "-"), value) for name, value in attributes.items()
    )
    return Markup('<{} class="{}"{}/>').format(Markup(tag), name, told)


def rect(name: str, /, **attributes: Any) -> Markup:
    return element("rect", name, **attributes)


def text(name: str, content: str, /, **attributes: Any) -> Markup:
    opened = element("text", name, **attributes)
    return Markup("{}>{}</text>").format(Markup(opened[:-2]), escape(content))


def percent(part: int, whole: int) -> str:
    """1 of 3 is `33.33%`, cut after two places."""
    hundredths = part * 10000 // whole if whole else 0
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02}%"


def ticks(lowest: int, highest: int, per: int) -> list[int]:
    """Round steps from at or below `lowest` to at or above `highest`, of `per` times 1, 2 or 5, and tens of these.

    For hours `per` is 60: 0 to 430 minutes are 0, 120, 240, 360, 480.
    """
    span, tens = highest - lowest, 1
    while True:
        for factor in (1, 2, 5):
            step = per * factor * tens
            if span <= step * 4:
                first = lowest // step * step
                last = max(first + step, -(-highest // step) * step)
                return list(range(first, last + 1, step))
        tens *= 10


def scale_lines(levels: Sequence[tuple[int, int]], currency: str | None, fmt: Formats) -> Markup:
    """The scale of a drawing: for each level and its height a line, with its figure left of the field, where nothing
    else is drawn. Figures are hours, or whole units of the currency, which the drawing's words name.
    """
    drawn = []
    for level, y in levels:
        figure = fmt.count(level // 100) if currency else fmt.hours(level)
        drawn.append(element("line", "axis" if level == 0 else "grid", x1="0%", x2="100%", y1=y, y2=y))
        drawn.append(text("scale", figure, x=-8, y=y + 4, text_anchor="end"))
    return Markup("").join(drawn)


def thinned(items: Sequence[Any], most: int) -> list[Any]:
    """At most so many, evenly, with the first and the last."""
    if len(items) <= most:
        return list(items)
    return [items[number * (len(items) - 1) // (most - 1)] for number in range(most)]
