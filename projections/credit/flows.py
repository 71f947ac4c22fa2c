"""What the figures of a contract add up from: movements of credit, waits for the customer's word, charges for overage.

Each is a flow of one pool: figures that count from an instant on, and are known from a position on. Overage has no pool
of its own; its flows are those of the pool "". What expires is no event: it follows from movements, and is made a flow
where flows are added up (`projections.credit.subtotals`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from projections.billing.charges_view import CHARGES
from projections.credit.movements import MOVEMENTS
from projections.credit.waits import WAITS
from projections.tables import Table

OF_NO_POOL = ""
FIGURES = (
    "granted",
    "consumed",
    "reserved",
    "expired",
    "pending",  # what of a pool waits for the customer's word, in its unit
    "waiting",  # how many deductions that is
    "overage_minutes",
    "overage_cents",
)
NOTHING = (0,) * len(FIGURES)


class ExpiryRow(msgspec.Struct):
    """What expires of a pool at an instant, more than was known before a position."""

    contract_id: str
    position: int
    pool: str
    effective_at: int
    quantity: int


EXPIRIES = Table(
    "expiries", ExpiryRow, ("contract_id", "position", "pool", "effective_at"), ["(contract_id, effective_at)"]
)


@dataclass(slots=True, frozen=True)
class FlowTable:
    """A table of flows: its pool and figures in SQL, of its rows `f`, and which of them are flows."""

    table: str
    figures: Mapping[str, str]
    pool: str = "f.pool"
    which: str = ""


RECORDED = (
    FlowTable(MOVEMENTS.name, {name: f"f.{name}" for name in ("granted", "consumed", "reserved")}),
    FlowTable(WAITS.name, {"pending": "f.quantity", "waiting": "f.deductions"}),
    FlowTable(
        CHARGES.name,
        {"overage_minutes": "coalesce(f.minutes, 0)", "overage_cents": "f.amount_cents"},
        f"'{OF_NO_POOL}'",
        " AND f.family = 'overage'",
    ),
)
ALL = (*RECORDED, FlowTable(EXPIRIES.name, {"expired": "f.quantity"}))


def flows_in_sql(condition: str, sources: Sequence[FlowTable] = ALL, *, also: str = "", suffix: str = "") -> str:
    """Rows of pool, position, effective_at, the figures and `also`: the flows `f` of a contract under a condition."""
    return " UNION ALL ".join(
        f"SELECT {one.pool} AS pool, f.position, f.effective_at, "
        + ", ".join(f"{one.figures.get(name, '0')} AS {name}" for name in FIGURES)
        + f"{also} FROM {one.table}{suffix} f WHERE f.contract_id = :contract_id{one.which} AND {condition}"
        for one in sources
    )
