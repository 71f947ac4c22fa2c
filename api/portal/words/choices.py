"""What a form lets one choose from, by the ledger's name: channels, kinds of tickets, what they are about."""

from __future__ import annotations

from api.languages import word

CHANNELS = {
    "phone": word("Phone"),
    "email": word("E-mail"),
    "portal": word("Portal"),
    "chat": word("Chat"),
    "callback": word("Callback"),
    "web_meeting": word("Web meeting"),
    "remote": word("Remote access"),
    "on_site": word("On site"),
}
TICKET_KINDS = {
    "incident": word("Incident"),
    "problem": word("Problem"),
    "request": word("Request"),
    "change": word("Change"),
    "question": word("Question"),
    "defect": word("Defect"),
}
SCOPES = {
    "installation": word("Installation"),
    "operation": word("Operation"),
    "malfunction": word("Malfunction"),
    "basic_functions": word("Basic functions"),
    "data_manipulation": word("Changing data"),
    "customer_login": word("Work under the customer's login"),
    "cloud_outage": word("Outage of the cloud"),
}
GRADES = {"high": word("High"), "medium": word("Medium"), "low": word("Low")}
TREATMENTS = {
    "billable": word("as the contract says"),
    "goodwill": word("goodwill"),
    "warranty": word("warranty"),
}
SOURCES_GIVEN = {"goodwill": word("Goodwill"), "correction": word("Correction")}
# What is said of whoever is signed in and acts for no company alone.
OFFICES = {
    "operator": word("Operations"),
    "finance": word("Finance"),
    "auditor": word("Audit"),
    "admin": word("Administration"),
}
OUTCOMES = {"upheld": word("It stands as it is"), "reversed": word("It is taken back in full")}
BOOK_FORMS = {
    "beancount": "Beancount",
    "hledger": "hledger",
    "csv": "CSV",
    "datev": word("DATEV, bookings of documents"),
    "datev-debtors": word("DATEV, debtors"),
}
# By the field of a command, or of a page, that takes one of them.
CHOICES = {
    **{"channel": CHANNELS, "kind": TICKET_KINDS, "scope": SCOPES, "impact": GRADES, "urgency": GRADES},
    **{"form": BOOK_FORMS, "treatment": TREATMENTS, "source": SOURCES_GIVEN, "outcome": OUTCOMES},
}
