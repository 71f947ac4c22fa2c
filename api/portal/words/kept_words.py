"""What was posted before a sign-in ended, in the reader's words: the label that each field has in its form.

What no field of a form is called is not told: ids of commands, the proof of the page, which form it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from api.languages import Labels, word
from api.portal.words.choices import CHOICES

LABELS = {
    "amount": word("Amount"),
    "at": word("When"),
    "by": word("By"),
    "channel": word("Reported over"),
    "contact.company": word("Company"),
    "contact.email": word("E-mail"),
    "contact.name": word("Name"),
    "contact.phone": word("Direct phone"),
    "contract_id": word("Contract"),
    "customer.address.city": word("City"),
    "customer.address.line1": word("Street"),
    "customer.address.line2": word("Second line of the address"),
    "customer.address.postcode": word("Postcode"),
    "customer.buyer_reference": word("Reference for invoices"),
    "customer.email": word("E-mail"),
    "customer.name": word("Name"),
    "customer.registration_number": word("Registration number"),
    "customer.tax_number": word("Tax number"),
    "customer.vat_id": word("VAT id"),
    "deduction_id": word("Entry"),
    "ended_at": word("Finish"),
    "engineer": word("Worked by"),
    "estimate_minutes": word("Estimate in minutes"),
    "exchange_rate": word("Exchange rate"),
    "expected_on": word("Expected on"),
    "expires_on": word("First day on which it counts no more"),
    "grant_id": word("Name of the credit"),
    "impact": word("Impact"),
    "issued_on": word("Day of issue"),
    "kind": word("Kind"),
    "ksef_number": word("KSeF number of the invoice"),
    "minutes": word("Minutes"),
    "note": word("What was done, for the customer"),
    "one": word("Entry"),
    "outcome": word("Answer"),
    "pool": word("Pool"),
    "price": word("Price"),
    "priority": word("Priority"),
    "provider": word("Provider"),
    "reason": word("Reason"),
    "scope": word("Which matter?"),
    "service": word("Service"),
    "source": word("Kind"),
    "started_at": word("Start"),
    "starts_at": word("Begins"),
    "through_on": word("Until"),
    "ticket_id": word("Ticket"),
    "title": word("What is it about?"),
    "to": word("Whom"),
    "to_level": word("To the level"),
    "top_up_id": word("Name of the credit"),
    "treatment": word("How it is billed"),
    "urgency": word("Urgency"),
}


def kept_in_words(kept: Iterable[tuple[str, str]], labels: Labels) -> list[tuple[str, str]]:
    """Label and value of what somebody filled in or chose; a choice by its word."""
    return [(labels(LABELS[name]), _said(name, value, labels)) for name, value in kept if value and name in LABELS]


def _said(name: str, value: str, labels: Labels) -> str:
    said = CHOICES.get(name, {}).get(value)
    return labels(said) if said is not None else value
