"""The HTTP application that a server is: the API, the portal, pages and feeds, over the ledger of the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api.http.doors import create_api
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
    settings, portal = settings or Settings(), create_portal()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.ledger = portal.state.ledger = state = open_state(settings, clock, catalogue, limits)
        try:
            state.start()
            yield
        finally:
            await state.close()

    app = create_api(lifespan)
    app.include_router(feeds.router)
    app.mount(ROOT, portal)
    app.include_router(pages_router(app.version, first_page=HOME, has_docs=settings.api_docs))
    return app
