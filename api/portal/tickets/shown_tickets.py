"""A ticket as its pages show it: its most urgent clock, what happened to it in words, and which steps are offered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from api.languages import word
from api.portal.frame.visitors import Visitor
from ledger.sla.targets import TargetClock
from ledger.tickets.events import (
    CallRecorded,
    DefectConfirmed,
    FixAnnounced,
    FixReleased,
    ResponseRecorded,
    TicketClosed,
    TicketEscalated,
    TicketFact,
    TicketHeld,
    TicketRejected,
    TicketReopened,
    TicketReprioritised,
    TicketResolved,
    TicketResumed,
    TicketStepRetracted,
)
from projections.tickets.open_to import OpenTo

PRIORITIES = {
    "1": word("1 – critical"),
    "2": word("2 – high"),
    "3": word("3 – medium"),
    "4": word("4 – low"),
}
# What happened to a ticket, by the event that says so.
TICKET_STEPS = {
    "TicketOpened": word("Opened"),
    "TicketReprioritised": word("Priority changed"),
    "ResponseRecorded": word("Answered"),
    "CallRecorded": word("Called"),
    "WorkLogged": word("Worked on"),
    "WorkReversed": word("Work reversed"),
    "TicketHeld": word("On hold for the customer"),
    "TicketResumed": word("Went on"),
    "TicketResolved": word("Solved"),
    "TicketReopened": word("Opened again"),
    "TicketClosed": word("Closed"),
    "TicketRejected": word("Rejected"),
    "TicketEscalated": word("Escalated"),
    "TicketStepRetracted": word("A step was taken back"),
    "ServiceCreditGranted": word("Service credit given"),
    "ServiceCreditTakenBack": word("Service credit taken back"),
    "DefectConfirmed": word("Defect confirmed"),
    "FixAnnounced": word("Fix announced"),
    "FixReleased": word("Fix released"),
}


@dataclass(slots=True, frozen=True)
class OfferedStep:
    """A form of the ticket's page: its command, the event by which its state is judged, and its fields."""

    command: str
    event: type[TicketFact]
    fields: tuple[str, ...] = ("at",)


WORK = ("entry_id", "minutes", "engineer", "note", "at", "started_at", "ended_at", "treatment", "reason", "pool")
IN_A_STATE: Mapping[str, OfferedStep] = {
    "respond": OfferedStep("record-response", ResponseRecorded, ("by", "to", "at")),
    "call": OfferedStep("record-call", CallRecorded),
    "work": OfferedStep("log-work", ResponseRecorded, (*WORK, "service", "on_site")),
    "hold": OfferedStep("hold-ticket", TicketHeld),
    "resume": OfferedStep("resume-ticket", TicketResumed),
    "resolve": OfferedStep("resolve-ticket", TicketResolved),
    "close": OfferedStep("close-ticket", TicketClosed),
    "reopen": OfferedStep("reopen-ticket", TicketReopened),
    "reprioritise": OfferedStep(
        "reprioritise-ticket", TicketReprioritised, ("priority", "impact", "urgency", "reason", "at")
    ),
    "escalate": OfferedStep("escalate-ticket", TicketEscalated, ("to_level", "by", "at")),
    "reject": OfferedStep("reject-ticket", TicketRejected, ("reason", "at")),
    "confirm": OfferedStep("confirm-defect", DefectConfirmed, ("release", "expected_on", "at")),
    "announce": OfferedStep("announce-fix", FixAnnounced, ("release", "expected_on", "at")),
    "release": OfferedStep("release-fix", FixReleased, ("release", "expected_on", "at")),
}
# What was entered by mistake is taken back in every state, where something can be (T10).
RETRACTION = "retract"
OFFERED: Mapping[str, OfferedStep] = {
    **IN_A_STATE,
    RETRACTION: OfferedStep("retract-ticket-step", TicketStepRetracted, ("position", "reason")),
}


def offered_steps(visitor: Visitor, open_to: OpenTo) -> Collection[str]:
    """The forms of a ticket's page that the visitor may send; the ledger decides."""
    words = {word_ for word_, step in IN_A_STATE.items() if step.event in open_to.events}
    if open_to.retractable:
        words.add(RETRACTION)
    return {word_ for word_ in words if visitor.may(OFFERED[word_].command)}


def most_urgent(clocks: Sequence[TargetClock]) -> TargetClock | None:
    """The clock to look at first: of those that have not ended the one that is due first, waiting ones behind."""
    going_on = [one for one in clocks if one.ended_at is None and one.void_at is None]
    return min(going_on or clocks, key=_urgency, default=None)


def _urgency(clock: TargetClock) -> tuple[bool, int]:
    return clock.due_at is None, clock.due_at or 0
