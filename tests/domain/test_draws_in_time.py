"""What deductions rest on at every moment of effective time: settlements and reversals agree with one another (C4, C9).

Figures of a moment fold what is effective by then, whenever it was recorded. So nothing may be left that was true of a
debt only because a later fact was not known yet.
"""

from collections import defaultdict
from datetime import datetime

from hypothesis import given as searched
from hypothesis import strategies as st

from ledger.events import (
    CreditDrawn,
    CreditReturned,
    DebtSettled,
    DebtSettlementWithdrawn,
    Draw,
    Fact,
)
from tests.books import everything
from tests.cli.run import support_ledger
from tests.clock import Clock
from tests.domain.histories import DAY, after, earlier, instants, lived, minutes, told
from tests.http.door import opened
from tests.outcomes import fact, filled, granted, undone
from tests.scenario import given
from tests.words import PREPAID, Step, contract, grant, reverse, reverse_credit, top_up, worked

# Debts, credit that comes late, and all of it undone again, for every order of what is recorded and what is true.
soon = st.just(0 * DAY) | after
lives = st.lists(
    st.one_of(
        *[st.tuples(st.just("work"), st.just("P"), minutes.map(lambda one: 3 * one), instants)] * 2,
        *[st.tuples(st.just("grant"), st.just("P"), minutes, instants, st.none() | after)] * 2,
        *[st.tuples(st.just("take back"), earlier, soon)] * 2,
        *[st.tuples(st.just("reverse"), earlier, soon)] * 2,
    ),
    min_size=4,
    max_size=16,
).map(told)
Moves = dict[str, list[tuple[datetime, str | None, int]]]


def moves_of_draws(facts: list[Fact]) -> Moves:
    """Of each deduction when so much more came to rest on a grant, or on none."""
    found: Moves = defaultdict(list)

    def move(one: CreditDrawn | CreditReturned | DebtSettled | DebtSettlementWithdrawn, *parts: Draw) -> None:
        found[one.deduction_id] += [(one.effective_at, part.grant_id, part.quantity) for part in parts]

    for one in facts:
        match one:
            case CreditDrawn():
                move(one, *one.draws)
            case CreditReturned():
                move(one, *(Draw(back.grant_id, -back.quantity) for back in one.returns))
            case DebtSettled():
                move(one, Draw(None, -one.quantity), Draw(one.grant_id, one.quantity))
            case DebtSettlementWithdrawn():
                move(one, Draw(None, one.quantity), Draw(one.grant_id, -one.quantity))
            case _:
                pass
    return found


@searched(lives)
def test_at_every_moment_a_deduction_rests_on_what_it_drew_and_once_reversed_on_nothing(steps: list[Step]) -> None:
    world = lived(steps)
    facts = everything(world.store)
    reversed_at = {one.deduction_id: one.effective_at for one in facts if isinstance(one, CreditReturned)}
    for deduction_id, moves in moves_of_draws(facts).items():
        for moment in {at for at, _, _ in moves}:
            rests: dict[str | None, int] = defaultdict(int)
            for at, grant_id, quantity in moves:
                if at <= moment:
                    rests[grant_id] += quantity
            assert min(rests.values()) >= 0, (deduction_id, moment, dict(rests))
            if deduction_id in reversed_at and moment >= reversed_at[deduction_id]:
                assert not any(rests.values()), (deduction_id, moment, dict(rests))


DONE = "2026-06-15T10:00:00Z"
OWING = [
    worked(100, "2026-03-10T09:00:00Z", entry_id="debt"),
    top_up(480, "2026-03-12T00:00:00Z", top_up_id="wrong", expires_on="2026-05-01"),
    grant(40, "2026-03-25T00:00:00Z", grant_id="gift", expires_on="2026-09-01"),
    reverse_credit(top_up_id="wrong", at=DONE),
]


def test_a_reversal_as_of_before_its_debt_moved_finds_it_where_it_was() -> None:
    """100 owed since 10 March rest on the top-up from 12 March on. That was a mistake: since 15 June 40 are the gift's.

    Then it turns out that the work was none either, as of 1 April. So all of the 480 expired on 1 May, and none of the
    gift was ever used.
    """
    outcome = given(contract(PREPAID), OWING).when(reverse("debt", "2026-04-01T00:00:00Z"))
    outcome.then(
        fact(DebtSettlementWithdrawn, grant_id="gift", quantity=40, effective_at=DONE),
        fact(DebtSettled, grant_id="wrong", quantity=100, effective_at=DONE, rule="C9"),
        undone("debt", returns={"wrong": 100}, correction_grant_id=None),
    )
    for day, had, consumed, expired, available in [
        ("2026-03-11", 0, 100, 0, -100),
        ("2026-03-13", 480, 100, 0, 380),
        ("2026-03-26", 520, 100, 0, 420),
        ("2026-04-02", 520, 0, 0, 520),
        ("2026-05-02", 520, 0, 480, 40),
        ("2026-06-16", 40, 0, 0, 40),
        ("2026-09-02", 40, 0, 40, 0),
    ]:
        outcome.left(available, at=f"{day}T00:00:00Z", granted=had, consumed=consumed, expired=expired)


def test_what_comes_back_to_credit_that_was_a_mistake_has_no_correction() -> None:
    """As of 10 May the top-up had expired, and its 100 with it; taken back on 15 June it gives nothing instead."""
    outcome = given(contract(PREPAID), OWING).when(reverse("debt", "2026-05-10T00:00:00Z"))
    outcome.left(420, at="2026-04-30T00:00:00Z", expired=0).left(40, at="2026-05-02T00:00:00Z", expired=380)
    outcome.left(40, at="2026-05-11T00:00:00Z", granted=520, consumed=0, expired=480)
    outcome.left(40, at="2026-06-16T00:00:00Z", granted=40, consumed=0, expired=0)


def test_a_debt_that_stands_again_is_settled_since_then_and_one_that_always_stood_from_its_beginning() -> None:
    """150 owed, 100 of them borne by a gift until that is taken back on 15 June. The top-up of 20 March, told later,
    bears 50 from its own day on, and 100 from 15 June on.
    """
    owing = [
        worked(150, "2026-03-10T09:00:00Z", entry_id="debt"),
        grant(100, "2026-03-12T00:00:00Z", grant_id="wrong"),
        reverse_credit("wrong", at=DONE),
    ]
    outcome = given(contract(PREPAID), owing).when(top_up(480, "2026-03-20T00:00:00Z", top_up_id="late"))
    outcome.then(
        granted(480, source="top_up"),
        filled("debt", 50, grant_id="late", effective_at="2026-03-20T00:00:00Z"),
        filled("debt", 100, grant_id="late", effective_at=DONE),
    )
    outcome.left(-50, at="2026-03-13T00:00:00Z").left(430, at="2026-03-21T00:00:00Z").left(330)
    again = outcome.when(reverse_credit("late", "2026-06-20T00:00:00Z"))
    again.left(430, at="2026-03-21T00:00:00Z").left(330, at="2026-06-16T00:00:00Z").left(-150, granted=0)


def test_books_and_verify_accept_a_debt_that_moved_and_was_undone(database_url: str) -> None:
    with opened(database_url, Clock("2026-06-16T10:00:00Z")) as door:
        door.all_ok([*contract(PREPAID), *OWING, reverse("debt", "2026-04-01T00:00:00Z")])
        shown = [(one["effective_at"], one["kind"], one["change"]) for one in door.walk("contracts/C/statement")]
        assert shown[-4:] == [
            ("2026-04-01T00:00:00Z", "reversal", 100),
            ("2026-04-30T22:00:00Z", "breakage", -480),
            (DONE, "breakage", 480),
            (DONE, "reversal", -480),
        ]
        (wrong,) = [one for one in door.walk("contracts/C/grants", as_of="2026-05-02") if one["grant_id"] == "wrong"]
        assert (wrong["granted"], wrong["consumed"], wrong["expired"]) == (480, 0, 480)
    assert support_ledger(database_url, "export", "beancount").status == 0
    assert support_ledger(database_url, "verify").status == 0
