"""The HTTP application: the API with its routes, access, problems, ETags and OpenAPI document, and the portal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from api.http import problems
from api.http.etags import ETags
from api.http.openapi import document_of
from api.http.parameters import known_parameters
from api.http.responses import ResponseHeaders
from api.http.routers import (
    across,
    commands,
    contracts,
    customers,
    deductions,
    events,
    feeds,
    grants,
    health,
    invoices,
    periods,
    plans,
    reports,
    sessions,
    sla,
    statements,
    tickets,
)
from api.http.routers.pages import pages_router
from api.limits import LIMITS, Limits
from api.portal.addresses import HOME, ROOT
from api.portal.app import create_portal
from api.state import open_state
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.settings import Settings
from ledger.plans.catalogue import Catalogue


def create_app(
    settings: Settings | None = None,
    clock: Clock = system_clock,
    catalogue: Catalogue | None = None,
    limits: Limits = LIMITS,
) -> FastAPI:
    """The application over the ledger that the settings name; it opens with the server and closes with it."""
    settings, portal = settings or Settings(), create_portal()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.ledger = portal.state.ledger = state = open_state(settings, clock, catalogue, limits)
        state.start()
        try:
            yield
        finally:
            await state.close()

    app = FastAPI(
        title="Support Contract Ledger",
        version="0.1.0",
        lifespan=lifespan,
        dependencies=[Depends(known_parameters)],
        openapi_url=None,  # answered by a route of ours, which refuses parameters like every other
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    # Routes are tried in this order for each request: those that are asked most stand first.
    for router in (
        contracts,
        statements,
        tickets,
        deductions,
        grants,
        sessions,
        across,
        invoices,
        customers,
        periods,
        reports,
        sla,
        plans,
        events,
        health,
        feeds,
        commands,
    ):
        app.include_router(router.router)
    app.mount(ROOT, portal)
    app.include_router(pages_router(app.version, first_page=HOME, has_docs=settings.api_docs))
    app.add_middleware(ETags)
    app.add_middleware(ResponseHeaders)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]
    return app
