"""Which step may follow on what a ticket has come to: levels upward, a defect step by step, and when a call is due.

Rules T3 to T6, T10. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.kernel.fact import Fact
from ledger.kernel.values import from_micros, show_instant, to_micros
from ledger.kernel.words import Level
from ledger.tickets.events import DefectConfirmed, TicketFact, WorkLogged, WorkReversed
from ledger.tickets.life import ALLOWED, DEFECT_AFTER, LIVE, Life, begun
from ledger.tickets.timeline import Timeline


def escalation_fault(level: Level, to_level: Level, by: str, has_partner: bool) -> str | None:
    """Why a ticket does not go to a level: upward only; with a partner L1 is the partner's, who takes it to L2 (T3)."""
    is_partners = has_partner and level == "L1"
    if to_level <= level or (is_partners and (by != "partner" or to_level != "L2")):
        whose = "; from L1 the partner takes it to L2" if is_partners else ""
        return f"can't go to {to_level} by the {by}: upward only{whose}."
    if by == "partner" and not is_partners:
        return "is the provider's."
    return None


def defect_allows(life: Life, step: type[TicketFact]) -> bool:
    """Reported → confirmed → announced → released; an announcement may come again (T6)."""
    before = ("reported",) if step is DefectConfirmed else ("confirmed", "announced")
    return life.defect in before and life.state in ALLOWED[step]


def why_impossible(timeline: Timeline, worked: Iterable[int], has_partner: bool) -> str | None:
    """What is impossible in a timeline, read from its beginning, if anything is: a step, or work at one of these times.

    Without the hold before it, a resumption comes while the ticket does not wait.
    """
    life = begun(timeline)
    for step in timeline.steps:
        fault = None
        if step.level is not None and step.by is not None:
            fault = escalation_fault(life.level, step.level, step.by, has_partner)
        is_out_of_turn = step.event in DEFECT_AFTER and not defect_allows(life, step.event)
        if fault is not None or is_out_of_turn or life.state not in ALLOWED[step.event]:
            return f"would be {life.state.replace('_', ' ')} at {_shown(step.at)}, where {step.kind} follows."
        life.go_on(step)
    late = next((at for at in sorted(worked) if not life.takes_work(at)), None)
    return f"would be over at {_shown(late)}, when work was done." if late is not None else None


def work_times(facts: Iterable[Fact]) -> list[int]:
    """When the work was done that a ticket's facts tell, without what was reversed."""
    found: dict[str, int] = {}
    for fact in facts:
        if isinstance(fact, WorkLogged):
            found[fact.deduction_id] = to_micros(fact.effective_at)
        elif isinstance(fact, WorkReversed):
            found.pop(fact.deduction_id, None)
    return list(found.values())


def _shown(at: int) -> str:
    return show_instant(from_micros(at))


def is_call_due(state: str, responses_since_call: int, call_after_responses: int | None) -> bool:
    """So many responses of the provider without a solution that the terms want a call; where they want none, never.

    Three responses under terms that want a call after three are enough; a resolved ticket needs no call (T5).
    """
    wanted = call_after_responses is not None and responses_since_call >= call_after_responses
    return wanted and state in LIVE
