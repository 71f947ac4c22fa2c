"""Answers as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from api.cli.layouts import Item, Layout, Member
from api.cli.terminal import plain


def table_of(layout: Layout, answer: Item) -> Table:
    """The items of an answer; `{contract_id}` in a title is the answer's."""
    title = layout.title.format_map(answer)
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


def _add_totals(table: Table, members: Sequence[Member], answer: Item) -> None:
    """What the items add up to, in the columns of what is added up; a line for each unit and currency."""
    totals = answer.get("totals") or []
    table.add_section()
    for sums in [totals] if isinstance(totals, Mapping) else totals:
        label = "total" if answer["totals_of"] == "all" else "of this page"
        table.add_row(label, *(plain(_said(sums, member)) for member in members))


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
