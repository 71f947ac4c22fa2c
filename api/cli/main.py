"""The console command `support-ledger`. Each subcommand is loaded when it is called: a table says where it stands.

Those of the write door are made from their declarations (`api.cli.sending`), reading ones from paths of the API
(`api.cli.reading`). What there is, and what each does, is told from a page made of them all (`subcommands.json`), so
that a list of names, or a shell that completes one, builds none.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from api.cli.guarding import carry_out, guarded
from api.cli.options import AS_JSON, SERVER, TOKEN, CommandGroup
from api.cli.reading import READS, reading_command

SUBCOMMANDS = Path(__file__).with_name("subcommands.json")
HELP = "A ledger of support contracts: what was bought, used and charged, and whether what was promised was kept."


def _upkeep() -> typer.Typer:
    from api.cli.upkeep import upkeep_app

    return upkeep_app


def _files() -> typer.Typer:
    from api.cli.files import files_app

    return files_app


def _token(name: str) -> Any:
    from api.cli.tokens import token_app

    return typer.main.get_command(token_app)


def _plans(name: str) -> Any:
    from api.cli.catalogue import plans_command

    return plans_command()


def _of(app: Callable[[], typer.Typer]) -> Callable[[str], Any]:
    def find(name: str) -> Any:
        group: Any = typer.main.get_command(app())
        return group.commands[name]

    return find


HERE: dict[str, Callable[[str], Any]] = {
    "serve": _of(_upkeep),
    "import": _of(_files),
    "export": _of(_files),
    "plans": _plans,
    "rebuild": _of(_upkeep),
    "verify": _of(_upkeep),
    "status": _of(_upkeep),
    "token": _token,
} | dict.fromkeys(READS, reading_command)


@cache
def _meanings() -> dict[str, str]:
    """What each subcommand does, in their order."""
    found: dict[str, str] = json.loads(SUBCOMMANDS.read_text("utf-8"))
    return found


class Subcommands(CommandGroup):
    """What stands in the table above, and the commands of the write door."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_meanings())

    def _told(self) -> TyperGroup:
        """The same group with names and meanings alone."""
        commands: Any = {name: TyperCommand(name, help=meaning) for name, meaning in _meanings().items()}
        return TyperGroup(name=self.name, commands=commands, params=self.params)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        self._told().format_commands(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        asked = copy.copy(ctx)
        asked.command = self._told()
        return asked.command.shell_complete(asked, incomplete)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """What was said before a command's name is said behind it; what is said there too counts."""
        name, found, rest = super().resolve_command(ctx, args)
        said = {"--server": ctx.params.get("server"), "--token": ctx.params.get("token")}
        before = [word for option, value in said.items() if value is not None for word in (option, value)]
        before += ["--json"] if ctx.params.get("as_json") else []
        deep = 1 if isinstance(found, TyperGroup) and not ctx.resilient_parsing else 0  # `token list`
        return name, found, [*rest[:deep], *before, *rest[deep:]]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in HERE:
            found = HERE[cmd_name](cmd_name)
            found.name = cmd_name
            return found
        from api.cli.sending import command_for

        return command_for(cmd_name)


app = typer.Typer(
    cls=Subcommands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, help=HELP
)


def _version(is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"support-ledger {version('support-contract-ledger')}")
        raise typer.Exit


@app.callback()
def begin(
    server: Annotated[str | None, typer.Option(help=SERVER, metavar="URL")] = None,
    token: Annotated[str | None, typer.Option(help=TOKEN, metavar="TOKEN")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=AS_JSON)] = False,
    _: Annotated[bool, typer.Option("--version", help="The version, alone.", callback=_version, is_eager=True)] = False,
) -> None:
    """What may stand before a command's name stands behind it as well, where it is read (`Subcommands`)."""


def main() -> None:
    guarded(lambda: carry_out(app, "support-ledger"))


if __name__ == "__main__":
    main()
