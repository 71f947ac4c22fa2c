"""Months side by side: what came to how much (stacked bars), and how well promises were kept (a map of months)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from api.languages import Labels
from api.portal.frame.charts import (
    ABOVE,
    BELOW,
    HIGH,
    Chart,
    Column,
    percent,
    rect,
    scale_lines,
    svg,
    text,
    thinned,
    ticks,
)
from api.portal.words.formats import Formats

FILLS = ("solid", "hatched", "dark", "dotted", "crossed", "light")  # told apart without colour, in this order
MOST_SERIES = len(FILLS)
SQUARE_WIDE, SQUARE_HIGH, NAMES_WIDE, HEAD_HIGH = 60, 34, 120, 36
# From these parts of a thousand on a square is one step lighter; all kept is the lightest.
SCALE_STEPS = (500, 800, 950, 1000)


def stacked_months(
    months: Sequence[date], series: Mapping[str, Sequence[int]], currency: str | None, labels: Labels
) -> Chart | None:
    """A bar for each month, of the series in their order; what is taken back stands below nothing.

    The table behind it has every series, in the unit that its caption says. A bar has as many as can be told apart:
    beyond these what comes last is one.
    """
    if not months or not series:
        return None
    fmt, drawn_series = Formats(labels), _told_apart(series, labels("Other plans"))
    columns = [[levels[number] for levels in drawn_series.values()] for number in range(len(months))]
    tops = [sum(part for part in column if part > 0) for column in columns]
    depths = [sum(part for part in column if part < 0) for column in columns]
    scale = ticks(min(0, *depths), max(1, *tops), 100 if currency else 60)
    span = scale[-1] - scale[0]

    def down(level: int) -> int:
        return ABOVE + (scale[-1] - level) * HIGH // span

    drawn = [scale_lines([(level, down(level)) for level in scale], currency, fmt)]
    parts = len(months) * 100
    for number, column in enumerate(columns):
        x, width = percent(number * 100 + 15, parts), percent(70, parts)
        above, below = 0, 0
        for fill, part in zip(FILLS, column, strict=False):
            if part > 0:
                above += part
                drawn.append(rect(fill, x=x, y=down(above), width=width, height=down(above - part) - down(above)))
            elif part < 0:
                drawn.append(rect(fill, x=x, y=down(below), width=width, height=down(below + part) - down(below)))
                below += part
    for number in thinned(range(len(months)), 3):
        is_last = number == len(months) - 1 and number > 0  # its name ends where the drawing does
        x, anchor = (percent(parts, parts), "end") if is_last else (percent(number * 100 + 50, parts), "middle")
        place = {"x": x, "y": ABOVE + HIGH + 18, "text_anchor": anchor}
        drawn.append(text("scale", fmt.short_month(months[number]), **place))
    total = sum(map(sum, columns))
    summary = labels(
        "{first} to {last}: {total} in all.",
        first=fmt.month(months[0]),
        last=fmt.month(months[-1]),
        total=fmt.money(total, currency) if currency else labels("{hours} hours", hours=fmt.hours(total)),
    )
    figure = fmt.amount if currency else fmt.hours
    head = [Column(labels("Month"), is_narrow=True), *(Column(name, is_number=True) for name in series)]
    of_months = [[levels[number] for levels in series.values()] for number in range(len(months))]
    rows = [
        [fmt.month(month), *map(figure, parts), figure(sum(parts))]
        for month, parts in zip(months, of_months, strict=True)
    ]
    return Chart(
        svg("months", summary, ABOVE + HIGH + BELOW, drawn),
        summary,
        [*head, Column(labels("Sum"), is_number=True)],
        rows,
        list(zip(FILLS, drawn_series, strict=False)),
        sums=["", *(figure(sum(levels)) for levels in series.values()), figure(total)],
    )


def _told_apart(series: Mapping[str, Sequence[int]], others: str) -> Mapping[str, Sequence[int]]:
    """No more than there are fills for: what comes last is gathered under the name `others`."""
    if len(series) <= MOST_SERIES:
        return series
    names = list(series)
    gathered = zip(*(series[name] for name in names[MOST_SERIES - 1 :]), strict=True)
    return {name: series[name] for name in names[: MOST_SERIES - 1]} | {others: [sum(parts) for parts in gathered]}


def heat_map(
    names: Sequence[str],
    months: Sequence[date],
    kept: Mapping[tuple[str, date], tuple[int, int]],
    labels: Labels,
) -> Chart | None:
    """A square for each name and month, with the share of promises that were kept; the fewer, the darker.

    `kept` has for a square how many were kept, and of how many. No promise that ended is no square.
    """
    if not names or not months:
        return None
    fmt = Formats(labels)
    drawn = []
    for across, month in enumerate(months):
        x = NAMES_WIDE + across * SQUARE_WIDE + SQUARE_WIDE // 2
        drawn.append(text("scale", fmt.month_name(month), x=x, y=28, text_anchor="middle"))
        if across == 0 or month.month == 1:
            drawn.append(text("scale", str(month.year), x=x, y=12, text_anchor="middle"))
    for down, name in enumerate(names):
        y = HEAD_HIGH + down * SQUARE_HIGH
        drawn.append(text("name", name, x=0, y=y + SQUARE_HIGH // 2 + 5))
        for across, month in enumerate(months):
            part, whole = kept.get((name, month), (0, 0))
            if whole:
                x = NAMES_WIDE + across * SQUARE_WIDE
                step = sum(part * 1000 >= least * whole for least in SCALE_STEPS)
                square = {"x": x + 1, "y": y + 1, "width": SQUARE_WIDE - 2, "height": SQUARE_HIGH - 2}
                drawn.append(rect(f"heat heat-{step}", **square))
                place = {"x": x + SQUARE_WIDE // 2, "y": y + SQUARE_HIGH // 2 + 5, "text_anchor": "middle"}
                drawn.append(text(f"heat-text heat-text-{step}", fmt.share(part, whole), **place))
    part, whole = (sum(pair[place] for pair in kept.values()) for place in (0, 1))
    summary = labels("{share} of {count} promises were kept.", share=fmt.share(part, whole), count=fmt.count(whole))
    rows = [
        [name, fmt.month(month), fmt.count(one[0]), fmt.count(one[1]), fmt.share(*one)]
        for name in names
        for month in months
        if (one := kept.get((name, month)))
    ]
    head = [Column(labels("Priority")), Column(labels("Month"), is_narrow=True), Column(labels("Kept"), is_number=True)]
    head += [Column(labels("Of"), is_number=True), Column(labels("Share"), is_number=True)]
    width, height = NAMES_WIDE + len(months) * SQUARE_WIDE, HEAD_HIGH + len(names) * SQUARE_HIGH
    return Chart(svg("heat-map", summary, height, drawn, str(width)), summary, head, rows, is_wide=True)
