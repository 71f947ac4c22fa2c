"""What an import remembers of the lines that it has read: enough to tell one from its like, in little room."""

import tracemalloc
from collections import Counter
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from api.cli.occurrences import Occurrences


@given(st.lists(st.integers(0, 2_000), max_size=3_000))
def test_each_is_the_first_or_the_next_of_its_content(contents: list[int]) -> None:
    occurrences, plain = Occurrences(), Counter[int]()
    for content in contents:
        plain[content] += 1
        assert occurrences.count(sha256(b"%d" % content).digest()) == plain[content]


def test_digests_that_begin_with_zeros_are_told_apart() -> None:
    occurrences = Occurrences()
    assert [occurrences.count(bytes(8) + tail) for tail in (b"a", b"a")] == [1, 2]
    assert occurrences.count(bytes(7) + b"\x02") == 1


def test_many_contents_take_little_room() -> None:
    """A dictionary of their digests takes 16 MB."""
    tracemalloc.start()
    occurrences = Occurrences()
    for content in range(100_000):
        occurrences.count(sha256(b"%d" % content).digest())
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 4_000_000
    assert occurrences.count(sha256(b"77").digest()) == 2
