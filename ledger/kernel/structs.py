"""Structs that msgspec reads into, looked at once and by one thread.

msgspec shows what it has found of a struct to other threads before it has looked at all of its members (0.22): whoever
reads into the struct meanwhile takes the whole process down. So what is not looked at while a module is imported is
looked at here before the first reading.
"""

from __future__ import annotations

from threading import RLock
from typing import TypeVar

import msgspec

S = TypeVar("S", bound=type[msgspec.Struct])

_looking = RLock()


def looked_at(struct: S) -> S:
    """The struct itself, once all that it is made of is known."""
    with _looking:
        msgspec.json.Decoder(struct)
    return struct
