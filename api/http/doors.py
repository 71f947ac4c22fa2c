"""The API: its routes, access, problems, ETags and OpenAPI document. Who serves it gives it the state that it asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import Depends, FastAPI

from api.http import problems
from api.http.etags import ETags
from api.http.openapi import document_of
from api.http.parameters import known_parameters
from api.http.quick_balance import QuickBalance
from api.http.responses import ResponseHeaders
from api.http.routers import (
    across,
    commands,
    contracts,
    customers,
    deductions,
    events,
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


def create_api(lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None) -> FastAPI:
    """Nothing but what programs ask, so that the command line loads no page; `app.state.ledger` is to be set."""
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
        commands,
    ):
        app.include_router(router.router)
    app.add_middleware(QuickBalance)
    app.add_middleware(ETags)
    app.add_middleware(ResponseHeaders)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]
    return app
