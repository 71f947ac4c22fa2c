"""What holds in every history: conservation, drawdown order, one bin each, reversal, replays, order of the unrelated.

Facts are judged by slow calculators that share no code with the ledger; prices and increments are literals."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.door.batches import Answer
from ledger.events import (
    ChargeReversed,
    CreditDrawn,
    CreditGranted,
    DebtSettled,
    DebtSettlementWithdrawn,
    DeductionReversed,
    Draw,
    DrawSettled,
    DrawSettlementWithdrawn,
    Fact,
    GrantExpiryMoved,
    GrantTakenBack,
    HoursDeducted,
    LateChangePenaltyDeducted,
    NoShowPenaltyDeducted,
    OverageCharged,
    TermStarted,
    TopUpCharged,
    TopUpReversed,
)
from tests.books import DEDUCTIONS, everything, figures, total
from tests.domain.followed_pool import NEVER, Pool
from tests.domain.histories import PLANS, POOLS, histories, lived
from tests.words import PREPAID, Step, log_work, reverse

TICK = timedelta(microseconds=1)


# -- C16: conservation ----------------------------------------------------------------------------------------------


def told_by(steps: list[Step]) -> list[Fact]:
    world = lived(steps)
    return everything(world.store)


@given(histories, st.lists(st.integers(0, 600 * 86_400_000_000), max_size=3))
def test_at_every_moment_what_was_granted_is_available_reserved_consumed_or_expired(
    steps: list[Step], micros: list[int]
) -> None:
    world = lived(steps)
    for name, pools in POOLS.items():
        facts = everything(world.store, name)
        moments = {moment for fact in facts for moment in (fact.effective_at - TICK, fact.effective_at)}
        moments |= {fact.expires_at for fact in facts if isinstance(fact, CreditGranted) and fact.expires_at}
        moments |= {datetime(2025, 12, 1, tzinfo=UTC) + timedelta(microseconds=n) for n in micros}
        for pool in pools:
            for moment in moments:
                seen = figures(facts, pool, moment)
                assert seen.granted == seen.available + seen.reserved + seen.consumed + seen.expired, (moment, seen)
            settled = figures(facts, pool, NEVER - TICK)
            assert settled.reserved >= 0
            assert settled.expired >= 0


# -- C2, C4, C6: what is drawn, from where, in which order ----------------------------------------------------------


@given(histories)
def test_credit_is_drawn_and_reserved_from_what_expires_first_and_debts_are_filled_oldest_first(
    steps: list[Step],
) -> None:
    world = lived(steps)
    facts = everything(world.store)
    minutes = {fact.deduction_id: fact.billed_minutes for fact in facts if isinstance(fact, DEDUCTIONS)}
    ends = {last for (last,) in world.store.database.query("SELECT last_position FROM commands")}
    pools: dict[tuple[str, str], Pool] = defaultdict(Pool)
    for position, fact in enumerate(facts, 1):
        pool = getattr(fact, "pool", None)
        if pool is not None and not isinstance(fact, DEDUCTIONS):
            pools[fact.contract_id, pool].follow(fact, minutes)
        if isinstance(fact, HoursDeducted) and fact.basis == "pool" and not fact.draws:
            account = pools[fact.contract_id, str(fact.pool)]
            assert account.first_to_expire(fact.effective_at, 1) == [Draw(None, 1)], "there was something to draw"
        if position in ends:
            for account in pools.values():
                account.check_settled()


# -- C3, C13: one bin each, and its price ---------------------------------------------------------------------------

INCREMENT = {PREPAID: 10, "house-prepaid": 10, "groupios-m": 15, "groupios-l": 15, "house-tiers": 1, "house-single": 1}
FIRST_MINUTES = {"house-tiers": [(60, 10000), (None, 8000)]}
ONE_RATE = {"groupios-m": 9900, "groupios-l": 8900, "house-single": 9000}


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def priced(plan: str, position: int, minutes: int) -> list[tuple[int, int, int]]:
    """Minute by minute: each at the rate of its place in the tiers; then one line a rate."""
    rates = []
    for minute in range(position, position + minutes):
        tiers = FIRST_MINUTES.get(plan, [(None, ONE_RATE.get(plan, 0))])
        rates.append(next(rate for limit, rate in tiers if limit is None or minute < limit))
    lines = [(len(list(run)), rate) for rate, run in groupby(rates)]
    return [(count, rate, half_up(count * rate, 60)) for count, rate in lines]


@given(histories)
def test_every_billed_minute_is_in_one_bin_and_overage_has_the_price_of_its_place(steps: list[Step]) -> None:
    facts = told_by(steps)
    plans = {(f.contract_id, f.term_no): f.plan for f in facts if isinstance(f, TermStarted)}
    charges: dict[str, list[OverageCharged]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, OverageCharged):
            charges[fact.deduction_id].append(fact)
    over: dict[str, int] = defaultdict(int)
    of: dict[str, HoursDeducted] = {}
    for fact in facts:
        if isinstance(fact, DeductionReversed) and fact.deduction_id in of:
            over[fact.contract_id] -= of[fact.deduction_id].overage_minutes
        if not isinstance(fact, HoursDeducted):
            continue
        plan = plans[fact.contract_id, fact.term_no]
        of[fact.deduction_id] = fact
        billed = -(-fact.worked_seconds // (60 * INCREMENT[plan])) * INCREMENT[plan]
        assert (fact.billed_minutes, fact.increment_minutes) == (billed, INCREMENT[plan])
        bins = {"pool": total(fact.draws), "overage": fact.overage_minutes}
        if fact.basis in ("goodwill", "warranty", "flat"):
            bins[fact.basis] = billed
        assert sum(bins.values()) == billed, bins
        lines = [(c.minutes, c.rate_cents_per_hour, c.amount_cents) for c in charges[fact.deduction_id]]
        assert lines == priced(plan, over[fact.contract_id], fact.overage_minutes)
        over[fact.contract_id] += fact.overage_minutes
    assert charges.keys() <= of.keys()


@given(histories)
def test_the_account_and_the_deductions_tell_the_same_story(steps: list[Step]) -> None:
    facts = told_by(steps)
    drawn = {f.deduction_id: (f.pool, f.draws, f.effective_at) for f in facts if isinstance(f, CreditDrawn)}
    told = {f.deduction_id: (f.pool, f.draws, f.effective_at) for f in facts if isinstance(f, DEDUCTIONS) and f.draws}
    assert drawn == told
    assert _moves(facts, DebtSettled) == _moves(facts, DrawSettled)
    assert _moves(facts, DebtSettlementWithdrawn) == _moves(facts, DrawSettlementWithdrawn)
    penalties = [f for f in facts if isinstance(f, LateChangePenaltyDeducted | NoShowPenaltyDeducted)]
    due = {"P": 120, "H": 125}
    assert all(f.billed_minutes == due[f.contract_id] for f in penalties)
    assert all(total(f.draws) == due[f.contract_id] for f in penalties if f.pool is not None)


def _moves(facts: list[Fact], kind: Any) -> list[tuple[str, str, int, datetime]]:
    return [(f.deduction_id, f.grant_id, f.quantity, f.effective_at) for f in facts if isinstance(f, kind)]


# -- C9: reversal ---------------------------------------------------------------------------------------------------


@given(histories)
def test_a_reversal_gives_back_exactly_what_was_drawn_and_charged(steps: list[Step]) -> None:
    facts = told_by(steps)
    drawn: dict[str, dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    charged: dict[str, list[tuple[str, int]]] = defaultdict(list)
    ends: dict[str, datetime] = {}
    corrections = {f.grant_id: f for f in facts if isinstance(f, CreditGranted) and f.source == "correction"}
    for fact in facts:
        if isinstance(fact, CreditGranted):
            ends[fact.grant_id] = fact.expires_at or NEVER
        elif isinstance(fact, GrantExpiryMoved):
            ends[fact.grant_id] = fact.expires_at
        elif isinstance(fact, CreditDrawn):
            for draw in fact.draws:
                drawn[fact.deduction_id][draw.grant_id] += draw.quantity
        elif isinstance(fact, DebtSettled):
            drawn[fact.deduction_id][None] -= fact.quantity
            drawn[fact.deduction_id][fact.grant_id] += fact.quantity
        elif isinstance(fact, DebtSettlementWithdrawn):
            drawn[fact.deduction_id][None] += fact.quantity
            drawn[fact.deduction_id][fact.grant_id] -= fact.quantity
        elif isinstance(fact, OverageCharged):
            charged[fact.deduction_id].append((fact.charge_id, fact.amount_cents))
        elif isinstance(fact, ChargeReversed):
            charged[fact.deduction_id].remove((fact.reverses, -fact.amount_cents))
        elif isinstance(fact, DeductionReversed):
            took = {grant_id: quantity for grant_id, quantity in drawn.pop(fact.deduction_id, {}).items() if quantity}
            assert {draw.grant_id: draw.quantity for draw in fact.returns} == took
            at = fact.effective_at
            lost = sum(quantity for grant_id, quantity in took.items() if grant_id and ends[grant_id] <= at)
            correction = corrections.pop(f"{fact.deduction_id}.correction", None)
            assert (correction.quantity if correction else 0) == lost
            if correction is not None:
                assert (correction.valid_from, fact.correction_grant_id) == (at, correction.grant_id)
                assert correction.expires_at == at + timedelta(hours=720)
    reversed_ids = {f.deduction_id for f in facts if isinstance(f, DeductionReversed)}
    assert not any(charged[deduction_id] for deduction_id in reversed_ids)
    assert not corrections


@given(histories, st.integers(1, 200), st.sampled_from(list(PLANS)))
def test_work_that_is_reversed_at_once_leaves_everything_as_it_was(steps: list[Step], minutes: int, name: str) -> None:
    """Even the price of the next overage: so says the same entry, logged anew. What fills debts is told elsewhere."""
    world = lived(steps)
    at = "2026-04-15T09:00:00+00:00"
    entry = log_work(minutes, at, entry_id="once", ticket_id=f"T{name}")
    before = everything(world.store, name)
    (answer,) = world.tell(entry)
    if not isinstance(answer, Answer):
        return
    first = everything(world.store, name)[len(before) :]
    (undone,) = world.tell(reverse("once", at))
    assert isinstance(undone, Answer)
    after = everything(world.store, name)
    if _moves(after, DebtSettled) != _moves(before, DebtSettled):
        return
    moment = datetime.fromisoformat(at)
    for pool in POOLS[name]:
        assert figures(after, pool, moment) == figures(before, pool, moment)
    (again,) = world.tell(entry.but(entry_id="twice"))
    assert isinstance(again, Answer)
    second = everything(world.store, name)[len(after) :]
    lines = [[(f.minutes, f.amount_cents) for f in facts if isinstance(f, OverageCharged)] for facts in (first, second)]
    draws = [[f.draws for f in facts if isinstance(f, CreditDrawn)] for facts in (first, second)]
    assert lines[0] == lines[1]
    assert draws[0] == draws[1]


# -- C17: credit that is taken back -----------------------------------------------------------------------------------


@given(histories)
def test_what_is_taken_back_leaves_nothing_neither_credit_nor_price(steps: list[Step]) -> None:
    facts = told_by(steps)
    granted: dict[str, int] = defaultdict(int)
    charged: dict[str, list[tuple[str, int]]] = defaultdict(list)
    began: dict[str, datetime] = {}
    for fact in facts:
        if isinstance(fact, CreditGranted):
            granted[fact.grant_id], began[fact.grant_id] = fact.quantity, fact.effective_at
        elif isinstance(fact, TopUpCharged):
            charged[fact.grant_id].append((fact.charge_id, fact.amount_cents))
        elif isinstance(fact, TopUpReversed):
            charged[fact.grant_id].remove((fact.reverses, -fact.amount_cents))
        elif isinstance(fact, GrantTakenBack):
            granted[fact.grant_id] -= fact.quantity
            assert fact.effective_at >= began[fact.grant_id]
            assert granted[fact.grant_id] >= 0
    undone = {fact.grant_id for fact in facts if isinstance(fact, GrantTakenBack) and fact.stood_for is None}
    assert not any(granted[grant_id] or charged[grant_id] for grant_id in undone)


# -- the order of what is unrelated ---------------------------------------------------------------------------------


def test_the_histories_are_worth_searching() -> None:
    """A search among refusals alone would prove nothing: what the properties speak of does come about."""
    reached: set[str] = set()

    @given(histories)
    @settings(max_examples=200, derandomize=True)
    def explore(steps: list[Step]) -> None:
        reached.update(fact.TOPIC for fact in told_by(steps))

    explore()
    wanted = {"CreditDrawn", "DebtSettled", "CreditReturned", "CreditReserved", "ReservationReleased", "OverageCharged"}
    wanted |= {"DeductionReversed", "ChargeReversed", "SessionMoved", "GrantExpiryMoved", "FeeReversed"}
    wanted |= {"LateChangePenaltyDeducted", "NoShowPenaltyDeducted"}
    wanted |= {"GrantTakenBack", "TopUpReversed", "DebtSettlementWithdrawn"}
    assert wanted <= reached, wanted - reached
