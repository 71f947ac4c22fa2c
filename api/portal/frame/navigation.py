"""The pages that each role finds at the head of every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.languages import word

_TICKETS = ("/portal/tickets", word("Tickets"))
_SESSIONS = ("/portal/sessions", word("Sessions"))
_DOCUMENTS = ("/portal/documents", word("Documents"))
_TIME = ("/portal/time", word("Time"))
_CONTRACTS = ("/portal/contracts", word("Contracts"))
_PROMISES = ("/portal/sla", word("Promises kept"))
_REPORTS = ("/portal/reports", word("Reports"))
_CLOSING = ("/portal/periods", word("Closing"))
_BOOKS = ("/portal/books", word("Books"))

CUSTOMER_PAGES = (("/portal/", word("Home")), _TIME, _TICKETS, _SESSIONS, _DOCUMENTS)
PARTNER_PAGES = (("/portal/", word("Home")), _CONTRACTS, _TICKETS)
OPERATOR_PAGES = (
    ("/portal/", word("Today")),
    _TICKETS,
    _TIME,
    _SESSIONS,
    _CONTRACTS,
    _PROMISES,
)
FINANCE_PAGES = (
    ("/portal/", word("Month")),
    ("/portal/drafts", word("Drafts")),
    _DOCUMENTS,
    _TIME,
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
    "admin": (*OPERATOR_PAGES, ("/portal/month", word("Month")), *FINANCE_PAGES[1:3], *FINANCE_PAGES[4:]),
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
    within = [href for href, _ in pages if here == href or here.startswith(f"{href}/")]
    current = max(within, key=len, default=None)
    return [Link(href, label, href == current) for href, label in pages]
