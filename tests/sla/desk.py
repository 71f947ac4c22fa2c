"""A support desk over the HTTP doors, with a clock of its own: what the ledger and its readers take for the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.clock import Clock
from tests.http.asgi import Headers, Response
from tests.http.door import Door, Json, opened
from tests.words import Step

PLANS = Path(__file__).parent / "plans"
LATE = "2027-03-01T12:00:00Z"


class Desk(Door):
    """`clock` says when now is.

    Several tests may share a desk, one after the other: `begin` gives each one ids of its own.
    """

    clock: Clock
    prefix = ""
    begun = 0

    def begin(self) -> None:
        self.begun += 1
        self.prefix = f"{self.begun}."
        self.clock.put(LATE)

    def named(self, own: str) -> str:
        """The ledger's id for one that a test speaks of."""
        return f"{self.prefix}{own}"

    def get(self, path: str, token: str | None = None, headers: Headers | None = None, **query: Any) -> Response:
        """A list in the query is one parameter for each of its items."""
        lists = {name: query.pop(name) for name in list(query) if isinstance(query[name], list)}
        path += f"?{urlencode(lists, doseq=True)}" if lists else ""
        return super().get(path, token, headers, **query)

    def tell(self, *steps: Step) -> list[Json]:
        """All at once, as JSON Lines, under the ids of this test alone."""
        return self.all_ok([self._own(step) for step in steps])

    def refuses(self, code: str, step: Step) -> Json:
        return self.refused(code, self._own(step))

    def _own(self, step: Step) -> Step:
        ids = ("contract_id", "ticket_id", "entry_id")
        return step.but(**{name: self.named(step.fields[name]) for name in ids if name in step.fields})

    def ticket(self, ticket: str = "T", **query: Any) -> Json:
        return self.see(f"tickets/{self.named(ticket)}", **query)

    def target(self, target: str, ticket: str = "T", **query: Any) -> Json:
        """One clock of a ticket."""
        found: Json = next(one for one in self.ticket(ticket, **query)["sla"] if one["target"] == target)
        return found

    def state(self, target: str, ticket: str = "T", **query: Any) -> str:
        return str(self.target(target, ticket, **query)["state"])

    def due(self, target: str, ticket: str = "T", **query: Any) -> str | None:
        """When a clock falls due, as UTC."""
        due: str | None = self.target(target, ticket, **query)["due_at"]
        return due

    def account(self, target: str, ticket: str = "T", **query: Any) -> Json:
        return self.see(f"tickets/{self.named(ticket)}/sla/{target}/trace", **query)

    def compliance(self, contract: str, *groups: str, **query: Any) -> list[Json]:
        """The rows of one contract."""
        found: list[Json] = self.see(
            "sla/compliance", contract_id=self.named(contract), group_by=list(groups), **query
        )["items"]
        return found


@contextmanager
def desk_over(url: str, now: str = LATE) -> Iterator[Desk]:
    """The application over a database, opened anew, at a time."""
    clock = Clock(now)
    with opened(url, clock, catalogue=PLANS) as door:
        yield Desk(door.client, door.store, clock)


def same(instant: str | None, told: str | None) -> bool:
    """Whether two texts mean the same instant."""
    if instant is None or told is None:
        return instant is told
    return datetime.fromisoformat(instant) == datetime.fromisoformat(told)
