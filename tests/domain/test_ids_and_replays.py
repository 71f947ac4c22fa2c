"""Never twice: the same id with the same content changes nothing, with other content it is refused (C12)."""

from typing import Any

import pytest

from ledger.door.batches import Answer
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import RESERVED_ENDINGS, allotment_id_of, correction_id_of, penalty_id_of
from tests.outcomes import deducted, granted, released, undone
from tests.scenario import given
from tests.words import (
    MONDAY,
    PREPAID,
    TUESDAY,
    Step,
    book,
    complete,
    contract,
    grant,
    hold,
    open_ticket,
    record_service,
    renew,
    resume,
    reverse,
    sign,
    terminate,
    top_up,
    worked,
)

START = "2026-03-10T10:00:00+01:00"
HISTORY = [*contract(PREPAID), top_up(480)]
# Every command that brings an id of its own, and one field of it told otherwise.
CREATING: list[tuple[Step, dict[str, Any]]] = [
    (
        sign("groupios-l", contract_id="N"),
        {"starts_on": "2026-01-02"},
    ),
    (open_ticket("N", at=MONDAY), {"priority": 1}),
    (worked(15, entry_id="N"), {"minutes": 16}),
    (top_up(480, MONDAY, top_up_id="N"), {"minutes": 490}),
    (grant(30, MONDAY, grant_id="N"), {"reason": "Something else"}),
    (book(60, START, MONDAY, session_id="N"), {"estimate_minutes": 61}),
]


MADE = {
    "S-1.penalty.12": penalty_id_of("S-1", 12),
    "L.allotment.1": allotment_id_of("L", 1),
    "E-1.correction": correction_id_of("E-1"),
}


@pytest.mark.parametrize(("known", "made"), MADE.items(), ids=MADE)
def test_an_id_that_the_ledger_makes_beside_those_it_is_given_ends_as_no_given_one_may(known: str, made: str) -> None:
    assert made == known
    assert RESERVED_ENDINGS.search(made)


@pytest.mark.parametrize(("step", "changed"), CREATING, ids=[step.command for step, _ in CREATING])
def test_a_known_id_with_the_same_content_is_answered_as_the_first_time(step: Step, changed: dict[str, Any]) -> None:
    world = given(HISTORY).world
    (first,), (again,) = world.tell(step), world.tell(step)
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.first, again.last, again.events) == (first.first, first.last, first.events)
    assert [position for position, _, _ in first.events] == list(range(first.first, first.last + 1))
    (refusal,) = world.tell(step.but(**changed))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "already-exists"


def test_a_flat_rate_service_is_not_delivered_twice() -> None:
    agreed = {"rates.macros": {"kind": "flat", "amount": "70.00"}}
    history = given(contract("dytron-pay", agreed=agreed))
    step = record_service("macros", service_id="M")
    history.when(step, step).replayed()
    history.when(step.but(quantity=1)).replayed()
    history.when(step.but(quantity=2)).refused("already-exists", service_id="M")


# -- what counts as the same content ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at",
    [
        "2026-02-02T09:00:00Z",
        "2026-02-02T10:00:00+01:00",
        "2026-02-02T04:00:00-05:00",
        "2026-02-02T09:00:00.000000+00:00",
        "2026-02-02t09:00:00z",
    ],
)
def test_the_same_instant_in_another_offset_or_case_is_the_same_content(at: str) -> None:
    given(HISTORY, worked(15, "2026-02-02T09:00:00Z", entry_id="W")).when(worked(15, at, entry_id="W")).replayed()


def test_the_order_of_fields_and_of_agreed_figures_and_the_spelling_of_amounts_do_not_matter() -> None:
    agreed = {"pools.lump-sum.allotment": "500.00", "rates.training": "12.00"}
    signed = contract("dytron-sbp", contract_id="N", agreed=agreed, ticket=None)[0]
    turned = signed.but(agreed=dict(reversed(agreed.items())))
    turned.fields = dict(reversed(turned.fields.items()))
    given(signed).when(turned).replayed()
    history = given(HISTORY, top_up(480, MONDAY, top_up_id="N", price="55.50"))
    history.when(top_up(480, MONDAY, top_up_id="N", price="55.5")).replayed()


def test_a_default_that_is_told_is_the_same_as_one_that_is_not() -> None:
    history = given(HISTORY, worked(15, entry_id="W"))
    history.when(worked(15, entry_id="W", treatment="billable", on_site=False)).replayed()


def test_minutes_and_a_span_of_as_many_minutes_are_different_content() -> None:
    span = worked(started_at=MONDAY, ended_at="2026-02-02T10:15:00+01:00", entry_id="W")
    given(HISTORY, worked(15, entry_id="W")).when(span).refused("already-exists", entry_id="W")


def test_ids_are_told_apart_by_case() -> None:
    given(HISTORY, worked(15, entry_id="w")).when(worked(15, entry_id="W")).then(deducted(20))


# -- command ids ------------------------------------------------------------------------------------------------


def test_a_known_command_id_with_the_same_content_is_a_replay_and_with_other_content_refused() -> None:
    history = given(HISTORY, worked(60, entry_id="W"))
    undo = reverse("W", TUESDAY, command_id="undo-1")
    history.when(undo).then(undone("W"))
    history.when(undo).replayed()
    history.when(undo.but(reason="Something else")).refused("command-id-reused", command_id="undo-1")
    history.when(worked(15, command_id="undo-1")).refused("command-id-reused")
    history.when(reverse("W", TUESDAY)).refused("invalid-transition")


def test_a_refused_command_is_not_remembered_and_may_be_sent_again() -> None:
    history = given(contract(PREPAID), top_up(480))
    booking = book(500, START, MONDAY, command_id="book-1")
    history.when(booking).refused("insufficient-credit", short_by=20)
    history.when(top_up(480, MONDAY), booking).left(460, reserved=500)
    history.when(booking).replayed()
    other = given(contract(PREPAID))
    other.when(top_up(10, command_id="x")).refused("below-minimum")
    other.when(top_up(480, command_id="x")).then(granted(480))


def test_a_command_id_belongs_to_one_command_name() -> None:
    history = given(contract("groupios-l"), hold(command_id="one"))
    history.when(resume(command_id="one")).refused("command-id-reused")
    history.when(hold(command_id="one")).replayed()


def test_an_accepted_command_of_the_same_batch_is_known_to_the_next() -> None:
    world = given(HISTORY).world
    first, again, other = world.tell(*(worked(minutes, entry_id="W") for minutes in (15, 15, 16)))
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    assert isinstance(other, Refusal)
    assert (first.replayed, again.replayed, again.events, other.code) == (False, True, first.events, "already-exists")


# -- name spaces ------------------------------------------------------------------------------------------------


def test_entries_sessions_and_services_share_one_name_space() -> None:
    history = given(HISTORY, worked(15, entry_id="W"), book(60, START, MONDAY, session_id="S"))
    history.when(book(60, START, MONDAY, session_id="W")).refused("already-exists", session_id="W")
    history.when(worked(15, entry_id="S")).refused("already-exists", entry_id="S")
    history.when(complete(60, START)).then(released(60), deducted(60, deduction_id="S"))


def test_grants_and_top_ups_share_one_name_space() -> None:
    history = given(contract(PREPAID), top_up(480, top_up_id="N"), grant(30, MONDAY, grant_id="G"))
    history.when(grant(480, MONDAY, grant_id="N")).refused("already-exists", grant_id="N")
    history.when(top_up(480, top_up_id="G")).refused("already-exists", top_up_id="G")


def test_the_name_spaces_of_contracts_tickets_entries_and_grants_are_apart() -> None:
    history = given(contract(PREPAID, ticket=None), open_ticket("C", at=MONDAY))
    history.when(worked(10, ticket_id="C", entry_id="C")).then(deducted(0, owed=10))
    history.when(top_up(480, top_up_id="C", at=TUESDAY)).left(470)


def test_an_id_is_unique_in_the_whole_ledger_not_only_in_its_contract() -> None:
    second = contract("groupios-l", contract_id="D", ticket=None)
    history = given(HISTORY, second, open_ticket("U", contract_id="D", at=MONDAY), worked(15, entry_id="W"))
    history.when(worked(15, entry_id="W", ticket_id="U")).refused("already-exists", entry_id="W")
    history.when(open_ticket("T", contract_id="D", at=MONDAY)).refused("already-exists", ticket_id="T")


@pytest.mark.parametrize("id_", ["a.penalty.1", "a.penalty.17", "a.allotment.2", "a.correction", ".correction"])
def test_the_endings_of_derived_ids_are_the_ledgers_own(id_: str) -> None:
    history = given(HISTORY)
    for step, id_field in (
        (worked(15, entry_id=id_), "entry_id"),
        (book(60, START, MONDAY, session_id=id_), "session_id"),
        (top_up(480, top_up_id=id_), "top_up_id"),
        (grant(30, MONDAY, grant_id=id_), "grant_id"),
        (open_ticket(id_, at=MONDAY), "ticket_id"),
        (contract("groupios-l", contract_id=id_, ticket=None)[0], "contract_id"),
    ):
        history.when(step).refused("malformed", field=id_field)


@pytest.mark.parametrize("id_", ["penalty.1", "a.penalty", "a.penalty.x", "a.corrections", "A.allotment.1a", "a" * 64])
def test_ids_that_only_resemble_derived_ones_are_free(id_: str) -> None:
    given(contract("groupios-l")).when(worked(15, entry_id=id_)).then(deducted(15, deduction_id=id_))


@pytest.mark.parametrize("id_", ["", "a" * 65, "a b", "a/b", "ä", "a\n", "a:b", "a%"])
def test_an_id_is_1_to_64_of_the_allowed_characters(id_: str) -> None:
    given(contract("groupios-l")).when(worked(15, entry_id=id_)).refused("malformed", field="entry_id")


# -- renewals ---------------------------------------------------------------------------------------------------


def test_naming_a_term_that_exists_is_a_replay_of_what_began_it() -> None:
    world = given(contract("groupios-l", ticket=None)).world
    (first,) = world.tell(renew(starts_on="2027-01-01", at=MONDAY))
    (again,) = world.tell(renew(starts_on="2027-01-01", at=TUESDAY))
    (signed,) = world.tell(renew(starts_on="2026-01-01", at=TUESDAY))
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    assert isinstance(signed, Answer)
    assert (again.replayed, again.events) == (True, first.events)
    assert (signed.replayed, signed.first, signed.last) == (True, 1, 5)


def test_renewals_that_name_no_day_append_a_term_each() -> None:
    given(contract("groupios-l"), renew(at=MONDAY), renew(at=MONDAY)).when(
        renew(starts_on="2029-01-01", at=MONDAY)
    ).left(480, at="2029-01-01T00:00:00+01:00", pool="included", expired=1440)


def test_naming_the_term_of_a_contract_that_was_terminated_later_is_a_replay_still() -> None:
    history = given(contract("groupios-l"), renew(starts_on="2027-01-01", at=MONDAY), terminate("2027-06-30"))
    history.when(renew(starts_on="2027-01-01", at=TUESDAY)).replayed()


def test_what_was_known_is_known_to_a_ledger_that_was_opened_anew() -> None:
    world = given(HISTORY, worked(15, entry_id="W")).world
    world.open_anew()
    (answer,) = world.tell(worked(15, entry_id="W"))
    assert isinstance(answer, Answer)
    assert answer.replayed
    (other,) = world.tell(worked(16, entry_id="W"))
    assert isinstance(other, Refusal)
    assert other.code == "already-exists"
