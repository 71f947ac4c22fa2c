"""What the child of a press runs: it reads one job after the other, and answers each with its file or why it is none.

It ends with its parent, and after a job that took much memory.
"""

from __future__ import annotations

import os
import pickle
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import BinaryIO

from api.documents.press import PressAnswer, PressBounds, PressJob
from ledger.kernel.errors import Refusal

ENOUGH_BYTES = 400_000_000  # of memory; who took more ends


def main() -> None:
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (printed := _next(jobs)) is not None:
        pickle.dump(printed, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
        if printed.is_last:
            return


def _next(jobs: BinaryIO) -> PressAnswer | None:
    try:
        job: PressJob = pickle.load(jobs)
    except EOFError:
        return None
    try:
        _bound(job.bounds)
        content = job.make(*job.given)
        return PressAnswer(content, is_last=_taken_bytes() > ENOUGH_BYTES)
    except Refusal as refusal:
        return PressAnswer(refused=refusal)
    except MemoryError:
        return PressAnswer(is_beyond=True, is_last=True)
    except BaseException:  # typst's own are no others; libraries that get no memory fail in ways of their own
        is_beyond = _taken_bytes() > job.bounds.memory_bytes * 4 // 5
        return PressAnswer(is_beyond=is_beyond, fault=traceback.format_exc(), is_last=True)


def _bound(bounds: PressBounds) -> None:
    """Beyond the processor's time the system ends this process; beyond the memory it is given none."""
    until = int(time.process_time()) + 1 + bounds.processor_seconds
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (bounds.memory_bytes, most))


def _taken_bytes() -> int:
    """The most memory that this process has had at once.

    `ru_maxrss` would begin with what its parent had, which for a server may be more than is allowed here.
    """
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        name, _, kilobytes = line.partition(":")
        if name == "VmHWM":
            return int(kilobytes.removesuffix("kB")) * 1024
    return 0


if __name__ == "__main__":
    main()
