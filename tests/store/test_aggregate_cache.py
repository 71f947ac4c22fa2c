"""Aggregates are kept at hand within so many bytes, by what they say of themselves; who was asked for last stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.billing.document import Document
from ledger.contracts.contract import Contract
from ledger.credit.account import CreditAccount
from ledger.credit.deduction import Deduction
from ledger.store import EventStore, open_store
from ledger.store.keys import MOST_KNOWN, Keyring
from ledger.tickets.ticket import Ticket
from ledger.work.unit_of_work import AggregateCache, UnitOfWork
from tests.documents.samples import DOMESTIC, LONG


@pytest.fixture
def store(database_url: str) -> Iterator[EventStore]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def ask(store: EventStore, cache: AggregateCache, *names: str) -> None:
    """One batch that asks for these deductions."""
    cache.bound()
    unit = UnitOfWork(store, cache, Keyring(store.database))
    unit.begin()
    for name in names:
        unit.get(Deduction, name)


def test_what_was_asked_for_least_lately_goes_first(store: EventStore) -> None:
    """A deduction weighs 2,000 bytes, so that five have room; within a batch nothing goes."""
    cache = AggregateCache(store, most_bytes=10_000)
    ask(store, cache, "a", "b", "c", "d", "e")
    ask(store, cache, "a")
    assert len(cache.known) == 5
    ask(store, cache, "f", "g")
    assert len(cache.known) == 7
    cache.bound()
    assert list(cache.known) == ["deduction:d", "deduction:e", "deduction:a", "deduction:f", "deduction:g"]
    ask(store, cache, *(f"n{number}" for number in range(100)))
    assert len(cache.known) == 105
    cache.bound()
    assert list(cache.known) == [f"deduction:n{number}" for number in range(95, 100)]


def test_a_batch_that_was_given_up_weighs_nothing(store: EventStore) -> None:
    cache = AggregateCache(store, most_bytes=10_000)
    for _ in range(3):
        unit = UnitOfWork(store, cache, Keyring(store.database))
        unit.begin()
        for name in "abcd":
            unit.get(Deduction, name)
        unit.abandon()
        cache.bound()
        assert not cache.known
    ask(store, cache, "a", "b", "c", "d", "e")
    cache.bound()
    assert len(cache.known) == 5


def test_what_grows_weighs_more() -> None:
    """Four lines are 8,000 bytes, 120 are 240,000; an account without a grant is 8,000."""
    document = Document.blank("HS-2026-00001")
    assert document.weight_bytes == 2_000
    for issued, weight in ((DOMESTIC, 10_000), (LONG, 242_000)):
        document.issued = issued
        assert document.weight_bytes == weight
    assert [kind.blank("x").weight_bytes for kind in (Deduction, Ticket, Contract, CreditAccount)] == [
        2_000,
        2_000,
        2_000,
        8_000,
    ]


def test_keys_at_hand_are_so_many_at_most(store: EventStore) -> None:
    keyring = Keyring(store.database)
    for number in range(MOST_KNOWN + 1):
        keyring.seal("house", f"document:{number}", "x")
    assert keyring.keys_at_hand == len(keyring.fresh) == MOST_KNOWN + 1
    keyring.saved()
    assert keyring.keys_at_hand == 0
