"""Answers as tables for a terminal; as records, one below the other, where a table would break its figures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.cells import cell_len
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from api.cli.layouts import Item, Layout, Member
from api.cli.terminal import out, plain

LONGEST_WHOLE = 20  # most ids; a longer word may go on in the next line of its cell, but for an instant
WHOLE_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")  # of what is dated by the clock to a millionth of a second
BORDERS = 3  # of each column, and one more


def print_answer(layout: Layout, answer: Item, asked: str = "", console: Console = out) -> None:
    """The items of an answer; its title says `asked` besides."""
    whole = table_of(layout, answer, asked)
    without_empty = table_of(replace(layout, leaves_out_empty=True), answer, asked)
    fitting = next((table for table in (whole, without_empty) if _fit(table, console.width)), None)
    console.print(fitting or _records(whole))


def table_of(layout: Layout, answer: Item, asked: str = "") -> Table:
    """However wide; `{contract_id}` in a title is the answer's."""
    title = layout.title.format_map(answer) + asked
    table = Table(title=plain(title), title_justify="left", header_style="bold", min_width=len(title) + 4)
    items = answer[layout.items]
    columns = {
        title: member
        for place, (title, member) in enumerate(layout.columns.items())
        if not layout.leaves_out_empty or place == 0 or any(_said(item, member) is not None for item in items)
    }
    for title in columns:
        is_figure = title.startswith(">")
        table.add_column(title.removeprefix(">"), justify="right" if is_figure else "left", overflow="fold")
    for item in items:
        table.add_row(*(plain(_said(item, member)) for member in columns.values()))
    if items:
        _add_totals(table, list(columns.values())[1:], answer)
    following = f"there is more: --cursor {answer['next']}" if answer.get("next") else ""
    notes = [layout.caption(answer) if layout.caption else "", following]
    table.caption = plain("; ".join(note for note in notes if note)) if any(notes) else None
    return table


def _fit(table: Table, width: int) -> bool:
    """Whether a table can be so wide. What it has to spare over its longest words goes, where there is most of it."""
    columns = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    names, *others = columns  # what a row is of breaks nowhere
    words = [names, *([word for cell in cells for word in cell.split()] for cells in others)]
    least = [max(map(_unbroken, of_column), default=0) for of_column in words]
    widths = [max(map(cell_len, cells)) for cells in columns]
    room = width - BORDERS * len(columns) - 1
    if sum(least) > room:
        return False
    while sum(widths) > room:
        spare = [of_column - needed for of_column, needed in zip(widths, least, strict=True)]
        widths[spare.index(max(spare))] -= 1
    for column, its_width in zip(table.columns, widths, strict=True):
        column.width = its_width
    table.min_width = min(table.min_width or 0, width)  # a long title goes on in a second line
    return True


def _unbroken(word: str) -> int:
    """How much of it stands in one line at least."""
    return cell_len(word) if WHOLE_INSTANT.fullmatch(word) else min(cell_len(word), LONGEST_WHOLE)


def _records(table: Table) -> Group:
    """Each row of a table as lines, a name and what it says; what says nothing is left out."""
    blocks: list[Any] = [table.title]
    headers = [Text(str(column.header), style="bold") for column in table.columns]
    is_total = False
    for style, (first, *cells) in zip(
        table.rows, zip(*(column.cells for column in table.columns), strict=True), strict=True
    ):
        record = Table.grid(padding=(0, 2))
        record.add_row(*([first] if is_total else [headers[0], first]))
        for header, cell in zip(headers[1:], cells, strict=True):
            if str(cell):
                record.add_row(header, cell)
        blocks += [record, ""]
        is_total = is_total or style.end_section
    return Group(*blocks, *([table.caption] if table.caption else []))


def _add_totals(table: Table, members: Sequence[Member], answer: Item) -> None:
    """What the items add up to, in the columns of what is added up; a line for each unit and currency."""
    totals = answer.get("totals") or []
    table.add_section()
    for sums in [totals] if isinstance(totals, Mapping) else totals:
        label = "total" if answer["totals_of"] == "all" else "of this page"
        said = (_said(sums, member) if isinstance(member, str) else None for member in members)  # no words add up
        table.add_row(label, *map(plain, said))


def _said(item: Item, member: Member) -> Any:
    if not isinstance(member, str):
        return member(item)
    found = (_at(item, path.split(".")) for path in member.split("|"))
    said = next((value for value in found if value is not None and value is not False), None)
    return "yes" if said is True else said


def _at(item: Any, path: Sequence[str]) -> Any:
    for place, step in enumerate(path):
        if isinstance(item, list):
            return ", ".join(str(_at(one, path[place:])) for one in item)
        if not isinstance(item, Mapping):
            return None
        item = item.get(step)
    return ", ".join(map(str, item)) if isinstance(item, list) else item
