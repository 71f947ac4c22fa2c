"""What a command works out of stored history before anything is recorded, kept while it is decided again.

What takes long is worked out beside the writer, by a decision that ends there; the writer takes it over where it still
holds, and records. A decision that is made in one step works it out itself, and keeps it too: where others wrote in the
meantime and it is decided again, that costs what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from ledger.kernel.aggregate import LedgerAggregate

W = TypeVar("W")


class DecidingStep(Enum):
    """Which step of a decision is being made: the one step of most, or one of two."""

    WHOLE = "whole"
    BESIDE = "beside"
    IN_WRITER = "in writer"


class IsPrepared(Exception):
    """All that takes long is worked out; the rest is the writer's."""


class OutdatedError(Exception):
    """What was prepared does not hold any more: it has to be prepared again."""


class Preparation:
    """Of one command. `heard_at` is when it is heard, in both steps; None where each decision says so anew."""

    def __init__(self, step: DecidingStep = DecidingStep.WHOLE, heard_at: datetime | None = None) -> None:
        self.step = step
        self.heard_at = heard_at
        self.aggregates: list[LedgerAggregate] = []  # as of `position`, which the writer need not read again
        self.position = 0
        self._worked_out: Any = None

    def worked_out(self, holds: Callable[[W], bool], work_out: Callable[[], W]) -> W:
        """What was kept where it holds, else worked out now.

        Raises IsPrepared beside the writer, OutdatedError in it where what was prepared does not hold.
        """
        if self._worked_out is None or not holds(self._worked_out):
            if self.step is DecidingStep.IN_WRITER:
                raise OutdatedError
            self._worked_out = work_out()
        if self.step is DecidingStep.BESIDE:
            raise IsPrepared
        found: W = self._worked_out
        return found

    def hand_over(self, aggregates: Iterable[LedgerAggregate], position: int) -> None:
        """To the writer, with the aggregates that were asked for: nothing was recorded on them."""
        self.aggregates, self.position = list(aggregates), position
        self.step = DecidingStep.IN_WRITER
