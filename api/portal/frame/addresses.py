"""Addresses of the portal, its own ones told from all others. It stands alone: the command line prints them too."""

from __future__ import annotations

from urllib.parse import urlencode

ROOT = "/portal"
HOME = f"{ROOT}/"
SIGN_IN = f"{ROOT}/sign-in"
ACCOUNT = f"{ROOT}/account"
TIME_PAGE = f"{ROOT}/time"
URGENT = f"{ROOT}/urgent"
CREDIT_PAGES = f"{ROOT}/credit"
LOW_CREDIT = f"{CREDIT_PAGES}/low"
EXPIRING_CREDIT = f"{CREDIT_PAGES}/expiring"
CONTRACTS_PAGE = f"{ROOT}/contracts"
PROMISES = f"{ROOT}/sla"
TICKETS_PAGE = f"{ROOT}/tickets"
SESSIONS_PAGE = f"{ROOT}/sessions"
CALENDAR = f"{ROOT}/calendar"
DOCUMENTS_PAGE = f"{ROOT}/documents"
STATEMENTS = f"{ROOT}/statements"
MONTH_PAGE = f"{ROOT}/month"
UNANSWERED = f"{ROOT}/unanswered"
DRAFTS = f"{ROOT}/drafts"
REPORTS = f"{ROOT}/reports"
PERIODS = f"{ROOT}/periods"
BOOKS = f"{ROOT}/books"


def place_within(address: str, or_sign_in: bool = False) -> str:
    """An address of the portal to go on to, or its first page: nobody is led elsewhere.

    To the page that signs in nobody goes on, round in a circle, but from it one comes back to it (`or_sign_in`).
    """
    is_plain = address.isascii() and address.isprintable() and not any(one in address for one in "\\ ")
    path = address.partition("?")[0].partition("#")[0]
    steps = path.removeprefix(HOME).split("/")
    if (
        not is_plain
        or not path.startswith(HOME)
        or (path == SIGN_IN and not or_sign_in)
        or "%" in path
        or {"", ".", ".."} & {*steps[:-1]}
        or steps[-1] in (".", "..")
    ):
        return HOME
    return address


def with_query(address: str, **asked: str | None) -> str:
    """An address with the parameters that there are."""
    told = {name: value for name, value in asked.items() if value}
    return f"{address}?{urlencode(told)}" if told else address


def link_address(server: str, secret: str) -> str:
    """Where a link that signs in leads, at a server such as `http://127.0.0.1:8000`."""
    return f"{server.rstrip('/')}{SIGN_IN}?link={secret}"
