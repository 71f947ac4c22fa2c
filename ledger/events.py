"""Every event of the ledger, from the rooms that record them. `docs/events.md` is generated from here.

Payloads are primitives with units; effective times are instants in UTC. Whoever reads stored events imports this.
"""

from ledger.billing.events import *  # noqa: F403
from ledger.contracts.events import *  # noqa: F403
from ledger.credit.deduction_events import *  # noqa: F403
from ledger.credit.events import *  # noqa: F403
from ledger.kernel.fact import *  # noqa: F403
from ledger.sessions.events import *  # noqa: F403
from ledger.tickets.events import *  # noqa: F403
