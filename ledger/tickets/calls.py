"""When a call to the customer is due (T5). Pure."""

from __future__ import annotations

from ledger.tickets.ticket import LIVE


def is_call_due(state: str, responses_since_call: int, call_after_responses: int | None) -> bool:
    """So many responses of the provider without a solution that the terms want a call; where they want none, never.

    Three responses under terms that want a call after three are enough; a resolved ticket needs no call.
    """
    wanted = call_after_responses is not None and responses_since_call >= call_after_responses
    return wanted and state in LIVE
