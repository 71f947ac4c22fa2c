"""The routers of the API, each by the nouns of the paths that it answers, in the order in which they are tried.

A server loads all of them. The command line asks one thing and ends, so it loads what answers that: what a router has
of routes and models takes longer to load than to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fastapi import APIRouter


def _contracts() -> APIRouter:
    from api.http.routers.contracts import router

    return router


def _statements() -> APIRouter:
    from api.http.routers.statements import router

    return router


def _tickets() -> APIRouter:
    from api.http.routers.tickets import router

    return router


def _deductions() -> APIRouter:
    from api.http.routers.deductions import router

    return router


def _grants() -> APIRouter:
    from api.http.routers.grants import router

    return router


def _sessions() -> APIRouter:
    from api.http.routers.sessions import router

    return router


def _across() -> APIRouter:
    from api.http.routers.across import router

    return router


def _invoices() -> APIRouter:
    from api.http.routers.invoices import router

    return router


def _customers() -> APIRouter:
    from api.http.routers.customers import router

    return router


def _periods() -> APIRouter:
    from api.http.routers.periods import router

    return router


def _reports() -> APIRouter:
    from api.http.routers.reports import router

    return router


def _sla() -> APIRouter:
    from api.http.routers.sla import router

    return router


def _plans() -> APIRouter:
    from api.http.routers.plans import router

    return router


def _events() -> APIRouter:
    from api.http.routers.events import router

    return router


def _health() -> APIRouter:
    from api.http.routers.health import router

    return router


def _metrics() -> APIRouter:
    from api.http.routers.metrics import router

    return router


def _commands() -> APIRouter:
    from api.http.routers.commands import router

    return router


# Those that are asked most stand first.
ROUTERS: tuple[tuple[Callable[[], APIRouter], frozenset[str]], ...] = (
    (_contracts, frozenset({"contracts", "terms", "balance"})),
    (_statements, frozenset({"statement"})),
    (_tickets, frozenset({"tickets", "history"})),
    (_deductions, frozenset({"deductions", "charges"})),
    (_grants, frozenset({"grants"})),
    (_sessions, frozenset({"sessions", "history"})),
    (_across, frozenset({"balances", "deductions", "charges", "invoice-drafts"})),
    (_invoices, frozenset({"invoice-draft", "invoices", "lines"})),
    (_customers, frozenset({"customers"})),
    (_periods, frozenset({"periods"})),
    (_reports, frozenset({"reports"})),
    (_sla, frozenset({"sla"})),
    (_plans, frozenset({"plans"})),
    (_events, frozenset({"events"})),
    (_health, frozenset({"health"})),
    (_metrics, frozenset({"metrics"})),
    (_commands, frozenset({"commands"})),
)


def noun_of(path: str) -> str:
    """What a path asks for: `/v1/contracts/L/charges` for charges, `/v1/deductions/E-1` for deductions."""
    words = path.removeprefix("/v1").strip("/").split("/")
    return words[2] if len(words) > 2 else words[0]


def routers_for(noun: str | None = None) -> Iterator[APIRouter]:
    """Those that answer what is asked for; all where nothing is named, or what no line above names."""
    found = [load for load, nouns in ROUTERS if noun in nouns] or [load for load, _ in ROUTERS]
    return (load() for load in found)
