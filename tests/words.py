"""The words of scenarios: commands in the contract's language, and what is expected to have become a fact.

Ids are `C` (contract), `T` (its ticket), `S` (a session) unless given; new ids that are not given are E1, E2 …
Money is told as people write it (`"66.75"`), instants and days as RFC 3339 has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger import events as e
from ledger.events import Fact, Sealed
from ledger.kernel.access import Actor

MONDAY = "2026-02-02T10:00:00+01:00"
TUESDAY = "2026-02-03T10:00:00+01:00"
ADMIN = Actor("scenario", "admin")
CUSTOMER = {"customer_id": "K", "name": "Kunde GmbH", "country": "DE"}
PREPAID = "easyredmine-server-support"


@dataclass(slots=True)
class Step:
    """One command; `heard` is when the ledger learns of it, `actor` who sends it."""

    command: str
    fields: dict[str, Any]
    heard: str | None = None
    actor: Actor = ADMIN

    def moment(self) -> datetime | None:
        """When it became known: as said, else when it happened, as far as its fields say so with an offset."""
        told = [self.heard, self.fields.get("at"), self.fields.get("ended_at")]
        if self.command == "sign-contract":
            told.append(f"{self.fields['starts_on']}T00:00:00Z")
        text = next((text for text in told if text), None)
        moment = datetime.fromisoformat(text.upper()) if text else None
        return moment if moment and moment.tzinfo else None


def do(command: str, *, heard: str | None = None, actor: Actor = ADMIN, **fields: Any) -> Step:
    """Any command by its name."""
    return Step(command, {name: value for name, value in fields.items() if value is not None}, heard, actor)


def contract(plan: str, starts_on: str = "2026-01-01", *, ticket: str | None = "email", **fields: Any) -> list[Step]:
    """A signed contract, and a ticket T that came over that channel where one is wanted."""
    signed = do("sign-contract", **{"contract_id": "C", "customer": CUSTOMER, **fields}, plan=plan, starts_on=starts_on)
    if ticket is None:
        return [signed]
    return [signed, open_ticket(channel=ticket, contract_id=signed.fields["contract_id"], at=f"{starts_on}T12:00:00Z")]


def open_ticket(ticket_id: str = "T", **fields: Any) -> Step:
    told = {"contract_id": "C", "title": "Nothing works", "kind": "incident", "channel": "email", **fields}
    if "impact" not in told:
        told.setdefault("priority", 3)
    return do("open-ticket", ticket_id=ticket_id, **told)


def log_work(minutes: int | None = None, at: str | None = None, **fields: Any) -> Step:
    if "started_at" not in fields:
        at = at or MONDAY
    return do("log-work", minutes=minutes, at=at, **{"ticket_id": "T", "engineer": "Eva", **fields})


worked = log_work


def top_up(minutes: int | None = 480, at: str | None = None, **fields: Any) -> Step:
    told = {"contract_id": "C", "pool": "server-support", "at": at or "2026-01-05T09:00:00Z", **fields}
    return do("top-up-credit", minutes=minutes, **told)


def grant(minutes: int | None, at: str, **fields: Any) -> Step:
    told = {"contract_id": "C", "pool": "server-support", "source": "goodwill", "reason": "Sorry", **fields}
    return do("grant-credit", minutes=minutes, at=at, **told)


def book(estimate: int, starts_at: str, at: str, session_id: str = "S", **fields: Any) -> Step:
    told = {"contract_id": "C", "session_id": session_id, **fields}
    return do("book-session", estimate_minutes=estimate, starts_at=starts_at, at=at, **told)


def move(starts_at: str, at: str, by: str = "customer", session_id: str = "S") -> Step:
    return do("move-session", session_id=session_id, starts_at=starts_at, by=by, at=at)


def cancel(at: str, by: str = "customer", session_id: str = "S") -> Step:
    return do("cancel-session", session_id=session_id, by=by, at=at)


def no_show(at: str, session_id: str = "S") -> Step:
    return do("record-no-show", session_id=session_id, at=at)


def complete(minutes: int | None, at: str | None = None, session_id: str = "S", **fields: Any) -> Step:
    return do("complete-session", session_id=session_id, minutes=minutes, at=at, engineer="Eva", **fields)


def reverse(deduction_id: str, at: str, **fields: Any) -> Step:
    return do("reverse-deduction", deduction_id=deduction_id, reason="Recorded by mistake", at=at, **fields)


def renew(**fields: Any) -> Step:
    return do("renew-contract", contract_id="C", **fields)


def terminate(ends_on: str, **fields: Any) -> Step:
    return do("terminate-contract", contract_id="C", ends_on=ends_on, reason="Moved away", **fields)


def change_plan(plan: str, from_on: str, **fields: Any) -> Step:
    return do("change-plan", contract_id="C", plan=plan, from_on=from_on, **fields)


@dataclass
class Expected:
    """A fact of one of these kinds, whose fields (or what follows from them) say at least this."""

    kinds: tuple[type[Fact], ...]
    fields: dict[str, Any]

    def is_met_by(self, fact: Fact) -> bool:
        return isinstance(fact, self.kinds) and all(_same(_said(fact, k), v) for k, v in self.fields.items())


def fact(kind: type[Fact], /, **fields: Any) -> Expected:
    return Expected((kind,), fields)


def deducted(drawn: int, **fields: Any) -> Expected:
    """Work or a session: `worked` and `billed` minutes, `draws` by grant (None: owed), `basis`, `status` …"""
    named = {{"billed": "billed_minutes"}.get(name, name): value for name, value in fields.items()}
    return Expected((e.HoursDeducted, e.ServiceDelivered), {"drawn": drawn, "owed": 0, **named})


def penalised(drawn: int, owed: int = 0, **fields: Any) -> Expected:
    kinds = (e.LateChangePenaltyDeducted, e.NoShowPenaltyDeducted)
    return Expected(kinds, {"drawn": drawn, "owed": owed, **fields})


def overage(minutes: int, rate: str, amount: str) -> Expected:
    return fact(e.OverageCharged, minutes=minutes, rate_cents_per_hour=rate, amount_cents=amount)


def charged_back(amount: str, **fields: Any) -> Expected:
    return fact(e.ChargeReversed, amount_cents=amount, **fields)


def fee(amount: str, **fields: Any) -> Expected:
    return fact(e.FeeCharged, amount_cents=amount, **fields)


def lump_sum(amount: str, **fields: Any) -> Expected:
    return fact(e.LumpSumCharged, amount_cents=amount, **fields)


def granted(quantity: int, **fields: Any) -> Expected:
    return fact(e.CreditGranted, quantity=quantity, **fields)


def reserved(quantity: int, **fields: Any) -> Expected:
    return fact(e.CreditReserved, quantity=quantity, **fields)


def released(quantity: int, **fields: Any) -> Expected:
    return fact(e.ReservationReleased, quantity=quantity, **fields)


def filled(deduction_id: str, quantity: int, **fields: Any) -> Expected:
    """Credit that became available bears what a deduction owed (C4)."""
    return fact(e.DebtSettled, deduction_id=deduction_id, quantity=quantity, **fields)


def undone(deduction_id: str, **fields: Any) -> Expected:
    return fact(e.DeductionReversed, deduction_id=deduction_id, **fields)


def _said(fact: Any, name: str) -> Any:
    """A field, draws by grant; `drawn`, `owed` and `worked` (whole minutes) follow from others."""
    derived: dict[str, Callable[[], Any]] = {
        "drawn": lambda: sum(draw.quantity for draw in fact.draws if draw.grant_id is not None),
        "owed": lambda: sum(draw.quantity for draw in fact.draws if draw.grant_id is None),
        "worked": lambda: -(-fact.worked_seconds // 60),
    }
    if name in derived:
        return derived[name]()
    value = getattr(fact, name, None)
    return {draw.grant_id: draw.quantity for draw in value} if name in ("draws", "returns", "allocations") else value


def _same(seen: Any, told: Any) -> bool:
    if isinstance(told, str) and isinstance(seen, datetime):
        return seen == datetime.fromisoformat(told)
    if isinstance(told, str) and isinstance(seen, date):
        return seen.isoformat() == told
    if isinstance(told, str) and isinstance(seen, int):
        return seen == int(told.replace(".", ""))
    return bool(seen == told)


def show(fact: Fact) -> str:
    hidden = {"contract_id", "token_id", "role", "rule", "terms", "effective_at"}
    said = {name: _said(fact, name) for name in fact.__struct_fields__ if name not in hidden}
    listed = ", ".join(f"{name}={value!r}" for name, value in said.items() if value and not isinstance(value, Sealed))
    return f"{fact.TOPIC}({listed}) at {fact.effective_at.isoformat()}"
