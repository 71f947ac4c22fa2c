"""What is expected to have become a fact, in the contract's language; `tests.scenario` holds it against what did.

Money is told as people write it (`"66.75"`), instants and days as RFC 3339 has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger import events as e
from ledger.events import Fact, Sealed


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
