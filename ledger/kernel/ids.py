"""The forms that ids have, wherever they come in, and the ids that the ledger makes of those it was given."""

from __future__ import annotations

import re

ID_PATTERN = r"^[A-Za-z0-9._-]+$"  # no other id was ever given; a NUL would be an error of the database
ID_LENGTH = 64
DEDUCTION_ID_LENGTH = 80  # a session's id and `.penalty.N`
GRANT_ID_LENGTH = 100  # a deduction's id and `.correction`, a ticket's and `.resolution.credit.N`

# -- made by the ledger ------------------------------------------------------------------------------------------

# Deductions and grants are named by whoever records them too: there these endings are the ledger's alone.
RESERVED_ENDINGS = re.compile(r"\.(penalty\.\d+|allotment\.\d+|correction)$")


def penalty_id_of(session_id: str, number: int) -> str:
    """A deduction; a session has one for each change that costs (C7)."""
    return f"{session_id}.penalty.{number}"


def allotment_id_of(contract_id: str, number: int) -> str:
    """A grant; counted over all pools and terms of the contract (C15)."""
    return f"{contract_id}.allotment.{number}"


def correction_id_of(deduction_id: str) -> str:
    """The grant that stands in the place of what came back too late (C9)."""
    return f"{deduction_id}.correction"


def service_credit_id_of(ticket_id: str, target: str, number: int) -> str:
    """The charge or grant that answers a missed promise: `T-1.reaction.credit`, the next one `….2`."""
    return f"{ticket_id}.{target}.credit" + (f".{number}" if number > 1 else "")


def fee_id_of(contract_id: str, term_no: int) -> str:
    return f"{contract_id}.fee.{term_no}"


def lump_sum_id_of(contract_id: str, number: int) -> str:
    return f"{contract_id}.lump-sum.{number}"


def price_id_of(top_up_id: str) -> str:
    """The charge of a top-up that has a price (C5)."""
    return f"{top_up_id}.price"


def overage_id_of(deduction_id: str, number: int) -> str:
    """A charge for each tier that the deduction reached (C3)."""
    return f"{deduction_id}.overage.{number}"


def service_charge_id_of(deduction_id: str) -> str:
    return f"{deduction_id}.service"


def surcharge_id_of(deduction_id: str) -> str:
    return f"{deduction_id}.on-site"


def reversal_id_of(charge_id: str) -> str:
    """The equal charge with the opposite sign (C9, C15, C17)."""
    return f"{charge_id}.reversal"
