"""What happened, in the reader's words: the events that lines of documents rest on."""

from __future__ import annotations

from api.languages import word
from api.portal.words.credit_words import HAPPENED

BEHIND_LINES = {
    **HAPPENED,
    "TermStarted": word("Term begun"),
    "FeeCharged": word("Fee charged"),
    "FeeReversed": word("Fee taken back"),
    "LumpSumCharged": word("Lump sum charged"),
    "LumpSumReversed": word("Lump sum taken back"),
    "CreditGranted": word("Credit granted"),
    "GrantTakenBack": word("Credit taken back"),
    "TopUpCharged": word("Top-up charged"),
    "TopUpReversed": word("Top-up taken back"),
    "CreditDrawn": word("Drawn from credit"),
    "CreditReturned": word("Given back to credit"),
    "ServiceCreditGranted": word("Service credit given"),
    "ServiceCreditCharged": word("Service credit set off"),
    "ServiceCreditReversed": word("Service credit taken back"),
    "InvoiceIssued": word("Invoice issued"),
    "CreditNoteIssued": word("Credit note issued"),
}


def event_in_words(event: str) -> str:
    """The English word; an event that has none is shown as the ledger calls it."""
    return BEHIND_LINES.get(event, event)
