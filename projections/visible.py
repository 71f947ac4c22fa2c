"""What an actor sees of the views: the SQL of `Actor.sees`, which a property test holds against it."""

from __future__ import annotations

from ledger.kernel.access import Actor
from projections.asking import Condition


def visible(actor: Actor, alias: str = "c") -> Condition:
    """The condition, and its parameters, under which a row of the view of contracts exists for the actor."""
    scope = {"provider": actor.provider, "customer_id": actor.customer, "partner_id": actor.partner}
    named = {column: value for column, value in scope.items() if value is not None}
    conditions = [f"{alias}.{column} = :actor_{column}" for column in named]
    return " AND ".join(conditions) or "1 = 1", {f"actor_{column}": value for column, value in named.items()}


def sees_billing(actor: Actor) -> bool:
    """The customer is billed, also where a partner serves: a partner sees no document and no draft of one (M2)."""
    return actor.role != "partner"
