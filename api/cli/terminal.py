"""Where tables and bars are drawn, for which a library is loaded that a line of text does not need."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from api.cli.printing import one_line

out = Console(width=None if sys.stdout.isatty() else 150)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def plain(value: Any) -> Text:
    """A value in a cell: one line, without a style of its own."""
    return Text(one_line(value))
