"""The rows of a table, put together here and not by a template: a page may have a thousand cells, and each that a
template says costs a page more than what stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from api.portal.frame.charts import Column
from api.portal.words.plain import cleaned


def table_rows(columns: Sequence[Column], rows: Sequence[Sequence[Any]], is_told: bool) -> Markup:
    """Each row's cells, the first of which names it. `is_told` says to those who hear a page that these are rows and
    cells of a table, where its looks would hide that.
    """
    begins = [_begin(column, is_first=number == 0, is_told=is_told) for number, column in enumerate(columns)]
    row_begins = '<tr role="row">' if is_told else "<tr>"
    parts: list[str] = []
    for row in rows:
        parts.append(row_begins)
        end = "</span></th>\n"
        for begin, cell in zip(begins, row, strict=False):
            parts += (begin, cell if isinstance(cell, Markup) else escape(cleaned(cell)), end)
            end = "</span></td>\n"
        parts.append("</tr>\n")
    return Markup("".join(parts))  # of our own marks, and of texts that were escaped


def _begin(column: Column, *, is_first: bool, is_told: bool) -> str:
    """What stands before the text of a cell, the same in every row."""
    if is_first:
        mark, role, look = "th", "rowheader", "narrow" if column.is_narrow else ""
    else:
        mark, role = "td", "cell"
        look = "number" if column.is_number else "long" if column.is_long else "narrow" if column.is_narrow else ""
    said = [f"<{mark}"]
    if is_first:
        said.append(' scope="row"')
    if is_told:
        said.append(f' role="{role}"')
    said.append(f' data-label="{escape(cleaned(column.label))}"')
    if look:
        said.append(f' class="{look}"')
    return "".join([*said, '><span class="cell">'])
