"""Credit and what is deducted from it, in words: where it comes from, what it is for, what bears it."""

from __future__ import annotations

from api.languages import word

# What moved credit: where it comes from, what it was for, and how else it went.
MOVED = {
    "allotment": word("Part of the plan"),
    "top_up": word("Bought"),
    "goodwill": word("Goodwill"),
    "correction": word("Correction"),
    "work": word("Work"),
    "session": word("Session"),
    "penalty": word("Penalty"),
    "service": word("Service"),
    "reversal": word("Taken back"),
    "breakage": word("Expired unused"),
}
BASES = {
    "pool": word("credit"),
    "overage": word("beyond the credit"),
    "service": word("a price of its own"),
    "flat": word("included in the fee"),
    "goodwill": word("goodwill"),
    "warranty": word("warranty"),
}
# What happened to a deduction, by the event that says so.
HAPPENED = {
    "HoursDeducted": word("Work done"),
    "ServiceDelivered": word("Service delivered"),
    "LateChangePenaltyDeducted": word("Entered: the session was changed too late"),
    "NoShowPenaltyDeducted": word("Entered: the session was missed"),
    "OverageCharged": word("Time beyond the credit charged"),
    "ServiceCharged": word("Service charged"),
    "SurchargeCharged": word("Surcharge charged"),
    "DrawSettled": word("Later credit took it over"),
    "DrawSettlementWithdrawn": word("The later credit was taken away again"),
    "DeductionConfirmed": word("Confirmed"),
    "DeductionDisputed": word("Disputed"),
    "DisputeUpheld": word("Upheld after the dispute"),
    "DeductionReversed": word("Reversed"),
    "ChargeReversed": word("Charge taken back"),
}


def kind_in_words(kind: str) -> str:
    """The English word; a kind that has none is shown as the ledger calls it."""
    return MOVED.get(kind, kind)


def basis_in_words(basis: str) -> str:
    return BASES.get(basis, basis)


def happened_in_words(event: str) -> str:
    return HAPPENED.get(event, event)
