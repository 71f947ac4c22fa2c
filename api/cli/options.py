"""Commands of the command line that are made from a list of options, as `typer` makes one from a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer._click.core import augment_usage_errors
from typer.core import TyperGroup

from api.cli.typed_values import PlainCommand, taken_as_typed

SERVER = "A server's address; by default LEDGER_SERVER, and without it the ledger of the settings."
TOKEN = "The token for it; by default LEDGER_TOKEN."
AS_JSON = "The API's answer as it is."


@dataclass(frozen=True)
class Opt:
    """`name` is the field's, or the path to it: `customer.name`. An argument stands without a name.

    `example` is what could be typed; it is told to whoever types something else.
    """

    name: str
    kind: type[Any] = str
    meaning: str = ""
    metavar: str | None = None
    choices: Sequence[str] = ()
    is_required: bool = False
    is_argument: bool = False
    example: str = ""

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")


@dataclass(frozen=True)
class Asked:
    """What was typed: options that were given by their names, and where it goes."""

    given: Mapping[str, Any]
    as_json: bool
    server: str | None
    token: str | None


class NoSuchCommandError(typer.TyperException):
    """Somebody typed a command that is none of a group's."""

    exit_code = 2

    def __init__(self, name: str, known: Sequence[str], ctx: Any) -> None:
        super().__init__(name)
        self.name = name
        self.known = known
        self.ctx = ctx


class CommandGroup(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return taken_as_typed(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with augment_usage_errors(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        found = self.get_command(ctx, args[0])
        if found is None and not ctx.resilient_parsing:
            raise NoSuchCommandError(args[0], self.list_commands(ctx), ctx)
        return (args[0] if found else None), found, args[1:]


class MadeCommand(PlainCommand):
    """It knows an example for each of its parameters, by their names."""

    examples: Mapping[str, str] = MappingProxyType({})


def made_command(name: str, meaning: str, options: Sequence[Opt], run: Callable[[Asked], None]) -> Any:
    """A command with these options, and those that each command has which a server can answer."""

    def called(**typed: Any) -> None:
        given = {opt.name: _plain(typed[f"given_{n}"]) for n, opt in enumerate(options)}
        known = {name: value for name, value in given.items() if value is not None and value != []}
        run(Asked(known, typed["as_json"], typed["server"], typed["token"]))

    parameters = [_declared(f"given_{n}", opt) for n, opt in enumerate(options)]
    parameters += [
        _parameter("as_json", Annotated[bool, typer.Option("--json", help=AS_JSON)], False),
        _parameter("server", Annotated[str | None, typer.Option("--server", help=SERVER, metavar="URL")], None),
        _parameter("token", Annotated[str | None, typer.Option("--token", help=TOKEN, metavar="TOKEN")], None),
    ]
    called.__dict__["__signature__"] = inspect.Signature(parameters)
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name, help=meaning, cls=MadeCommand)(called)
    made: Any = typer.main.get_command(app)
    made.examples = {f"given_{n}": opt.example for n, opt in enumerate(options) if opt.example}
    return made


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _declared(name: str, opt: Opt) -> inspect.Parameter:
    kind: Any = Enum(opt.name, {one: one for one in opt.choices}) if opt.choices else opt.kind
    info: Any
    if opt.is_argument:
        info = typer.Argument(help=opt.meaning, metavar=opt.metavar, show_default=False)
    else:
        flags = f"{opt.flag}/--no-{opt.flag[2:]}" if kind is bool else opt.flag
        info = typer.Option(flags, help=opt.meaning, metavar=opt.metavar, show_default=False)
    if opt.is_required:
        return _parameter(name, Annotated[kind, info])
    return _parameter(name, Annotated[kind | None, info], None)
