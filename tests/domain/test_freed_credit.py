"""Since when credit has been free: what held it until then keeps debts from it, however late these are told (C4)."""

from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import given as searched
from hypothesis import strategies as st

from ledger.credit.freeing import MOST_KEPT, Freed, free_since, with_freed, without_taken
from tests.books import everything, figures
from tests.domain.histories import BEGINNING, CLOCK, DAY, new_world
from tests.domain.test_draws_in_time import moves_of_draws
from tests.outcomes import deducted, filled
from tests.scenario import given
from tests.words import (
    PREPAID,
    Step,
    book,
    cancel,
    complete,
    contract,
    grant,
    log_work,
    reverse,
    reverse_credit,
    terminate,
)

A = grant(100, "2026-03-01T08:00:00Z", grant_id="A")
W1, BACK = log_work(100, "2026-03-05T08:00:00Z", entry_id="w1"), reverse("w1", "2026-05-01T08:00:00Z")
W0 = log_work(100, "2026-02-01T08:00:00Z", entry_id="w0")

in_either_order = pytest.mark.parametrize("late", [[W0, BACK], [BACK, W0]], ids=["debt-first", "reversal-first"])


@in_either_order
def test_credit_that_work_held_settles_from_its_reversal_on(late: list[Step]) -> None:
    """What is settled in May was owed when the contract ended in March."""
    given(contract(PREPAID), A, W1, late).when(terminate("2026-03-31")).left(-100)


def test_what_was_never_held_settles_from_its_beginning_and_the_rest_when_it_came_back() -> None:
    history = given(contract(PREPAID), grant(150, "2026-03-01T08:00:00Z", grant_id="A"), W1, BACK)
    history.when(W0).then(
        deducted(0, owed=100),
        filled("w0", 50, grant_id="A", effective_at="2026-03-01T08:00:00Z"),
        filled("w0", 50, grant_id="A", effective_at="2026-05-01T08:00:00Z"),
    )


def test_what_came_free_earlier_settles_before_what_was_valid_earlier() -> None:
    history = given(contract(PREPAID), A, W1, grant(60, "2026-04-01T08:00:00Z", grant_id="B"), BACK)
    history.when(W0).then(
        deducted(0, owed=100),
        filled("w0", 60, grant_id="B", effective_at="2026-04-01T08:00:00Z"),
        filled("w0", 40, grant_id="A", effective_at="2026-05-01T08:00:00Z"),
    )


def test_what_a_session_leaves_is_free_since_its_end_and_what_it_did_not_hold_all_along() -> None:
    """480, of which 120 were held: 360 were free, and 20 came free at its start, its moment."""
    held = [book(120, "2026-07-01T08:00:00Z", "2026-04-01T08:00:00Z"), complete(100, "2026-07-02T08:00:00Z")]
    history = given(contract(PREPAID), grant(480, "2026-03-01T08:00:00Z", grant_id="A"), held)
    history.when(log_work(400, "2026-02-01T08:00:00Z", entry_id="w0")).then(
        deducted(0, owed=400),
        filled("w0", 360, effective_at="2026-03-01T08:00:00Z"),
        filled("w0", 20, effective_at="2026-07-01T08:00:00Z"),
    )


def test_credit_that_a_session_held_settles_from_its_end_on() -> None:
    held = [book(100, "2026-07-01T08:00:00Z", "2026-04-01T08:00:00Z"), cancel("2026-06-01T08:00:00Z", "provider")]
    history = given(contract(PREPAID), A, held)
    history.when(W0).then(deducted(0, owed=100), filled("w0", 100, effective_at="2026-06-01T08:00:00Z"))


def test_credit_whose_settled_debt_is_reversed_settles_another_from_then_on() -> None:
    """w1 was owed since January, and the credit of March bore it until its reversal in May."""
    owed = log_work(100, "2026-01-10T08:00:00Z", entry_id="w1")
    history = given(contract(PREPAID), owed, A, BACK)
    history.when(W0).then(deducted(0, owed=100), filled("w0", 100, effective_at="2026-05-01T08:00:00Z"))


def test_credit_whose_settlement_gave_way_to_nearer_credit_was_never_held() -> None:
    ahead = grant(100, "2026-03-01T08:00:00Z", grant_id="nearer")
    owed = log_work(100, "2026-01-10T08:00:00Z", entry_id="w1")
    history = [*contract(PREPAID), owed, A, reverse_credit("A", "2026-03-01T08:00:00Z"), ahead]
    outcome = given(*history, reverse("w1", "2026-01-10T08:00:00Z")).when(W0)
    outcome.then(deducted(0, owed=100), filled("w0", 100, grant_id="nearer", effective_at="2026-03-01T08:00:00Z"))


# -- in every order -------------------------------------------------------------------------------------------------


def _instant(number: int, hours: int = 0) -> str:
    return (BEGINNING + timedelta(days=number, hours=hours)).isoformat()


GRANTS = [grant(80, _instant(day), grant_id=f"g{day}", contract_id="P") for day in (31, 34, 40)]
held = st.tuples(st.booleans(), st.integers(1, 12), st.integers(60, 90), st.integers(0, 60))
owing = st.lists(st.tuples(st.integers(1, 15), st.integers(0, 3)), min_size=1, max_size=3)


@searched(st.lists(held, min_size=1, max_size=5), owing, st.data(), st.integers(50, 150))
@settings(max_examples=25, phases=[Phase.generate])
def test_when_debts_are_told_among_the_ends_of_what_held_credit_changes_nothing(
    holders: list[tuple[bool, int, int, int]], debts: list[tuple[int, int]], data: st.DataObject, ends: int
) -> None:
    """Debts older than all credit, told in their order: before, between and after reversals and cancelled sessions."""
    begun, ended = [], []
    for number, (is_session, tens, day, length) in enumerate(holders):
        at, end = _instant(day), _instant(day + length)
        if is_session:
            begun.append(book(10 * tens, _instant(200), at, f"s{number}", contract_id="P", ticket_id="TP"))
            ended.append((end, cancel(end, "provider", f"s{number}")))
        else:
            begun.append(log_work(10 * tens, at, entry_id=f"w{number}", ticket_id="TP"))
            ended.append((end, reverse(f"w{number}", end)))
    endings = [step for _, step in sorted(ended, key=lambda one: one[0])]
    told = [
        log_work(10 * tens, _instant(day, 5), entry_id=f"d{number}", ticket_id="TP")
        for number, (tens, day) in enumerate(debts)
    ]
    places = sorted(data.draw(st.lists(st.integers(0, len(endings)), min_size=len(told), max_size=len(told))))
    among = list(endings)
    for place, step in reversed(list(zip(places, told, strict=True))):
        among.insert(place, step)
    over = terminate(f"{BEGINNING + ends * DAY:%Y-%m-%d}", "P")
    seen = []
    for order in ([*told, *endings], among):
        world = new_world()
        world.tell(*GRANTS, *begun, *order)
        facts = everything(world.store, "P")
        rests = {id_: sorted(moves, key=str) for id_, moves in moves_of_draws(facts).items()}
        world.tell(over)
        facts = everything(world.store, "P")
        moments = [BEGINNING + day * DAY for day in range(0, 200, 25)]
        balances = [figures(facts, "server-support", moment).available for moment in [*moments, CLOCK]]
        seen.append((rests, balances))
    assert seen[0] == seen[1]


# -- the figures alone ----------------------------------------------------------------------------------------------


def day(number: int) -> datetime:
    return BEGINNING + number * DAY


@pytest.mark.parametrize(
    ("freed", "free", "since", "expected"),
    [
        ([], 100, 0, [(0, 100)]),
        ([], 0, 0, []),
        ([(60, 100)], 100, 0, [(60, 100)]),
        ([(60, 100)], 100, 60, [(60, 100)]),
        ([(60, 100)], 150, 0, [(0, 50), (60, 100)]),
        ([(60, 40), (70, 60)], 100, 10, [(60, 40), (70, 60)]),
        ([(60, 40), (70, 60)], 130, 65, [(65, 70), (70, 60)]),
        ([(60, 100)], 50, 0, [(60, 50)]),  # more was drawn than there was
    ],
)
def test_what_is_free_has_been_since_it_was_not_held(
    freed: list[tuple[int, int]], free: int, since: int, expected: list[tuple[int, int]]
) -> None:
    found = free_since([(day(at), part) for at, part in freed], free, day(since))
    assert found == [(day(at), part) for at, part in expected]


def test_what_came_free_last_is_taken_first_or_what_came_free_by_an_instant() -> None:
    freed = [(day(60), 40), (day(70), 60)]
    assert without_taken(freed, 70) == [(day(60), 30)]
    assert without_taken(freed, 30, day(65)) == [(day(60), 10), (day(70), 60)]
    assert without_taken(freed, 500) == []


def test_of_very_many_parts_few_are_kept_and_none_is_free_earlier_than_it_was() -> None:
    freed: Freed = []
    for number in range(1000):
        freed = with_freed(freed, day(number), 10)
    assert len(freed) == MOST_KEPT
    assert freed[0] == (day(950), 9510)
