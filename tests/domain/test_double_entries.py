"""`verify` sees each of the faults that the ledger once had with credit: histories forged through the store.

What is forged is whole in every other respect: positions, versions, payloads, one command for it all.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest

from ledger import events as e
from ledger.door.verify import first_fault
from ledger.events import Draw, Fact
from ledger.kernel.mapper import StreamEvent
from ledger.store import Batch, CommandRow
from tests.scenario import Given, given
from tests.words import MONDAY, PREPAID, contract, grant, renew, reverse, reverse_credit, terminate, top_up, worked

SUM: dict[str, Any] = {"pools.lump-sum.allotment": "1000.00", "rates.macros": {"kind": "hourly", "rate": "600.00"}}
AT = datetime.fromisoformat("2026-02-02T09:00:00+00:00")
POOL: dict[str, Any] = {"pool": "server-support"}


def prepaid() -> Given:
    """480 minutes until 1 April, of which 100 are drawn, and 60 owed of after that."""
    lot = top_up(480, top_up_id="lot", expires_on="2026-04-01", price="90.00")
    late = worked(60, "2026-04-02T09:00:00Z", entry_id="late")
    return given(contract(PREPAID), lot, worked(100, entry_id="W"), late)


def forged(history: Given, *facts: Fact) -> str | None:
    """The first fault of a history to which one more command was added."""
    store = history.world.store
    events, versions = [], dict[str, int]()
    for told in facts:
        fact = msgspec.structs.replace(told, contract_id="C", token_id="t", role="admin")
        if fact.effective_at.year == 1970:
            fact = msgspec.structs.replace(fact, effective_at=AT)
        last = store.whole_stream(fact.stream)
        versions[fact.stream] = versions.get(fact.stream, len(last)) + 1
        events.append(StreamEvent(fact.stream, versions[fact.stream], fact))
    batch = Batch(seen_position=store.highest_position())
    provider = store.database.query("SELECT provider FROM stored_events WHERE contract_id = 'C' LIMIT 1")[0].provider
    batch.commands.append(CommandRow(0, len(events) - 1, "*", "forged", "log-work", b"", provider, "C"))
    store.append(events, batch)
    return first_fault(store.database)


def rewritten(history: Given, topic: str, change: Callable[[Fact], Fact]) -> str | None:
    """The first fault of a history of which one event was written anew, past the triggers."""
    store = history.world.store
    with store.application.recorder.datastore.get_connection(commit=True) as writing:
        raw = writing._sqlite_conn
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        sql = "SELECT max(notification_id) FROM stored_events WHERE topic = ?"
        (position,) = raw.execute(sql, (f"{topic}@1",)).fetchone()
        ((_, fact),) = store.facts_between(position, position)
        stored = store.application.mapper.to_stored_event(StreamEvent(fact.stream, 1, change(fact)))
        raw.execute("UPDATE stored_events SET state = ? WHERE notification_id = ?", (stored.state, position))
        raw.commit()
    return first_fault(store.database)


def with_fields(**fields: Any) -> Callable[[Fact], Fact]:
    return lambda fact: msgspec.structs.replace(fact, **fields)


def said(fault: str | None, *words: str) -> None:
    assert fault is not None, "nothing was found"
    for one in words:
        assert one in fault, fault


def test_what_the_ledger_writes_itself_is_whole() -> None:
    """Debts settled ahead and withdrawn, terms taken back, reversals after the end, penalties, lump sums."""
    lived = prepaid().when(reverse("W", at="2026-05-01T09:00:00Z"), top_up(480, "2026-05-02T09:00:00Z", price="1.00"))
    assert first_fault(lived.world.store.database) is None
    work = worked(150, "2026-03-01T10:00:00+01:00", service="macros")
    gift = grant(None, "2026-05-01T09:00:00Z", pool="lump-sum", amount="100.00")
    for history in ([renew(), gift, terminate("2026-12-31")], [renew(), renew()], [gift, terminate("2026-06-30")]):
        world = given(contract("dytron-sbp", agreed=SUM), work, *history).world
        assert first_fault(world.store.database) is None


# -- draws of account and deduction are equal ----------------------------------------------------------------------


def test_a_draw_that_only_its_account_knows_is_found() -> None:
    draws = [Draw("lot", 10)]
    fault = forged(prepaid(), e.CreditDrawn(deduction_id="X", kind="work", draws=draws, **POOL))
    said(fault, "position ", "of grant lot 10 were drawn for X by its account, 0 by the deduction itself")


def test_a_draw_that_is_another_in_its_deduction_is_found() -> None:
    fault = rewritten(prepaid(), "HoursDeducted", with_fields(draws=[Draw(None, 50)]))
    said(fault, "of the debt 60 were drawn for late by its account, 50 by the deduction itself")


def test_a_settlement_that_its_deduction_was_not_told_of_is_found() -> None:
    history = prepaid().when(grant(60, "2026-04-03T09:00:00Z", grant_id="gift"))
    said(
        rewritten(history, "DrawSettled", with_fields(quantity=59)),
        "of grant gift 60 were settled for late by its account, 59 by the deduction itself",
    )


def test_a_return_that_is_more_than_the_reversal_says_is_found() -> None:
    history = prepaid().when(reverse("W", at=MONDAY))
    said(
        rewritten(history, "CreditReturned", with_fields(returns=[Draw("lot", 110)])),
        "of grant lot 110 were returned for W by its account, 100 by the deduction itself",
    )


# -- credit settles and is drawn inside its life --------------------------------------------------------------------


def settlement(grant_id: str, quantity: int, at: str, deduction_id: str = "late", rule: str = "C4") -> list[Fact]:
    effective_at = datetime.fromisoformat(at)
    told: dict[str, Any] = {"deduction_id": deduction_id, "grant_id": grant_id, "quantity": quantity}
    settled = e.DebtSettled(**told, **POOL, rule=rule, effective_at=effective_at)
    return [settled, e.DrawSettled(**told, effective_at=effective_at)]


def test_a_settlement_before_its_credit_begins_is_found() -> None:
    """As the second term's sum once settled a debt of the first."""
    ahead = grant(60, "2026-06-01T09:00:00Z", grant_id="june", heard="2026-05-31T10:00:00Z")
    history = prepaid().when(ahead)
    said(
        rewritten(
            history, "DebtSettled", with_fields(effective_at=datetime.fromisoformat("2026-05-31T10:00:00+00:00"))
        ),
        "late rests on grant june at 2026-05-31T10:00:00Z; that counts from 2026-06-01T09:00:00Z on",
    )


def test_a_settlement_by_credit_that_is_over_is_found() -> None:
    fault = forged(prepaid(), *settlement("lot", 60, "2026-04-02T09:00:00+00:00"))
    said(fault, "late rests on grant lot at 2026-04-02T09:00:00Z", "until 2026-03-31T22:00:00Z")


def test_a_settlement_that_undoes_no_withdrawal_is_found() -> None:
    fault = forged(prepaid(), *settlement("lot", 60, "2026-04-02T09:00:00+00:00", rule="C9"))
    said(fault, "grant lot settles late again, which was not withdrawn from it")


def test_what_came_back_to_an_expired_grant_and_is_drawn_again_is_found() -> None:
    history = prepaid().when(reverse("W", at="2026-05-01T09:00:00Z"))
    draws = [Draw("lot", 400)]
    drawn = e.CreditDrawn(deduction_id="X", kind="work", draws=draws, **POOL)
    told: dict[str, Any] = {"price_cents": 0, "cost_cents": 0, "currency": "CZK", "status": "not_required"}
    service = e.ServiceDelivered(deduction_id="X", service="s", quantity=1, draws=draws, pool="server-support", **told)
    said(forged(history, drawn, service), "X takes 400 of grant lot, which had 380 left")


def test_credit_that_ends_before_what_it_settles_ahead_is_found() -> None:
    """Far ahead, since what is recorded here bears the time of the system's clock."""
    late = worked(60, "2098-04-02T09:00:00Z", entry_id="late")
    ahead = grant(60, "2098-06-01T09:00:00Z", grant_id="june", heard="2098-05-31T10:00:00Z")
    end = datetime.fromisoformat("2098-06-01T00:00:00+00:00")
    moved = e.GrantExpiryMoved(grant_id="june", expires_at=end, **POOL)
    history = given(contract(PREPAID, "2098-01-01"), late, ahead)
    said(forged(history, moved), "grant june ends at 2098-06-01T00:00:00Z, before it settles late")


def test_credit_that_is_taken_back_though_it_is_used_is_found() -> None:
    fault = forged(prepaid(), e.GrantTakenBack(grant_id="lot", quantity=380, **POOL))
    said(fault, "grant lot is taken back, and 100 of it are drawn or settle debts")


def test_a_grant_that_is_not_there_is_named() -> None:
    said(forged(prepaid(), *settlement("nobody", 60, "2026-04-02T09:00:00+00:00")), "grant nobody is not there")


# -- what was bought was charged ------------------------------------------------------------------------------------


def test_a_lump_sum_without_its_charge_is_found() -> None:
    """As a fee once took its place."""
    signed = given(contract("dytron-sbp", agreed=SUM))
    said(rewritten(signed, "CreditGranted", with_fields(charge_id=None)), "C.allotment.1 is a lump sum, and nothing")
    signed = given(contract("dytron-sbp", agreed=SUM))
    said(
        rewritten(signed, "LumpSumCharged", with_fields(amount_cents=90000)),
        "grant C.allotment.1 of 100000 was bought, and its charge C.lump-sum.1 is for 90000",
    )


@pytest.mark.parametrize(
    ("topic", "fields", "words"),
    [
        (
            "TopUpCharged",
            {"charge_id": "another"},
            "grant lot of 480 was bought, and its charge lot.price is not there",
        ),
        ("CreditGranted", {"charge_id": None}, "charge lot.price is for credit that was not granted"),
    ],
)
def test_a_top_up_and_its_price_name_each_other(topic: str, fields: dict[str, Any], words: str) -> None:
    said(rewritten(prepaid(), topic, with_fields(**fields)), words)


def test_credit_that_begins_after_the_end_of_its_contract_settles_nothing() -> None:
    """It was dated a day ahead; then the contract was ended today."""
    ahead = grant(60, "2026-06-01T09:00:00Z", grant_id="june", heard="2026-05-31T10:00:00Z")
    ended = prepaid().when(ahead, terminate("2026-05-31"))
    assert [one for one in ended.facts if isinstance(one, e.DebtSettlementWithdrawn)]
    ended.left(-60, at="2026-06-02T09:00:00Z")
    assert first_fault(ended.world.store.database) is None


def test_credit_whose_end_is_told_after_it_settled_beyond_that_is_found() -> None:
    """As a termination once left what the credit had settled late, and after its end, long before it was told."""
    end = datetime.fromisoformat("2026-07-31T22:00:00+00:00")
    gift = grant(60, "2026-07-01T09:00:00Z", grant_id="gift")
    held = [
        gift,
        worked(60, "2026-07-02T09:00:00Z", entry_id="held"),
        worked(60, "2026-05-30T09:00:00Z", entry_id="late"),
    ]
    history = given(contract(PREPAID), held, reverse("held", "2026-08-05T09:00:00Z"))
    moved = e.GrantExpiryMoved(grant_id="gift", expires_at=end, **POOL)
    said(forged(history, moved), "grant gift ends at 2026-07-31T22:00:00Z, before it settles late")


def test_credit_whose_end_is_told_after_a_debt_stood_again_and_it_settled_that_at_once_is_found() -> None:
    """The wrong grant bore it until 5 August, the gift since then."""
    end = datetime.fromisoformat("2026-07-31T22:00:00+00:00")
    given_credit = [grant(60, f"2026-07-0{day}T09:00:00Z", grant_id=id_) for day, id_ in [(1, "wrong"), (2, "gift")]]
    late = worked(60, "2026-05-30T09:00:00Z", entry_id="late")
    history = given(contract(PREPAID), late, given_credit, reverse_credit("wrong", "2026-08-05T09:00:00Z"))
    moved = e.GrantExpiryMoved(grant_id="gift", expires_at=end, **POOL)
    said(forged(history, moved), "grant gift ends at 2026-07-31T22:00:00Z, before it settles late")


@pytest.mark.parametrize("first", ["credit", "work"])
def test_what_rested_on_credit_at_its_own_moment_stands_after_an_end_told_later(first: str) -> None:
    """Drawn, or owed and settled at that same moment: the order of telling makes no difference."""
    told = [top_up(480, "2026-08-05T09:00:00Z"), worked(10, "2026-08-18T09:00:00Z")]
    history = given(contract(PREPAID), told if first == "credit" else told[::-1])
    ended = history.when(terminate("2026-07-31"))
    assert first_fault(ended.world.store.database) is None
    ended.left(0, consumed=10)
