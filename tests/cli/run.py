"""`support-ledger`, or the demo, in this process: arguments and standard input in, exit status and what it printed."""

import io
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from api.cli import demo as demo_cli
from api.cli import main as cli


@dataclass(frozen=True)
class Done:
    """What a user sees of a command that has ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def support_ledger(url: str | None, *arguments: str, stdin: bytes = b"") -> Done:
    """Carries out a command on the ledger behind `url`; without one, on whatever the working directory says."""
    return _run(cli.main, url, *arguments, stdin=stdin)


def demo(url: str | None, *arguments: str) -> Done:
    """The same of `python -m api.cli.demo`."""
    return _run(demo_cli.main, url, *arguments)


def _run(main: Callable[[], None], url: str | None, *arguments: str, stdin: bytes = b"") -> Done:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    if url is not None:
        surroundings["LEDGER_DATABASE_URL"] = url
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True), io.StringIO()
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    status = 0
    with (
        patch.dict(os.environ, surroundings, clear=True),
        patch.object(sys, "argv", ["support-ledger", *arguments]),
        patch.object(sys, "stdin", given),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    out.flush()
    return Done(status, out.buffer.getvalue().decode(), err.getvalue())  # type: ignore[attr-defined]
