"""The two rules of credit that questions have to say in SQL: what has expired (C9, C10), and silence as a yes (C8).

Each is one fragment, about the instant `:at`; a property test holds it against the pure rule on both databases.
"""

from __future__ import annotations


def expired(ends_at: str, left: str) -> str:
    """What of a grant has expired, `left` being what all of its changes up to the instant leave of it.

    The rule of `ledger.credit.expiry.expired_by`: what comes to a grant after its end is over at once.
    """
    return f"CASE WHEN {ends_at} <= :at THEN {left} ELSE 0 END"


def status_at_in_sql(status: str, deemed_at: str) -> str:
    """The status of a deduction: the rule of `ledger.credit.confirmation.status_at`."""
    return f"CASE WHEN {status} = 'pending' AND {deemed_at} <= :at THEN 'deemed_confirmed' ELSE {status} END"
