"""What lines of statements and deductions say in words, as documents do: what was done, and how it was reckoned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def movement_in_words(line: Mapping[str, Any]) -> str:
    """`T-1: Orders are gone · Backup restored · 0:50 worked, 1:00 billed: steps of 15 minutes`."""
    from api.documents.labels import labels_for, ticket_named
    from api.documents.reckoning import rounding

    ticket_id, title, note = line["ticket_id"], line["ticket_title"], line["note"]
    words = [ticket_named(ticket_id, {ticket_id: title or ""})] if ticket_id is not None else []
    if note is not None and note != f"ticket {ticket_id}":
        words.append(note)
    time = rounding(line["worked_minutes"], line["billed_minutes"], line["increment_minutes"], labels_for("en"))
    return " · ".join([*words, *time])


def deduction_in_words(line: Mapping[str, Any]) -> str:
    """`Backup restored · 0:50 worked, 1:00 billed: steps of 15 minutes · 0:45 at 89.00 EUR` beyond the credit.

    A service at a flat price says what it came to: `2 × 600.00 = 1200.00 EUR`; one by the hour at which rate.
    """
    from api.documents.figures import hours
    from api.documents.labels import labels_for
    from api.documents.reckoning import rounding

    labels = labels_for("en")
    time = rounding(line["worked_minutes"], line["billed_minutes"], line["increment_minutes"], labels)
    beyond = [
        labels("{time} at {rate}", time=hours(one["minutes"]), rate=f"{one['rate']} {line['currency']}")
        for one in line["overage"]
    ]
    sold, currency = list[str](), line["currency"]
    if line["quantity"] is not None:
        sold = [f"{line['quantity']} × {line['rate']} = {line['cost']} {currency}"]
    elif line["rate"] is not None:
        sold = [labels("{time} at {rate}", time=hours(line["billed_minutes"]), rate=f"{line['rate']} {currency}")]
    return " · ".join([*_why(line), *([line["note"]] if line["note"] is not None else []), *time, *sold, *beyond])


def _why(line: Mapping[str, Any]) -> list[str]:
    from ledger.billing.lines import PENALTIES

    if line["penalty"] is None:
        return []
    cause, start = line["penalty"]["cause"], line["penalty"]["session_starts_at"]
    return [PENALTIES[cause].format(session=line["session_id"], start=start)]
