"""The HTTP application: routes, access, problems, ETags, and an OpenAPI document with the commands' schemas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.http import problems
from api.http.answers import Answers
from api.http.calculation import Calculation
from api.http.etags import ETags
from api.http.parameters import known_parameters
from api.http.routers import commands, contracts, deductions, events, health, invoices, plans, sla, statements, tickets
from api.state import open_state
from ledger.door.registry import COMMANDS
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.settings import Settings

ABOUT = """Every figure of a support contract, and the events behind it: for any moment in the past.

Minutes are integers, money strings with two decimals, instants RFC 3339 in UTC. Reads take `as_of` (when it was
true) and `known_at` (when the ledger knew it).
"""


_TOKEN = {"type": "http", "scheme": "bearer", "description": "A token made by `support-ledger token create`."}


def create_app(settings: Settings | None = None, clock: Clock = system_clock) -> FastAPI:
    """The application over the ledger that the settings name; it opens with the server and closes with it."""
    settings = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.ledger = state = open_state(settings, clock)
        state.start()
        try:
            yield
        finally:
            await state.close()

    app = FastAPI(
        title="Support Contract Ledger",
        version="0.1.0",
        description=ABOUT,
        lifespan=lifespan,
        dependencies=[Depends(known_parameters)],
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    # Routes are tried in this order for each request: those that are asked most stand first.
    for router in (contracts, statements, tickets, deductions, invoices, sla, plans, events, health, commands):
        app.include_router(router.router)
    app.add_middleware(ETags)
    app.add_middleware(Answers)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The document as FastAPI makes it, with the command bodies, which routes read by hand, among its schemas."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        models = [
            (model, "validation") for model in dict.fromkeys((*(one.body for one in COMMANDS.values()), Calculation))
        ]
        _, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
        document["components"]["schemas"].update(definitions["$defs"])
        document["components"]["securitySchemes"] = {"token": _TOKEN}
        for path, operations in document["paths"].items():
            if not path.startswith("/health/"):
                for operation in operations.values():
                    operation["security"] = [{"token": []}]
        app.openapi_schema = document
    return app.openapi_schema
