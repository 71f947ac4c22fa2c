"""How a command is declared, once, beside its function: its name and body, who may send it, what it is about, and the
id of what it creates. Door, access, OpenAPI, documentation and command line follow from the declaration.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ledger.kernel.aggregate import LedgerAggregate
from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Fact
from ledger.store import EventStore
from ledger.work.case import Case
from ledger.work.fields import Command

B = TypeVar("B", bound=Command)
B_contra = TypeVar("B_contra", bound=Command, contravariant=True)
CarryOut = Callable[[Case, B], None]


@dataclass(frozen=True)
class Concern(Generic[B_contra]):
    """What a command is about: the streams that its body names, and how its contract (or provider) is found.

    `find` sets the case's scope. It raises Refusal `unknown-…` for what the actor may not see as for what is not there,
    so that whether its role may is told of what it sees alone; where `hides_nothing`, that is told first.
    """

    find: Callable[[Case, B_contra], None]
    streams: Callable[[B_contra], Sequence[str]]
    hides_nothing: bool = False


@dataclass(frozen=True)
class NewId(Generic[B_contra]):
    """The id that a body gives to something new. Known with the same content it changes nothing (C12).

    Where the body may leave it out the ledger gives one; commands take it from the case.
    """

    namespace: str
    field: str
    read: Callable[[B_contra], str | None]
    begins: tuple[type[LedgerAggregate], ...] = ()  # the aggregates whose streams begin under that id

    def streams(self, body: B_contra) -> list[str]:
        id_ = self.read(body)
        return [kind.stream(id_) for kind in self.begins] if id_ is not None else []


@dataclass(frozen=True)
class Parts(Generic[B]):
    """How a command is carried out in parts, each under a key: a command of its own, `{command_id}/{key}`.

    `keys` gives some of them, those behind a key, in their order. Its function only looks whether it may begin; `end`
    records what `note` kept of the parts, and with that the whole is remembered.
    """

    keys: Callable[[EventStore, B, str], Sequence[str]]
    command: Callable[[], Declared[Any]]
    body: Callable[[B, str], Command]
    note: Callable[[str, Sequence[Fact] | Refusal], Any]  # of one part; None: it is not spoken of
    end: Callable[[Case, B, str, Sequence[Any]], None]


@dataclass(frozen=True)
class Declared(Generic[B]):
    """A command. `repeats` finds what a body speaks of under a name that the ledger gave: namespace and id.

    A command that `reads_history` needs the positions of what came before it, and is saved alone; of one that
    `is_prepared` what takes long is worked out beside the writer.
    """

    name: str
    body: type[B]
    roles: frozenset[str]
    about: Concern[B]
    creates: NewId[B] | None
    repeats: Callable[[Case, B], tuple[str, str] | None] | None
    reads_history: bool
    is_prepared: bool
    parts: Parts[B] | None
    carry_out: CarryOut[B]

    @property
    def meaning(self) -> str:
        """What it does, for whoever sends it: what its function says of itself, but for what it raises."""
        paragraphs = inspect.cleandoc(self.carry_out.__doc__ or "").split("\n\n")
        return "\n\n".join(one for one in paragraphs if not one.startswith("Raises "))

    def new_streams(self, body: B) -> list[str]:
        """The streams that begin under the id that a body gives; they are empty while nobody took it."""
        return self.creates.streams(body) if self.creates else []

    def check_may(self, role: str) -> None:
        """Raises Refusal forbidden where the role has no such command."""
        if role not in self.roles:
            raise Refusal("forbidden", f"A token of role {role} may not {self.name}.", role=role)


DECLARED: dict[str, Declared[Any]] = {}


def command(
    name: str,
    body: type[B],
    *,
    roles: frozenset[str],
    about: Concern[B],
    creates: NewId[B] | None = None,
    repeats: Callable[[Case, B], tuple[str, str] | None] | None = None,
    reads_history: bool = False,
    is_prepared: bool = False,
    parts: Parts[B] | None = None,
) -> Callable[[CarryOut[B]], CarryOut[B]]:
    """Declares the function that carries a command out."""

    def declare(function: CarryOut[B]) -> CarryOut[B]:
        if name in DECLARED:
            raise ValueError(f"the command {name} is declared twice")
        how = (reads_history, is_prepared, parts)
        DECLARED[name] = Declared(name, body, roles, about, creates, repeats, *how, function)
        return function

    return declare
