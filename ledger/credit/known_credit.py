"""What a snapshot of an account holds: all that its events came to, as `CreditState` has it."""

from __future__ import annotations

import msgspec

from ledger.credit.debts import Debts
from ledger.credit.events import CreditReserved, CreditUnit, TopUpCharged
from ledger.credit.not_shown import LastTakings
from ledger.credit.settlement import Grant


class KnownCredit(msgspec.Struct):
    """Bounded by grants, open bookings and open debts (C4)."""

    contract_id: str
    pool: str
    unit: CreditUnit
    currency: str | None
    grants: dict[str, Grant]
    reservations: dict[str, list[CreditReserved]]
    debts: Debts
    takings: LastTakings
    prices: dict[str, TopUpCharged]
