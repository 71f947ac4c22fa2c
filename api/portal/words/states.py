"""How pages call the states of things: a word, and the kind of mark that stands before it."""

from __future__ import annotations

from typing import Literal

from api.languages import word

Mark = Literal["good", "wait", "bad", "quiet"]

# By what has the state, and by the state as the ledger calls it.
STATES: dict[str, dict[str, tuple[Mark, str]]] = {
    "contract": {
        "upcoming": ("wait", word("begins later")),
        "active": ("good", word("in force")),
        "lapsed": ("quiet", word("has run out")),
        "terminated": ("quiet", word("terminated")),
        "withdrawn": ("quiet", word("withdrawn")),
    },
    "deduction": {
        "pending": ("wait", word("to be confirmed")),
        "confirmed": ("good", word("confirmed")),
        "deemed_confirmed": ("good", word("confirmed by silence")),
        "disputed": ("bad", word("disputed")),
        "upheld": ("quiet", word("upheld after a dispute")),
        "reversed": ("quiet", word("reversed")),
        "not_required": ("quiet", word("needs no confirmation")),
    },
    "ticket": {
        "open": ("wait", word("open")),
        "in_progress": ("wait", word("in progress")),
        "waiting": ("quiet", word("on hold")),
        "resolved": ("good", word("resolved")),
        "closed": ("quiet", word("closed")),
        "rejected": ("bad", word("rejected")),
    },
    "session": {
        "booked": ("wait", word("booked")),
        "moved": ("wait", word("moved")),
        "completed": ("good", word("completed")),
        "cancelled": ("quiet", word("cancelled")),
        "no_show": ("bad", word("missed")),
        "missed": ("bad", word("missed")),
        "released": ("quiet", word("released")),
    },
    "clock": {
        "met": ("good", word("kept")),
        "running": ("wait", word("running")),
        "paused": ("quiet", word("paused")),
        "breached": ("bad", word("missed its time")),
        "void": ("quiet", word("no longer counts")),
    },
    "credit": {
        "upcoming": ("wait", word("counts from later on")),
        "active": ("good", word("counts")),
        "used_up": ("quiet", word("used up")),
        "expired": ("quiet", word("expired")),
        "taken_back": ("quiet", word("taken back")),
    },
}


def state_shown(subject: str, state: str) -> tuple[Mark, str]:
    """The mark and the English word; a state that has no word is shown as the ledger calls it."""
    return STATES.get(subject, {}).get(state, ("quiet", state.replace("_", " ")))
