"""Where a contract stands at an instant: worked out when asked, never stored."""

from __future__ import annotations

from typing import Literal

ContractState = Literal["upcoming", "active", "lapsed", "terminated"]


def state_at(starts_at: int, ends_at: int, is_terminated: bool, at: int) -> ContractState:
    """A contract runs from its first instant until the one after its last; lapsed is what nobody terminated (C15)."""
    if ends_at <= at:
        return "terminated" if is_terminated else "lapsed"
    return "upcoming" if starts_at > at else "active"


# The same in SQL, of a row `c` of the view of contracts at the instant `:at`; a property test holds them together.
STATE_AT = """CASE WHEN c.ends_at <= :at THEN CASE WHEN c.terminated_on IS NULL THEN 'lapsed' ELSE 'terminated' END
    WHEN c.starts_at > :at THEN 'upcoming' ELSE 'active' END"""
