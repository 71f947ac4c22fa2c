"""The console command `support-ledger`: serve, import, ask, export, rebuild, verify; `token` is in `api.cli.tokens`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from api.books.exporting import FORMS, export_days, write_books
from api.cli import terminal as tables
from api.cli.importing import Tally, import_lines
from api.cli.opening import ask, check_opens, guarded, opened
from api.cli.printing import err, out, say
from api.cli.tokens import token_app
from api.http.models.plans import show_whole_plan
from api.http.models.sla import show_compliance
from api.http.paging import moment_of
from api.http.routers import contracts, statements
from api.state import State
from ledger.door.batches import Ledger
from ledger.door.verify import first_fault
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.errors import Refusal
from ledger.kernel.settings import Settings, without_secrets
from ledger.plans.loader import load_catalogue
from ledger.store import holds_ledger, open_store
from projections.all_views import VIEWS
from projections.credit.statements import StatementAsked
from projections.positions import positions_at
from projections.sla.compliance import Compliance, OfTickets, compliance

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(token_app, name="token")
SWITCH_SECONDS = 0.001  # threads that compute give way to the one that answers, sooner than Python's 5 ms
AsJson = Annotated[bool, typer.Option("--json", help="The API's shape instead of a table.")]
When = Annotated[str | None, typer.Option(help="An instant with offset, or a day.")]


@contextmanager
def _progress(what: str, total: int | None, console: Console = err) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, silence elsewhere."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, advance=done)


@app.command()
def serve(host: str = "127.0.0.1", port: Annotated[int, typer.Option(min=0, max=65_535)] = 8000) -> None:
    """HTTP API and projections in one process."""
    from api.http.app import create_app
    from api.http.serving import serve_app

    settings = Settings()
    check_opens(settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    serve_app(create_app(settings), host, port)


@app.command("import")
def import_(files: Annotated[list[str], typer.Argument(help="JSON Lines files; - is standard input.")]) -> None:
    """Carries out commands from JSON Lines; safe to repeat. Exit status 1 if any was refused."""
    settings = Settings()
    store = open_store(settings.database_url)
    ledger = Ledger(store, load_catalogue(settings.catalogue))
    tally = Tally()
    try:
        for name in files:
            if name != "-" and not Path(name).is_file():
                raise Refusal("not-found", f"There is no file {name}.")
        for name in files:
            _import_one(ledger, name, tally, prefix=f"{name}:" if len(files) > 1 else "line ")
    finally:
        store.close()
    say(out, f"{tally.accepted} accepted, {tally.replayed} replayed, {tally.refused} refused")
    if tally.refused:
        raise typer.Exit(1)


def _import_one(ledger: Ledger, name: str, tally: Tally, prefix: str) -> None:
    def refused(number: int, refusal: Refusal) -> None:
        say(err, f"{prefix}{number}: {refusal.code}: {refusal.detail}")

    source: BinaryIO = sys.stdin.buffer if name == "-" else open(name, "rb")  # noqa: SIM115
    total = None if name == "-" else Path(name).stat().st_size
    with source, _progress(f"importing {name}", total) as progress:
        import_lines(ledger, source, tally, refused, progress)


def _show(model: BaseModel, table: Any, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(model.model_dump_json() + "\n")
    else:
        out.print(table)


@app.command()
def balance(contract: str, as_of: When = None, known_at: When = None, json: AsJson = False) -> None:
    """The balance of each pool of a contract."""
    found = ask(Settings(), lambda state: contracts.contract_balance(contract, state, COMMAND_LINE, as_of, known_at))
    _show(found, tables.balance_table(found), json)


@app.command()
def statement(
    contract: str,
    pool: str | None = None,
    from_: Annotated[str | None, typer.Option("--from")] = None,
    to: str | None = None,
    json: AsJson = False,
) -> None:
    """Every movement of a contract's credit, with the balance after it."""
    asked = StatementAsked(contract, pool, moment_of("from", from_), moment_of("to", to))
    found = ask(Settings(), lambda state: statements.read_statement(state, COMMAND_LINE, asked))
    _show(found, tables.statement_table(found), json)


@app.command()
def sla(
    from_: Annotated[str | None, typer.Option("--from", help="First day on which tickets were opened.")] = None,
    to: Annotated[str | None, typer.Option(help="Last such day.")] = None,
    json: AsJson = False,
) -> None:
    """How often promises were kept, by plan, target and priority."""
    tickets = OfTickets(opened_from=moment_of("from", from_), opened_to=moment_of("to", to))

    async def question(state: State) -> Compliance:
        async with state.reader.snapshot() as snapshot:
            return await compliance(snapshot, COMMAND_LINE, tickets, ("plan", "target", "priority"), state.calendars)

    found = show_compliance(ask(Settings(), question))
    _show(found, tables.compliance_table(found), json)


@app.command()
def rebuild(
    views: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(VIEWS)}; all by default.")] = None,
) -> None:
    """Builds views anew from the events while the old ones still answer."""
    unknown = [name for name in views or [] if name not in VIEWS]
    if unknown:
        raise Refusal("not-found", f"There is no view {unknown[0]}; there are {', '.join(VIEWS)}.")
    with opened(Settings()) as (store, projector), _progress("rebuilding", store.highest_position()) as progress:
        position = projector.rebuild(views or (), progress)
    say(out, f"rebuilt {', '.join(views or VIEWS)} up to position {position}")


@app.command()
def verify() -> None:
    """Proves that the stored history is whole and that the views equal it; exit status 1 and the first fault if not."""
    with opened(Settings()) as (store, projector):
        with _progress("reading the history", store.highest_position()) as progress:
            fault = first_fault(store.database, progress)
        faults = [f"history: {fault}"] if fault else projector.differences()
        position = store.highest_position()
    if faults:
        say(err, f"fault: {faults[0]}")
        raise typer.Exit(1)
    say(out, f"whole: {position} events, and the views equal them")


@app.command()
def plans(plan: Annotated[str | None, typer.Argument()] = None, json: AsJson = False) -> None:
    """The catalogue; with a plan's id, all that the plan says."""
    catalogue = load_catalogue(Settings().catalogue)
    if plan is not None:
        sys.stdout.write(show_whole_plan(catalogue.plan(plan)).model_dump_json(indent=2) + "\n")
        return
    found = [show_whole_plan(one) for one in catalogue.plans()]
    if json:
        sys.stdout.write("[" + ",".join(one.model_dump_json() for one in found) + "]\n")
    else:
        out.print(tables.plans_table(found))


@app.command()
def status() -> None:
    """Settings in force, positions and lag; no secrets. Makes nothing."""
    settings = Settings()
    is_there = holds_ledger(settings.database_url)
    say(out, f"database   {without_secrets(settings.database_url)}")
    say(out, f"catalogue  {settings.catalogue or 'as shipped'}")
    if not is_there:
        say(out, "events     none: there is no ledger yet; import, serve and others begin one")
        return
    found = positions_at(settings.database_url)
    say(out, f"events     {found.events}")
    say(out, f"views      up to {found.views}, {found.lag} behind")


@app.command("export")
def export_books(
    form: Annotated[str, typer.Argument(help=" | ".join(FORMS))],
    from_: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    to: Annotated[str | None, typer.Option(help="Last day.")] = None,
    provider: Annotated[str | None, typer.Option(help="Of one provider alone.")] = None,
    output: Annotated[str | None, typer.Option(help="A file; standard output if absent.")] = None,
    accounts: Annotated[str | None, typer.Option(help="DATEV's account numbers, as TOML.")] = None,
) -> None:
    """Books for other programs: every movement of credit and money, in double entry; to DATEV the documents alone."""
    books = ask(Settings(), lambda state: export_days(state.reader, form, from_, to, provider, accounts))
    write_books(books.content, output)
    for note in books.notes:
        say(err, note)


def main() -> None:
    guarded(app)


if __name__ == "__main__":
    main()
