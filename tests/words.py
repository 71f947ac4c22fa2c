"""The words for commands, in the contract's language: each builds a `Step`, which every sender takes.

`tests.senders` has the three ways in which a step is sent: the write door itself, HTTP, and JSON Lines.

Ids are `C` (contract), `T` (its ticket), `S` (a session), `W` (what the customer speaks about) unless given; a new
entry or credit without an id gets one from its sender: E1, E2 … Work is dated MONDAY unless told otherwise; whatever
else has no `at` happens when it is heard. Instants and days are as RFC 3339 has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.kernel.access import Actor

MONDAY = "2026-02-02T10:00:00+01:00"
TUESDAY = "2026-02-03T10:00:00+01:00"
ADMIN = Actor("scenario", "admin")
CUSTOMER = {"customer_id": "K", "name": "Kunde GmbH", "country": "DE"}
PREPAID = "easyredmine-server-support"
NEW_IDS = {"log-work": "entry_id", "record-service": "service_id"}
NEW_IDS |= {"top-up-credit": "top_up_id", "grant-credit": "grant_id"}


At = str | datetime | None  # an instant is a text where it is sent; whoever makes it up may turn it into one later


@dataclass(slots=True)
class Step:
    """One command; `heard` is when the ledger learns of it, `actor` who sends it."""

    command: str
    fields: dict[str, Any]
    heard: str | None = None
    actor: Actor = ADMIN

    def line(self) -> dict[str, Any]:
        """As a line of JSON Lines has it."""
        return {"command": self.command, **self.fields}

    def but(self, **changed: Any) -> Step:
        """The same with other fields; `None` leaves one out."""
        fields = {name: value for name, value in (self.fields | changed).items() if changed.get(name, 0) is not None}
        return Step(self.command, fields, self.heard, self.actor)

    def named(self, numbers: Iterator[int]) -> Step:
        """With an id where it makes something new and has none."""
        field = NEW_IDS.get(self.command)
        return self if field is None or field in self.fields else self.but(**{field: f"E{next(numbers)}"})

    def moment(self) -> datetime | None:
        """When it became known: as said, else when it happened, as far as its fields say so with an offset."""
        told = [self.heard, self.fields.get("at"), self.fields.get("ended_at")]
        if self.command == "sign-contract":
            told.append(f"{self.fields['starts_on']}T00:00:00Z")
        text = next((text for text in told if text), None)
        moment = datetime.fromisoformat(text.upper()) if text else None
        return moment if moment and moment.tzinfo else None


def as_lines(lines: Iterable[Any]) -> bytes:
    """JSON Lines: steps, and whatever a test wants to send in their place, bytes as they are."""
    told = [line.line() if isinstance(line, Step) else line for line in lines]
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in told)


def read_line(line: str | bytes) -> Step:
    """The step that a line of JSON Lines tells."""
    fields = json.loads(line)
    return Step(fields.pop("command"), fields)


Steps = Step | Sequence[Step]


def flat(steps: Sequence[Steps]) -> list[Step]:
    return [step for one in steps for step in ([one] if isinstance(one, Step) else one)]


def do(command: str, *, heard: str | None = None, actor: Actor = ADMIN, **fields: Any) -> Step:
    """Any command by its name."""
    return Step(command, {name: value for name, value in fields.items() if value is not None}, heard, actor)


# -- contracts -----------------------------------------------------------------------------------------------------


def sign(plan: str, starts_on: str = "2026-01-01", **fields: Any) -> Step:
    return do("sign-contract", **{"contract_id": "C", "customer": CUSTOMER, **fields}, plan=plan, starts_on=starts_on)


def contract(plan: str, starts_on: str = "2026-01-01", *, ticket: str | None = "email", **fields: Any) -> list[Step]:
    """A signed contract, and a ticket T that came over that channel where one is wanted."""
    signed = sign(plan, starts_on, **fields)
    if ticket is None:
        return [signed]
    return [signed, open_ticket(channel=ticket, contract_id=signed.fields["contract_id"], at=f"{starts_on}T12:00:00Z")]


def renew(contract_id: str = "C", **fields: Any) -> Step:
    return do("renew-contract", contract_id=contract_id, **fields)


def amend(customer: dict[str, Any], contract_id: str = "C", **fields: Any) -> Step:
    """The members of the customer that are other from now on; `None` takes one away."""
    return do("amend-customer", contract_id=contract_id, customer=customer, **fields)


def change_plan(plan: str, from_on: str, contract_id: str = "C", **fields: Any) -> Step:
    return do("change-plan", contract_id=contract_id, plan=plan, from_on=from_on, **fields)


def terminate(ends_on: str, contract_id: str = "C", **fields: Any) -> Step:
    return do("terminate-contract", contract_id=contract_id, ends_on=ends_on, **{"reason": "Moved away", **fields})


def authorise(at: At = None, contract_id: str = "C", **fields: Any) -> Step:
    return do("authorise-direct-contact", contract_id=contract_id, at=at, **{"by": "Paula", **fields})


def withdraw(at: At = None, contract_id: str = "C", **fields: Any) -> Step:
    return do("withdraw-direct-contact", contract_id=contract_id, at=at, **{"by": "Paula", **fields})


# -- tickets -------------------------------------------------------------------------------------------------------


def open_ticket(ticket_id: str = "T", **fields: Any) -> Step:
    told = {"contract_id": "C", "title": "Nothing works", "kind": "incident", "channel": "email", **fields}
    if "impact" not in told:
        told.setdefault("priority", 3)
    return do("open-ticket", ticket_id=ticket_id, **told)


def on_ticket(command: str, at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    """Any step of a ticket by its command's name."""
    return do(command, ticket_id=ticket_id, at=at, **fields)


def respond(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("record-response", at, ticket_id, **{"by": "Eva", **fields})


def call(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("record-call", at, ticket_id, **fields)


def hold(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("hold-ticket", at, ticket_id, **fields)


def resume(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("resume-ticket", at, ticket_id, **fields)


def resolve(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("resolve-ticket", at, ticket_id, **fields)


def reopen(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("reopen-ticket", at, ticket_id, **fields)


def close(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("close-ticket", at, ticket_id, **fields)


def reject(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("reject-ticket", at, ticket_id, **{"reason": "Out of scope", **fields})


def reprioritise(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    """With a priority, or with impact and urgency."""
    return on_ticket("reprioritise-ticket", at, ticket_id, **{"reason": "Reviewed", **fields})


def escalate(to_level: str, by: str, at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("escalate-ticket", at, ticket_id, to_level=to_level, by=by, **fields)


def confirm_defect(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("confirm-defect", at, ticket_id, **fields)


def announce_fix(expected_on: str, at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("announce-fix", at, ticket_id, expected_on=expected_on, **fields)


def release_fix(at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("release-fix", at, ticket_id, **fields)


def retract(position: int, ticket_id: str = "T", **fields: Any) -> Step:
    """Takes back the step whose event stands at that position."""
    return on_ticket("retract-ticket-step", None, ticket_id, **{"position": position, "reason": "A mistake", **fields})


def service_credit(target: str = "reaction", at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    return on_ticket("grant-service-credit", at, ticket_id, target=target, **fields)


# -- work and credit -----------------------------------------------------------------------------------------------


def log_work(minutes: int | None = None, at: At = MONDAY, **fields: Any) -> Step:
    told = {"ticket_id": "T", "engineer": "Eva", **fields}
    return do("log-work", minutes=minutes, at=None if "started_at" in told else at, **told)


worked = log_work


def record_service(service: str, quantity: int | None = None, at: At = None, **fields: Any) -> Step:
    return do("record-service", service=service, quantity=quantity, at=at, **{"contract_id": "C", **fields})


def top_up(minutes: int | None = 480, at: At = "2026-01-05T09:00:00Z", **fields: Any) -> Step:
    return do("top-up-credit", minutes=minutes, at=at, **{"contract_id": "C", "pool": "server-support", **fields})


def grant(minutes: int | None, at: At, **fields: Any) -> Step:
    told = {"contract_id": "C", "pool": "server-support", "source": "goodwill", "reason": "Sorry", **fields}
    return do("grant-credit", minutes=minutes, at=at, **told)


# -- sessions ------------------------------------------------------------------------------------------------------


def book(estimate_minutes: int, starts_at: str | datetime, at: At = None, session_id: str = "S", **fields: Any) -> Step:
    told = {"contract_id": "C", "session_id": session_id, **fields}
    return do("book-session", estimate_minutes=estimate_minutes, starts_at=starts_at, at=at, **told)


def move(starts_at: str | datetime, at: At = None, by: str = "customer", session_id: str = "S", **fields: Any) -> Step:
    return do("move-session", session_id=session_id, starts_at=starts_at, by=by, at=at, **fields)


def cancel(at: At = None, by: str = "customer", session_id: str = "S", **fields: Any) -> Step:
    return do("cancel-session", session_id=session_id, by=by, at=at, **fields)


def no_show(at: At = None, session_id: str = "S", **fields: Any) -> Step:
    return do("record-no-show", session_id=session_id, at=at, **fields)


def complete(minutes: int | None, at: At = None, session_id: str = "S", **fields: Any) -> Step:
    told = {"engineer": "Eva", **fields}
    return do("complete-session", session_id=session_id, minutes=minutes, at=at, **told)


# -- the customer's word, and what is undone -----------------------------------------------------------------------


def confirm(deduction_id: str = "W", at: At = None, **fields: Any) -> Step:
    return do("confirm-deduction", deduction_id=deduction_id, at=at, **{"by": "Karl", **fields})


def dispute(deduction_id: str = "W", at: At = None, **fields: Any) -> Step:
    told = {"by": "Karl", "reason": "Nobody was there", **fields}
    return do("dispute-deduction", deduction_id=deduction_id, at=at, **told)


def settle(outcome: str, deduction_id: str = "W", at: At = None, **fields: Any) -> Step:
    """`upheld` or `reversed`."""
    told = {"reason": "Looked into it", **fields}
    return do("settle-dispute", deduction_id=deduction_id, outcome=outcome, at=at, **told)


def reverse(deduction_id: str = "W", at: At = None, **fields: Any) -> Step:
    told = {"reason": "Recorded by mistake", **fields}
    return do("reverse-deduction", deduction_id=deduction_id, at=at, **told)


def reverse_credit(grant_id: str | None = None, at: At = None, **fields: Any) -> Step:
    """A grant by its id, or a top-up by `top_up_id`."""
    return do("reverse-credit", grant_id=grant_id, at=at, **{"reason": "Entered twice", **fields})


def reverse_service_credit(target: str = "reaction", at: At = None, ticket_id: str = "T", **fields: Any) -> Step:
    told = {"target": target, "reason": "It was kept after all", **fields}
    return on_ticket("reverse-service-credit", at, ticket_id, **told)


# -- documents and months ------------------------------------------------------------------------------------------


def issue(contract_id: str = "C", through_on: str = "2026-12-31", **fields: Any) -> Step:
    return do("issue-invoice", contract_id=contract_id, through_on=through_on, **fields)


def issue_all(provider: str, through_on: str = "2026-12-31", **fields: Any) -> Step:
    return do("issue-invoices", provider=provider, through_on=through_on, **fields)


def credit_note(invoice_number: str, **fields: Any) -> Step:
    return do("issue-credit-note", invoice_number=invoice_number, **{"reason": "Wrong", **fields})


def close_month(month: str, provider: str, **fields: Any) -> Step:
    return do("close-period", provider=provider, month=month, **fields)
