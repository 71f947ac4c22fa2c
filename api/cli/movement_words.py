"""What a line of a statement says in words, as documents do: its ticket, what was done, and how time was rounded."""

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
