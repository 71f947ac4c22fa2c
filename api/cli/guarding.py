"""What goes wrong on the command line is told on standard error, with exit status 1: in sentences, or with `--json` as
the problem that the API would answer with.

What is raised names its kinds only when something was raised: whoever is answered need not load them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from ledger.kernel.errors import Refusal


def guarded(work: Callable[[], None]) -> None:
    """Refusals and faults of the surroundings are told; whatever else is raised goes on."""
    try:
        work()
    except Exception as error:
        sentences = _sentences(error)
        if not sentences:
            raise
        from api.cli.machine import is_json_wanted
        from api.cli.printing import complain
        from api.cli.refusing import print_problem

        if is_json_wanted():
            print_problem(error if isinstance(error, Refusal) else _refusal(error, sentences))
        else:
            for sentence in sentences:
                complain(sentence)
        sys.exit(1)


def carry_out(app: typer.Typer, name: str) -> None:
    """What was typed. Wrong usage is told in our words too, with exit status 2; the library's are told to nobody."""
    try:
        status = app(prog_name=name, standalone_mode=False)
    except typer.TyperException as error:
        from api.cli.usage import tell_usage

        tell_usage(error)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(1)
    sys.exit(status or 0)


def _refusal(error: Exception, sentences: list[str]) -> Refusal:
    """A catalogue or a file that says nothing which can be read is malformed; what is away is unavailable."""
    from ledger.plans.loader import CatalogueError

    is_malformed = isinstance(error, CatalogueError | UnicodeDecodeError)
    return Refusal("malformed" if is_malformed else "unavailable", " ".join(sentences))


def _sentences(error: Exception) -> list[str]:
    if isinstance(error, Refusal):
        return [f"{error.code}: {error.detail}"]

    from api.books.journal import FaultyBooksError
    from ledger.plans.loader import CatalogueError
    from ledger.store import Unavailable

    if isinstance(error, Unavailable):
        return [str(error)]
    if isinstance(error, CatalogueError):
        return [str(fault) for fault in error.faults]
    if isinstance(error, FaultyBooksError):
        return [f"The books do not agree with themselves: {error}."]
    if isinstance(error, UnicodeDecodeError):
        return ["The file .env is not written in UTF-8."]
    if isinstance(error, OSError):
        return [f"{error.filename}: {error.strerror}." if error.filename else str(error)]
    return []
