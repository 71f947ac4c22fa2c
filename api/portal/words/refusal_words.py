"""Refusals in the reader's language: a sentence made from the code and the figures; the ledger's own is English.

For each code the sentences stand in order; the first whose figures are there, and whose command it is, is said. Where
none fits, a general sentence and behind it what the ledger said: better English than nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.languages import PLACE, Labels, word
from api.portal.words.kept_words import LABELS
from api.portal.words.missing_words import missing_listed
from api.portal.words.refusal_figures import figure_in_words
from api.portal.words.refused_fields import fault_in_words
from ledger.billing.missing import NO_EXCHANGE_RATE, MissingPartyData
from ledger.kernel.errors import Refusal


@dataclass(slots=True, frozen=True)
class Reason:
    """Why something was refused; `field` is the form's field that it stands at, if it is about one, and `label` what
    that is called where the sentence does not say it.
    """

    sentence: str
    field: str | None = None
    label: str | None = None


def at_field(reason: Reason, field: str) -> Reason:
    """The same at another field, which the form has in the place of the one that was refused."""
    return Reason(reason.sentence, field, LABELS.get(field))


@dataclass(slots=True, frozen=True)
class Saying:
    """A sentence, the members that it needs besides those it names, and the commands that it is for (none: all).

    Signing in is told of as the command `sign-in`.
    """

    english: str
    needs: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    field: str | None = None

    def fits(self, members: Mapping[str, Any], command: str | None) -> bool:
        are_told = all(members.get(place) is not None for place in PLACE.findall(self.english))
        return are_told and set(self.needs) <= members.keys() and (not self.commands or command in self.commands)


_NOT_UNDERSTOOD = Saying(word("The ledger did not understand the page. Please load it again."))
_AGAIN = Saying(word("The ledger is busy. Please try again; nothing is done twice."))
_GENERAL = word("The ledger did not accept this.")
_TAKEN = word("This is taken already. Please choose another name for it.")
_SESSION = ("move-session", "cancel-session", "record-no-show", "complete-session")
_DEDUCTION = ("confirm-deduction", "dispute-deduction", "settle-dispute", "reverse-deduction")

_STEPS = (
    *(f"{step}-ticket" for step in ("hold", "resume", "resolve", "close", "reopen", "reject", "reprioritise")),
    "escalate-ticket",
)

SAYINGS: dict[str, tuple[Saying, ...]] = {
    "not-json": (_NOT_UNDERSTOOD,),
    "unauthenticated": (
        Saying(word("This signs nobody in: it is unknown, was used already, or has expired."), commands=("sign-in",)),
        Saying(word("You are no longer signed in. Please sign in again.")),
    ),
    "forbidden": (Saying(word("Your access does not allow this.")),),
    "not-found": (Saying(word("This does not exist, or you may not see it.")),),
    "unknown-command": (_NOT_UNDERSTOOD,),
    "unknown-plan": (Saying(word("There is no plan {plan}."), field="plan"),),
    "unknown-contract": (Saying(word("There is no contract {contract_id}."), field="contract_id"),),
    "unknown-ticket": (Saying(word("There is no ticket {ticket_id}."), field="ticket_id"),),
    "unknown-session": (Saying(word("There is no session {session_id}.")),),
    "unknown-deduction": (Saying(word("There is no deduction {deduction_id}.")),),
    "unknown-grant": (
        Saying(word("There is no credit {grant_id}."), field="grant_id"),
        Saying(word("There is no credit {top_up_id}."), field="top_up_id"),
    ),
    "unknown-invoice": (Saying(word("There is no invoice {invoice_number}."), field="invoice_number"),),
    "unknown-pool": (Saying(word("The contract has no pool {pool}."), field="pool"),),
    "method-not-allowed": (_NOT_UNDERSTOOD,),
    "already-exists": (
        *(Saying(_TAKEN, needs=(field,), field=field) for field in ("top_up_id", "grant_id")),
        Saying(_TAKEN),
    ),
    "already-credited": (
        Saying(word("This invoice was credited already, by {credited_by}.")),
        Saying(word("This was credited already.")),
    ),
    "contract-not-active": (Saying(word("The contract has no term in force at that time.")),),
    "channel-not-covered": (
        Saying(word("The contract offers {offered}; not {channel}."), field="channel"),
        Saying(word("The contract does not take “{scope}” over {channel}."), field="channel"),
        Saying(
            word("Over {channel} the contract takes some matters only. Please say what it is about."),
            needs=("scope",),
            field="scope",
        ),
        Saying(word("The contract does not offer {channel}."), field="channel"),
    ),
    "kind-not-covered": (Saying(word("The contract does not cover “{scope}”."), field="scope"),),
    "insufficient-credit": (
        Saying(
            word("{needed} are needed at the new time, {available} are available: {short_by} are missing."),
            commands=("move-session",),
            field="starts_at",
        ),
        Saying(
            word("{needed} are needed, {available} are available: {short_by} are missing."),
            commands=("book-session",),
            field="estimate_minutes",
        ),
        Saying(word("{needed} are needed, {available} are available: {short_by} are missing.")),
        Saying(word("There is not enough credit: {short_by} are missing.")),
    ),
    "credit-in-use": (Saying(word("This credit is in use. Undo first what uses it.")),),
    "term-in-use": (Saying(word("The term has begun, with {deductions} in it. Reverse first what is wrong.")),),
    "below-minimum": (
        Saying(word("It has to be at least {minimum}, in steps of {step}; {minutes} is not."), field="minutes"),
    ),
    "not-agreed": (Saying(word("This was not agreed in the contract: {missing}.")),),
    "invalid-transition": (
        Saying(word("The session begins at {starts_at}; nobody can have missed it yet."), commands=("record-no-show",)),
        Saying(word("The session began at {starts_at}; it can't be changed any more."), commands=_SESSION),
        Saying(word("The session is {state}; it can't be changed any more."), commands=_SESSION),
        Saying(
            word("That time is over. Please choose a later one."),
            needs=("field",),
            commands=("move-session",),
            field="starts_at",
        ),
        Saying(
            word("The ticket was changed after that time. Please choose a later one."),
            needs=("field",),
            commands=_STEPS,
            field="at",
        ),
        Saying(
            word("From {level} the ticket can't go there in this name."),
            commands=("escalate-ticket",),
            field="to_level",
        ),
        Saying(word("The deduction is {state}; no dispute is open."), commands=("settle-dispute",)),
        Saying(word("This can't be done to a deduction that is {state}."), commands=_DEDUCTION),
        Saying(word("The missed promise can't be credited: it is {state}."), commands=("grant-service-credit",)),
        Saying(word("The month {month} is not over: it ends at {ends_at}."), field="month"),
        Saying(word("The next term begins on {expected}."), field="starts_on"),
        Saying(word("The ticket is {state}; this can't be done now.")),
        Saying(word("This can't be done as things stand now.")),
    ),
    "direct-contact-not-authorised": (
        Saying(word("The partner has not authorised direct contact with the customer.")),
    ),
    "on-site-not-covered": (Saying(word("The contract does not include work on site."), field="on_site"),),
    "nothing-to-confirm": (Saying(word("The deduction is {state}; it does not wait for the customer's word.")),),
    "nothing-to-invoice": (Saying(word("There is nothing to invoice up to {through_on}."), field="through_on"),),
    "missing-party-data": (
        Saying(word("Missing: {missing}.")),
        Saying(word("Something is missing that an invoice needs; the draft names it.")),
    ),
    "period-closed": (Saying(word("The month {month} is closed.")),),
    "conflict": (_AGAIN,),
    "not-recorded": (Saying(word("It was not recorded. Please try again.")),),
    "too-large": (Saying(word("This is more than the ledger takes at once.")),),
    "too-long": (Saying(word("With {lines} lines this is too long for such a file. The page shows all of them.")),),
    "too-many-lines": (Saying(word("This is more than the ledger takes at once.")),),
    "unsupported-media-type": (_NOT_UNDERSTOOD,),
    "malformed": (Saying(word("Please check what you entered.")),),
    "command-id-reused": (
        Saying(
            word(
                "This form was sent before with other content, which was recorded. Send it again to record this as "
                "well."
            )
        ),
    ),
    "not-caught-up": (_AGAIN,),
    "too-many-listeners": (_AGAIN,),
    "unavailable": (Saying(word("The ledger can't be reached. Please try again; nothing is done twice.")),),
}
# What is said of a code whatever the figures says too little: there the ledger's own words stand behind.
_SAYS_LITTLE = {"This can't be done as things stand now.", "Please check what you entered.", _GENERAL}


def reasons_of(refusal: Refusal, labels: Labels, zone: str, command: str | None = None) -> list[Reason]:
    """The refusal in the reader's words, each field that is malformed by itself. Instants are in the `zone`."""
    if refusal.faults:
        return [
            Reason(fault_in_words(one.fault, labels, one.field), one.field, LABELS.get(one.field))
            for one in refusal.faults
        ]
    saying = _first(SAYINGS.get(refusal.code, ()), refusal.members, command)
    figures = {
        name: figure_in_words(name, refusal.members, labels, zone, command) for name in PLACE.findall(saying.english)
    }
    missing = refusal.missing if isinstance(refusal, MissingPartyData) else []
    if missing:
        figures["missing"] = missing_listed(missing, labels)
    sentence = labels(saying.english, **figures)
    if saying.english in _SAYS_LITTLE:
        sentence = f"{sentence} ({refusal.detail})"
    at = "exchange_rate" if missing == [NO_EXCHANGE_RATE] else saying.field
    return [Reason(sentence, refusal.members.get("field") or at)]


def _first(sayings: Iterable[Saying], members: Mapping[str, Any], command: str | None) -> Saying:
    return next((one for one in sayings if one.fits(members, command)), Saying(_GENERAL))
