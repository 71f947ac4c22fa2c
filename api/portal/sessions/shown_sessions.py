"""What happened to a session, in the reader's words, event by event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.languages import word
from projections.history import ToldFact

# By the event, and where it ends one by how it ended.
STEP_WORDS = {
    "SessionBooked": word("Booked"),
    "SessionMoved": word("Moved"),
    "completed": word("Completed"),
    "cancelled": word("Cancelled"),
    "no_show": word("The customer did not appear"),
    "released": word("Released, since the contract ended"),
}
SIDES = {"customer": word("customer"), "provider": word("provider")}


@dataclass(slots=True, frozen=True)
class SessionStep:
    """`what` and `by` are English words; `starts_at` is the start from then on, as JSON has it."""

    at: int
    what: str
    by: str
    starts_at: str | None
    has_penalty: bool


def session_steps(history: Sequence[ToldFact]) -> list[SessionStep]:
    """The events of a session; one that has no words is called by its name."""
    return [
        SessionStep(
            at=one.stored.meta.effective_at,
            what=STEP_WORDS.get(one.data.get("outcome") or one.stored.type, one.stored.type),
            by=SIDES.get(one.data.get("by", ""), ""),
            starts_at=one.data.get("starts_at"),
            has_penalty="penalty_id" in one.data,
        )
        for one in history
    ]
