"""What every event has, its topic and version, and how older versions are read.

A topic outlives the class name; a stored payload is for ever. A changed shape is first an optional field with
a default; if that will not do, a new version with an upcast beside it. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, TypeVar

import msgspec

Role = Literal["operator", "finance", "customer", "partner", "auditor", "admin"]  # of the token that spoke
UNSAID = datetime(1970, 1, 1, tzinfo=UTC)  # of a fact that no aggregate has recorded yet


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """Personal data or free text as AES-GCM ciphertext (nonce first) under the key `key_id` of a party."""

    key_id: str
    box: bytes


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One immutable event: when it was true, for which contract, and whose token said so.

    It can be part of no cycle, so the collector need not look at it: of a long history that would take half the time.

    `effective_at` is when it was true in the world; when the ledger learned of it (`recorded_at`) is kept
    beside the payload by the store, which alone knows it. What belongs to a closed month is effective at the first open
    instant instead, and `dated` keeps when it was true (M5). The aggregate that records a fact sets these members;
    no stored event is without them.
    """

    TOPIC: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    CATEGORY: ClassVar[str] = ""  # of its stream: what kind of thing it is about
    IS_BOOKED: ClassVar[bool] = False  # whether it moves credit or money, so that a closed month takes it no more

    contract_id: str = ""
    effective_at: datetime = UNSAID
    token_id: str = ""
    role: Role | Literal[""] = ""
    dated: datetime | None = None

    @property
    def key(self) -> str:
        """Of what it is about, within its category: `L` of a contract, `L:included` of an account."""
        raise NotImplementedError

    @property
    def stream(self) -> str:
        """The stream that the fact belongs to, by what it is about: `contract:L`, `ticket:T-1`."""
        return self.stream_of(self.key)

    @classmethod
    def stream_of(cls, key: str) -> str:
        return f"{cls.CATEGORY}:{key}"

    @property
    def to_encode(self) -> Fact:
        """What is encoded for it: itself, or with pieces that are encoded already, to the same bytes."""
        return self

    @property
    def answer_fields(self) -> dict[str, Any]:
        """What the answer to its command names beside the event itself, such as an id that the ledger gave."""
        return {}

    @property
    def is_recorded(self) -> bool:
        """Whether it says when it was true and who said so."""
        return self.role != "" and self.effective_at is not UNSAID

    @property
    def spoken_as(self) -> Role:
        """In which role it was said. Of a recorded fact alone."""
        assert self.role != "", "no stored event is without a role"
        return self.role

    @property
    def true_at(self) -> datetime:
        """When it was true, whatever month it was booked in."""
        return self.dated or self.effective_at


class Movement(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that moves credit or money."""

    IS_BOOKED: ClassVar[bool] = True


F = TypeVar("F", bound=type[Fact])
Upcast = Callable[[dict[str, Any]], dict[str, Any]]

FACTS: dict[str, type[Fact]] = {}
UPCASTS: dict[tuple[str, int], Upcast] = {}


def topic(name: str, version: int = 1) -> Callable[[F], F]:
    """Registers an event class under a topic that outlives the class, in its present version."""

    def register(cls: F) -> F:
        if name in FACTS:
            raise ValueError(f"topic {name} is taken by {FACTS[name].__name__}")
        cls.TOPIC = name
        cls.VERSION = version
        FACTS[name] = cls
        return cls

    return register


def upcast(name: str, from_version: int) -> Callable[[Upcast], Upcast]:
    """Registers how the payload of one version becomes that of the next."""

    def register(function: Upcast) -> Upcast:
        UPCASTS[name, from_version] = function
        return function

    return register
