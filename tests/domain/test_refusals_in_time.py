"""A refused booking names what the balance as of its start still shows and nothing more can rest on (C6, C14)."""

from tests.scenario import Outcome, given
from tests.words import PREPAID, book, contract, grant, log_work, reverse, reverse_credit, top_up

NOW, SOON = "2026-02-03T09:00:00Z", "2026-02-03T11:00:00Z"
TONIGHT, TOMORROW = "2026-02-03T20:00:00Z", "2026-02-04T05:00:00Z"
SHORT = "Session X needs {needed} minutes; {available} minutes are available. Top up at least {short} minutes first."


def said(outcome: Outcome, needed: int, available: int, *not_counted: str) -> None:
    short = needed - available
    outcome.refused("insufficient-credit", needed=needed, available=available, short_by=short)
    told = [SHORT.format(needed=needed, available=available, short=short), *not_counted]
    assert str(outcome.answers[-1]) == " ".join(told)


def test_a_debt_dated_ahead_of_the_session() -> None:
    """300 of tomorrow morning, of which the gift of 100 will bear as many; until then the 100 are in the balance."""
    ahead = log_work(300, TOMORROW, entry_id="e1", heard=NOW)
    history = given(contract(PREPAID), ahead)
    told = f"Not counted: 300 minutes that e1 takes at {TOMORROW}."
    said(history.when(book(30, SOON, NOW, "X")).left(0, at=SOON), 30, -300, told)
    gift = grant(100, "2026-02-03T04:00:00Z", grant_id="g1", heard=NOW)
    said(given(contract(PREPAID), ahead, gift).when(book(30, SOON, NOW, "X")).left(100, at=SOON), 30, -200, told)


def test_work_that_credit_of_now_will_bear_and_work_of_before() -> None:
    bought = top_up(480, "2026-02-02T09:00:00Z", top_up_id="lot")
    done = log_work(60, "2026-02-03T10:00:00Z", entry_id="done", heard=NOW)
    ahead = [log_work(250, TOMORROW, entry_id="e1", heard=NOW), log_work(50, TONIGHT, entry_id="e2", heard=NOW)]
    refused = given(contract(PREPAID), bought, done, ahead).when(book(121, SOON, NOW, "X")).left(420, at=SOON)
    names = [
        f"Not counted: 50 minutes that e2 takes at {TONIGHT}.",
        f"Not counted: 250 minutes that e1 takes at {TOMORROW}.",
    ]
    said(refused, 121, 120, *names)
    undone = refused.when(reverse("e1", TOMORROW), book(371, SOON, NOW, "X"))
    said(undone, 371, 370, names[0])


def test_what_another_session_will_hold() -> None:
    bought = top_up(480, "2026-02-02T09:00:00Z", top_up_id="lot")
    later = book(400, "2026-02-10T09:00:00Z", TONIGHT, "later", heard=NOW)
    refused = given(contract(PREPAID), bought, later).when(book(100, SOON, NOW, "X")).left(480, at=SOON)
    said(refused, 100, 80, f"Not counted: 400 minutes that session later holds from {TONIGHT}.")


def test_credit_that_is_to_go_is_named_for_a_session_before_that_and_not_for_one_after_it() -> None:
    bought = top_up(480, "2026-02-02T09:00:00Z", top_up_id="lot")
    gone = given(contract(PREPAID), bought, reverse_credit("lot", TONIGHT, heard=NOW))
    told = f"Not counted: 480 minutes of lot, taken back at {TONIGHT}."
    said(gone.when(book(10, SOON, NOW, "X")).left(480, at=SOON), 10, 0, told)
    said(gone.when(book(10, TOMORROW, NOW, "X")).left(0, at=TOMORROW), 10, 0)
