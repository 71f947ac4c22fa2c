"""Aggregates with long streams: what is known of them is kept at times, so that it is not folded from the beginning.

A snapshot says what the first so many events of a stream come to. Events never change, so it stays true; what they come
to is code, and a snapshot of another shape counts for nothing: the stream is folded, and the next one is kept anew.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from functools import cache
from typing import Any, ClassVar, NamedTuple

import msgspec

from ledger.kernel.aggregate import LedgerAggregate
from ledger.kernel.structs import looked_at

EVERY = 200  # events between one snapshot and the next


class StreamSnapshot(NamedTuple):
    """What a stream's events up to `version` come to, as `shape` has it."""

    stream: str
    version: int
    shape: str
    content: bytes


class LongLived(LedgerAggregate):
    """`KNOWN` is what a snapshot holds. `FOLD` counts the meanings of that: raised when the same events come to
    something else, though the fields are the same."""

    KNOWN: ClassVar[type[msgspec.Struct]]
    FOLD: ClassVar[int] = 1
    kept: int  # the version of the latest snapshot

    def begin(self) -> None:
        super().begin()
        self.kept = 0

    @abstractmethod
    def known(self) -> msgspec.Struct:
        """What the events so far come to, as `KNOWN`."""

    @abstractmethod
    def recall(self, known: Any) -> None:
        """Takes what a snapshot held as its own."""

    @classmethod
    @cache
    def shape(cls) -> str:
        described = msgspec.json.encode(msgspec.json.schema(looked_at(cls.KNOWN)), order="deterministic")
        return hashlib.sha256(b"%d %s" % (cls.FOLD, described)).hexdigest()[:32]

    @property
    def is_due(self) -> bool:
        return self.version - self.kept >= EVERY

    def snapshot(self) -> StreamSnapshot:
        self.kept = self.version
        return StreamSnapshot(str(self.id), self.version, self.shape(), msgspec.msgpack.encode(self.known()))

    def resume(self, snapshot: StreamSnapshot) -> bool:
        """Goes on from a snapshot; False where it is of another shape or damaged, and nothing was taken from it."""
        if snapshot.shape != self.shape():
            return False
        try:
            known = msgspec.msgpack.decode(snapshot.content, type=self.KNOWN)
        except msgspec.DecodeError:
            return False
        self.recall(known)
        self._version = self.kept = snapshot.version
        return True
