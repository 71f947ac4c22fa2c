"""The one thread of a process that writes: whatever commands wait are carried out as one batch, one transaction.

So many clients share the wait for the disk, and a client alone waits for nobody. A command in parts is carried out one
part at a time: whatever waits gets its turn between them.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import takewhile

from ledger.door.batches import Answer, Ledger
from ledger.door.in_parts import InParts
from ledger.door.requests import Request
from ledger.kernel.errors import Refusal
from ledger.store import Unavailable

BATCH = 500
logger = logging.getLogger("ledger.writer")

Answers = list[Answer | Refusal]


@dataclass(slots=True)
class Job:
    """Requests that came together, the answers to the first of them, and where all are waited for."""

    requests: Sequence[Request]
    answers: Future[Answers] = field(default_factory=Future)
    told: Answers = field(default_factory=list)
    in_parts: InParts | None = None  # the command in parts that it has come to

    def next_requests(self) -> list[Request]:
        """Those up to the next command in parts; none where that is the next one."""
        return list(takewhile(lambda request: request.command.parts is None, self.requests[len(self.told) :]))


class Writer:
    """Takes requests from any thread; answers when they are durable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._is_ending = False
        self._lock = threading.Lock()  # nothing comes behind the end, where nobody would answer it

    def start(self) -> None:
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Requests that nobody has taken up yet."""
        return self._jobs.qsize()

    def submit(self, requests: Sequence[Request]) -> Future[Answers]:
        """The answers, in the order of the requests. The future raises Unavailable where nothing is known."""
        job = Job(requests)
        with self._lock:
            if self._is_ending:
                job.answers.set_exception(_stopping())
            else:
                self._jobs.put(job)
        return job.answers

    def end(self) -> None:
        """Takes nothing more; what waits is finished still."""
        with self._lock:
            if not self._is_ending:
                self._is_ending = True
                self._jobs.put(None)

    def stop(self) -> None:
        """Finishes what waits, then ends."""
        self.end()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        ended = False
        while not ended:
            job = self._jobs.get()
            if job is None:
                break
            jobs, ended = self._gather(job)
            self._write(jobs)
        self._give_up()

    def _give_up(self) -> None:
        """What is carried out in parts is not waited for at the end; it goes on when it is sent again."""
        while not self._jobs.empty():
            job = self._jobs.get()
            if job is not None:
                job.answers.set_exception(_stopping())

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
        """One batch of all that wait, and of each command in parts one part; each job gets its own answers, or learns
        why there are none."""
        batched = [job for job in jobs if job.next_requests()]
        if batched:
            self._write_batch(batched)
        for job in jobs:
            if job not in batched:
                self._write_part(job)

    def _write_batch(self, jobs: list[Job]) -> None:
        turns = [job.next_requests() for job in jobs]
        try:
            answers = self._ledger.submit([request for turn in turns for request in turn])
        except Unavailable as error:
            for job in jobs:
                job.answers.set_exception(error)
        except Exception as error:
            if len(jobs) > 1:  # one request must not take the others down with it
                for job in jobs:
                    self._write_batch([job])
                return
            logger.exception("a batch failed")
            jobs[0].answers.set_exception(error)
        else:
            start = 0
            for job, turn in zip(jobs, turns, strict=True):
                end = start + len(turn)
                job.told += answers[start:end]
                self._go_on(job)
                start = end

    def _write_part(self, job: Job) -> None:
        try:
            job.in_parts = job.in_parts or InParts(self._ledger, job.requests[len(job.told)])
            answer = job.in_parts.turn()
        except Unavailable as error:
            job.answers.set_exception(error)
        except Exception as error:
            logger.exception("a part of a command failed")
            job.answers.set_exception(error)
        else:
            if answer is not None:
                job.told.append(answer)
                job.in_parts = None
            self._go_on(job)

    def _go_on(self, job: Job) -> None:
        """What is not answered yet waits behind whoever came in the meantime."""
        if len(job.told) == len(job.requests):
            job.answers.set_result(job.told)
        else:
            self._jobs.put(job)


def _stopping() -> Unavailable:
    return Unavailable("The process is stopping; send the command again.")
