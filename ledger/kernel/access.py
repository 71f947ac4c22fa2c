"""Who speaks: the roles, and which contracts a token sees.

`api/` turns a token into an `Actor`. Which role may send a command stands where the command is declared; commands ask
the actor about the contract they found, in their own transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from ledger.kernel.errors import Refusal
from ledger.kernel.fact import Role

ROLES: tuple[Role, ...] = get_args(Role)
# Who may send a command: an admin may send every one.
OPERATOR = frozenset({"operator", "admin"})
FINANCE = frozenset({"finance", "admin"})
CUSTOMER = frozenset({"customer"})
PARTNER = frozenset({"partner"})


@dataclass(slots=True, frozen=True)
class Actor:
    """The holder of a token. Without a provider it acts for all; a customer or partner is one of a provider."""

    token_id: str
    role: Role
    provider: str | None = None
    customer: str | None = None
    partner: str | None = None

    def sees(self, provider: str, customer_id: str, partner_id: str | None) -> bool:
        """Whether a contract of this provider and customer, served by this partner, exists for the actor at all."""
        if self.provider is not None and self.provider != provider:
            return False
        if self.role == "customer":
            return self.customer == customer_id
        if self.role == "partner":
            return partner_id is not None and self.partner == partner_id
        return True

    @property
    def scope(self) -> str:
        """Within which this actor's command ids are known, whatever token it holds (C12).

        All-provider tokens and the command line are one scope of their own; a customer or partner is one at its
        provider: `P/customer/K`.
        """
        for kind, party in (("customer", self.customer), ("partner", self.partner)):
            if party is not None:
                return f"{self.provider or ''}/{kind}/{party}"
        return self.provider or ""

    @property
    def is_outside(self) -> bool:
        """Whether it speaks for a customer or a partner, and not for the provider (C18)."""
        return self.role in ("customer", "partner")

    @property
    def on_behalf(self) -> bool:
        """Whether a customer's word entered by this actor is somebody else's (C8)."""
        return self.role != "customer"


COMMAND_LINE = Actor("command-line", "admin")  # whoever may read the database's settings may do everything


def check_reads_events(actor: Actor) -> None:
    """The history itself is for those who audit it. Raises Refusal forbidden."""
    if actor.role not in ("finance", "auditor", "admin"):
        raise Refusal("forbidden", f"A token of role {actor.role} does not read the events.", role=actor.role)


def check_is_inside(actor: Actor, what: str) -> None:
    """What is about a provider as a whole is not for its customers and partners. Raises Refusal forbidden."""
    if actor.is_outside:
        raise Refusal("forbidden", f"A token of role {actor.role} does not read {what}.", role=actor.role)
