"""Who may do what: the roles, the commands of each, and which contracts a token sees.

`api/` turns a token into an `Actor`; commands ask it about the contract they found, in their own transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.kernel.errors import Refusal

ROLES = ("operator", "finance", "customer", "partner", "auditor", "admin")

CONTRACT_COMMANDS = frozenset(
    {"sign-contract", "renew-contract", "amend-customer", "change-plan", "terminate-contract"}
    | {"authorise-direct-contact", "withdraw-direct-contact"}
)
TICKET_COMMANDS = frozenset(
    {"open-ticket", "reprioritise-ticket", "record-response", "record-call", "hold-ticket", "resume-ticket"}
    | {"resolve-ticket", "reopen-ticket", "close-ticket", "reject-ticket", "escalate-ticket"}
    | {"confirm-defect", "announce-fix", "release-fix"}
)
WORK_COMMANDS = frozenset({"log-work", "record-service", "top-up-credit", "grant-credit"})
SESSION_COMMANDS = frozenset({"book-session", "move-session", "cancel-session", "record-no-show", "complete-session"})
WORD_COMMANDS = frozenset({"confirm-deduction", "dispute-deduction"})

BILLING_COMMANDS = frozenset({"issue-invoice", "issue-credit-note", "close-period"})

OPERATOR = (
    CONTRACT_COMMANDS
    | TICKET_COMMANDS
    | WORK_COMMANDS
    | SESSION_COMMANDS
    | WORD_COMMANDS
    | {"reverse-deduction", "grant-service-credit"}
)
MAY: dict[str, frozenset[str]] = {
    "operator": OPERATOR,
    "finance": frozenset(
        {"settle-dispute", "reverse-deduction", "top-up-credit", "grant-credit", "amend-customer"}
        | {"grant-service-credit"}
        | BILLING_COMMANDS
    ),
    "customer": frozenset({"open-ticket", "reopen-ticket", "close-ticket"})
    | WORD_COMMANDS
    | {"book-session", "move-session", "cancel-session"},
    "partner": frozenset({"open-ticket", "reopen-ticket", "close-ticket", "record-response", "escalate-ticket"})
    | {"authorise-direct-contact", "withdraw-direct-contact"},
    "auditor": frozenset(),
    "admin": OPERATOR | BILLING_COMMANDS | {"settle-dispute"},
}


@dataclass(slots=True, frozen=True)
class Actor:
    """The holder of a token. Without a provider it acts for all; a customer or partner is one of a provider."""

    token_id: str
    role: str
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

    def check_may(self, command: str) -> None:
        """Raises Refusal forbidden where the role has no such command."""
        if command not in MAY[self.role]:
            raise Refusal("forbidden", f"A token of role {self.role} may not {command}.", role=self.role)

    @property
    def on_behalf(self) -> bool:
        """Whether a customer's word entered by this actor is somebody else's (C8)."""
        return self.role != "customer"


COMMAND_LINE = Actor("command-line", "admin")  # whoever may read the database's settings may do everything


def check_reads_events(actor: Actor) -> None:
    """The history itself is for those who audit it. Raises Refusal forbidden."""
    if actor.role not in ("finance", "auditor", "admin"):
        raise Refusal("forbidden", f"A token of role {actor.role} does not read the events.", role=actor.role)
