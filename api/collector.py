"""Python's collector of cycles, which all threads wait for.

What a ledger holds for long are aggregates at hand, some hundred thousand objects without a cycle. Looked through as
often as Python does by itself, they cost an import up to a third of its time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (20_000, 10, 10)  # objects made and not let go of, before the youngest are looked at; then each tenth time


@contextmanager
def collecting_seldom() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def keep_what_is_loaded() -> None:
    """What is loaded stays: to look through it takes 80 ms each time."""
    gc.collect()
    gc.freeze()
