"""The HTTP application that a server is: the API, the portal, pages and feeds, over the ledger of the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from api.http.doors import create_api
from api.http.metering import Metered
from api.http.routers import feeds
from api.http.routers.pages import pages_router
from api.limits import LIMITS, Limits
from api.portal.app import create_portal
from api.portal.frame.addresses import HOME, ROOT
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
    app = create_doors()
    give_ledger(app, settings or Settings(), clock, catalogue, limits)
    return app


def create_doors() -> FastAPI:
    """Every door, and no ledger behind them yet: `give_ledger` says which."""
    app, portal = create_api(_life), create_portal()
    portal.state = app.state
    app.include_router(feeds.router)
    app.mount(ROOT, portal)
    app.add_middleware(Metered)
    app.include_router(pages_router(app.version, first_page=HOME))
    return app


def give_ledger(
    app: FastAPI, settings: Settings, clock: Clock, catalogue: Catalogue | None = None, limits: Limits = LIMITS
) -> None:
    """What the application opens when it starts. After its end it may be given another ledger."""
    app.state.open_ledger = partial(open_state, settings, clock, catalogue, limits)


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    app.state.ledger = state = app.state.open_ledger()
    try:
        state.start()
        yield
    finally:
        await state.close()
