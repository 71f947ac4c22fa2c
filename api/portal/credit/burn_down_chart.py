"""How a pool's credit went, day by day, and how long it lasts if it goes on so: a line, and a broken one ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from api.languages import Labels
from api.portal.frame.charts import ABOVE, BELOW, HIGH, Chart, Column, element, scale_lines, svg, text, thinned, ticks
from api.portal.words.formats import Formats
from ledger.kernel.values import ONE_DAY

WIDE = 1000  # units across the field of lines
MOST_DRAWN, MOST_ROWS = 400, 100


@dataclass(slots=True, frozen=True)
class DayEnd:
    """What was left of a pool at the end of a day, in minutes or cents."""

    on: date
    left: int


def burn_down_chart(
    levels: Sequence[DayEnd], runs_out_on: date | None, currency: str | None, labels: Labels
) -> Chart | None:
    """None where there is nothing to draw. `runs_out_on` is the forecast's day, if it has one."""
    if not levels:
        return None
    fmt = Formats(labels)
    first, last = levels[0], levels[-1]
    ahead = runs_out_on if runs_out_on is not None and runs_out_on > last.on and last.left > 0 else None
    # A far end would press what is known against the edge: at most as far ahead as behind, but at least a month.
    behind = max(31, (last.on - first.on).days)
    shown_to = min(ahead, last.on + timedelta(days=behind)) if ahead else last.on
    scale = ticks(min(0, *(one.left for one in levels)), max(one.left for one in levels), 100 if currency else 60)
    field = _Field(first.on, max(shown_to, first.on + ONE_DAY), scale[0], scale[-1])
    grid = scale_lines([(level, ABOVE + field.down(level)) for level in scale], currency, fmt)
    drawn = [_lines(field, levels, ahead), grid]
    drawn.append(_days(field, fmt))
    summary = labels(
        "On {day} {left} were left.", day=fmt.day(last.on), left=_quantity(last.left, currency, fmt, labels)
    )
    if ahead:
        summary += " " + labels("At the present pace it is used up on {day}.", day=fmt.day(ahead))
    rows = [(fmt.day(one.on), fmt.quantity(one.left, currency)) for one in thinned(levels, MOST_ROWS)]
    heading = labels("Left") if currency else labels("Left (h:mm)")
    note = ""
    if len(levels) > MOST_ROWS:
        note = labels("{shown} of {all} days", shown=fmt.count(MOST_ROWS), all=fmt.count(len(levels)))
    return Chart(
        svg("burn-down", summary, ABOVE + HIGH + BELOW, drawn),
        summary,
        [Column(labels("Day"), is_narrow=True), Column(heading, is_number=True)],
        rows,
        note=note,
    )


@dataclass(slots=True, frozen=True)
class _Field:
    first: date
    last: date
    lowest: int
    highest: int

    def across(self, on: date) -> int:
        return (on - self.first).days * WIDE // (self.last - self.first).days

    def down(self, left: int) -> int:
        return (self.highest - left) * HIGH // (self.highest - self.lowest)


def _quantity(left: int, currency: str | None, fmt: Formats, labels: Labels) -> str:
    return fmt.money(left, currency) if currency else labels("{hours} hours", hours=fmt.hours(left))


def _lines(field: _Field, levels: Sequence[DayEnd], ahead: date | None) -> Markup:
    """Steps, since credit goes by entries and not by itself; in a field of its own, which is stretched to the page."""
    shown = thinned(levels, MOST_DRAWN)
    path = f"M{field.across(shown[0].on)} {field.down(shown[0].left)}" + "".join(
        f"H{field.across(one.on)}V{field.down(one.left)}" for one in shown[1:]
    )
    last = shown[-1]
    area = f"{path}V{field.down(0)}H0Z"
    drawn = [element("path", "area", d=area), element("path", "level", d=path)]
    if ahead:
        days, on = (ahead - last.on).days, min(ahead, field.last)
        left = last.left * (ahead - on).days // days
        broken = f"M{field.across(last.on)} {field.down(last.left)}L{field.across(on)} {field.down(left)}"
        drawn.append(element("path", "ahead", d=broken))
    return Markup(
        '<svg x="0" y="{}" width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>'
    ).format(ABOVE, HIGH, WIDE, HIGH, Markup("").join(drawn))


def _days(field: _Field, fmt: Formats) -> Markup:
    """The first and the last day, and one between, for which there is no room on a phone."""
    middle = field.first + (field.last - field.first) // 2
    places = (
        ("scale", field.first, "0%", "start"),
        ("scale between", middle, "50%", "middle"),
        ("scale", field.last, "100%", "end"),
    )
    y = ABOVE + HIGH + BELOW - 6
    return Markup("").join(text(name, fmt.day(day), x=x, y=y, text_anchor=side) for name, day, x, side in places)
