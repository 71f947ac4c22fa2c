"""Things in order that memory does not hold: whatever comes, and however often it is read."""

import random

import pytest

from api.books.ordered import InOrder, Spool


def test_a_spool_gives_back_what_was_added_as_often_as_it_is_read() -> None:
    spool = Spool[int]()
    for number in range(123):
        spool.add(number)
    assert list(spool) == list(range(123))
    spool.add(123)
    assert list(spool) == list(range(124))


def test_two_readers_stand_at_places_of_their_own() -> None:
    spool = Spool[int]()
    for number in range(200):
        spool.add(number)
    first, second = iter(spool), iter(spool)
    assert [next(first) for _ in range(120)][-1] == 119
    assert [next(second) for _ in range(3)] == [0, 1, 2]
    assert next(first) == 120


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 1_234])
def test_runs_are_merged_by_their_order(count: int) -> None:
    numbers = list(range(count))
    random.Random(count).shuffle(numbers)
    found = InOrder[tuple[int, str]](lambda one: one[0], run=10)
    for number in numbers:
        found.add((number, "told"))
    assert list(found) == [(number, "told") for number in range(count)]
    assert list(found) == [(number, "told") for number in range(count)]


def test_what_is_alike_stays_in_the_order_in_which_it_came() -> None:
    found = InOrder[tuple[int, int]](lambda one: one[0])
    for number in range(25_000):
        found.add((number % 2, number))
    assert list(found) == [(0, n) for n in range(0, 25_000, 2)] + [(1, n) for n in range(1, 25_000, 2)]
