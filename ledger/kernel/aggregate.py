"""What all aggregates have in common: a stream of their own, and facts that are recorded and applied.

An aggregate's method checks, computes with pure functions and records. What applies a fact only assigns, since
it also runs on old history. Time and the speaker come from the caller, as a `Stamp`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self, TypeVar

import msgspec
from eventsourcing.domain import BaseAggregate

from ledger.kernel.fact import Fact, Role
from ledger.kernel.mapper import StreamEvent
from ledger.kernel.values import EPOCH

Apply = TypeVar("Apply", bound=Callable[..., None])


@dataclass(slots=True, frozen=True)
class Stamp:
    """Who speaks (token and role), when the ledger hears it, and which months are still open."""

    token_id: str
    role: Role
    now: datetime
    open_from: Callable[[datetime], datetime] = lambda moment: moment  # the first instant in an open month (M5)


def applies(*facts: type[Fact]) -> Callable[[Apply], Apply]:
    """Marks the method that assigns what these facts say."""

    def mark(method: Apply) -> Apply:
        method.__dict__["applies"] = facts
        return method

    return mark


LEAST_WEIGHT_BYTES = 2_000  # measured: a deduction takes 1,100 to 1,400


class LedgerAggregate(BaseAggregate[str]):
    """A stream `category:key` of facts, folded. `key` is its own id: that of stream `ticket:T-1` is `T-1`."""

    key: str
    FACTS: ClassVar[type[Fact]]  # of its stream: they name it
    _methods: ClassVar[dict[type[Fact], Callable[[Any, Any], None]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = (method for method in vars(cls).values() if callable(method))
        cls._methods = cls._methods | {fact: method for method in own for fact in getattr(method, "applies", ())}

    @classmethod
    def stream(cls, key: str) -> str:
        return cls.FACTS.stream_of(key)

    @classmethod
    def blank(cls, key: str) -> Self:
        """An aggregate about which nothing is known yet."""
        aggregate = cls.__new__(cls)
        aggregate.__base_init__(cls.stream(key), 0, EPOCH)
        aggregate.key = key
        aggregate.begin()
        return aggregate

    def begin(self) -> None:
        """Sets the state before the first fact; each aggregate adds its own."""
        self.contract_id = ""

    @property
    def weight_bytes(self) -> int:
        """About what it takes of memory; an aggregate that grows says so itself."""
        return LEAST_WEIGHT_BYTES

    @property
    def exists(self) -> bool:
        return self.version > 0

    def fold(self, events: Iterable[StreamEvent]) -> Self:
        """Applies stored history, in order."""
        for event in events:
            self._methods[type(event.fact)](self, event.fact)
            self._version = event.originator_version
        return self

    def record(self, fact: Fact, effective_at: datetime, stamp: Stamp) -> None:
        """A new fact of this aggregate: stamped, applied at once, and the next entry of the journal.

        What moves credit or money in a closed month is effective at the first open instant, and says so (M5).
        """
        booked_at = stamp.open_from(effective_at) if fact.IS_BOOKED else effective_at
        fact = msgspec.structs.replace(
            fact,
            contract_id=self.contract_id,
            effective_at=booked_at,
            token_id=stamp.token_id,
            role=stamp.role,
            dated=effective_at if booked_at != effective_at else None,
        )
        self._methods[type(fact)](self, fact)
        self._version += 1
        self._pending_events.append(StreamEvent(self.id, self._version, fact))  # type: ignore[arg-type]

    def write_to(self, journal: list[StreamEvent]) -> None:
        """From now on what is recorded joins this list, in the order of recording across aggregates."""
        self._pending_events = journal  # type: ignore[assignment]
