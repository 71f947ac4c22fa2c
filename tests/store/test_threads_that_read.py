"""Two threads that read an event for the first time: neither sees half of what it is made of."""

import subprocess
import sys

# A member is looked at slowly, as if the machine were busy just then. Half known, the event took the process down.
PROGRAM = """
import threading

import msgspec

from ledger.kernel.fact import Fact, topic
from ledger.kernel.mapper import decode

begun, goes_on = threading.Event(), threading.Event()


def slow():
    begun.set()
    goes_on.wait()
    return int


class Inner(msgspec.Struct):
    number: "slow()"


@topic("Slow")
class Outer(Fact):
    first: Inner
    second: str


STATE = (b'{"contract_id": "C", "effective_at": "2026-01-01T00:00:00Z", "role": "admin", "second": "s", '
         b'"first": {"number": 1}}')
found = []


def read():
    found.append(decode("Slow@1", STATE))


threads = [threading.Thread(target=read) for _ in range(2)]
threads[0].start()
begun.wait()
threads[1].start()
threads[1].join(0.5)
goes_on.set()
for one in threads:
    one.join()
print([one.second for one in found])
"""


def test_an_event_that_two_threads_read_first_is_read_by_both() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-500:] or f"ended by signal {-ended.returncode}"
    assert ended.stdout.strip() == "['s', 's']"
