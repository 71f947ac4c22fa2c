"""Writes docs/events.md from the code; with `--tour`, the outputs of README's tour too, as the product prints them.

The tour is the blocks of README that are marked `console`. They are carried out in a folder of their own, on the
demo's SQLite file there, against a server on a free port; `curl` is played by httpx.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import httpx
import msgspec

from ledger.billing.closed_periods import ClosedPeriods
from ledger.billing.document import Document, DocumentSeries
from ledger.contracts.contract import Contract
from ledger.credit.account import CreditAccount
from ledger.credit.deduction import Deduction
from ledger.events import FACTS, Draw, Fact, Sealed
from ledger.kernel.aggregate import LedgerAggregate
from ledger.sessions.session import Session
from ledger.tickets.ticket import Ticket

ROOT = Path(__file__).resolve().parent.parent
EVENTS, README = ROOT / "docs" / "events.md", ROOT / "README.md"
COLUMNS = "140"  # how wide the tour's terminal is

# -- docs/events.md ------------------------------------------------------------------------------------------------

AGGREGATES: dict[type[LedgerAggregate], str] = {
    Contract: "`contract:` and the contract's id",
    Ticket: "`ticket:` and the ticket's id",
    CreditAccount: "`account:`, the contract's id, `:` and the pool",
    Deduction: "`deduction:` and the deduction's id",
    Session: "`session:` and the session's id",
    Document: "`document:` and the number",
    DocumentSeries: "`series:`, the provider, `:` and the kind of document",
    ClosedPeriods: "`books:` and the provider",
}
KINDS: dict[Any, str] = {
    str: "text",
    int: "integer",
    bool: "true or false",
    date: "day",
    datetime: "instant",
    Sealed: "**sealed** text or record",
    Draw: "draw",
    msgspec.Raw: "JSON object",
}
DEFAULTS = {"None": "none", "False": "`false`"}
HEAD = """# Events

Written by `make docs` from `ledger/events`; do not edit it by hand. What the ledger knows is these events and nothing
else. An event is never changed and never deleted.

Each event has a topic and a version. The stored topic is both: `HoursDeducted@1`. The payload is JSON. A field that
has its default is left out; a field without a default is always there. Durations are whole minutes, money is whole
minor units of its currency (cents), instants are in UTC, days are days in the provider's time zone. A rule such as C2
is explained in [rules.md](rules.md).

Beside the payload the store keeps for each event: its position (from 1, without gaps), its stream and its version in
the stream, `recorded_at` (when the ledger learned of it), the provider and the contract.

Every payload has these fields:

| field | type | meaning |
|---|---|---|
| `contract_id` | text | the contract concerned |
| `effective_at` | instant | when it was true in the world |
| `token_id` | text | whose token said so |
| `role` | text | the role of that token |

A **sealed** field holds ciphertext under the key of a customer, a partner or a person of the provider's staff, with the
id of that key (see [Personal data](architecture.md#personal-data)). A draw is a `quantity` in the unit of the pool and
the `grant_id` it was taken from; a draw without `grant_id` is a debt.
"""


def events_page() -> str:
    """The whole page. Raises LookupError for an event that no aggregate applies."""
    sections = [HEAD]
    for kind, stream in AGGREGATES.items():
        sections.append(f"## {_title(kind)}\n\nStream: {stream}.\n")
        sections.extend(_section(fact) for fact in FACTS.values() if _home(fact) is kind)
    return "\n".join(sections).rstrip() + "\n"


def _home(fact: type[Fact]) -> type[LedgerAggregate]:
    found = [kind for kind in AGGREGATES if fact in kind._methods]
    if len(found) != 1:
        raise LookupError(f"{fact.TOPIC} belongs to {len(found)} of the aggregates that this page knows")
    return found[0]


def _title(kind: type) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).capitalize()


def _section(fact: type[Fact]) -> str:
    rows = [_row(one) for one in msgspec.structs.fields(fact) if one.name not in Fact.__struct_fields__]
    meaning = inspect.cleandoc(fact.__doc__ or "")
    table = "\n".join(["| field | type | default |", "|---|---|---|", *rows])
    return f"### {fact.TOPIC}, version {fact.VERSION}\n\n{meaning}\n\n{table}\n"


def _row(one: msgspec.structs.FieldInfo) -> str:
    default = ""
    if one.default_factory is not msgspec.NODEFAULT:
        default = "empty"
    elif one.default is not msgspec.NODEFAULT:
        default = DEFAULTS.get(str(one.default), f"`{one.default}`")
    return f"| `{one.name}` | {_kind(one.type)} | {default} |".replace("|  |", "| |")


def _kind(hint: Any) -> str:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(part) for part in parts if part is not type(None))
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if origin is list:
        return f"list of {_kind(parts[0])}s"
    if origin is dict:
        return "JSON object" if parts[1] is Any else f"{_kind(parts[1])}, by name"
    if hint not in KINDS and isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return f"{_title(hint).lower()} record"
    return KINDS[hint]


# -- README's tour -------------------------------------------------------------------------------------------------

BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
MASKS = (
    (re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])"), "<token>"),
    (re.compile(r"tok-[0-9a-f]{12}"), "<token-id>"),
    (re.compile(r'("recorded_at": ?")[^"]*'), r"\1<time>"),
    (re.compile(r'("command_id": ?")[0-9a-f]{32}"'), r'\1<id>"'),
    (re.compile(r"(http://127\.0\.0\.1:)\d+"), r"\g<1>8000"),
)


def masked(text: str) -> str:
    """What two runs of the tour have in common."""
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@dataclass
class Command:
    """A command of the tour as it is typed, and what the README says it prints."""

    typed: str
    output: str


def commands(block: str) -> list[Command]:
    """A line with `$` begins a command; it goes on after a backslash and while a quotation is open."""
    found: list[Command] = []
    goes_on = False
    for line in block.splitlines():
        if goes_on:
            found[-1].typed += f"\n{line}"
        elif line.startswith("$ "):
            found.append(Command(line[2:], ""))
        else:
            found[-1].output += f"{line}\n"
            continue
        goes_on = line.endswith("\\") or found[-1].typed.count("'") % 2 == 1
    return found


@dataclass
class Tour:
    """The shell of somebody who follows the README in an empty folder."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    base: str = ""
    server: subprocess.Popen[str] | None = None

    def carry_out(self, typed: str) -> str:
        """What the command prints on both outputs. Raises ValueError for what this shell does not know."""
        typed = typed.replace("\\\n", " ")
        name, assigned, value = typed.partition("=")
        if assigned and name.isidentifier():
            self.variables[name] = self._substituted(value)
            return ""
        for variable, known in self.variables.items():
            typed = typed.replace(f"${variable}", known)
        command, *formatter = typed.rsplit(" | ", 1)
        words = shlex.split(command)
        if words[:2] == ["make", "run"]:
            return self._start()
        if words[0] == "support-ledger":
            return self._run("api.cli.main", words[1:])
        if words[0] == "curl":
            answer = self._curl(words[1:])
            return json.dumps(json.loads(answer), indent=2, ensure_ascii=False) if formatter else answer
        raise ValueError(f"the tour can't do {words[0]}")

    def _substituted(self, value: str) -> str:
        """The value of an assignment: its `$(…)` replaced by what that command prints."""
        inner = re.search(r"\$\((.*)\)", value)
        if inner is not None:
            value = value.replace(inner[0], self.carry_out(inner[1]).strip())
        return shlex.split(value)[0]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
        return kept | {"COLUMNS": COLUMNS, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

    def _run(self, module: str, arguments: list[str]) -> str:
        arguments = [str(ROOT / word) if (ROOT / word).is_file() else word for word in arguments]
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.stdout

    def _start(self) -> str:
        """`make run`: the banner up to its last line, while the server goes on."""
        self.server = subprocess.Popen(
            [sys.executable, "-m", "api.cli.demo", "--serve"],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.server.stdout is not None
        banner = ""
        while "statement" not in banner:
            line = self.server.stdout.readline()
            if not line:
                raise ValueError(f"the server ended after: {banner}")
            banner += line
        found = re.search(r"http://127\.0\.0\.1:\d+", banner)
        assert found is not None, banner
        self.base = found[0]
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:  # until it listens
            client.get(f"{self.base}/health/ready", timeout=30)
        return banner

    def _curl(self, words: list[str]) -> str:
        """`-s`, `-H`, `-d` and the address; what is posted is JSON."""
        headers, body, address = {"Content-Type": "application/x-www-form-urlencoded"}, None, ""  # as curl has it
        rest = iter(words)
        for word in rest:
            if word == "-H":
                name, _, value = next(rest).partition(": ")
                headers[name] = value
            elif word == "-d":
                body = next(rest)
            elif word != "-s":
                address = word.replace("http://127.0.0.1:8000", self.base)
        method = "GET" if body is None else "POST"
        return httpx.request(method, address, headers=headers, content=body, timeout=30).text

    def end(self) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.communicate(timeout=30)


@contextmanager
def touring(folder: Path) -> Iterator[Tour]:
    tour = Tour(folder)
    try:
        yield tour
    finally:
        tour.end()


def write_tour() -> None:
    """Replaces the outputs that are no longer true; those that differ in times and tokens only stay as they are."""
    text = README.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder, touring(Path(folder)) as tour:

        def anew(block: re.Match[str]) -> str:
            lines = []
            for command in commands(block[0]):
                printed = tour.carry_out(command.typed)
                unchanged = masked(printed) == masked(command.output)
                told = command.output if unchanged else MASKS[0][0].sub(MASKS[0][1], printed)
                lines += [f"$ {command.typed}", *(line.rstrip() for line in told.strip("\n").splitlines())]
            return "\n".join(lines) + "\n"

        README.write_text(BLOCK.sub(anew, text), "utf-8")


def main() -> None:
    EVENTS.write_text(events_page(), "utf-8")
    if "--tour" in sys.argv[1:]:
        write_tour()


if __name__ == "__main__":
    main()
