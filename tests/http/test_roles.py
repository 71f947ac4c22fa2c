"""Who may do what: every role with every command, on a contract of its own, on a neighbour's, and abroad.

The tables are those of the interface, written out: what a token may not see answers 404, what it sees but may not
do 403, and without a token nothing is answered but 401.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from ledger.door.registry import COMMANDS
from tests.clock import Clock
from tests.http.door import Door, opened, problem
from tests.http.world import (
    ABROAD,
    ANOTHERS,
    MINE,
    OF,
    OPENED,
    SIDES,
    TEN,
    WHO,
    commands,
    prepared,
    spoken,
    token,
)
from tests.words import authorise, log_work, open_ticket, respond, sign


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A day before the sessions begin that are booked."""
    with opened(database_url, Clock("2026-03-09T11:00:00Z")) as door:
        yield door


ROLES = ("operator", "finance", "customer", "partner", "auditor", "admin")
MAY = """
                          operator  finance  customer  partner  auditor  admin
sign-contract             yes       -        -         -        -        yes
renew-contract            yes       -        -         -        -        yes
amend-customer            yes       yes      -         -        -        yes
change-plan               yes       -        -         -        -        yes
terminate-contract        yes       -        -         -        -        yes
authorise-direct-contact  yes       -        -         yes      -        yes
withdraw-direct-contact   yes       -        -         yes      -        yes
open-ticket               yes       -        yes       yes      -        yes
reprioritise-ticket       yes       -        -         -        -        yes
record-response           yes       -        -         yes      -        yes
record-call               yes       -        -         -        -        yes
hold-ticket               yes       -        -         -        -        yes
resume-ticket             yes       -        -         -        -        yes
resolve-ticket            yes       -        -         -        -        yes
reopen-ticket             yes       -        yes       yes      -        yes
close-ticket              yes       -        yes       yes      -        yes
reject-ticket             yes       -        -         -        -        yes
escalate-ticket           yes       -        -         yes      -        yes
confirm-defect            yes       -        -         -        -        yes
announce-fix              yes       -        -         -        -        yes
release-fix               yes       -        -         -        -        yes
log-work                  yes       -        -         -        -        yes
record-service            yes       -        -         -        -        yes
top-up-credit             yes       yes      -         -        -        yes
grant-credit              yes       yes      -         -        -        yes
book-session              yes       -        yes       -        -        yes
move-session              yes       -        yes       -        -        yes
cancel-session            yes       -        yes       -        -        yes
record-no-show            yes       -        -         -        -        yes
complete-session          yes       -        -         -        -        yes
confirm-deduction         yes       -        yes       -        -        yes
dispute-deduction         yes       -        yes       -        -        yes
settle-dispute            -         yes      -         -        -        yes
reverse-deduction         yes       yes      -         -        -        yes
reverse-credit            yes       yes      -         -        -        yes
reverse-service-credit    yes       yes      -         -        -        yes
issue-invoice             -         yes      -         -        -        yes
issue-invoices            -         yes      -         -        -        yes
issue-credit-note         -         yes      -         -        -        yes
close-period              -         yes      -         -        -        yes
retract-ticket-step       yes       -        -         -        -        yes
grant-service-credit      yes       yes      -         -        -        yes
"""
OF_A_PROVIDER = ("issue-invoices", "close-period")
SEES = """
                          operator  finance  customer  partner  auditor  admin
mine                      yes       yes      yes       yes      yes      yes
anothers                  yes       yes      -         -        yes      yes
abroad                    -         -        -         -        yes      yes
"""


def table(text: str) -> dict[str, dict[str, bool]]:
    header, *rows = [line.split() for line in text.strip().splitlines()]
    return {name: {role: mark == "yes" for role, mark in zip(header, marks, strict=True)} for name, *marks in rows}


may, sees = table(MAY), table(SEES)


def expected(role: str, command: str, side: str) -> int:
    if not role:
        return 401
    if command == "sign-contract":  # a contract that is not there yet is neither seen nor hidden; a plan is public
        return 200 if may[command][role] and sees[side][role] else 403
    if command in OF_A_PROVIDER:  # of a provider: what belongs to its contracts is neither seen nor hidden
        return 404 if side == ABROAD and "provider" in WHO[role] else 200 if may[command][role] else 403
    if not sees[side][role]:
        return 404
    return 200 if may[command][role] else 403


def reachable(role: str, command: str, side: str) -> bool:
    """Whether a cell is about a command of the role, or about something that it sees."""
    return not role or command in ("sign-contract", *OF_A_PROVIDER) or may[command][role] or sees[side][role]


def test_every_command_is_in_the_table_and_is_tried() -> None:
    assert COMMANDS.keys() <= may.keys()
    assert COMMANDS.keys() == commands("").keys() | {"sign-contract"}


@pytest.mark.parametrize("role", ["", *ROLES], ids=lambda role: role or "nobody")
def test_a_role_does_what_the_table_says(door: Door, role: str) -> None:
    bodies, sender = prepared(door), token(door, role)
    cells = [cell for cell in product(bodies, SIDES) if reachable(role, *cell)]
    before, recorded, found = door.count(), 0, {}
    for command, side in cells:
        response = door.send(spoken(role, bodies[command][side]), sender)
        found[command, side] = response.status_code
        if response.status_code == 200:
            recorded += len(response.json()["events"])
        else:
            problem(response)
    assert found == {(command, side): expected(role, command, side) for command, side in cells}
    assert door.count() == before + recorded


def test_what_a_role_may_not_do_is_unknown_to_it_where_it_does_not_see_the_contract(door: Door) -> None:
    bodies = prepared(door)
    senders = {role: token(door, role) for role in ROLES}
    cells = [(role, *cell) for role in ROLES for cell in product(bodies, SIDES) if not reachable(role, *cell)]
    found = {
        (role, command, side): door.send(spoken(role, bodies[command][side]), senders[role]).status_code
        for role, command, side in cells
    }
    assert found == dict.fromkeys(cells, 404)


def test_a_foreign_contract_and_none_at_all_are_answered_alike(door: Door) -> None:
    names = ("open-ticket", "close-ticket", "confirm-deduction", "move-session", "book-session")
    bodies, sender = prepared(door, *names), token(door, "customer")
    for command in names:
        step = spoken("customer", bodies[command][ANOTHERS])
        foreign = problem(door.send(step, sender))
        absent = problem(door.send(step.but(**{k: nowhere(v) for k, v in step.fields.items()}), sender))
        assert {k: nowhere(v) for k, v in foreign.items()} == absent


def nowhere(value: Any) -> Any:
    return value.replace("-anothers", "-nowhere") if isinstance(value, str) else value


@pytest.mark.parametrize("command", ["move-session", "cancel-session"])
def test_a_customers_token_does_not_speak_as_the_provider(door: Door, command: str) -> None:
    step = spoken("customer", prepared(door, command)[command][MINE])
    customer = token(door, "customer")
    before = door.count()
    assert door.refused("forbidden", step.but(by="provider"), customer)["status"] == 403
    assert door.count() == before
    door.ok(step, customer)


@pytest.mark.parametrize("odd", [{"to_level": "L3"}, {"by": "provider"}, {"to_level": "L3", "by": "provider"}])
def test_a_partner_escalates_to_l2_in_its_own_name(door: Door, odd: dict[str, str]) -> None:
    step = spoken("partner", prepared(door, "escalate-ticket")["escalate-ticket"][MINE])
    partner = token(door, "partner")
    before = door.count()
    assert door.refused("forbidden", step.but(**odd), partner)["status"] == 403
    assert door.count() == before
    door.ok(step, partner)


def test_a_partner_does_not_speak_for_a_contract_that_it_does_not_serve(door: Door) -> None:
    door.all_ok(
        [
            sign(contract_id="without", **OF[MINE]).but(partner=None),
            open_ticket("without-t", contract_id="without", at=OPENED),
        ]
    )
    partner = token(door, "partner")
    door.refused("unknown-ticket", respond(ticket_id="without-t", by="P"), partner)
    door.refused("unknown-contract", authorise(contract_id="without", by="P"), partner)
    assert door.unseen("contracts/without", partner)["status"] == 404


def test_whose_token_spoke_stands_in_the_event(door: Door) -> None:
    bodies = prepared(door, "confirm-deduction")
    door.ok(bodies["confirm-deduction"][MINE], token(door, "customer"))
    door.ok(bodies["confirm-deduction"][ANOTHERS], token(door, "operator"))
    told = [event for event in door.events() if event["type"] == "DeductionConfirmed"]
    assert [(event["role"], event["data"].get("on_behalf", False)) for event in told] == [
        ("customer", False),
        ("operator", True),
    ]
    assert door.see("deductions/confirm-deduction-mine-e")["on_behalf"] is False
    assert door.see("deductions/confirm-deduction-anothers-e")["on_behalf"] is True
    assert len({event["token_id"] for event in told}) == 2


def test_lines_about_foreign_contracts_are_unknown_in_their_places(door: Door) -> None:
    door.all_ok(
        [
            line
            for side in SIDES
            for line in (sign(contract_id=side, **OF[side]), open_ticket(f"{side}-t", contract_id=side, at=OPENED))
        ]
    )
    before = door.count()
    operator, customer = token(door, "operator"), token(door, "customer")
    answers = door.lines([log_work(30, TEN, entry_id=f"{side}-e", ticket_id=f"{side}-t") for side in SIDES], operator)
    assert [(one["line"], one.get("status", 200)) for one in answers] == [(1, 200), (2, 200), (3, 404)]
    assert answers[2]["code"] == "unknown-ticket"
    assert answers[2]["detail"] == "There is no ticket abroad-t."
    told = door.lines(
        [spoken("customer", open_ticket(f"{side}-t2", contract_id=side, at=OPENED)) for side in SIDES], customer
    )
    assert [one.get("code", "") for one in told] == ["", "unknown-contract", "unknown-contract"]
    mixed = door.lines(
        [
            log_work(30, TEN, entry_id="e2", ticket_id="mine-t"),
            spoken("customer", open_ticket("mine-t3", contract_id="mine", at=OPENED)),
        ],
        customer,
    )
    assert [one.get("status", 200) for one in mixed] == [403, 200]
    assert door.count() == before + sum(len(one.get("events", ())) for one in answers + told + mixed)


def test_an_operator_signs_for_its_own_provider_only(door: Door) -> None:
    operator = token(door, "operator")
    assert door.refused("forbidden", sign(contract_id="abroad", **OF[ABROAD]), operator)["status"] == 403
    assert door.count() == 0


@pytest.mark.parametrize("role", ["finance", "customer", "partner", "auditor"])
@pytest.mark.parametrize("odd", [{}, {"plan": "no-plan"}])
def test_a_role_that_does_not_sign_is_told_so_whatever_the_plan(door: Door, role: str, odd: dict[str, str]) -> None:
    refusal = door.refused("forbidden", sign(contract_id="abroad", **OF[ABROAD]).but(**odd), token(door, role))
    assert (refusal["status"], refusal["role"]) == (403, role)
    assert door.count() == 0


def test_a_role_that_signs_is_told_that_a_plan_is_unknown(door: Door) -> None:
    refusal = door.refused(
        "unknown-plan", sign(contract_id="mine", **OF[MINE]).but(plan="no-plan"), token(door, "operator")
    )
    assert refusal["status"] == 404


def test_signing_again_what_another_provider_signed_tells_nothing_of_it(door: Door) -> None:
    """Ids are unique in the ledger, so a taken one is refused; whose it is stays untold."""
    theirs, ours = sign(**OF[ABROAD]), sign(**OF[MINE])
    door.all_ok([theirs])
    refusal = door.refused("already-exists", ours, token(door, "operator"))
    assert refusal["detail"] == "The contract id C is taken."
    assert "south" not in str(refusal)
