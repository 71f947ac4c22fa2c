"""Refusals: what the ledger says no to, as sentences a customer can read, with the figures concerned.

One table says which HTTP status a code has (`STATUS`); the API turns a refusal into problem+json with it,
the command line prints it. 422 means malformed, 409 that the ledger says no.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterable, Sequence
from typing import Any

from ledger.kernel.faults import FieldFault, PlacedFault

STATUS: dict[str, int] = {
    "not-json": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not-found": 404,
    "unknown-command": 404,
    "unknown-plan": 404,
    "unknown-contract": 404,
    "unknown-ticket": 404,
    "unknown-session": 404,
    "unknown-deduction": 404,
    "unknown-grant": 404,
    "unknown-invoice": 404,
    "method-not-allowed": 405,
    "already-exists": 409,
    "already-credited": 409,
    "contract-not-active": 409,
    "channel-not-covered": 409,
    "kind-not-covered": 409,
    "insufficient-credit": 409,
    "credit-in-use": 409,
    "term-in-use": 409,
    "below-minimum": 409,
    "not-agreed": 409,
    "invalid-transition": 409,
    "direct-contact-not-authorised": 409,
    "on-site-not-covered": 409,
    "nothing-to-confirm": 409,
    "nothing-to-invoice": 409,
    "missing-party-data": 409,
    "period-closed": 409,
    "unknown-pool": 409,
    "conflict": 409,
    "not-recorded": 409,
    "too-long": 409,
    "too-large": 413,
    "too-many-lines": 413,
    "unsupported-media-type": 415,
    "malformed": 422,
    "command-id-reused": 422,
    "not-caught-up": 503,
    "too-many-listeners": 503,
    "unavailable": 503,
}


class Refusal(Exception):
    """The ledger says no. `members` are the figures concerned, e.g. `short_by=20`; nothing was stored.

    `faults` are those of fields, for who tells them in another language; they are no members, and are not answered.

    >>> raise Refusal("insufficient-credit", "Session S-9 needs 400 minutes; 380 are available.", short_by=20)
    """

    def __init__(self, code: str, detail: str, faults: Sequence[PlacedFault] = (), /, **members: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.members = members
        self.faults = faults

    def __reduce__(self) -> tuple[Any, ...]:
        """It goes to another process whole, also where it is of a kind that carries more."""
        carried = super().__reduce__()[2]
        return copyreg.__newobj__, (type(self), self.detail), carried  # type: ignore[attr-defined]

    @property
    def status(self) -> int:
        return STATUS[self.code]

    @property
    def title(self) -> str:
        return self.code.replace("-", " ").capitalize()


def malformed(field: str, fault: FieldFault | str, **members: Any) -> Refusal:
    """A refusal of one field's value; `field` is its path in the body, e.g. `customer.country`."""
    placed = PlacedFault(field, fault)
    return Refusal("malformed", f"{field}: {placed.detail}", (placed,), field=field, **members)


def malformed_fields(faults: Sequence[PlacedFault]) -> Refusal:
    """A refusal that names every field; its sentence the first twenty."""
    detail = "; ".join(f"{one.field}: {one.detail}" for one in faults[:20])
    errors = [{"field": one.field, "detail": one.detail} for one in faults]
    return Refusal("malformed", detail, faults, field=faults[0].field, errors=errors)


def command_id_reused(command_id: str | None) -> Refusal:
    """The id is known with other content (C12)."""
    return Refusal("command-id-reused", f"Command id {command_id} was used for another command.", command_id=command_id)


# What is unknown, or not to be seen, is said in one way wherever it is asked for.
def unknown_command(name: str) -> Refusal:
    return Refusal("unknown-command", f"There is no command {name[:80]}.")


def unknown_contract(contract_id: str) -> Refusal:
    return Refusal("unknown-contract", f"There is no contract {contract_id}.", contract_id=contract_id)


def unknown_ticket(ticket_id: str) -> Refusal:
    return Refusal("unknown-ticket", f"There is no ticket {ticket_id}.", ticket_id=ticket_id)


def unknown_session(session_id: str) -> Refusal:
    return Refusal("unknown-session", f"There is no session {session_id}.", session_id=session_id)


def unknown_deduction(deduction_id: str) -> Refusal:
    return Refusal("unknown-deduction", f"There is no deduction {deduction_id}.", deduction_id=deduction_id)


def unknown_grant(field: str, id_: str) -> Refusal:
    """`field` is how it was named: `grant_id` or `top_up_id`."""
    return Refusal("unknown-grant", f"There is no top-up or grant {id_}.", **{field: id_})


def unknown_invoice(number: str) -> Refusal:
    return Refusal("unknown-invoice", f"There is no invoice {number}.", invoice_number=number)


def unknown_customer(customer_id: str) -> Refusal:
    return Refusal("not-found", f"There is no customer {customer_id}.", customer_id=customer_id)


def unknown_pool(pool: str, known: Iterable[str], whose: str = "The contract has") -> Refusal:
    names = ", ".join(known) or "none"
    return Refusal("unknown-pool", f"{whose} no pool {pool}; known: {names}.", pool=pool)


def no_pools(contract_id: str) -> Refusal:
    detail = f"Contract {contract_id} has no pool: no credit is counted in it, so that nothing can run down."
    return Refusal("unknown-pool", detail, contract_id=contract_id)


def others_are_writing() -> Refusal:
    return Refusal("conflict", "Others are writing to the same ledger; send the command again.")
