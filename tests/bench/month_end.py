"""Rows 11 and 12: a draft of very many lines, and how long others wait while it is issued and a month is closed.

One client does the large thing; another sends entries of work on a contract of its own, each as soon as the one before
was answered. The figure is the longest that one of them waited, beside 100 ms.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx

from tests.bench.commands import FIRST_DAY, TODAY
from tests.bench.doors import Served
from tests.bench.large_ledger import BILLED, PROVIDER, SMALL
from tests.bench.rounds import Row, seconds
from tests.senders import post
from tests.words import Step, close_month, issue, log_work, open_ticket

MOST_WAITED_MS, DRAFT_MS = 100.0, 2_000.0
THROUGH = TODAY.date().isoformat()
TICKET = f"{SMALL}.beside"


def month_end(database: str, of: Served, entries: int) -> list[Row]:
    """`entries` is how many lines the draft has, as the rows say it."""
    draft = Row(11, f"a draft of {entries:,} lines", database, "ms", 1.0, at_most=True)
    path = f"/v1/contracts/{BILLED}/invoice-draft?through_on={THROUGH}"
    draft.add(seconds(lambda: of.get(path)) * 1000, DRAFT_MS)
    ticket = open_ticket(TICKET, contract_id=SMALL, title="Beside it", at=FIRST_DAY.replace(hour=12).isoformat())
    with _client(of) as client:
        _send(client, of, ticket.but(at=TODAY.isoformat()))
    rows = [draft]
    month = f"{FIRST_DAY:%Y-%m}"
    for what, step in (
        (f"an invoice of {entries:,} lines is issued", issue(BILLED, THROUGH)),
        ("its months are closed", close_month(month, PROVIDER)),
    ):
        row = Row(12, f"others wait at most: {what}", database, "ms", 1.0, at_most=True)
        whole = Row(12, f"  {what}", database, "ms", None, at_most=True)
        longest, took = _beside(of, step)
        row.add(longest, MOST_WAITED_MS)
        whole.add(took, took)
        rows += [row, whole]
    return rows


def _beside(of: Served, step: Step) -> tuple[float, float]:
    """The longest wait of another's command, and how long the step itself took, in milliseconds."""
    done = threading.Event()
    failed: list[BaseException] = []

    def large() -> None:
        try:
            with _client(of) as client:
                _send(client, of, step)
        except BaseException as problem:
            failed.append(problem)
        finally:
            done.set()

    thread = threading.Thread(target=large)
    longest, number = 0.0, 0
    with _client(of) as client:
        began = time.perf_counter()
        thread.start()
        while not done.is_set():
            number += 1
            entry = log_work(5, TODAY.isoformat(), entry_id=f"{TICKET}.{step.command}.{number}", ticket_id=TICKET)
            longest = max(longest, _timed(lambda: _send(client, of, entry)))  # noqa: B023
        took = (time.perf_counter() - began) * 1000
    thread.join()
    if failed:
        raise failed[0]
    return longest, took


def _timed(work: Callable[[], object]) -> float:
    return seconds(work) * 1000


def _client(of: Served) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{of.port}", timeout=600)


def _send(client: httpx.Client, of: Served, step: Step) -> None:
    answer = post(client, step.command, step.fields, of.bearer)
    assert answer.status_code == 200, f"{step.command}: {answer.status_code} {answer.text[:500]}"
