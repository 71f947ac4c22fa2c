"""Pages that are toured: their blocks marked `console`, carried out as if somebody followed them in an empty folder.

They meet the demo's SQLite file there, and a server on a free port; `curl` is played by httpx.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.docs.pages import DOCS, README, ROOT

TOURED = (README, DOCS / "question.md")  # each in a folder of its own
COLUMNS = "140"  # how wide the tour's terminal is
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
    """A command of the tour as it is typed, and what the page says it prints."""

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
    """The shell of somebody who follows a page in an empty folder."""

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


def write_tour(page: Path) -> None:
    """Replaces a page's outputs that are no longer true; those that differ in times and tokens only stay."""
    text = page.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder, touring(Path(folder)) as tour:

        def anew(block: re.Match[str]) -> str:
            lines = []
            for command in commands(block[0]):
                printed = tour.carry_out(command.typed)
                unchanged = masked(printed) == masked(command.output)
                told = command.output if unchanged else MASKS[0][0].sub(MASKS[0][1], printed)
                lines += [f"$ {command.typed}", *(line.rstrip() for line in told.strip("\n").splitlines())]
            return "\n".join(lines) + "\n"

        page.write_text(BLOCK.sub(anew, text), "utf-8")
