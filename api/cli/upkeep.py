"""`support-ledger` for operators: serve, rebuild, verify, status."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from api.cli.machine import AsJson, print_line
from api.cli.printing import complain, say
from api.cli.typed_values import PlainCommand
from ledger.kernel.errors import Refusal
from ledger.kernel.settings import Settings, without_secrets

upkeep_app = typer.Typer(add_completion=False, rich_markup_mode=None)
SWITCH_SECONDS = 0.001  # threads that compute give way to the one that answers, sooner than Python's 5 ms


@upkeep_app.command(cls=PlainCommand)
def serve(host: str = "127.0.0.1", port: Annotated[int, typer.Option(min=0, max=65_535)] = 8000) -> None:
    """HTTP API and projections in one process."""
    from api.application import create_app
    from api.cli.opening import check_opens
    from api.http.serving import listening, serve_app
    from api.logs import write_json_lines

    settings = Settings()
    if settings.log_format == "json":
        write_json_lines()
    with listening(host, port) as sockets:  # before a database is made that nobody would serve
        check_opens(settings)
        sys.setswitchinterval(SWITCH_SECONDS)
        serve_app(create_app(settings), sockets)


@upkeep_app.command(cls=PlainCommand)
def rebuild(
    views: Annotated[list[str] | None, typer.Argument(help="Names of views; all by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Builds views anew from the events while the old ones still answer."""
    from api.cli.opening import opened
    from api.cli.progress import progress_bar
    from projections.all_views import VIEWS

    unknown = [name for name in views or [] if name not in VIEWS]
    if unknown:
        raise Refusal("not-found", f"There is no view {unknown[0]}; there are {', '.join(VIEWS)}.")
    with opened(Settings()) as (store, projector), progress_bar("rebuilding", store.highest_position()) as progress:
        position = projector.rebuild(views or (), progress)
    if as_json:
        print_line({"views": list(views or VIEWS), "position": position})
        return
    say(f"rebuilt {', '.join(views or VIEWS)} up to position {position}")


@upkeep_app.command(cls=PlainCommand)
def verify(as_json: AsJson = False) -> None:
    """Proves that the stored history is whole and that the views equal it; exit status 1 and the first fault if not."""
    from api.cli.opening import opened
    from api.cli.progress import progress_bar
    from ledger.door.verify import first_fault

    with opened(Settings()) as (store, projector):
        with progress_bar("reading the history", store.highest_position()) as progress:
            fault = first_fault(store.database, progress)
        faults = [f"history: {fault}"] if fault else projector.differences()
        position = store.highest_position()
    if as_json:
        print_line({"is_whole": not faults, "fault": faults[0] if faults else None, "position": position})
        raise typer.Exit(1 if faults else 0)
    if faults:
        complain(f"fault: {faults[0]}")
        raise typer.Exit(1)
    say(f"whole: {position} events, and the views equal them")


@upkeep_app.command(cls=PlainCommand)
def status(as_json: AsJson = False) -> None:
    """Settings in force, positions and lag; no secrets. Makes nothing."""
    from ledger.store import holds_ledger
    from projections.positions import positions_at

    settings = Settings()
    found = positions_at(settings.database_url) if holds_ledger(settings.database_url) else None
    if as_json:
        print_line(
            {
                "database": without_secrets(settings.database_url),
                "catalogue": str(settings.catalogue) if settings.catalogue else None,
                "api_docs": settings.api_docs,
                "log_format": settings.log_format,
                "server": without_secrets(settings.server) if settings.server is not None else None,
                "has_token": settings.token is not None,
                "events": found.events if found is not None else None,
                "views": found.views if found is not None else None,
                "lag": found.lag if found is not None else None,
            }
        )
        return
    say(f"database   {without_secrets(settings.database_url)}")
    say(f"catalogue  {settings.catalogue or 'as shipped'}")
    say(f"API docs   {'at /docs' if settings.api_docs else 'not shown'}")
    say(f"log        {settings.log_format}")
    if settings.server is not None:
        say(f"server     {without_secrets(settings.server)}{', with a token' if settings.token else ''}")
    if found is None:
        say("events     none: there is no ledger yet; import, serve and others begin one")
        return
    say(f"events     {found.events}")
    say(f"views      up to {found.views}, {found.lag} behind")
