"""The one thread of a process that writes: whatever commands wait are carried out as one batch, one transaction.

So many clients share the wait for the disk, and a client alone waits for nobody.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from ledger.door.batches import Answer, Ledger
from ledger.door.requests import Request
from ledger.kernel.errors import Refusal
from ledger.store import Unavailable

BATCH = 500
logger = logging.getLogger("ledger.writer")

Answers = list[Answer | Refusal]
Job = tuple[Sequence[Request], "Future[Answers]"]


class Writer:
    """Takes requests from any thread; answers when they are durable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Requests that nobody has taken up yet."""
        return self._jobs.qsize()

    def submit(self, requests: Sequence[Request]) -> Future[Answers]:
        """The answers, in the order of the requests. The future raises Unavailable where nothing is known."""
        future: Future[Answers] = Future()
        self._jobs.put((requests, future))
        return future

    def stop(self) -> None:
        """Finishes what waits, then ends."""
        self._jobs.put(None)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            jobs, ended = self._gather(job)
            self._carry_out(jobs)
            if ended:
                return

    def _gather(self, first: Job) -> tuple[list[Job], bool]:
        jobs, count = [first], len(first[0])
        while count < BATCH:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
            count += len(job[0])
        return jobs, False

    def _carry_out(self, jobs: list[Job]) -> None:
        try:
            answers = self._ledger.submit([request for requests, _ in jobs for request in requests])
        except Unavailable as error:
            for _, future in jobs:
                future.set_exception(error)
        except Exception as error:
            if len(jobs) > 1:  # one request must not take the others down with it
                for job in jobs:
                    self._carry_out([job])
                return
            logger.exception("a batch failed")
            jobs[0][1].set_exception(error)
        else:
            start = 0
            for requests, future in jobs:
                future.set_result(answers[start : start + len(requests)])
                start += len(requests)
