"""The press: a process of its own in which files are made, one at a time, within bounds of time and memory.

A long document takes a processor for a minute and gigabytes of memory. In the server's process that would hold up
everybody, could not be ended, and the memory would not come back. So the server sends what is to be done, a function of
ours and what it takes, to a child (`press_child`), which is ended where it goes beyond its bounds; the next file starts
another one.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ledger.kernel.errors import Refusal

CHILD = "api.documents.press_child"
OUT_OF_MEMORY = (-signal.SIGABRT, -signal.SIGKILL)  # what typst ends with, and what the system does


@dataclass(slots=True, frozen=True)
class PressBounds:
    """What one file may take: `processor_seconds` count the same on a busy machine, `patience_seconds` end a hang."""

    processor_seconds: int = 60
    patience_seconds: float = 300.0
    memory_bytes: int = 1_500_000_000


class BeyondBoundsError(Exception):
    """A file can't be made within the bounds of the press."""


@dataclass(slots=True, frozen=True)
class PressJob:
    """A function of a module of ours, and what it takes; both go to the child by pickle."""

    make: Callable[..., bytes]
    given: tuple[Any, ...]
    bounds: PressBounds


@dataclass(slots=True, frozen=True)
class PressAnswer:
    """What the child answers: a file, or a refusal, or that it was too much, or what went wrong.

    `is_last`: it ends, since what it took of memory comes back only so.
    """

    content: bytes = b""
    refused: Refusal | None = None
    is_beyond: bool = False
    fault: str | None = None
    is_last: bool = False


class Press:
    """One child, begun when it is first needed. At most `most_waiting` jobs wait for it at once."""

    def __init__(self, name: str, most_waiting: int) -> None:
        self._most_waiting = most_waiting
        self._waiting = 0
        self.jobs_begun = 0
        self._is_ended = False
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._turns = ThreadPoolExecutor(1, f"press-{name}")

    def submit(self, bounds: PressBounds, make: Callable[..., bytes], *given: Any) -> Future[bytes]:
        """The file, once it is made. The future raises what `make` refuses, or BeyondBoundsError.

        Raises Refusal unavailable where too many wait already.
        """
        with self._lock:
            if self._waiting >= self._most_waiting:
                detail = f"{self._waiting} files are being made or wait for it; ask again."
                raise Refusal("unavailable", detail, waiting=self._waiting)
            self._waiting += 1
        return self._turns.submit(self._made, PressJob(make, given, bounds))

    def end(self) -> None:
        """Ends the child, whatever it does; from then on nothing is made."""
        with self._lock:
            self._is_ended = True
            child = self._child
        if child is not None:
            child.kill()

    def _made(self, job: PressJob) -> bytes:
        try:
            printed = self._printed(job)
        finally:
            with self._lock:
                self._waiting -= 1
        if printed.refused is not None:
            raise printed.refused
        if printed.is_beyond:
            raise BeyondBoundsError
        if printed.fault is not None:
            raise RuntimeError(f"a file could not be made: {printed.fault}")
        return printed.content

    def _printed(self, job: PressJob) -> PressAnswer:
        child = self._ready_child()
        self.jobs_begun += 1
        assert child.stdin is not None
        assert child.stdout is not None
        late = threading.Timer(job.bounds.patience_seconds, child.kill)
        late.start()
        try:
            pickle.dump(job, child.stdin, pickle.HIGHEST_PROTOCOL)
            child.stdin.flush()
            printed: PressAnswer = pickle.load(child.stdout)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            return self._died(child)
        finally:
            late.cancel()
        if printed.is_last:
            self._let_go(child)
        return printed

    def _ready_child(self) -> subprocess.Popen[bytes]:
        """It imports what this process does, and is in a session of its own, so that Ctrl-C is left to this one."""
        with self._lock:
            if self._is_ended:
                raise _stopping()
            if self._child is not None and self._child.poll() is None:
                return self._child
            self._child = subprocess.Popen(
                [sys.executable, "-m", CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                start_new_session=True,
            )
            return self._child

    def _died(self, child: subprocess.Popen[bytes]) -> PressAnswer:
        status = self._let_go(child)
        if self._is_ended:
            raise _stopping()
        is_beyond = status in (*OUT_OF_MEMORY, -signal.SIGXCPU)
        return PressAnswer(is_beyond=is_beyond, fault=None if is_beyond else f"the child ended with status {status}")

    def _let_go(self, child: subprocess.Popen[bytes]) -> int:
        with self._lock:
            self._child = None
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:  # what was to be told it is not heard any more
                continue
        return child.wait()


def _stopping() -> Refusal:
    return Refusal("unavailable", "The server is stopping; ask again.")
