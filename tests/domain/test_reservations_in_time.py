"""What sessions hold at every moment, and a booking judged by the balance as of its start (C6)."""

from ledger.events import SessionBooked, SessionEnded
from tests.outcomes import fact, released, reserved
from tests.scenario import given
from tests.words import PREPAID, book, cancel, complete, contract, grant, move, renew, top_up

START = "2026-01-20T10:00:00+01:00"
BOOKED_AT = "2026-01-06T09:00:00+01:00"


def test_a_booking_is_judged_by_what_sessions_hold_until_they_end_though_that_credit_will_have_expired() -> None:
    """As of 10 February the 480 of January have expired, and the session that holds 120 of them may still move there:
    480 others less 120. Once it is completed, out of January's credit, all 480 are free.
    """
    lots = [top_up(480, top_up_id="short", expires_on="2026-02-01"), top_up(480, top_up_id="long")]
    then = "2026-02-10T10:00:00Z"
    history = given(contract(PREPAID), lots, book(120, START, BOOKED_AT, "first"))
    outcome = history.when(book(361, then, BOOKED_AT)).left(360, at=then, granted=960, reserved=120, expired=480)
    outcome.refused("insufficient-credit", short_by=1, available=360, needed=361)
    whole = outcome.when(book(360, then, BOOKED_AT))
    whole.then(reserved(360, allocations={"long": 360}), fact(SessionBooked, reserved=360)).left(0, at=then)
    done = whole.when(complete(120, START, "first"), book(120, then, BOOKED_AT, "next"))
    done.left(0, at=then, reserved=480, consumed=120, expired=360)


def test_a_reservation_counts_from_when_the_credit_that_it_holds_does() -> None:
    """60 of this year are free until the end of it; of the next term's 60 a session holds 50."""
    january, now = "2027-01-12T10:00:00+01:00", "2026-03-02T09:00:00Z"
    history = given(contract("house-prepaid"), renew(at=BOOKED_AT)).when(book(50, january, BOOKED_AT, pool="care"))
    history.then(reserved(50, effective_at="2026-12-31T23:00:00Z"), fact(SessionBooked, effective_at=BOOKED_AT))
    history.left(60, at=now, pool="care", reserved=0).left(10, at=january, pool="care", reserved=50, expired=60)
    dropped = history.when(cancel(now, "provider"))
    dropped.then(released(50, effective_at="2026-12-31T23:00:00Z"), fact(SessionEnded, effective_at=now))
    dropped.left(60, at=now, pool="care", reserved=0).left(60, at=january, pool="care", reserved=0)
    dropped.when(book(60, now, BOOKED_AT, "now", pool="care")).left(0, at=now, pool="care", reserved=60)


def test_what_a_session_holds_of_two_terms_counts_from_the_beginning_of_each() -> None:
    """An end that lies behind the beginning of the next term: of 90 held, 30 are of credit without an end."""
    january, now = "2027-01-12T10:00:00+01:00", "2026-03-02T09:00:00Z"
    history = given(contract("house-prepaid"), renew(at=BOOKED_AT), grant(100, BOOKED_AT, grant_id="gift", pool="care"))
    booked = history.when(book(90, january, BOOKED_AT, pool="care"))
    booked.then(
        reserved(60, allocations={"C.allotment.2": 60}, effective_at="2026-12-31T23:00:00Z"),
        reserved(30, allocations={"gift": 30}, effective_at=BOOKED_AT),
        fact(SessionBooked, reserved=90),
    )
    booked.left(130, at=now, pool="care", reserved=30).left(70, at=january, pool="care", reserved=90, expired=60)
    moved = booked.when(move("2027-01-13T10:00:00+01:00", now, "provider"))
    moved.left(130, at=now, pool="care", reserved=30).left(70, at=january, pool="care", reserved=90)
    booked.when(cancel(now, "provider")).left(160, at=now, pool="care", reserved=0)
