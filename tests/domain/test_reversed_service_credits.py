"""What was given for a missed promise is taken back: as a mistake, or with the fee that it is a share of (C15, C17)."""

from typing import Any

import pytest

from ledger.events import (
    ContractTerminated,
    DebtSettlementWithdrawn,
    FeeReversed,
    GrantTakenBack,
    ServiceCreditCharged,
    ServiceCreditGranted,
    ServiceCreditReversed,
    ServiceCreditTakenBack,
)
from tests.outcomes import fact, filled, granted
from tests.scenario import Given, given
from tests.words import (
    MONDAY,
    TUESDAY,
    Steps,
    change_plan,
    close_month,
    contract,
    hold,
    renew,
    retract,
    reverse,
    reverse_credit,
    reverse_service_credit,
    service_credit,
    terminate,
    worked,
)

WEDNESDAY, THURSDAY = "2026-02-04T10:00:00+01:00", "2026-02-05T10:00:00+01:00"
SHARE = {"fee": "1000.00", "sla.reaction.3": 60, "service_credits.reaction": {"kind": "fee_share", "percent": 10}}
MINUTES: dict[str, Any] = {
    "sla.reaction.3": 60,
    "pools.included": {"kind": "minutes", "allotment_minutes": 60},
    "service_credits.reaction": {"kind": "minutes", "pool": "included", "minutes": 30},
}


def missed(agreed: dict[str, Any], *later: Steps) -> Given:
    """A ticket of 1 January, not answered within the hour, and what the terms owe for it."""
    return given(contract("dytron-sla", agreed=agreed), service_credit("reaction", TUESDAY), *later)


def test_a_share_of_the_fee_is_owed_again_and_the_promise_may_be_answered_anew() -> None:
    outcome = missed(SHARE).when(reverse_service_credit("reaction", WEDNESDAY))
    outcome.then(
        fact(
            ServiceCreditReversed,
            charge_id="T.reaction.credit.reversal",
            reverses="T.reaction.credit",
            amount_cents="100.00",
            effective_at=WEDNESDAY,
            rule="C17",
        ),
        fact(ServiceCreditTakenBack, target="reaction", charge_id="T.reaction.credit", effective_at=WEDNESDAY),
    )
    outcome.when(reverse_service_credit("reaction", THURSDAY)).refused("invalid-transition", field="target")
    anew = outcome.when(service_credit("reaction", THURSDAY))
    anew.then(
        fact(ServiceCreditCharged, charge_id="T.reaction.credit.2", amount_cents="-100.00"),
        fact(ServiceCreditGranted, charge_id="T.reaction.credit.2"),
    )
    anew.when(service_credit("reaction", THURSDAY)).refused("already-credited")
    anew.when(reverse_service_credit("reaction", THURSDAY)).then(
        fact(ServiceCreditReversed, reverses="T.reaction.credit.2", amount_cents="100.00"),
        fact(ServiceCreditTakenBack, charge_id="T.reaction.credit.2"),
    )


def test_given_anew_it_takes_effect_when_the_last_one_was_taken_back_so_that_no_moment_has_two() -> None:
    taken = missed(SHARE).when(reverse_service_credit("reaction", THURSDAY))
    taken.when(service_credit("reaction", TUESDAY)).then(
        fact(ServiceCreditCharged, charge_id="T.reaction.credit.2", effective_at=THURSDAY),
        fact(ServiceCreditGranted, charge_id="T.reaction.credit.2", effective_at=THURSDAY),
    )
    minutes = (
        missed(MINUTES).when(reverse_service_credit("reaction", THURSDAY)).when(service_credit("reaction", TUESDAY))
    )
    minutes.then(
        granted(30, grant_id="T.reaction.credit.2", valid_from=THURSDAY),
        fact(ServiceCreditGranted, effective_at=THURSDAY),
    )
    minutes.left(90, at=WEDNESDAY, pool="included").left(90, pool="included")


def test_minutes_are_taken_back_from_their_pool() -> None:
    outcome = missed(MINUTES).when(reverse_service_credit("reaction", WEDNESDAY))
    outcome.then(
        fact(GrantTakenBack, grant_id="T.reaction.credit", quantity=30, effective_at=WEDNESDAY),
        fact(ServiceCreditTakenBack, target="reaction", grant_id="T.reaction.credit"),
    ).left(90, at=TUESDAY, pool="included").left(60, pool="included", granted=60)
    anew = outcome.when(service_credit("reaction", THURSDAY))
    anew.then(granted(30, grant_id="T.reaction.credit.2")).left(90, pool="included", granted=90)


def test_minutes_that_are_in_use_stay() -> None:
    """Both lots end in 2026 or never: the 60 of the term are drawn first, and 20 of the 30."""
    history = missed(MINUTES, worked(80, WEDNESDAY, entry_id="E"))
    undoing = reverse_service_credit("reaction", THURSDAY)
    refused = history.when(undoing)
    refused.refused("credit-in-use", deductions=["E"])
    refused.when(reverse("E", THURSDAY)).when(undoing).then(fact(GrantTakenBack, quantity=30))


def test_a_debt_that_the_minutes_had_settled_stands_again() -> None:
    history = given(contract("dytron-sla", agreed=MINUTES), worked(100, MONDAY, entry_id="E"))
    credited = history.when(service_credit("reaction", TUESDAY))
    credited.then(granted(30), filled("E", 30, grant_id="T.reaction.credit"))
    outcome = credited.when(reverse_service_credit("reaction", WEDNESDAY))
    outcome.then(
        fact(DebtSettlementWithdrawn, deduction_id="E", quantity=30, effective_at=WEDNESDAY),
        fact(GrantTakenBack, quantity=30),
    ).left(-40, pool="included", granted=60, consumed=100)


def test_minutes_are_no_grant_of_their_own() -> None:
    missed(MINUTES).when(reverse_credit("T.reaction.credit", WEDNESDAY)).refused("invalid-transition")


def test_it_takes_effect_at_the_service_credit_at_the_earliest() -> None:
    missed(SHARE).when(reverse_service_credit("reaction", MONDAY)).then(
        fact(ServiceCreditReversed, effective_at=TUESDAY), fact(ServiceCreditTakenBack, effective_at=TUESDAY)
    )


def test_of_a_closed_month_it_counts_from_the_first_open_instant() -> None:
    history = missed(SHARE, close_month("2026-02", "dytron", heard="2026-03-03T09:00:00Z"))
    history.when(reverse_service_credit("reaction", WEDNESDAY)).then(
        fact(ServiceCreditReversed, effective_at="2026-03-01T00:00:00+01:00", dated=WEDNESDAY),
        fact(ServiceCreditTakenBack, effective_at="2026-03-01T00:00:00+01:00", dated=WEDNESDAY),
    )


def test_minutes_of_a_closed_month_go_in_the_first_open_one() -> None:
    history = missed(MINUTES, close_month("2026-02", "dytron", heard="2026-03-03T09:00:00Z"))
    history.when(reverse_service_credit("reaction", WEDNESDAY)).then(
        fact(GrantTakenBack, quantity=30, effective_at="2026-03-01T00:00:00+01:00", dated=WEDNESDAY),
        fact(ServiceCreditTakenBack, effective_at="2026-03-01T00:00:00+01:00", dated=WEDNESDAY),
    )


def test_given_anew_for_a_closed_month_it_counts_from_the_reversal_on() -> None:
    closed = close_month("2026-02", "dytron", heard="2026-03-03T09:00:00Z")
    history = missed(SHARE, closed, reverse_service_credit("reaction", WEDNESDAY))
    history.when(service_credit("reaction", THURSDAY)).then(
        fact(ServiceCreditCharged, effective_at="2026-03-01T00:00:00+01:00"),
        fact(ServiceCreditGranted, effective_at="2026-03-01T00:00:00+01:00"),
    )


def test_what_was_never_given_is_not_taken_back() -> None:
    history = missed(SHARE)
    history.when(reverse_service_credit("resolution", WEDNESDAY)).refused("invalid-transition", field="target")
    history.when(reverse_service_credit("reaction", WEDNESDAY, "nobody")).refused("unknown-ticket")


def test_a_retraction_names_only_the_service_credits_that_stand() -> None:
    history = missed(SHARE, hold(WEDNESDAY), reverse_service_credit("reaction", WEDNESDAY))
    held_at = history.world.store.highest_position() - 2  # before the two events of the reversal
    (answer,) = history.when(retract(held_at)).answers
    assert answer.named == {"service_credits": []}  # type: ignore[union-attr]


WITHDRAWAL = terminate("2025-12-31")
TO_ANOTHER = change_plan("dytron-pay", "2026-01-01")


@pytest.mark.parametrize("undoing", [WITHDRAWAL, TO_ANOTHER], ids=["withdrawal", "change of plan"])
def test_a_share_of_a_fee_that_is_taken_back_goes_with_it(undoing: Any) -> None:
    outcome = missed(SHARE).when(undoing)
    reversed_ = fact(ServiceCreditReversed, amount_cents="100.00", effective_at=TUESDAY, rule="C15")
    outcome.then(
        fact(FeeReversed, amount_cents="-1000.00"), reversed_, fact(ServiceCreditTakenBack, effective_at=TUESDAY)
    )
    outcome.when(reverse_service_credit("reaction", WEDNESDAY)).refused("invalid-transition")
    outcome.when(service_credit("reaction", WEDNESDAY)).refused("invalid-transition")


def test_what_was_taken_back_before_is_not_taken_back_with_the_fee() -> None:
    outcome = missed(SHARE, reverse_service_credit("reaction", WEDNESDAY)).when(WITHDRAWAL)
    outcome.then(fact(ContractTerminated), fact(FeeReversed))


def test_of_several_terms_only_those_that_will_not_begin_take_their_shares_back() -> None:
    history = missed({**SHARE, "term_months": 12}, renew())
    outcome = history.when(terminate("2026-12-31"))
    outcome.then(fact(FeeReversed, reverses="C.fee.2"))
    outcome.when(reverse_service_credit("reaction", WEDNESDAY)).then(fact(ServiceCreditReversed, rule="C17"))


def test_minutes_stay_at_a_withdrawal_until_they_are_reversed() -> None:
    withdrawn = missed(MINUTES).when(WITHDRAWAL)
    withdrawn.left(30, pool="included", granted=30)
    withdrawn.when(reverse_service_credit("reaction", WEDNESDAY)).then(fact(GrantTakenBack, quantity=30))
