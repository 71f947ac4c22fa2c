"""Writes the pages that are made from the code; with `--tour`, the outputs of toured pages too, as they are now."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from api.cli.main import SUBCOMMANDS
from api.cli.told_commands import COMMANDS_FILE
from tests.docs.commands_page import commands_page
from tests.docs.events_page import events_page
from tests.docs.pages import COMMANDS_PAGE, EVENTS_PAGE
from tests.docs.subcommands_page import command_fields_page, subcommands_page
from tests.docs.tour import TOURED, write_tour

MADE: dict[Path, Callable[[], str]] = {
    COMMANDS_PAGE: commands_page,
    EVENTS_PAGE: events_page,
    COMMANDS_FILE: command_fields_page,
    SUBCOMMANDS: subcommands_page,
}


def main() -> None:
    for page, text in MADE.items():
        page.write_text(text(), "utf-8")
    if "--tour" in sys.argv[1:]:
        for page in TOURED:
            write_tour(page)


if __name__ == "__main__":
    main()
