"""A request: a well-formed command and who sends it; what is answered; and what a body that is none is told."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import msgspec
from pydantic import BaseModel, ValidationError

from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed, malformed_fields
from ledger.kernel.examples import example_at, without_kinds
from ledger.kernel.fact import Fact
from ledger.kernel.faults import PlacedFault
from ledger.kernel.wording import location_of, worded_fault
from ledger.work.declaration import Declared
from ledger.work.fields import Command

MOST_FAULTS = 100  # that one answer tells; a body may have 60,000


class NamedId(NamedTuple):
    """An id within its namespace."""

    namespace: str
    id: str


@dataclass(frozen=True)
class Request:
    """`command_id` is that of the body or of a header; `within` is the content of the command that it is a part of.

    What is asked of it several times is worked out once, and kept with it.
    """

    command: Declared[Any]
    body: Command
    actor: Actor
    command_id: str | None
    within: bytes = b""

    @property
    def name(self) -> str:
        return self.command.name

    @cached_property
    def new_id(self) -> NamedId | None:
        """What the body names anew; None where it makes nothing, or leaves the id to the ledger."""
        new = self.command.creates
        id_ = new.read(self.body) if new is not None else None
        return NamedId(new.namespace, id_) if new is not None and id_ is not None else None

    @cached_property
    def content(self) -> bytes:
        """What the sameness of two commands is judged by: the parsed fields in a fixed order, defaults left out."""
        fields = self.body.model_dump(mode="json", exclude={"command_id"}, exclude_defaults=True)
        return self.within + self.command.name.encode() + b"\n" + msgspec.json.encode(fields, order="deterministic")

    def under(self, command_id: str) -> Request:
        """The same with an id, which is no part of its content: what is worked out already stays."""
        named = copy(self)
        object.__setattr__(named, "command_id", command_id)
        return named


@dataclass(slots=True, frozen=True)
class Answer:
    """What was recorded: positions `first` to `last`, each event's position, type and stream, what they name, and the
    events themselves, which are not answered.
    """

    command_id: str
    first: int
    last: int
    replayed: bool
    events: list[tuple[int, str, str]]
    named: dict[str, Any]
    facts: list[Fact]


def not_an_object(body: type[BaseModel]) -> Refusal:
    return malformed("body", f"must be a JSON object, such as {example_at((), _schema(body))}")


@cache
def _schema(body: type[BaseModel]) -> dict[str, Any]:
    return body.model_json_schema()


def refusal_of(error: ValidationError, body: type[BaseModel]) -> Refusal:
    """What pydantic found wrong with such a body, of the first hundred fields."""
    faults, schema = [], _schema(body)
    for fault in error.errors(include_url=False, include_input=False)[:MOST_FAULTS]:
        place = location_of(fault)
        told = worded_fault(fault, example_at(place, schema))
        faults.append(PlacedFault(".".join(map(str, without_kinds(place, schema)))[:200] or "body", told))
    return malformed_fields(faults)
