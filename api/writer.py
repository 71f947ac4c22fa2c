"""The one thread of a process that writes: whatever commands wait are carried out as one batch, one transaction.

So many clients share the wait for the disk, and a client alone waits for nobody. A command in parts is carried out one
part at a time: whatever waits gets its turn between them. What takes long of a command or part is prepared in threads
beside (decision 22).
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import takewhile

from api.meters import METERS
from ledger.door.batches import Answer, Ledger
from ledger.door.in_parts import InParts
from ledger.door.in_steps import InSteps
from ledger.door.requests import Request
from ledger.kernel.errors import Refusal
from ledger.store import Unavailable

BATCH = 500
PREPARED_AT_ONCE = 4  # so that beside a long invoice and the close of a month there is room for short ones
logger = logging.getLogger("ledger.writer")

Answers = list[Answer | Refusal]


@dataclass(slots=True, eq=False)
class Job:
    """Requests that came together, the answers to the first of them, and where all are waited for."""

    requests: Sequence[Request]
    answers: Future[Answers] = field(default_factory=Future)
    told: Answers = field(default_factory=list)
    on_its_way: InParts | InSteps | None = None  # the command in parts or steps that it has come to

    def next_requests(self) -> list[Request]:
        """Those up to the next command in parts or steps; none where that is the next one."""
        return list(takewhile(lambda request: not _takes_turns(request), self.requests[len(self.told) :]))

    def fail(self, error: Exception) -> None:
        if not self.answers.done():
            self.answers.set_exception(error)


def _takes_turns(request: Request) -> bool:
    return request.command.parts is not None or request.command.is_prepared


class Writer:
    """Takes requests from any thread; answers when they are durable."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._preparing_threads = ThreadPoolExecutor(PREPARED_AT_ONCE, "preparing")
        self._preparing: set[Job] = set()
        self._is_ending = False
        self._has_ended = False
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
        job.answers.set_running_or_notify_cancel()  # who asked may leave: what was accepted is carried out all the same
        with self._lock:
            is_taken = not self._is_ending
        if is_taken:
            self._go_on(job)
        else:
            job.fail(_stopping())
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
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        self._preparing_threads.shutdown()

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
        """What is carried out in parts or steps is not waited for at the end; it goes on when it is sent again."""
        with self._lock:
            self._has_ended = True
            for job in self._preparing:
                job.fail(_stopping())
            while not self._jobs.empty():
                waiting = self._jobs.get()
                if waiting is not None:
                    waiting.fail(_stopping())

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
        """One batch of all that wait, and one turn of each command in parts or steps; each job gets its own answers, or
        learns why there are none."""
        batched = [job for job in jobs if job.next_requests()]
        if batched:
            self._write_batch(batched)
        for job in jobs:
            if job not in batched:
                self._take_turn(job)

    def _write_batch(self, jobs: list[Job]) -> None:
        turns = [job.next_requests() for job in jobs]
        METERS.batches.add(sum(map(len, turns)))
        try:
            answers = self._ledger.submit([request for turn in turns for request in turn])
        except Unavailable as error:
            for job in jobs:
                job.fail(error)
        except Exception as error:
            if len(jobs) > 1:  # one request must not take the others down with it
                for job in jobs:
                    self._write_batch([job])
                return
            logger.exception("a batch failed")
            jobs[0].fail(error)
        else:
            start = 0
            for job, turn in zip(jobs, turns, strict=True):
                end = start + len(turn)
                job.told += answers[start:end]
                self._go_on(job)
                start = end

    def _take_turn(self, job: Job) -> None:
        assert job.on_its_way is not None, "it was prepared"
        try:
            answer = job.on_its_way.turn()
        except Unavailable as error:
            job.fail(error)
        except Exception as error:
            logger.exception("a turn of a command failed")
            job.fail(error)
        else:
            if answer is not None:
                job.told.append(answer)
                job.on_its_way = None
            self._go_on(job)

    def _go_on(self, job: Job) -> None:
        """What is not answered yet waits behind whoever came in the meantime, what takes long is prepared first."""
        if len(job.told) == len(job.requests):
            job.answers.set_result(job.told)
            return
        with self._lock:
            if self._has_ended:
                job.fail(_stopping())
            elif job.next_requests():
                self._jobs.put(job)
            else:
                self._preparing.add(job)
                self._preparing_threads.submit(self._prepare, job)

    def _prepare(self, job: Job) -> None:
        """In a thread beside the writer."""
        request = job.requests[len(job.told)]
        if job.on_its_way is None:
            steps = InSteps if request.command.parts is None else InParts
            job.on_its_way = steps(self._ledger, request)
        try:
            if not self._has_ended:
                job.on_its_way.prepare()
        except Unavailable as error:
            job.fail(error)
        except Exception as error:
            logger.exception("a command could not be prepared")
            job.fail(error)
        with self._lock:
            self._preparing.discard(job)
            if not (self._has_ended or job.answers.done()):
                self._jobs.put(job)


def _stopping() -> Unavailable:
    return Unavailable("The process is stopping; send the command again.")
