"""The unit of work of a batch: what was found, what was recorded, and how a refused command leaves no trace.

Aggregates come from a cache that is checked against the stored history at the start of each batch; several
commands of a batch see what the ones before them recorded. It knows no subject; `Case` is one command of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from ledger.kernel.aggregate import LedgerAggregate
from ledger.kernel.fact import Fact
from ledger.kernel.long_lived import LongLived
from ledger.kernel.mapper import StreamEvent
from ledger.store import Batch, CommandRow, ConflictError, EventStore, TakenId
from ledger.store.histories import History
from ledger.store.keys import Keyring
from ledger.work.preparation import Preparation

A = TypeVar("A", bound=LedgerAggregate)
CACHE_BYTES = 64_000_000


class AggregateCache:
    """Aggregates as of the highest position seen; what others appended to since is dropped and read again.

    Whether others did is not asked before each batch: saving compares the history with the position seen anyway, and
    says so. Between batches it holds `most_bytes` at most, by what aggregates say of themselves; what was asked for
    least lately goes first.
    """

    def __init__(self, store: EventStore, most_bytes: int = CACHE_BYTES) -> None:
        self.store = store
        self.most_bytes = most_bytes
        self.known: OrderedDict[str, LedgerAggregate] = OrderedDict()
        self.asked: set[str] = set()  # since they were weighed
        self.position = store.highest_position()
        self.is_behind = False  # others appended since: told when a batch was saved, or could not be
        self._weights: dict[str, int] = {}
        self._bytes = 0

    def refresh(self) -> None:
        """As of now."""
        changed, self.position = self.store.streams_changed_after(self.position)
        self.is_behind = False
        gone = list(self.known) if changed is None else changed
        for stream in gone:
            self.known.pop(stream, None)
        self._weigh(gone)

    def bound(self) -> None:
        self._weigh(self.asked)
        self.asked.clear()
        while self._bytes > self.most_bytes:
            stream, _ = self.known.popitem(last=False)
            self._bytes -= self._weights.pop(stream)

    def adopt(self, preparation: Preparation) -> None:
        """What was read beside the writer and has not changed since need not be read again; once."""
        if preparation.aggregates:
            changed, _ = self.store.streams_changed_after(preparation.position)
            for one in preparation.aggregates:
                if changed is not None and one.id not in changed and one.id not in self.known:
                    self.known[one.id] = one
                    self.asked.add(one.id)
            preparation.aggregates = []

    def _weigh(self, streams: Iterable[str]) -> None:
        for stream in streams:
            self._bytes -= self._weights.pop(stream, 0)
            if stream in self.known:
                self._weights[stream] = weight = self.known[stream].weight_bytes
                self._bytes += weight

    def saved(self, positions: Sequence[int]) -> None:
        """Our own append. Where somebody else's came between, the next refresh reads from the position seen last."""
        if positions[0] == self.position + 1:
            self.position = positions[-1]
        else:
            self.is_behind = True


class UnitOfWork:
    """One batch. `begin` starts a command; `accept` or `undo` ends it."""

    def __init__(self, store: EventStore, cache: AggregateCache, keyring: Keyring) -> None:
        self.store = store
        self.keyring = keyring
        self.events: list[StreamEvent] = []
        self.batch = Batch(seen_position=cache.position)
        self.reserved_ids: list[tuple[str, str]] = []  # by the present command: namespace and id
        self._cache = cache
        self._prefetched: dict[str, History] = {}
        self._used: set[str] = set()
        self._journal: list[StreamEvent] = []
        self._at_hand: dict[tuple[type[LedgerAggregate], str], Any] = {}  # what the present command asked for
        self._fresh_keys = 0

    @property
    def recorded(self) -> list[StreamEvent]:
        """What this batch has recorded so far, by the present command too."""
        return [*self.events, *self._journal]

    # -- one command -----------------------------------------------------------------------------------------

    def begin(self) -> None:
        self._journal = []
        self._at_hand = {}
        self.reserved_ids = []
        self._fresh_keys = len(self.keyring.fresh)

    def accept(
        self, sender: str, command_id: str, name: str, digest: bytes, provider: str | None, contract_id: str | None
    ) -> CommandRow:
        """The command's facts join the batch, in the order in which they were recorded."""
        first = len(self.events)
        self.events.extend(self._journal)
        row = CommandRow(first, len(self.events) - 1, sender, command_id, name, digest, provider, contract_id)
        self.batch.ids.extend(TakenId(namespace, id_, len(self.batch.commands)) for namespace, id_ in self.reserved_ids)
        self.batch.commands.append(row)
        return row

    def undo(self) -> None:
        """A refused command leaves no trace: aggregates that it changed are made again without it."""
        self.keyring.undo(self._fresh_keys)
        for stream in {event.originator_id for event in self._journal}:
            own = [event for event in self.events if event.originator_id == stream]
            changed = self._cache.known[stream]
            self._cache.known[stream] = self._stored(type(changed), changed.key).fold(own)

    def seal_batch(self) -> Batch:
        """What the store saves beside the events: also which streams the decisions rest on, and as of when."""
        self.batch.read_streams = sorted(self._used)
        self.batch.keys = self.keyring.fresh
        return self.batch

    def check_current(self) -> None:
        """A batch that saves nothing rests on the same history: a refusal that mixes old and new is no answer.

        Raises ConflictError where others appended to what was asked.
        """
        changed, _ = self.store.streams_changed_after(self.batch.seen_position)
        self._cache.is_behind = changed is None or bool(changed)
        if changed is None or not self._used.isdisjoint(changed):
            raise ConflictError("what the answers rest on was changed meanwhile")

    def abandon(self) -> None:
        """The batch was not saved: nothing that it touched may be believed."""
        for stream in self._used:
            self._cache.known.pop(stream, None)
        self._cache.is_behind = True

    # -- finding ---------------------------------------------------------------------------------------------

    def prefetch(self, streams: Iterable[str], empty: Iterable[str]) -> None:
        """Reads many streams at once; asking for them, or for those that are known to be empty, then costs nothing."""
        wanted = [stream for stream in streams if stream not in self._cache.known]
        self._prefetched.update(self.store.histories(wanted))
        self._prefetched.update({stream: History(None, []) for stream in empty})

    def get(self, kind: type[A], key: str) -> A:
        """The aggregate under a key, blank where there is none yet."""
        found: A | None = self._at_hand.get((kind, key))
        if found is not None:
            return found
        stream = kind.stream(key)
        aggregate = self._cache.known.get(stream)
        if aggregate is None:
            aggregate = self._cache.known[stream] = self._stored(kind, key)
        else:
            self._cache.known.move_to_end(stream)
        self._cache.asked.add(stream)
        self._used.add(stream)
        aggregate.write_to(self._journal)
        assert isinstance(aggregate, kind)
        self._at_hand[kind, key] = aggregate
        return aggregate

    def _stored(self, kind: type[A], key: str) -> A:
        """As stored history has it: from its latest snapshot on, if there is one of today's shape."""
        stream, aggregate = kind.stream(key), kind.blank(key)
        snapshot, events = self._history(stream)
        if snapshot is not None and not (isinstance(aggregate, LongLived) and aggregate.resume(snapshot)):
            events = self.store.whole_stream(stream)
        return aggregate.fold(events)

    def _history(self, stream: str) -> History:
        return self._prefetched.pop(stream) if stream in self._prefetched else self.store.histories([stream])[stream]

    def keep_snapshots(self) -> None:
        """Of long streams that were appended to, now that this is saved."""
        changed = (self._cache.known.get(stream) for stream in {event.originator_id for event in self.events})
        due = [one.snapshot() for one in changed if isinstance(one, LongLived) and one.is_due]
        if due:
            self.store.keep(due)

    def facts_that_took(self, namespace: str, id_: str) -> list[Fact]:
        """What the command recorded that took an id, earlier in this batch or before it; nothing if none did.

        Raises ConflictError where that came in meanwhile: what else was read does not know of it yet.
        """
        for taken_in, taken, number in self.batch.ids:
            if (taken_in, taken) == (namespace, id_):
                row = self.batch.commands[number]
                return [event.fact for event in self.events[row.first : row.last + 1]]
        prior = self.store.commands_that_took(namespace, [id_]).get(id_)
        if prior is not None and prior.last > self.batch.seen_position:
            raise ConflictError("the id was taken meanwhile")
        return [fact for _, fact in self.store.facts_between(prior.first, prior.last)] if prior else []

    def reserve_id(self, namespace: str, id_: str) -> None:
        """Takes an id for good, in the transaction of the command's events."""
        self.reserved_ids.append((namespace, id_))
