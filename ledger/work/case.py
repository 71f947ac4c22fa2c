"""A case: one command being carried out, with who sends it, when it is heard, and whose contract it is about.

Commands find, ask and record through it; what they find of a subject stands in that subject's room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ledger.kernel.access import Actor
from ledger.kernel.aggregate import LedgerAggregate, Stamp
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Fact, Sealed
from ledger.kernel.faults import FieldFault
from ledger.kernel.mapper import stored_topic, stored_topics
from ledger.kernel.values import FURTHEST_AHEAD, local_date, show_instant
from ledger.plans.catalogue import Catalogue
from ledger.store.keys import unseal
from ledger.work.preparation import Preparation
from ledger.work.unit_of_work import UnitOfWork

A = TypeVar("A", bound=LedgerAggregate)
F = TypeVar("F", bound=Fact)
T = TypeVar("T")
NEAR_THE_CLOCK = timedelta(minutes=5)
PAGE = 5_000  # events that are decoded at a time


@dataclass(slots=True, frozen=True)
class Scope:
    """Whom a command writes for: a provider, and as a rule one contract of it."""

    provider: str
    timezone: str
    contract_id: str = ""
    customer_id: str = ""
    partner_id: str | None = None


class Case:
    """`scope` is set by whoever finds the command's contract; nothing is recorded before."""

    def __init__(
        self,
        unit: UnitOfWork,
        catalogue: Catalogue,
        actor: Actor,
        now: datetime,
        open_from: Callable[[Scope, datetime], datetime],
        preparation: Preparation,
        new_id: str = "",
    ) -> None:
        self.unit = unit
        self.catalogue = catalogue
        self.actor = actor
        self.new_id = new_id  # of what the command creates
        self.stamp = Stamp(actor.token_id, actor.role, now, lambda moment: open_from(self.scope, moment))
        self._preparation = preparation
        self._scope: Scope | None = None

    # -- finding ---------------------------------------------------------------------------------------------

    @property
    def is_located(self) -> bool:
        return self._scope is not None

    @property
    def scope(self) -> Scope:
        assert self._scope is not None, "a command is located before it is carried out"
        return self._scope

    @scope.setter
    def scope(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, kind: type[A], key: str) -> A:
        """The aggregate under a key, blank where there is none yet."""
        return self.unit.get(kind, key)

    def reserve_id(self, namespace: str, id_: str) -> None:
        """Takes an id for good, in the transaction of the command's events."""
        self.unit.reserve_id(namespace, id_)

    def whole_contract(self, topics: Sequence[str]) -> list[tuple[int, Fact]]:
        """Events of the command's contract by topic; one that is added before this batch is saved is a conflict."""
        self.unit.batch.read_contracts.append(self.scope.contract_id)
        return self.unit.store.facts_of(self.scope.contract_id, topics)

    @property
    def position(self) -> int:
        """Up to which all that is read now is stored."""
        return self.unit.store.highest_position()

    def is_unchanged_since(self, position: int) -> bool:
        """Whether the contract has no event behind a position; one that is added before this batch is saved is a
        conflict."""
        self.unit.batch.read_contracts.append(self.scope.contract_id)
        return not self.unit.store.is_appended_to(self.scope.contract_id, position)

    def whole_provider(self, topics: Sequence[str], after: int) -> Iterator[list[tuple[int, Fact]]]:
        """The same for all contracts of the provider, after a position, in pages."""
        self.unit.batch.read_contracts.append(f"provider:{self.scope.provider}")
        return self.unit.store.facts_of_provider(self.scope.provider, topics, after, PAGE)

    def facts(self, *kinds: type[F]) -> list[F]:
        """All facts of some kinds that the contract has, in order, those of this batch and command included."""
        stored = [fact for _, fact in self.whole_contract(stored_topics(*kinds))]
        own = [event.fact for event in self.unit.recorded if event.fact.contract_id == self.scope.contract_id]
        return [fact for fact in (*stored, *own) if isinstance(fact, kinds)]

    def facts_of(self, aggregate: LedgerAggregate) -> list[Fact]:
        """The whole stream of an aggregate, for a command that is saved alone."""
        return [event.fact for event in self.unit.store.whole_stream(str(aggregate.id))]

    def facts_that_took(self, namespace: str, id_: str) -> list[Fact]:
        """What the command recorded that took an id; nothing if none did. Whoever asks has yet to locate it."""
        return self.unit.facts_that_took(namespace, id_)

    def facts_since(self, namespace: str, id_: str, topics: Sequence[str], size: int) -> Iterator[list[Fact]]:
        """Facts of the contract since an id of it was taken, those of this batch first, then page by page."""
        self.unit.batch.read_contracts.append(self.scope.contract_id)
        own = (event.fact for event in self.unit.events if event.fact.contract_id == self.scope.contract_id)
        yield [fact for fact in own if stored_topic(fact) in topics]
        prior = self.unit.store.commands_that_took(namespace, [id_]).get(id_)
        if prior is not None:
            for page in self.unit.store.facts_after(self.scope.contract_id, topics, prior.first, size):
                yield [fact for _, fact in page]

    def version_at(self, aggregate: LedgerAggregate, position: int) -> int:
        """Which event of a stored aggregate stands at a position; 0 where none of its does."""
        return self.unit.store.version_at(str(aggregate.id), position)

    def position_of(self, aggregate: LedgerAggregate) -> int:
        """Where the first event of a stored aggregate stands."""
        return self.unit.store.first_position(str(aggregate.id))

    def worked_out(self, holds: Callable[[T], bool], work_out: Callable[[], T]) -> T:
        """What takes long, of stored history: what was prepared or decided before, where it still `holds`.

        Nothing is recorded before it is asked for.
        """
        return self._preparation.worked_out(holds, work_out)

    # -- time ------------------------------------------------------------------------------------------------

    def at(self, given: datetime | None) -> datetime:
        """The effective time of a command: as `heard_at`; at most one day ahead of the clock."""
        return self.check_not_ahead(self.heard_at(given), "at")

    def heard_at(self, given: datetime | None) -> datetime:
        """As given, or now. What a customer or partner says counts from when it is heard (C18): now, too.

        Raises Refusal malformed where it gives an `at` that is not near the clock.
        """
        now = self.stamp.now
        if given is None or not self.actor.is_outside:
            return given or now
        if abs(given - now) > NEAR_THE_CLOCK:
            raise malformed("at", FieldFault("at_of_outsider", {"now": show_instant(now)}))
        return now

    def check_not_ahead(self, moment: datetime, field: str) -> datetime:
        if moment > self.stamp.now + FURTHEST_AHEAD:
            told = {"moment": show_instant(moment), "now": show_instant(self.stamp.now)}
            raise malformed(field, FieldFault("too_far_ahead", told))
        return moment

    def check_open(self, moment: datetime, field: str) -> None:
        """For what can't be booked later. Raises Refusal period-closed (M5)."""
        if self.stamp.open_from(moment) != moment:
            month = f"{local_date(moment, self.scope.timezone):%Y-%m}"
            raise Refusal("period-closed", f"{field}: {month} is closed.", field=field, month=month)

    # -- sealed texts ----------------------------------------------------------------------------------------

    def seal(self, party: str, content: Any) -> Sealed:
        """A text or a record of texts under the key of a party of the provider, such as `customer:K`."""
        return self.unit.keyring.seal(self.scope.provider, party, content)

    def seal_customer(self, content: Any) -> Sealed:
        return self.seal(f"customer:{self.scope.customer_id}", content)

    def seal_partner(self, content: Any) -> Sealed:
        return self.seal(f"partner:{self.scope.partner_id}", content)

    def seal_staff(self, person: str) -> Sealed:
        """The name of a person at the provider, under that person's own key."""
        return self.seal(f"staff:{person}", person)

    def open(self, sealed: Sealed) -> Any:
        """What was sealed; None where its key is gone."""
        return self.unit.keyring.open(sealed)

    def keys_kept(self, key_ids: Iterable[str]) -> frozenset[str]:
        """Those of these keys that are still there."""
        return frozenset(self.unit.keyring.secrets(key_ids))

    def open_all(self, sealed: Iterable[Sealed]) -> dict[Sealed, Any]:
        """The contents of sealed texts, whoever's key they are under; those whose key is gone are left out."""
        wanted = list(sealed)
        return unseal(wanted, self.unit.keyring.secrets({one.key_id for one in wanted}))
