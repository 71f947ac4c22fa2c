"""Which step may follow on what a ticket has come to: levels upward, a defect step by step. Rules T3, T4, T6. Pure."""

from __future__ import annotations

from ledger.plans.terms import Level
from ledger.tickets.life import ALLOWED, LIVE, Life


def escalation_fault(level: Level, to_level: Level, by: str, has_partner: bool) -> str | None:
    """Why a ticket does not go to a level: upward only; with a partner L1 is the partner's, who takes it to L2 (T3)."""
    is_partners = has_partner and level == "L1"
    if to_level <= level or (is_partners and (by != "partner" or to_level != "L2")):
        whose = "; from L1 the partner takes it to L2" if is_partners else ""
        return f"can't go to {to_level} by the {by}: upward only{whose}."
    if by == "partner" and not is_partners:
        return "is the provider's."
    return None


def defect_allows(life: Life, kind: str) -> bool:
    """Reported → confirmed → announced → released; an announcement may come again (T6)."""
    before = ("reported",) if kind == "DefectConfirmed" else ("confirmed", "announced")
    return life.defect in before and life.state in ALLOWED[kind]


def is_call_due(state: str, responses_since_call: int, call_after_responses: int | None) -> bool:
    """So many responses of the provider without a solution that the terms want a call; where they want none, never.

    Three responses under terms that want a call after three are enough; a resolved ticket needs no call (T5).
    """
    wanted = call_after_responses is not None and responses_since_call >= call_after_responses
    return wanted and state in LIVE
