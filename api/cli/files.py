"""`support-ledger import` and `export`: commands from files, and books into them.

What they need is loaded when they work: whoever asks for their `--help` waits for none of it.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.cli.machine import AsJson, print_line
from api.cli.printing import complain, say
from api.cli.refusing import print_problem
from api.cli.typed_values import PlainCommand
from ledger.kernel.errors import Refusal

EXPORT_FORMS = "beancount | hledger | csv | datev | datev-debtors"  # as `api.books.exporting` has them, for --help

files_app = typer.Typer(add_completion=False, rich_markup_mode=None)


@files_app.command("import", cls=PlainCommand)
def import_(
    files: Annotated[list[str], typer.Argument(help="JSON Lines files; - is standard input.")], as_json: AsJson = False
) -> None:
    """Carries out commands from JSON Lines; safe to repeat. Exit status 1 if any was refused."""
    from api.cli.importing import Tally, import_file
    from api.cli.opening import settings_of_database
    from ledger.door.batches import Ledger
    from ledger.plans.loader import load_catalogue
    from ledger.store import open_store

    settings = settings_of_database()
    for name in files:
        _check_readable(name)
    store = open_store(settings.database_url)
    ledger = Ledger(store, load_catalogue(settings.catalogue))
    tally = Tally()
    try:
        for name in files:
            import_file(ledger, name, tally, partial(_tell_refused, name if len(files) > 1 else "", as_json))
    finally:
        store.close()
    if as_json:
        print_line({"accepted": tally.accepted, "replayed": tally.replayed, "refused": tally.refused})
    else:
        say(f"{tally.accepted} accepted, {tally.replayed} replayed, {tally.refused} refused")
    if tally.refused:
        raise typer.Exit(1)


def _tell_refused(file: str, as_json: bool, number: int, refusal: Refusal) -> None:
    """`file` is its name where there are several."""
    if as_json:
        print_problem(refusal, **({"file": file} if file else {}), line=number)
    else:
        complain(f"{f'{file}:' if file else 'line '}{number}: {refusal.code}: {refusal.detail}")


def _check_readable(name: str) -> None:
    """A pipe is no file, and can be read as one. Raises Refusal."""
    if name != "-" and Path(name).is_dir():
        raise Refusal("not-found", f"{name} is a folder; name a file in it, such as {Path(name) / 'commands.jsonl'}.")
    if name != "-" and not Path(name).exists():
        raise Refusal("not-found", f"There is no file {name}.")


@files_app.command("export", cls=PlainCommand)
def export_books(
    form: Annotated[str, typer.Argument(help=EXPORT_FORMS)],
    from_: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    to: Annotated[str | None, typer.Option(help="Last day.")] = None,
    provider: Annotated[str | None, typer.Option(help="Of one provider alone.")] = None,
    output: Annotated[str | None, typer.Option(help="A file; standard output if absent.")] = None,
    accounts: Annotated[str | None, typer.Option(help="DATEV's account numbers, as TOML.")] = None,
) -> None:
    """Books for other programs: every movement of credit and money, in double entry; to DATEV the documents alone."""
    from api.books.exporting import export_days, write_books
    from api.cli.asking import ask
    from api.cli.opening import settings_of_database

    books = ask(settings_of_database(), lambda state: export_days(state.reader, form, from_, to, provider, accounts))
    write_books(books.pieces, output)
    for note in books.notes:
        complain(note)
