"""The lines of a printed document: grouped by ticket, each with its way to the minute, the engineer and the word
of the customer."""

from __future__ import annotations

from typing import Any

import msgspec

from api.documents import figures
from api.documents.document_parties import DocumentEvent, Parties
from api.documents.labels import START, is_told_beside, kind_of, ticket_named, words_of
from api.documents.reckoning import reckoned
from api.languages import Labels
from ledger.billing.naming import name_of
from ledger.events import DocumentLine

LINE_COLUMNS = (
    *("Pos.", "Description", "Supplied on", "Worked", "Billed", "Covered"),
    *("Quantity", "Unit price", "Net", "VAT"),
)
BASES = {
    "pool": "Covered by the included time",
    "flat": "Covered by the flat fee",
    "goodwill": "Goodwill",
    "warranty": "Warranty",
}
CONFIRMATIONS = {
    "pending": "Awaiting confirmation",
    "confirmed": "Confirmed",
    "deemed_confirmed": "Confirmed by silence",
    "not_required": "No confirmation needed",
    "disputed": "Disputed",
    "upheld": "Upheld after dispute",
    "reversed": "Reversed",
}
ON_BEHALF = {  # C8
    "confirmed": "Confirmed on your behalf",
    "disputed": "Disputed on your behalf",
    "upheld": "Upheld after a dispute on your behalf",
}


def groups(document: DocumentEvent, parties: Parties, labels: Labels) -> list[dict[str, Any]]:
    """What belongs to no ticket first, then ticket by ticket as they come; lines keep their order."""
    by_ticket: dict[str, list[DocumentLine]] = {}
    for line in sorted(document.lines, key=lambda line: line.ticket_id is not None):
        by_ticket.setdefault(line.ticket_id or "", []).append(line)
    shown: set[str] = set()
    return [
        {
            "title": f"{labels('Ticket')} {ticket_named(ticket, parties.titles)}"
            if ticket
            else labels("Contract and services"),
            "rows": [_row(line, document.currency, parties, shown, labels) for line in lines],
        }
        for ticket, lines in by_ticket.items()
    ]


def _row(line: DocumentLine, currency: str, parties: Parties, shown: set[str], labels: Labels) -> dict[str, Any]:
    """What was done, and how its time was rounded, is told with the first line of a deduction."""
    locale = labels.locale
    first_of_deduction = line.deduction_id is None or line.deduction_id not in shown
    if line.deduction_id is not None:
        shown.add(line.deduction_id)
    worked, billed = (line.worked_minutes, line.billed_minutes) if first_of_deduction else (None, None)
    told = line if first_of_deduction else msgspec.structs.replace(line, worked_minutes=None)
    is_time = line.unit == "minute"
    covered = line.quantity if is_time and line.unit_price_cents == 0 else None  # negative where time is given back
    price = figures.amount(line.unit_price_cents, locale)
    if is_time and line.price_base != 60:
        price = f"{price} / {figures.hours(line.price_base)}"
    return {
        "note": parties.notes.get(line.deduction_id or "", "") if first_of_deduction else "",
        "details": _details(line, reckoned(told, currency, labels), parties.engineers, labels),
        "cells": [
            str(line.line),
            kind_of(line, labels),
            figures.day(line.supplied_on, locale),
            "" if worked is None else figures.hours(worked),
            "" if billed is None else figures.hours(billed),
            "" if covered is None else figures.hours(covered),
            figures.hours(line.quantity) if is_time else figures.count(line.quantity, locale),
            price,
            figures.amount(line.net_cents, locale),
            figures.rate(line.vat_rate_percent_hundredths if line.vat_category == "S" else None, locale),
        ],
        "per": labels("per hour") if is_time and line.price_base == 60 else "",
    }


def _details(line: DocumentLine, reckoning: list[str], engineers: dict[str, str], labels: Labels) -> list[str]:
    details = [] if is_told_beside(line) else [words_of(line, labels)]
    if line.starts_on and line.ends_on:
        details.append(figures.days(line.starts_on, line.ends_on, labels.locale))
    elif line.starts_on:
        details.append(labels("from {date} on", date=figures.day(line.starts_on, labels.locale)))
    details += reckoning
    if line.basis in BASES:
        details.append(labels(BASES[line.basis]))
    service = name_of(line.service, line.names, labels.language) if line.service else None
    if service:
        details.append(f"{labels('Service')}: {service}")
    if line.session_id and START not in line.values:  # else the words name it
        details.append(f"{labels('Session')} {line.session_id}")
    if line.deduction_id:
        details.append(f"{labels('Deduction')} {line.deduction_id}")
        if line.deduction_id in engineers:
            details.append(f"{labels('Engineer')}: {engineers[line.deduction_id]}")
    if line.confirmation:
        word = (ON_BEHALF if line.on_behalf else {}).get(line.confirmation) or CONFIRMATIONS[line.confirmation]
        details.append(labels(word))
    if line.events:
        details.append(f"{labels('Ledger entries')} {', '.join(str(position) for position in line.events)}")
    return details
