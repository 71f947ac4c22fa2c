"""Searched by Hypothesis: what is sent again changes nothing, nor does the order of what is unrelated (C12)."""

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.door.batches import Answer
from tests.books import everything, figures
from tests.domain.histories import CLOCK, PLANS, histories, lived, new_world, plain
from tests.words import Step, log_work, top_up

# -- C12: never twice -----------------------------------------------------------------------------------------------


@given(histories, st.randoms(use_true_random=False))
def test_sending_accepted_commands_again_in_any_order_changes_nothing(steps: list[Step], random: Any) -> None:
    world = new_world()
    answers = world.tell(*steps)
    accepted = [(step, answer) for step, answer in zip(steps, answers, strict=True) if isinstance(answer, Answer)]
    stored = world.store.database.query("SELECT * FROM stored_events ORDER BY notification_id")
    random.shuffle(accepted)
    world.open_anew()
    again = world.tell(*(step for step, _ in accepted))
    for (_, first), second in zip(accepted, again, strict=True):
        assert isinstance(second, Answer)
        assert (second.replayed, second.command_id, second.events) == (True, first.command_id, first.events)
    assert world.store.database.query("SELECT * FROM stored_events ORDER BY notification_id") == stored


@given(histories)
@settings(max_examples=25)
def test_commands_in_one_transaction_decide_as_they_do_one_by_one(steps: list[Step]) -> None:
    together, apart = new_world(), new_world()
    in_one = together.tell(*steps)
    one_by_one = [answer for step in steps for answer in apart.tell(step)]
    assert [getattr(a, "code", "accepted") for a in in_one] == [getattr(a, "code", "accepted") for a in one_by_one]
    assert [plain(f) for f in everything(together.store)] == [plain(f) for f in everything(apart.store)]


# -- the order of what is unrelated ---------------------------------------------------------------------------------


@given(histories, st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_commands_on_different_contracts_may_come_in_any_order(steps: list[Step], random: Any) -> None:
    """Each contract's own commands keep their order; how they are shuffled together does not matter."""
    queues: dict[str, list[Step]] = defaultdict(list)
    owner: dict[str, str] = {}
    for step in steps:
        named = [
            step.fields.get(key, "") for key in ("contract_id", "ticket_id", "session_id", "deduction_id", "grant_id")
        ]
        name = step.fields.get("contract_id") or step.fields.get("ticket_id", "")[1:]
        name = name or next(owner[known.partition(".")[0]] for known in named if known)
        new = ("entry_id", "session_id", "top_up_id", "grant_id")
        owner |= {step.fields[key]: name for key in new if key in step.fields}
        queues[name].append(step)
    shuffled: list[Step] = []
    while waiting := sorted(name for name, queue in queues.items() if queue):
        shuffled.append(queues[random.choice(waiting)].pop(0))
    plainly, otherwise = lived(steps), lived(shuffled)
    for name in PLANS:
        told = [[plain(fact) for fact in everything(world.store, name)] for world in (plainly, otherwise)]
        assert told[0] == told[1]


@given(st.permutations(range(5)), st.lists(st.integers(1, 500), min_size=3, max_size=3))
@settings(max_examples=25)
def test_two_top_ups_and_the_work_after_them_come_to_the_same_in_any_order(order: list[int], worked: list[int]) -> None:
    steps = [top_up(minutes, top_up_id=f"top-{minutes}", contract_id="P") for minutes in (480, 600)]
    steps += [
        log_work(minutes, f"2026-02-0{day}T09:00Z", entry_id=f"w{day}", ticket_id="TP")
        for day, minutes in enumerate(worked, 1)
    ]
    world = lived([steps[n] for n in order])
    billed = sum(-(-minutes // 10) * 10 for minutes in worked)
    seen = figures(everything(world.store, "P"), "server-support", CLOCK)
    assert (seen.granted, seen.consumed, seen.available, seen.reserved) == (1560, billed, 1560 - billed, 0)
