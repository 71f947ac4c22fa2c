"""Sessions as an iCalendar object (RFC 5545): what calendar programs subscribe to.

A session has one UID for ever; each move and its end raise SEQUENCE. It is told by ids alone, since a calendar program
often keeps what it gets with somebody else, where no destroyed key reaches it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Component, Event, Timezone

from ledger.kernel.values import from_micros
from projections.sessions.view import SessionRow

REFRESHED = timedelta(hours=1)  # how often a program should ask
NOT_HELD = ("cancelled", "released")


def calendar_of(rows: Iterable[SessionRow]) -> bytes:
    """The calendar with a session an event, in their order."""
    calendar = Calendar()
    calendar.add("prodid", "-//Support Contract Ledger//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Support sessions")
    calendar.add("refresh-interval", REFRESHED, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    components: list[Component] = [_event(row) for row in rows]
    # A calendar has one component at least (RFC 5545, 3.6), without any session too.
    for component in components or [Timezone.from_tzid("UTC")]:
        calendar.add_component(component)
    content: bytes = calendar.to_ical()
    return content


def _event(row: SessionRow) -> Event:
    starts_at = from_micros(row.starts_at)
    event = Event()
    event.add("uid", f"{row.session_id}@{row.provider}.support-contract-ledger")
    event.add("sequence", row.moves + (row.ended_at is not None))
    event.add("dtstamp", from_micros(row.latest_recorded_at))
    event.add("created", from_micros(row.recorded_at))
    event.add("last-modified", from_micros(row.latest_recorded_at))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=row.estimate_minutes))
    event.add("status", "CANCELLED" if row.state in NOT_HELD else "CONFIRMED")
    event.add("summary", f"Support session {row.session_id} ({row.state})")
    event.add("description", "\n".join(f"{name}: {value}" for name, value in _told(row) if value is not None))
    return event


def _told(row: SessionRow) -> list[tuple[str, str | None]]:
    return [
        ("Contract", row.contract_id),
        ("Customer", row.customer_id),
        ("Ticket", row.ticket_id),
        ("Service", row.service),
        ("Estimate", f"{row.estimate_minutes} minutes"),
    ]
