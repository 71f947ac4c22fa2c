"""Things in order that memory does not hold: kept in a temporary file, which is gone once nobody uses it any more."""

from __future__ import annotations

import heapq
import os
import pickle
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")
BLOCK, RUN = 50, 10_000  # things that are read, and sorted, at once, where nothing else is asked for
Place = tuple[int, int]  # a block's offset in the file, and its length


class Spool(Generic[T]):
    """Things as they come. They can be read again and again, at several places side by side."""

    def __init__(self, block: int = BLOCK) -> None:
        self._block = block
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
        self._waiting: list[T] = []
        self._places: list[Place] = []
        self._end = 0

    def add(self, one: T) -> None:
        self._waiting.append(one)
        if len(self._waiting) == self._block:
            self._flush()

    def mark(self) -> int:
        """Where what is added next begins."""
        self._flush()
        return len(self._places)

    def read(self, begin: int = 0, end: int | None = None) -> Iterator[T]:
        """What was added between two marks, by default all."""
        self._flush()
        for offset, length in self._places[begin:end]:
            yield from pickle.loads(os.pread(self._file.fileno(), length, offset))

    def __iter__(self) -> Iterator[T]:
        return self.read()

    def _flush(self) -> None:
        if not self._waiting:
            return
        block = pickle.dumps(self._waiting, pickle.HIGHEST_PROTOCOL)
        os.pwrite(self._file.fileno(), block, self._end)
        self._places.append((self._end, len(block)))
        self._end += len(block)
        self._waiting = []


class InOrder(Generic[T]):
    """Things by `order`, whatever the order in which they come: sorted runs in a file, merged as they are read."""

    def __init__(self, order: Callable[[T], Any], run: int = RUN, block: int = BLOCK) -> None:
        self._order, self._longest_run = order, run
        self._run: list[T] = []
        self._runs = Spool[T](block)
        self._marks = [0]

    def add(self, one: T) -> None:
        self._run.append(one)
        if len(self._run) == self._longest_run:
            self._keep()

    def __iter__(self) -> Iterator[T]:
        self._keep()
        runs = (self._runs.read(begin, end) for begin, end in zip(self._marks, self._marks[1:], strict=False))
        return heapq.merge(*runs, key=self._order)

    def _keep(self) -> None:
        for one in sorted(self._run, key=self._order):
            self._runs.add(one)
        self._marks.append(self._runs.mark())
        self._run = []
