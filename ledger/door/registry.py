"""Every command of the ledger, by name: each declared beside its function, in the room of its subject.

A module with commands is named here once; door, access, OpenAPI, documentation and command line follow.
"""

from __future__ import annotations

from typing import Any

import ledger.billing.closing
import ledger.billing.crediting
import ledger.billing.invoice_runs
import ledger.billing.issuing
import ledger.contracts.commands
import ledger.credit.answers
import ledger.credit.taking_back
import ledger.credit.top_ups
import ledger.credit.working
import ledger.lifecycle.commands
import ledger.sessions.commands
import ledger.sla.service_credits
import ledger.tickets.commands
import ledger.tickets.defects
import ledger.tickets.retracting  # noqa: F401
from ledger.kernel.errors import unknown_command
from ledger.work.declaration import DECLARED, Declared

COMMANDS: dict[str, Declared[Any]] = dict(sorted(DECLARED.items()))


def declared(name: str) -> Declared[Any]:
    """The command of that name. Raises Refusal unknown-command."""
    found = COMMANDS.get(name)
    if found is None:
        raise unknown_command(name)
    return found
