"""A command that takes long, on its way: prepared beside the writer, recorded in it, and so again where that fails.

Others get their turn while it is prepared. After some tries in vain the writer carries it out in one step, so that it
comes to its end however much others write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ledger.door.requests import Answer, Request
from ledger.kernel.errors import Refusal
from ledger.work.preparation import Preparation

TRIES = 3


class Carrier(Protocol):
    """What carries out the commands that it comes to: the ledger."""

    def submit(self, requests: Sequence[Request]) -> list[Answer | Refusal]: ...

    def prepare(self, request: Request) -> Preparation | Answer | Refusal:
        """Beside the writer, in any thread: what the writer needs, or at once what is answered."""
        ...

    def take_over(self, request: Request, preparation: Preparation) -> Answer | Refusal | None:
        """In the writer; None where it has to be prepared again."""
        ...


class InSteps:
    """One command: `prepare` beside the writer, then `turn` in it, until there is an answer."""

    def __init__(self, ledger: Carrier, request: Request) -> None:
        self._ledger = ledger
        self._request = request
        self._prepared: Preparation | Answer | Refusal | None = None
        self._tries = 0

    def prepare(self) -> None:
        """Raises Unavailable."""
        if self._request.command.is_prepared and self._tries < TRIES:
            self._tries += 1
            self._prepared = self._ledger.prepare(self._request)

    def turn(self) -> Answer | Refusal | None:
        """Its answer; None where it has to be prepared again. Raises Unavailable."""
        prepared, self._prepared = self._prepared, None
        if isinstance(prepared, Preparation):
            return self._ledger.take_over(self._request, prepared)
        if prepared is not None:
            return prepared
        (answer,) = self._ledger.submit([self._request])
        return answer
