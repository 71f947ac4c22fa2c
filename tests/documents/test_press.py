"""The press: files are made in a child, which is ended beyond its bounds, and the next file has another one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.documents.press import BeyondBoundsError, Press, PressBounds
from api.documents.press_child import ENOUGH_BYTES
from ledger.billing.missing import MissingDatum, MissingPartyData
from ledger.kernel.errors import Refusal, malformed

BOUNDS = PressBounds()
ROOT = Path(__file__).parents[2]


def whose() -> bytes:
    return str(os.getpid()).encode()


def printing_beside() -> bytes:
    print("what a library says")
    return b"file"


def memory(megabytes: int) -> bytes:
    return bytes(len(bytearray(megabytes * 1_000_000)) // 1_000_000)


def busy() -> bytes:
    while True:
        pass


def waiting(seconds: float) -> bytes:
    time.sleep(seconds)
    return b"late"


def aborting() -> bytes:
    os.abort()


def faulty() -> bytes:
    raise ValueError("no such figure")


def leaving() -> bytes:
    os._exit(3)


def refusing() -> bytes:
    raise malformed("form", "is another one", lines=7)


def runs(process: int) -> bool:
    """Whether it is there and no zombie, as in a container whose first process takes no children on."""
    asked = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, check=False)
    return bool(asked.stdout.strip()) and not asked.stdout.startswith(b"Z")


@pytest.fixture
def press() -> Iterator[Press]:
    press = Press("test", most_waiting=3)
    yield press
    press.end()


def made(press: Press, make: Callable[..., bytes], *given: object, bounds: PressBounds = BOUNDS) -> bytes:
    return press.submit(bounds, make, *given).result(60)


def test_files_are_made_in_one_other_process(press: Press) -> None:
    child = made(press, whose)
    assert int(child) != os.getpid()
    assert made(press, whose) == child
    assert made(press, printing_beside) == b"file"
    assert press.jobs_begun == 3


def test_what_the_server_has_of_memory_does_not_count_for_the_child(press: Press) -> None:
    ballast = b"x" * 450_000_000
    assert made(press, whose) == made(press, whose)
    assert len(ballast) > ENOUGH_BYTES


def lacking() -> bytes:
    raise MissingPartyData("It lacks the address.", [MissingDatum("customer", "address")])


def test_a_refusal_of_a_kind_of_its_own_keeps_what_it_carries(press: Press) -> None:
    with pytest.raises(MissingPartyData) as refused:
        made(press, lacking)
    found = refused.value
    assert (found.code, str(found), found.missing) == (
        "missing-party-data",
        "It lacks the address.",
        [MissingDatum("customer", "address")],
    )


def test_a_refusal_comes_back_whole(press: Press) -> None:
    with pytest.raises(Refusal) as refused:
        made(press, refusing)
    found = refused.value
    assert (found.code, found.detail) == ("malformed", "form: is another one")
    assert found.members == {"field": "form", "lines": 7}
    assert [one.field for one in found.faults] == ["form"]


@pytest.mark.parametrize(
    ("make", "given", "bounds"),
    [
        (memory, (900,), PressBounds(memory_bytes=400_000_000)),
        (aborting, (), BOUNDS),  # as typst ends where it gets no memory
        (busy, (), PressBounds(processor_seconds=1)),
        (waiting, (60,), PressBounds(patience_seconds=0.2)),
    ],
)
def test_what_goes_beyond_a_bound_ends_and_the_next_file_is_made(
    press: Press, make: Callable[..., bytes], given: tuple[object, ...], bounds: PressBounds
) -> None:
    with pytest.raises(BeyondBoundsError):
        made(press, make, *given, bounds=bounds)
    assert made(press, memory, 1) == b"\0"


@pytest.mark.parametrize(("make", "told"), [(faulty, "no such figure"), (leaving, "status 3")])
def test_a_fault_is_told_as_one(press: Press, make: Callable[..., bytes], told: str) -> None:
    with pytest.raises(RuntimeError, match=told):
        made(press, make)
    assert made(press, memory, 2) == b"\0\0"


def test_a_child_that_took_much_memory_gives_it_back(press: Press) -> None:
    first = made(press, whose)
    assert len(made(press, memory, 500)) == 500
    assert made(press, whose) != first


def test_so_many_wait_and_no_more(press: Press) -> None:
    held = [press.submit(BOUNDS, waiting, 0.5) for _ in range(3)]
    with pytest.raises(Refusal) as refused:
        press.submit(BOUNDS, whose)
    assert (refused.value.code, refused.value.members) == ("unavailable", {"waiting": 3})
    assert [one.result(60) for one in held] == [b"late"] * 3
    assert made(press, whose)


def test_a_press_that_is_ended_gives_up_what_it_makes_and_makes_nothing_more(press: Press) -> None:
    made(press, whose)
    held = press.submit(BOUNDS, waiting, 60)
    while press.jobs_begun < 2:
        time.sleep(0.01)
    press.end()
    for future in (held, press.submit(BOUNDS, whose)):
        with pytest.raises(Refusal, match="The server is stopping"):
            future.result(10)


def test_a_child_ends_with_its_parent() -> None:
    told = (
        "import os; from api.documents.press import Press, PressBounds; from tests.documents.test_press import whose; "
        "print(Press('x', 1).submit(PressBounds(), whose).result().decode(), flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, env=os.environ | {"PYTHONPATH": "."}, capture_output=True, check=False
    )
    assert done.stdout.strip().isdigit(), done.stderr
    deadline = time.monotonic() + 30
    while runs(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(int(done.stdout))
