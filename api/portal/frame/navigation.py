"""The pages that each role finds at the head of every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.languages import word
from api.portal.frame.addresses import (
    BOOKS,
    CALENDAR,
    CONTRACTS_PAGE,
    CREDIT_PAGES,
    DOCUMENTS_PAGE,
    DRAFTS,
    HOME,
    MONTH_PAGE,
    PERIODS,
    PROMISES,
    REPORTS,
    SESSIONS_PAGE,
    STATEMENTS,
    TICKETS_PAGE,
    TIME_PAGE,
    UNANSWERED,
    URGENT,
)

_TICKETS = (TICKETS_PAGE, word("Tickets"))
_SESSIONS = (SESSIONS_PAGE, word("Sessions"))
_DOCUMENTS = (DOCUMENTS_PAGE, word("Documents"))
_TIME = (TIME_PAGE, word("Time"))
_CONTRACTS = (CONTRACTS_PAGE, word("Contracts"))
_PROMISES = (PROMISES, word("Promises kept"))
_DRAFTS = (DRAFTS, word("Drafts"))
_REPORTS = (REPORTS, word("Reports"))
_CLOSING = (PERIODS, word("Closing"))
_BOOKS = (BOOKS, word("Books"))

CUSTOMER_PAGES = ((HOME, word("Home")), _TIME, _TICKETS, _SESSIONS, _DOCUMENTS)
PARTNER_PAGES = ((HOME, word("Home")), _CONTRACTS, _TICKETS)
OPERATOR_PAGES = (
    (HOME, word("Today")),
    _TICKETS,
    _TIME,
    _SESSIONS,
    _CONTRACTS,
    _PROMISES,
)
FINANCE_PAGES = (
    (HOME, word("Month")),
    _DRAFTS,
    _DOCUMENTS,
    _TIME,
    _CONTRACTS,
    _REPORTS,
    _CLOSING,
    _BOOKS,
)
PAGES: dict[str, Sequence[tuple[str, str]]] = {
    "customer": CUSTOMER_PAGES,
    "partner": PARTNER_PAGES,
    "operator": OPERATOR_PAGES,
    "finance": FINANCE_PAGES,
    "auditor": (*OPERATOR_PAGES, _DOCUMENTS, _REPORTS, _CLOSING, _BOOKS),
    "admin": (*OPERATOR_PAGES, (MONTH_PAGE, word("Month")), _DRAFTS, _DOCUMENTS, _REPORTS, _CLOSING, _BOOKS),
}
# To which page one belongs that a role does not find at the head.
BELONGS_TO = {
    CALENDAR: SESSIONS_PAGE,
    SESSIONS_PAGE: TIME_PAGE,
    TICKETS_PAGE: TIME_PAGE,
    TIME_PAGE: TICKETS_PAGE,
    STATEMENTS: DOCUMENTS_PAGE,
    DOCUMENTS_PAGE: CONTRACTS_PAGE,
    CONTRACTS_PAGE: HOME,
    UNANSWERED: MONTH_PAGE,
    MONTH_PAGE: HOME,
    DRAFTS: PERIODS,
    PERIODS: HOME,
    PROMISES: REPORTS,
    REPORTS: HOME,
    URGENT: HOME,
    CREDIT_PAGES: HOME,
}


@dataclass(slots=True, frozen=True)
class Link:
    """`label` is the English word; a template says it in the reader's language."""

    href: str
    label: str
    is_current: bool = False


def links_for(role: str | None, here: str) -> list[Link]:
    """The pages of a role; the one that the address `here` belongs to is the current one."""
    pages = PAGES.get(role or "", ())
    found = {href for href, _ in pages}
    within = [one for one in {*found, *BELONGS_TO} if here == one or here.startswith(f"{one}/")]
    current = max(within, key=len, default=None)
    while found and current is not None and current not in found:
        current = BELONGS_TO[current]
    return [Link(href, label, href == current) for href, label in pages]
