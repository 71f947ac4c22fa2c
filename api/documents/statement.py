"""The statement for the customer: what was owned, each movement, the customer's word on it, and what is owned now.

Figures are those of the views; here they are only put into words. What is sealed and whose key is gone is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from api.documents import figures
from api.documents.labels import labels_for, penalty_in_words, ticket_named
from api.documents.letter import laid_out, letter_of, template, widest
from api.documents.page_lines import CONFIRMATIONS, ON_BEHALF
from api.documents.reckoning import rounding
from api.languages import Labels
from ledger.billing.document_texts import Buyer, Seller
from ledger.billing.naming import name_of
from ledger.kernel.values import from_micros, local_date, shown_minutes
from ledger.plans.catalogue import Names
from projections.credit.customer_statements import CustomerStatement, DeductionDetails, PoolPeriod
from projections.credit.outside_credit import OutsideCredit
from projections.credit.statements import Line

TEMPLATE = template("statement")
STATEMENT_COLUMNS = ("Date", "Movement", "Worked", "Billed", "Confirmation", "Change", "Balance")
BESIDE_COLUMNS = ("Date", "Description", "Time", "Per hour", "Net")
BESIDE = {
    "overage": "Time beyond the credit",
    "service": "Service",
    "surcharge": "On-site surcharge",
    "flat": "Covered by the flat fee",
    "goodwill": "Goodwill",
    "warranty": "Warranty",
}
MOVEMENT_WORDS = {
    "allotment": "Allotment",
    "top_up": "Top-up of credit",
    "goodwill": "Goodwill",
    "correction": "Correction",
    "work": "Work",
    "session": "Session",
    "penalty": "Missed or late changed session",
    "service": "Service",
    "reversal": "Reversal",
    "breakage": "Expired unused",
    "breakage_undone": "Expiry undone",
}
SPENT = ("work", "session", "penalty", "service")


@dataclass(frozen=True)
class Statement:
    """What is printed: a period as it was asked for, from seller to buyer, in a language, with names for keys."""

    period: CustomerStatement
    seller: Seller
    buyer: Buyer
    language: str
    names: Names


def statement_pdf(statement: Statement) -> bytes:
    """The statement as PDF/A-3b, in its language. The same statement gives the same bytes."""
    return laid_out(TEMPLATE, statement_page(statement), statement.period.dated)


def statement_page(statement: Statement, labels: Labels | None = None) -> dict[str, Any]:
    """Everything on the page; in the statement's language, unless words are given."""
    labels, period, names = labels or labels_for(statement.language), statement.period, statement.names
    first, last, dated = (figures.day(day, labels.locale) for day in (period.first_on, period.last_on, period.dated))
    return {
        **letter_of(
            statement.seller,
            statement.buyer,
            labels,
            title="Statement",
            number=period.contract_id,
            dated=period.dated,
            facts=[
                (labels("Contract"), period.contract_id),
                (labels("Customer number"), statement.buyer.customer_id),
                (labels("Period"), figures.days(period.first_on, period.last_on, labels.locale)),
                (labels("As at"), dated),
            ],
        ),
        "columns": [labels(column) for column in STATEMENT_COLUMNS],
        "opening": [first, labels("Opening balance")],
        "closing": [last, labels("Closing balance")],
        "pools": [_pool(number, period, labels, names) for number in range(len(period.pools))],
        "empty": labels("No movements in this period."),
        "beside": _beside(period, labels, names),
        "notes": _notes(period, labels),
    }


def _day(micros: int, period: CustomerStatement, labels: Labels) -> str:
    return figures.day(local_date(from_micros(micros), period.zone), labels.locale)


def _figure(quantity: int, pool: PoolPeriod, labels: Labels) -> str:
    if pool.unit == "minutes":
        return figures.hours(quantity)
    return figures.money(quantity, pool.currency or "", labels.locale)


def _pool(number: int, period: CustomerStatement, labels: Labels, names: Names) -> dict[str, Any]:
    pool = period.pools[number]
    rows = [_movement(line, pool, period, labels, names) for line in pool.lines]
    name = name_of(pool.pool, names, labels.language)
    unnamed = f"{labels('Credit')} {number + 1}" if len(period.pools) > 1 else labels("Credit")
    opening, closing = _figure(pool.opening, pool, labels), _figure(pool.closing, pool, labels)
    balances = ([""] * (len(STATEMENT_COLUMNS) - 1) + [balance] for balance in (opening, closing))
    return {
        "title": f"{labels('Credit')}: {name}" if name else unnamed,
        "opening": opening,
        "widest": widest(len(STATEMENT_COLUMNS), [*balances, *(row["cells"] for row in rows)]),
        "rows": rows,
        "closing": closing,
    }


def _kind(line: Line) -> str:
    """What had expired and is taken back is no loss: the line that gives it back says so."""
    return "breakage_undone" if line.kind == "breakage" and line.change > 0 else line.kind


def _movement(line: Line, pool: PoolPeriod, period: CustomerStatement, labels: Labels, names: Names) -> dict[str, Any]:
    """Time worked and billed stand with what spent it, not with a reversal, so that a column adds up."""
    is_of_deduction = line.kind in (*SPENT, "reversal") and not line.is_of_grant
    deduction = period.deductions.get(line.reference) if is_of_deduction else None
    spent = deduction if line.kind in SPENT else None
    is_timed = spent is not None and line.kind != "service"
    return {
        "cells": [
            _day(line.effective_at, period, labels),
            labels(MOVEMENT_WORDS.get(_kind(line), "Movement")),
            figures.hours(shown_minutes(spent.worked_seconds)) if spent and spent.worked_seconds else "",
            figures.hours(spent.billed_minutes) if spent and is_timed else "",
            _confirmation(spent, labels) if spent else "",
            _figure(line.change, pool, labels),
            _figure(line.balance, pool, labels),
        ],
        "note": _note(deduction),
        "details": _details(line, deduction, period, labels, names),
    }


def _confirmation(deduction: DeductionDetails, labels: Labels) -> str:
    word = ON_BEHALF.get(deduction.status) if deduction.on_behalf else None
    return labels(word or CONFIRMATIONS[deduction.status])


def _note(deduction: DeductionDetails | None) -> str:
    """What was done, where that was told."""
    return deduction.note or "" if deduction else ""


def _details(
    line: Line, deduction: DeductionDetails | None, period: CustomerStatement, labels: Labels, names: Names
) -> list[str]:
    details = [f"{labels('Deduction' if deduction else 'Grant')} {line.reference}"]
    if deduction:
        details += _origin(deduction, line.reference, labels, names, period.zone)
        details += _rounding(deduction, labels) if line.kind in SPENT else []
    if line.note is not None and not deduction:  # that of a deduction stands above
        details.append(line.note)
    if line.dated is not None:
        details.append(labels("of {date}, a closed month", date=_day(line.dated, period, labels)))
    return [*details, f"{labels('Ledger entries')} {line.position}"]


def _origin(deduction: DeductionDetails, reference: str, labels: Labels, names: Names, zone: str) -> list[str]:
    told = deduction.session_id == reference or deduction.penalty is not None
    session = deduction.session_id if not told else None
    ticket = deduction.ticket_id
    if ticket:
        ticket = ticket_named(ticket, {ticket: deduction.ticket_title or ""})
    named = (("Ticket", ticket), ("Session", session))
    found = [f"{labels(label)} {value}" for label, value in named if value]
    found += [penalty_in_words(deduction.penalty, zone, labels)] if deduction.penalty is not None else []
    service = name_of(deduction.service, names, labels.language) if deduction.service else None
    if service:
        found.append(f"{labels('Service')}: {service}")
    if deduction.engineer is not None:
        found.append(f"{labels('Engineer')}: {deduction.engineer}")
    return found


def _rounding(deduction: DeductionDetails, labels: Labels) -> list[str]:
    worked = shown_minutes(deduction.worked_seconds)
    return rounding(worked, deduction.billed_minutes, deduction.increment_minutes, labels)


def _beside(period: CustomerStatement, labels: Labels, names: Names) -> dict[str, Any] | None:
    """Time and services that no credit bore."""
    if not period.outside:
        return None

    def money(cents: int) -> str:
        return figures.money(cents, period.currency, labels.locale)

    rows = []
    for line in period.outside:
        deduction = period.deductions.get(line.deduction_id)
        details = [f"{labels('Deduction')} {line.deduction_id}"]
        if deduction:
            details += _origin(deduction, line.deduction_id, labels, names, period.zone)
            details += [] if line.reverses else [*_rounding(deduction, labels), _confirmation(deduction, labels)]
        details.append(_billed(line, labels))
        cells = [
            _day(line.effective_at, period, labels),
            labels("Reversal" if line.reverses else BESIDE[line.kind]),
            "" if line.minutes is None else figures.hours(line.minutes),
            "" if line.rate_cents is None or line.minutes is None else money(line.rate_cents),
            money(line.amount_cents),
        ]
        details.append(f"{labels('Ledger entries')} {line.position}")
        rows.append({"cells": cells, "note": _note(deduction), "details": details})
    time = figures.hours(sum(line.minutes or 0 for line in period.outside))
    amount = money(sum(line.amount_cents for line in period.outside))
    return {
        "title": labels("Beside the credit"),
        "columns": [labels(column) for column in BESIDE_COLUMNS],
        "widest": widest(len(BESIDE_COLUMNS), [["", "", time, "", amount], *(row["cells"] for row in rows)]),
        "rows": rows,
        "total": [labels("Total of the period"), time, amount],
    }


def _billed(line: OutsideCredit, labels: Labels) -> str:
    """On which invoice it stands, or why it stands on none."""
    if line.invoice_number is not None:
        return f"{labels('Invoice')} {line.invoice_number}"
    return labels("cancelled by {charge}", charge=line.settled_by) if line.settled_by else labels("not invoiced yet")


def _notes(period: CustomerStatement, labels: Labels) -> list[str]:
    notes = [labels("Times are hours and minutes (h:mm).")]
    if period.pools:
        notes.append(labels("Credit reserved for booked sessions is still part of the balance."))
    if any(line.amount_cents for line in period.outside):
        notes.append(labels("Amounts beside the credit are net; they are owed on an invoice."))
    return notes
