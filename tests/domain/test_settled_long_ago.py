"""Debts that credit settled late and long ago: bookings and ends of contracts of that time are judged by them still.

Rules C4, C6, C15. Work that is dated later, and has nothing to do with it, changes no answer.
"""

import pytest

from tests.scenario import Given, given
from tests.words import PREPAID, Step, book, contract, grant, log_work, reverse, reverse_credit, terminate, top_up

OWED = log_work(100, "2026-05-30T08:00:00Z", entry_id="owed")
TOP_UP = top_up(480, "2026-08-05T08:00:00Z", top_up_id="top")
LATER = [log_work(10, "2026-08-18T08:00:00Z", entry_id="later"), reverse("later", "2026-08-18T08:00:00Z")]
JULY, IN_JULY = "2026-07-20T08:00:00Z", "2026-07-28T08:00:00Z"

anyhow = pytest.mark.parametrize("later", [[], LATER], ids=["at-once", "after-later-work"])


def settled_in_august(*more: Step, later: list[Step]) -> Given:
    return given(contract(PREPAID), OWED, TOP_UP, list(more), later)


@anyhow
def test_a_booking_of_the_past_is_judged_by_the_debt_of_its_start(later: list[Step]) -> None:
    """In July 100 are owed, and 60 of a gift are there: 40 are lacking."""
    history = settled_in_august(grant(60, "2026-07-01T08:00:00Z", grant_id="gift"), later=later)
    outcome = history.when(book(30, IN_JULY, JULY)).left(-40, at=IN_JULY)
    outcome.refused("insufficient-credit", short_by=70, available=-40, needed=30)


@anyhow
def test_a_debt_that_was_made_and_settled_after_a_session_burdens_it_not(later: list[Step]) -> None:
    """The 60 of April ended before the debt of May was made."""
    gift = grant(60, "2026-04-01T08:00:00Z", grant_id="gift", expires_on="2026-04-30")
    outcome = settled_in_august(gift, later=later).when(book(60, "2026-04-20T08:00:00Z", "2026-04-10T08:00:00Z"))
    outcome.left(0, at="2026-04-20T08:00:00Z", reserved=60)


@anyhow
def test_credit_settles_nothing_after_the_end_of_its_contract(later: list[Step]) -> None:
    """The contract ended in July, as is told in November: the top-up of August never settled what is owed."""
    settled_in_august(later=later).when(terminate("2026-07-31")).left(-100)


def test_credit_that_came_back_after_the_end_of_its_contract_settles_nothing() -> None:
    """What came back in May settled the debt of March; the contract ended before May."""
    gift = grant(100, "2026-01-05T08:00:00Z", grant_id="gift")
    wrong = log_work(100, "2026-02-01T08:00:00Z", entry_id="wrong")
    owed = log_work(100, "2026-03-01T08:00:00Z", entry_id="owed")
    history = given(contract(PREPAID), gift, wrong, owed, reverse("wrong", "2026-05-01T08:00:00Z")).when()
    history.left(0).when(terminate("2026-03-31")).left(-100)


@anyhow
@pytest.mark.parametrize(
    "given_on", ["2026-06-03T00:00:00Z", "2026-07-15T08:00:00Z"], ids=["before", "at-that-instant"]
)
def test_credit_settles_nothing_after_the_end_though_the_debt_stood_again_at_that_instant(
    given_on: str, later: list[Step]
) -> None:
    """A wrong grant bore the 100 from 1 June until it was taken back on 15 July; at once the gift bore them. The
    contract ended in June, as is told in August: the gift was over in July, so the debt stands again, and stays.
    """
    wrong = grant(100, "2026-06-01T00:00:00Z", grant_id="wrong")
    gift = grant(100, given_on, grant_id="gift")
    back = reverse_credit("wrong", "2026-07-15T08:00:00Z")
    history = given(contract(PREPAID), OWED, wrong, gift, back, later).when()
    history.left(0).when(terminate("2026-06-30")).left(0, at="2026-07-14T08:00:00Z").left(
        -100, at="2026-07-15T08:00:00Z"
    )
    expired = 100 if given_on < "2026-07" else 0
    history.left(0, at="2026-07-01T00:00:00Z", expired=expired).left(-100, granted=100, consumed=100, expired=100)


@pytest.mark.parametrize("first", ["work", "end"])
def test_what_credit_never_bore_after_the_end_bears_work_of_before_it(first: str) -> None:
    """The gift of June bore the 100 of May only since 15 July, when a wrong grant was taken back; the end in June is
    told in August. So the gift was free for the 100 of 10 June, whether these are told before that or after it.
    """
    wrong, gift = (
        grant(100, "2026-05-31T00:00:00Z", grant_id="wrong"),
        grant(100, "2026-06-03T00:00:00Z", grant_id="gift"),
    )
    late = log_work(100, "2026-06-10T08:00:00Z", entry_id="late", heard="2026-08-02T08:00:00Z")
    end = terminate("2026-06-30", heard=f"2026-08-0{3 if first == 'work' else 1}T08:00:00Z")
    told = [late, end] if first == "work" else [end, late]
    history = given(contract(PREPAID), OWED, wrong, gift, reverse_credit("wrong", "2026-07-15T08:00:00Z"))
    outcome = history.when(told).left(0, at="2026-06-11T08:00:00Z", granted=200, consumed=200)
    outcome.left(-100, at="2026-07-15T08:00:00Z", granted=100, consumed=200, expired=0)
