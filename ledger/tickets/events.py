"""Events of a ticket: everything that its state, its clocks and its history are read from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from ledger.kernel.fact import Fact, Sealed, topic
from ledger.kernel.words import Channel, Grade, Level, MatterScope, TargetName

TicketKind = Literal["incident", "problem", "request", "change", "question", "defect"]


class TicketFact(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact of a ticket's own stream."""

    CATEGORY: ClassVar[str] = "ticket"

    ticket_id: str

    @property
    def key(self) -> str:
        return self.ticket_id


@topic("TicketOpened")
class TicketOpened(TicketFact, frozen=True):
    """One matter, reported over a channel the terms offer (T1, T2, T8); `term_no` says under which terms.

    `call_after_responses` is after how many responses without a solution the reporter is to be called (T5).
    """

    title: Sealed
    kind: TicketKind
    channel: Channel
    priority: int
    term_no: int
    impact: Grade | None = None
    urgency: Grade | None = None
    scope: MatterScope | None = None
    contact: Sealed | None = None
    call_after_responses: int | None = None
    rule: str = "T1"

    @property
    def answer_fields(self) -> dict[str, Any]:
        return {"ticket_id": self.ticket_id}


@topic("TicketReprioritised")
class TicketReprioritised(TicketFact, frozen=True):
    """The priority changed, and why; targets are judged anew from the original start (T2)."""

    old_priority: int
    priority: int
    reason: Sealed
    impact: Grade | None = None
    urgency: Grade | None = None
    rule: str = "T2"


@topic("ResponseRecorded")
class ResponseRecorded(TicketFact, frozen=True):
    """A human answered; `speaker` is the provider or, at L1, the partner (T3, T5)."""

    by: Sealed
    to: Literal["customer", "partner"]
    speaker: Literal["provider", "partner"]
    rule: str = "T4"


@topic("CallRecorded")
class CallRecorded(TicketFact, frozen=True):
    """The reporter was called; counts as a response, and the count of responses starts again (T4, T5)."""

    speaker: Literal["provider", "partner"]
    rule: str = "T5"


@topic("WorkLogged")
class WorkLogged(TicketFact, frozen=True):
    """Work was done on the ticket; its overage minutes move the ticket's tier position (C3, T4)."""

    deduction_id: str
    billed_minutes: int
    overage_minutes: int = 0
    rule: str = "T4"


@topic("WorkReversed")
class WorkReversed(TicketFact, frozen=True):
    """A deduction of the ticket was reversed: its overage minutes leave the tier position (C3, C9)."""

    deduction_id: str
    billed_minutes: int
    overage_minutes: int = 0
    rule: str = "C9"


@topic("TicketHeld")
class TicketHeld(TicketFact, frozen=True):
    """The ticket waits for the customer (T4, S2)."""

    rule: str = "T4"


@topic("TicketResumed")
class TicketResumed(TicketFact, frozen=True):
    """The wait is over (T4, S2)."""

    rule: str = "T4"


@topic("TicketResolved")
class TicketResolved(TicketFact, frozen=True):
    """A solution was given; counts as a response (T4)."""

    rule: str = "T4"


@topic("TicketReopened")
class TicketReopened(TicketFact, frozen=True):
    """The matter was not settled after all (T4)."""

    rule: str = "T4"


@topic("TicketClosed")
class TicketClosed(TicketFact, frozen=True):
    """The resolved matter is closed (T4)."""

    rule: str = "T4"


@topic("TicketRejected")
class TicketRejected(TicketFact, frozen=True):
    """Not a matter of this contract, and why; its targets are void (T4)."""

    reason: Sealed
    rule: str = "T4"


@topic("TicketEscalated")
class TicketEscalated(TicketFact, frozen=True):
    """The ticket moved to a higher level (T3)."""

    from_level: Level
    to_level: Level
    by: Literal["partner", "provider"]
    rule: str = "T3"


@topic("TicketStepRetracted")
class TicketStepRetracted(TicketFact, frozen=True):
    """A step was entered by mistake: once this is known the timeline is read as if the step had not been (T10).

    It is dated like the step, so that at any moment both count or neither. The step stands at `position` of the
    history, and as `version` in its ticket's stream. `service_credits` were given by then, and stay until reversed.
    """

    position: int
    version: int
    step: str
    reason: Sealed
    service_credits: list[str] = []
    rule: str = "T10"

    @property
    def answer_fields(self) -> dict[str, Any]:
        return {"service_credits": self.service_credits}


@topic("ServiceCreditGranted")
class ServiceCreditGranted(TicketFact, frozen=True):
    """A promise was missed, and the provider owes what the terms say for it: once for each target (S4).

    The credit itself is a negative charge (`charge_id`) or a grant of minutes (`grant_id`).
    """

    target: TargetName
    priority: int
    due_at: datetime
    ended_at: datetime | None = None
    charge_id: str | None = None
    grant_id: str | None = None
    rule: str = "S4"

    @property
    def credit_id(self) -> str:
        """The charge or the grant."""
        return self.charge_id or self.grant_id or self.target


@topic("ServiceCreditTakenBack")
class ServiceCreditTakenBack(TicketFact, frozen=True):
    """A service credit is undone: the missed promise may be answered anew.

    It was given by mistake, and `reason` says which (C17), or it was a share of a fee that was taken back (C15). It
    takes effect with its charge, or with the minutes that go: where the month is closed, in the first open one (M5).
    """

    IS_BOOKED: ClassVar[bool] = True

    target: TargetName
    charge_id: str | None = None
    grant_id: str | None = None
    reason: Sealed | None = None
    rule: str = "C17"


@topic("DefectConfirmed")
class DefectConfirmed(TicketFact, frozen=True):
    """The provider's tests confirm the reported defect (T6)."""

    release: str | None = None
    expected_on: date | None = None
    rule: str = "T6"


@topic("FixAnnounced")
class FixAnnounced(TicketFact, frozen=True):
    """A fix is announced with its expected release date (T6)."""

    expected_on: date
    release: str | None = None
    rule: str = "T6"


@topic("FixReleased")
class FixReleased(TicketFact, frozen=True):
    """The fix is out (T6)."""

    release: str | None = None
    expected_on: date | None = None
    rule: str = "T6"
