"""The unit of work of a batch: what was found, what was recorded, and how a refused command leaves no trace.

Aggregates come from a cache that is checked against the stored history at the start of each batch; several
commands of a batch see what the ones before them recorded. Commands `find` and `ask`; the door saves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ledger.billing.closed_periods import ClosedPeriods
from ledger.contracts.contract import Contract
from ledger.contracts.term import Term
from ledger.credit.account import CreditAccount, Settlement
from ledger.credit.deduction import Deduction
from ledger.kernel.access import Actor
from ledger.kernel.aggregate import LedgerAggregate, Stamp
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.fact import Fact, Sealed
from ledger.kernel.mapper import StreamEvent
from ledger.kernel.values import local_date, show_instant
from ledger.plans.catalogue import Provider
from ledger.plans.loader import Catalogue
from ledger.sessions.session import Session
from ledger.store import Batch, CommandRow, EventStore
from ledger.store.keys import Keyring, unseal
from ledger.tickets.ticket import Ticket

A = TypeVar("A", bound=LedgerAggregate)
ONE_DAY_AHEAD = timedelta(days=1)
CACHE_LIMIT = 50_000


class AggregateCache:
    """Aggregates as of the highest position seen; what others appended to since is dropped and read again."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.known: dict[str, LedgerAggregate] = {}
        self.position = store.highest_position()

    def refresh(self) -> None:
        changed, self.position = self.store.streams_changed_after(self.position)
        for stream in changed:
            self.known.pop(stream, None)
        if len(self.known) > CACHE_LIMIT:
            self.known.clear()

    def saved(self, positions: Sequence[int]) -> None:
        """Our own append. Where somebody else's came between, the next refresh reads from the position seen last."""
        if positions[0] == self.position + 1:
            self.position = positions[-1]


class UnitOfWork:
    """One batch. `begin` starts a command; `accept` or `undo` ends it.

    `kept` outlives the batch where it has to be decided again: what was read of history up to a position stays true.
    """

    def __init__(
        self,
        store: EventStore,
        cache: AggregateCache,
        catalogue: Catalogue,
        keyring: Keyring,
        kept: dict[str, Any],
    ) -> None:
        self.kept = kept
        self.store = store
        self.catalogue = catalogue
        self.keyring = keyring
        self.events: list[StreamEvent] = []
        self.batch = Batch(seen_position=cache.position)
        self._cache = cache
        self._prefetched: dict[str, list[StreamEvent]] = {}
        self._used: set[str] = set()
        self._journal: list[StreamEvent] = []
        self.actor = Actor("", "admin")
        self.stamp = Stamp("", "admin", datetime.min)
        self._contract: Contract | None = None
        self._provider = ""
        self.reserved_ids: list[tuple[str, str]] = []
        self._fresh_keys = 0

    # -- one command -----------------------------------------------------------------------------------------

    def begin(self, actor: Actor, now: datetime) -> None:
        self.actor = actor
        self.stamp = Stamp(actor.token_id, actor.role, now, self._open_from)
        self._journal = []
        self._contract = None
        self._provider = ""
        self.reserved_ids = []
        self._fresh_keys = len(self.keyring.fresh)

    def accept(self, command_id: str, name: str, digest: bytes) -> CommandRow:
        """The command's facts join the batch, in the order in which they were recorded."""
        first = len(self.events)
        self.events.extend(self._journal)
        known = self._contract
        provider, contract_id = (known.provider, known.contract_id) if known else (self._provider, None)
        row = CommandRow(first, len(self.events) - 1, command_id, name, digest, provider, contract_id)
        self.batch.ids.extend((space, id_, len(self.batch.commands)) for space, id_ in self.reserved_ids)
        self.batch.commands.append(row)
        return row

    def undo(self) -> None:
        """A refused command leaves no trace: aggregates that it changed are made again without it."""
        self.keyring.undo(self._fresh_keys)
        for stream in {event.originator_id for event in self._journal}:
            own = [event for event in self.events if event.originator_id == stream]
            stored = self.store.streams([stream]).get(stream, [])
            changed = self._cache.known[stream]
            self._cache.known[stream] = type(changed).blank(stream).fold([*stored, *own])

    def seal_batch(self) -> Batch:
        """What the store saves beside the events: also which streams the decisions rest on, and as of when."""
        self.batch.read_streams = sorted(self._used)
        self.batch.keys = self.keyring.fresh
        return self.batch

    def abandon(self) -> None:
        """The batch was not saved: nothing that it touched may be believed."""
        for stream in self._used:
            self._cache.known.pop(stream, None)

    # -- finding ---------------------------------------------------------------------------------------------

    def prefetch(self, streams: Iterable[str]) -> None:
        """Reads many streams at once; asking for them afterwards costs nothing."""
        wanted = [stream for stream in streams if stream not in self._cache.known]
        found = self.store.streams(wanted)
        self._prefetched.update({stream: found.get(stream, []) for stream in wanted})

    def get(self, kind: type[A], key: str) -> A:
        """The aggregate under a key, blank where there is none yet."""
        stream = kind.stream(key)
        aggregate = self._cache.known.get(stream)
        if aggregate is None:
            events = self._prefetched.pop(stream, None)
            if events is None:
                events = self.store.streams([stream]).get(stream, [])
            aggregate = self._cache.known[stream] = kind.blank(stream).fold(events)
        self._used.add(stream)
        aggregate.write_to(self._journal)
        assert isinstance(aggregate, kind)
        return aggregate

    @property
    def contract(self) -> Contract:
        """The contract that the present command is about."""
        assert self._contract is not None, "a command is located before it is carried out"
        return self._contract

    def locate(self, contract_id: str, unknown: Callable[[], Refusal] | None = None) -> Contract:
        """Finds the command's contract; for an actor that may not see it, it does not exist."""
        contract = self.get(Contract, contract_id)
        if not contract.exists or not self.actor.sees(contract.provider, contract.customer_id, contract.partner_id):
            raise unknown() if unknown else unknown_contract(contract_id)
        self._contract = contract
        return contract

    def is_new(self, contract: Contract) -> None:
        self._contract = contract

    def locate_provider(self, provider: str) -> Provider:
        """Finds the provider that a command without a contract is about. Raises Refusal not-found."""
        if self.actor.provider not in (None, provider):
            raise Refusal("not-found", f"There is no provider {provider}.", provider=provider)
        self._provider = provider
        return self.catalogue.provider(provider)

    def books(self, provider: str) -> ClosedPeriods:
        return self.get(ClosedPeriods, provider)

    def _open_from(self, moment: datetime) -> datetime:
        """The moment itself, or the first instant after the closed months that it lies in (M5)."""
        return self.books(self.contract.provider).first_open(moment, self.contract.timezone)

    def check_open(self, moment: datetime, field: str) -> None:
        """For what can't be booked later. Raises Refusal period-closed."""
        if self._open_from(moment) != moment:
            month = f"{local_date(moment, self.contract.timezone):%Y-%m}"
            raise Refusal("period-closed", f"{field}: {month} is closed.", field=field, month=month)

    def whole_contract(self, topics: Sequence[str]) -> list[tuple[int, Fact]]:
        """Events of the command's contract by topic; one that is added before this batch is saved is a conflict."""
        self.batch.read_contracts.append(self.contract.contract_id)
        return self.store.facts_of(self.contract.contract_id, topics)

    def position_of(self, aggregate: LedgerAggregate) -> int:
        """Where the first event of a stored aggregate stands."""
        return self.store.first_position(str(aggregate.id))

    def whole_provider(self, provider: str, topics: Sequence[str], after: int) -> list[tuple[int, Fact]]:
        """The same for all contracts of a provider, after a position."""
        self.batch.read_contracts.append(f"provider:{provider}")
        return self.store.facts_of_provider(provider, topics, after)

    def open_texts(self, sealed: Iterable[Sealed]) -> dict[Sealed, Any]:
        """The contents of sealed texts, whoever's key they are under; those whose key is gone are left out."""
        wanted = list(sealed)
        return unseal(wanted, self.keyring.secrets({one.key_id for one in wanted}))

    def ticket(self, ticket_id: str) -> Ticket:
        """A ticket of the command's contract. Raises Refusal unknown-ticket."""
        ticket = self.get(Ticket, ticket_id)
        if not ticket.exists or (self._contract is not None and ticket.contract_id != self.contract.contract_id):
            raise unknown_ticket(ticket_id)
        return ticket

    def account(self, pool: str) -> CreditAccount:
        """The account of a pool of the command's contract. Raises Refusal unknown-pool."""
        account = self.get(CreditAccount, f"{self.contract.contract_id}:{pool}")
        if not account.exists:
            names = ", ".join(self.contract.pools) or "none"
            raise Refusal("unknown-pool", f"The contract has no pool {pool}; its pools: {names}.", pool=pool)
        return account

    def open_sessions(self) -> list[Session]:
        """Sessions of the command's contract that are still booked, those of this batch included."""
        stored = self.store.sessions_of(self.contract.contract_id)
        self.batch.read_contracts.append(self.contract.contract_id)
        own = [e.originator_id for e in self.events if e.originator_id.startswith("session:")]
        keys = dict.fromkeys(stream.partition(":")[2] for stream in (*stored, *own))
        found = [self.get(Session, key) for key in keys]
        return [s for s in found if s.state == "booked" and s.contract_id == self.contract.contract_id]

    def reserve_id(self, space: str, id_: str) -> None:
        """Takes an id for good, in the transaction of the command's events."""
        self.reserved_ids.append((space, id_))

    # -- what commands share ---------------------------------------------------------------------------------

    def at(self, given: datetime | None) -> datetime:
        """The effective time of a command: as given, or now; at most one day ahead of the clock."""
        return self.stamp.now if given is None else self.check_not_ahead(given, "at")

    def check_not_ahead(self, moment: datetime, field: str) -> datetime:
        if moment > self.stamp.now + ONE_DAY_AHEAD:
            raise malformed(
                field, f"{show_instant(moment)} lies more than a day ahead of {show_instant(self.stamp.now)}"
            )
        return moment

    def active(self, given: datetime | None, field: str = "at") -> tuple[datetime, Term]:
        """Effective time and the term in force at it; the term is checked before the clock."""
        moment = given or self.stamp.now
        term = self.contract.term_at(moment, field)
        return self.check_not_ahead(moment, field), term

    def follow_settlements(self, settlements: list[Settlement]) -> None:
        """Debts that credit filled: each deduction's own stream is told."""
        for settlement in settlements:
            self.get(Deduction, settlement.deduction_id).cover(settlement, self.stamp)

    def seal_customer(self, content: Any) -> Sealed:
        contract = self.contract
        return self.keyring.seal(contract.provider, f"customer:{contract.customer_id}", content)

    def seal_partner(self, content: Any) -> Sealed:
        contract = self.contract
        return self.keyring.seal(contract.provider, f"partner:{contract.partner_id}", content)

    def seal_staff(self, person: str) -> Sealed:
        """The name of a person at the provider, under that person's own key."""
        return self.keyring.seal(self.contract.provider, f"staff:{person}", person)

    def seal_speaker(self, name: str) -> Sealed:
        """The display name of whoever speaks, under the key of the side it belongs to."""
        if self.actor.role == "customer":
            return self.seal_customer(name)
        return self.seal_partner(name) if self.actor.role == "partner" else self.seal_staff(name)


def unknown_contract(contract_id: str) -> Refusal:
    return Refusal("unknown-contract", f"There is no contract {contract_id}.", contract_id=contract_id)


def unknown_ticket(ticket_id: str) -> Refusal:
    return Refusal("unknown-ticket", f"There is no ticket {ticket_id}.", ticket_id=ticket_id)
