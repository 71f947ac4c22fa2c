"""Between events and stored bytes: JSON by msgspec with cached coders, explicit topics, and upcasts of our own.

The stored topic is `Name@version`. Stored bytes are for ever: `tests/golden/` keeps one payload per version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from eventsourcing.persistence import Mapper, StoredEvent

from ledger.kernel.fact import FACTS, UPCASTS, Fact
from ledger.kernel.structs import looked_at


@dataclass(slots=True, frozen=True)
class StreamEvent:
    """An event at its place in the stream of one aggregate, e.g. `contract:L` version 3."""

    originator_id: str
    originator_version: int
    fact: Fact


class UnknownTopicError(Exception):
    """Stored history has a topic this version of the product does not know."""


class UnsaidError(ValueError):
    """Stored history has an event that does not say when it was true, or who said so."""


_encode = msgspec.json.Encoder().encode
_decoders: dict[str, Callable[[bytes], Fact]] = {}


def stored_topic(fact: Fact) -> str:
    return f"{fact.TOPIC}@{fact.VERSION}"


def stored_topics(*facts: type[Fact]) -> list[str]:
    """The topics of these events in each of their versions, as the store keeps them."""
    return [f"{fact.TOPIC}@{version}" for fact in facts for version in range(1, fact.VERSION + 1)]


def event_type(topic: str) -> str:
    """The name users see: `HoursDeducted@1` is a `HoursDeducted`."""
    return topic.partition("@")[0]


def _upcasting(name: str, version: int, cls: type[Fact]) -> Callable[[bytes], Fact]:
    steps = [UPCASTS[name, v] for v in range(version, cls.VERSION)]

    def decode(state: bytes) -> Fact:
        payload = cast(dict[str, Any], msgspec.json.decode(state))
        for step in steps:
            payload = step(payload)
        return msgspec.convert(payload, cls)

    return decode


def _decoder(topic: str) -> Callable[[bytes], Fact]:
    name, _, version = topic.partition("@")
    cls = FACTS.get(name)
    if cls is None or not version.isdigit() or not 1 <= int(version) <= cls.VERSION:
        raise UnknownTopicError(f"no event is known under the topic {topic!r}")
    looked_at(cls)
    if int(version) == cls.VERSION:
        return msgspec.json.Decoder(cls).decode
    return _upcasting(name, int(version), cls)


def encode(fact: Fact) -> bytes:
    return _encode(fact.to_encode)


def decode(topic: str, state: bytes) -> Fact:
    """The event behind stored bytes, in its present version.

    Raises UnknownTopicError, UnsaidError, msgspec.ValidationError.
    """
    decoder = _decoders.get(topic)
    if decoder is None:
        decoder = _decoders[topic] = _decoder(topic)
    fact = decoder(state)
    if not fact.is_recorded:
        raise UnsaidError(f"{topic} does not say when it was true, or whose token said so")
    return fact


class LedgerMapper(Mapper[str]):
    """The library's mapper interface over `encode` and `decode`."""

    def __init__(self) -> None:
        """The library's transcoder, compressor and cipher have no part in it."""

    def to_stored_event(self, domain_event: StreamEvent) -> StoredEvent:  # type: ignore[override]
        fact = domain_event.fact
        return StoredEvent(
            domain_event.originator_id, domain_event.originator_version, stored_topic(fact), encode(fact)
        )

    def to_domain_event(self, stored_event: StoredEvent) -> StreamEvent:
        return StreamEvent(
            str(stored_event.originator_id),
            stored_event.originator_version,
            decode(stored_event.topic, stored_event.state),
        )
