"""Wrong usage of the command line, in our words: the option, what it has to be, an example; and where all is told.

The library that reads arguments says which rule was broken; how it says so is shown to nobody.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import typer
from pydantic import ValidationError
from typer._click.exceptions import BadOptionUsage, MissingParameter, NoArgsIsHelpError, NoSuchOption, UsageError

from api.cli.machine import is_json_wanted
from api.cli.options import MadeCommand, NoSuchCommandError
from api.cli.printing import complain
from api.cli.refusing import print_problem
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.examples import TEXT
from ledger.kernel.faults import sentence_of
from ledger.kernel.wording import worded_fault

# For the parameters of commands that are no command of a door; those of the others bring their own.
EXAMPLES = {
    "accounts": "accounts.toml",
    "base_url": "https://ledger.example.org",
    "customer": "example-k",
    "expires_on": "2027-01-31",
    "files": "commands.jsonl",
    "form": "beancount",
    "from_": "2026-01-01",
    "host": "127.0.0.1",
    "id_": "tok-2f6c1d",
    "limit": "50",
    "output": "books.beancount",
    "partner": "example-p",
    "port": "8000",
    "provider": "example",
    "role": "auditor",
    "server": "https://ledger.example.org",
    "to": "2026-01-31",
    "token": "the-token",
    "token_id": "tok-2f6c1d",
    "views": "contracts",
}
MOST_NAMES = 12  # that are listed where none is near to what was typed


def tell_usage(error: typer.TyperException) -> None:
    """On standard error, as other refusals are."""
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    context = error.ctx if isinstance(error, UsageError | NoSuchCommandError) else None
    refusal = _refusal(error, context)
    if is_json_wanted():
        print_problem(refusal)
        return
    complain(f"{refusal.code}: {refusal.detail}")
    complain(f"{context.command_path if context else 'support-ledger'} --help tells what there is.")


def _refusal(error: typer.TyperException, context: Any) -> Refusal:
    if isinstance(error, NoSuchCommandError):
        all_names = ", ".join(error.known)
        return Refusal(
            "unknown-command", f"There is no command {error.name[:80]}{_meant(error.name, error.known, all_names)}."
        )
    if isinstance(error, MissingParameter):
        return malformed(_name(error.param), f"is missing, such as {_example(error.param, context)}")
    if isinstance(error, typer.BadParameter) and error.param is not None:
        return malformed(_name(error.param), _wrong_value(error.param, error.__cause__, context))
    if isinstance(error, NoSuchOption):
        known = [name for one in context.command.params for name in one.opts if name.startswith("-")]
        detail = f"is no option of {context.command_path}{_meant(error.option_name, known, ', '.join(known))}"
        return malformed(error.option_name[:80], detail)
    if isinstance(error, BadOptionUsage):
        if any(typed.startswith(f"{error.option_name}=") for typed in sys.argv):
            return malformed(error.option_name, "takes no value")
        parameter = next(one for one in context.command.params if error.option_name in one.opts)
        return malformed(error.option_name, f"needs a value, such as {_example(parameter, context)}")
    return malformed("arguments", f"are too many: {_all_arguments(context)}")


def _name(parameter: Any) -> str:
    """As it is typed: `--port`; an argument by what stands for it in the help."""
    if parameter.param_type_name == "option":
        return str(parameter.opts[0])
    return str(parameter.metavar or parameter.name.upper())


def _example(parameter: Any, context: Any) -> str:
    known = {**EXAMPLES, **context.command.examples} if isinstance(context.command, MadeCommand) else EXAMPLES
    if parameter.type_descriptor.is_choice:
        value = str(parameter.type_descriptor.choices[0].value)
    else:
        value = known.get(parameter.name, TEXT)
    value = shlex.quote(value)
    return f"{_name(parameter)} {value}" if parameter.param_type_name == "option" else value


def _wrong_value(parameter: Any, cause: object, context: Any) -> str:
    if parameter.type_descriptor.is_choice:
        return f"is one of {', '.join(one.value for one in parameter.type_descriptor.choices)}"
    told = sentence_of(worded_fault(cause.errors()[0])) if isinstance(cause, ValidationError) else "does not fit"
    return f"{told.partition(', such as')[0]}, such as {_example(parameter, context)}"


def _meant(name: str, known: Sequence[str], all_of_them: str) -> str:
    """The name that somebody meant; where it is near to none, all of them, if they are few."""
    close = get_close_matches(name.removeprefix("--")[:80], [one.removeprefix("--") for one in known], 1, 0.7)
    if close:
        return f"; {'--' if name.startswith('--') else ''}{close[0]} is meant"
    return f"; there are {all_of_them}" if 0 < len(known) <= MOST_NAMES else ""


def _all_arguments(context: Any) -> str:
    names = [_name(one) for one in context.command.params if one.param_type_name == "argument"]
    return f"{context.command_path} takes {', '.join(names) or 'none'}"
