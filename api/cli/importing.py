"""Imports files of commands: in batches, each line answered, damaged ones reported by number while the rest goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from api.cli.occurrences import Occurrences
from api.cli.progress import progress_bar
from api.collector import collecting_seldom
from api.command_json import parse_line
from api.strict_json import COMMAND_LIMIT, without_mark
from api.writer import BATCH
from ledger.door.batches import Ledger
from ledger.door.requests import Request
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.errors import Refusal


@dataclass
class Tally:
    """What became of the lines."""

    accepted: int = 0
    replayed: int = 0
    refused: int = 0
    seen: Occurrences = field(default_factory=Occurrences)


def import_file(ledger: Ledger, name: str, tally: Tally, refused: Callable[[int, Refusal], None]) -> None:
    """One file, or standard input as `-`; `refused` hears what is refused, with its line. Raises Unavailable."""

    source: BinaryIO = sys.stdin.buffer if name == "-" else open(name, "rb")  # noqa: SIM115
    total = Path(name).stat().st_size if Path(name).is_file() else None
    with source, progress_bar(f"importing {name}", total) as progress:
        import_lines(ledger, source, tally, refused, progress)


@collecting_seldom()
def import_lines(
    ledger: Ledger,
    source: BinaryIO,
    tally: Tally,
    refused: Callable[[int, Refusal], None],
    progress: Callable[[int], None],
) -> None:
    """Carries out a file's commands. A command without `command_id` gets one from its content and its occurrence
    in the file, so that the same file can be imported again and changes nothing. Raises Unavailable."""
    batch: list[tuple[int, Request | Refusal]] = []
    tally.seen = Occurrences()
    for number, line in _lines(source):
        progress(len(line))
        if not line.strip():
            continue
        try:
            batch.append((number, _with_id(ledger, parse_line(line.strip(), COMMAND_LINE), tally)))
        except Refusal as refusal:
            batch.append((number, refusal))
        if len(batch) >= BATCH:
            _write_batch(ledger, batch, tally, refused)
            batch = []
    _write_batch(ledger, batch, tally, refused)


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Numbered lines; one that is over-long is read on to its end, but not kept."""
    number = 0
    while line := source.readline(COMMAND_LIMIT + 2):
        number += 1
        rest = line
        while not rest.endswith(b"\n") and len(rest) == COMMAND_LIMIT + 2:
            rest = source.readline(COMMAND_LIMIT + 2)
        yield number, without_mark(line) if number == 1 else line


def _with_id(ledger: Ledger, request: Request, tally: Tally) -> Request:
    if request.command_id is not None:
        return request
    digest = ledger.digest(request)
    return request.under(f"import.{digest.hex()}.{tally.seen.count(digest)}")


def _write_batch(
    ledger: Ledger, batch: list[tuple[int, Request | Refusal]], tally: Tally, refused: Callable[[int, Refusal], None]
) -> None:
    """Refusals are told in the order of the lines, whether a line could not be read or the ledger said no."""
    requests = [request for _, request in batch if isinstance(request, Request)]
    answers = iter(ledger.submit(requests) if requests else ())
    for number, line in batch:
        answer = line if isinstance(line, Refusal) else next(answers)
        if isinstance(answer, Refusal):
            tally.refused += 1
            refused(number, answer)
        elif answer.replayed:
            tally.replayed += 1
        else:
            tally.accepted += 1
