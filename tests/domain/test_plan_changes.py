"""What a change of plan says of a lump sum that its new terms lack a pool for; what it costs to see a term in use."""

from typing import Any

from ledger.door.batches import Answer, Ledger
from ledger.store import EventStore
from tests.scenario import Given, catalogue, given
from tests.words import Step, change_plan, contract, grant, renew, reverse, terminate, top_up, worked

SUM: dict[str, Any] = {"pools.lump-sum.allotment": "1000.00", "rates.macros": {"kind": "hourly", "rate": "600.00"}}
MARCH = "2026-03-01T10:00:00+01:00"
TO_PAY = change_plan("dytron-pay", "2026-07-01", agreed={"rates.training": "1500.00"}, at=MARCH)


def unspent(history: Given, step: Step) -> Any:
    (answer,) = history.when(step).answers
    assert isinstance(answer, Answer), answer
    return answer.named["unspent"]


def test_the_answer_says_what_is_left_of_a_lump_sum_in_a_pool_that_the_new_terms_lack() -> None:
    """1000.00 less an hour and a half at 600.00; a gift and a top-up are no lump sum, next year's is taken back."""
    others = [grant(None, MARCH, pool="lump-sum", amount="7.00"), top_up(None, MARCH, pool="lump-sum", amount="9.00")]
    work = worked(90, MARCH, service="macros")
    history = given(contract("dytron-sbp", agreed=SUM), work, renew(at=MARCH), others)
    assert unspent(history, TO_PAY) == [{"pool": "lump-sum", "amount": "100.00", "currency": "CZK"}]


def test_nothing_is_said_of_what_is_spent_kept_or_expires() -> None:
    spent = given(contract("dytron-sbp", agreed=SUM), worked(100, MARCH, service="macros"))
    assert unspent(spent, TO_PAY) == []
    kept = change_plan("dytron-sbp", "2026-07-01", agreed=SUM, at=MARCH)
    assert unspent(given(contract("dytron-sbp", agreed=SUM)), kept) == []
    assert unspent(given(contract("groupios-l")), change_plan("groupios-s", "2026-07-01", at=MARCH)) == []


def test_the_same_command_again_answers_the_same() -> None:
    named = TO_PAY.but(command_id="change")
    history = given(contract("dytron-sbp", agreed=SUM))
    first = unspent(history, named)
    assert first == [{"pool": "lump-sum", "amount": "1000.00", "currency": "CZK"}]
    assert unspent(history, named) == first


# -- a term that is in use ------------------------------------------------------------------------------------------


def read_of_history(history: Given, *steps: Step) -> tuple[int, Any]:
    """How many stored facts the steps read beside their own streams, and the last answer."""
    world, read = history.world, 0

    class Counted(EventStore):
        def _facts(self, *asked: Any) -> Any:
            nonlocal read
            found = super()._facts(*asked)
            read += sum(type(fact).__name__ == "HoursDeducted" for _, fact in found)
            return found

    world.ledger = Ledger(Counted(world.store.application, world.store.database), catalogue(), world.clock)
    answers = [answer for step in steps for answer in world.tell(step)]
    return read, answers[-1]


def much_used() -> Given:
    """120 entries of January and February under terms of 2026, and the term of 2027."""
    entries = [worked(15, f"2026-0{1 + n % 2}-1{n % 9}T09:00:00Z", entry_id=f"E{n:03}") for n in range(120)]
    return given(contract("groupios-l"), entries, renew(at=MARCH))


def test_a_term_that_lies_ahead_is_taken_back_without_a_look_at_the_work_before_it() -> None:
    read, answer = read_of_history(much_used(), terminate("2026-12-31"))
    assert (read, type(answer)) == (0, Answer)


def test_work_of_before_the_term_was_recorded_is_not_looked_at() -> None:
    read, answer = read_of_history(much_used(), terminate("2026-12-31", heard="2027-01-05T09:00:00Z"))
    assert (read, type(answer)) == (0, Answer)


def test_a_term_in_use_is_refused_as_soon_as_something_in_it_is_found() -> None:
    """A hundred are looked at, and the other twenty are not."""
    read, refusal = read_of_history(much_used(), change_plan("groupios-s", "2026-01-01"))
    assert read == 100
    assert refusal.code == "term-in-use"
    assert refusal.members["deductions"] == [f"E{n:03}" for n in range(100)]


def test_what_was_reversed_is_looked_past() -> None:
    """However many: a hundred are looked at together, and here a hundred of 101 are gone."""
    entries = [worked(15, MARCH, entry_id=f"E{n}") for n in range(101)]
    gone = [reverse(f"E{n}", at=MARCH) for n in range(100)]
    history = given(contract("groupios-l"), entries, gone)
    history.when(terminate("2025-12-31")).refused("term-in-use", deductions=["E100"])
    history.when(reverse("E100", at=MARCH), terminate("2025-12-31"))


def test_work_of_the_same_batch_counts() -> None:
    history = given(contract("groupios-l"))
    told = [worked(15, MARCH, entry_id="now"), terminate("2025-12-31"), renew()]
    answers = history.world.tell(*told)
    assert getattr(answers[1], "code", None) == "term-in-use"
