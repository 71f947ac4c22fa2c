"""The one thread of a process that writes: whatever commands wait are carried out as one batch, one transaction.

So many clients share the wait for the disk, and a client alone waits for nobody.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from ledger.door.batches import Answer, Ledger
from ledger.door.rehearsal import Rehearsal
from ledger.door.requests import Request
from ledger.kernel.errors import Refusal
from ledger.store import Unavailable

BATCH = 500
logger = logging.getLogger("ledger.writer")

Answers = list[Answer | Refusal]


@dataclass(slots=True)
class Job:
    """Requests that came together, and where their answers are waited for."""

    requests: Sequence[Request]
    answers: Future[Answers] = field(default_factory=Future)


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
        job = Job(requests)
        self._jobs.put(job)
        return job.answers

    def rehearsal(self) -> Rehearsal:
        """A dry run, in whatever thread asks it."""
        return self._ledger.rehearsal()

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
            self._write(jobs)
            if ended:
                return

    def _gather(self, first: Job) -> tuple[list[Job], bool]:
        jobs, count = [first], len(first.requests)
        while count < BATCH:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
            count += len(job.requests)
        return jobs, False

    def _write(self, jobs: list[Job]) -> None:
        """One batch of all that wait; each job gets its own answers, or learns why there are none."""
        try:
            answers = self._ledger.submit([request for job in jobs for request in job.requests])
        except Unavailable as error:
            for job in jobs:
                job.answers.set_exception(error)
        except Exception as error:
            if len(jobs) > 1:  # one request must not take the others down with it
                for job in jobs:
                    self._write([job])
                return
            logger.exception("a batch failed")
            jobs[0].answers.set_exception(error)
        else:
            start = 0
            for job in jobs:
                end = start + len(job.requests)
                job.answers.set_result(answers[start:end])
                start = end
