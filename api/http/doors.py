"""The API: its routes, access, problems, ETags and OpenAPI document. Who serves it gives it the state that it asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import Depends, FastAPI

from api.http import problems
from api.http.etags import ETags
from api.http.parameters import known_parameters
from api.http.quick_balance import QuickBalance
from api.http.responses import ResponseHeaders
from api.http.routes import routers_for


def create_api(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None, noun: str | None = None
) -> FastAPI:
    """Nothing but what programs ask, so that the command line loads no page; `app.state.ledger` is to be set.

    With a noun only what answers paths of that noun (`api.http.routes`).
    """
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
    for router in routers_for(noun):
        app.include_router(router)
    if noun in (None, "commands"):
        from api.http.quick_commands import QuickCommands  # with every command, and most who load the API send none

        app.add_middleware(QuickCommands)
    app.add_middleware(ETags)
    app.add_middleware(ResponseHeaders)
    app.add_middleware(QuickBalance)
    app.openapi = lambda: _document_of(app)  # type: ignore[method-assign]
    return app


def _document_of(app: FastAPI) -> dict[str, Any]:
    from api.http.openapi import document_of  # it knows every command, and most who load the API never ask for it

    return document_of(app)
