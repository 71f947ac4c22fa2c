"""What people get who open the ledger in a browser: the portal, and the API as Swagger UI shows it.

Nothing is loaded from elsewhere: files are this package's and those that the package `fastapi-offline` ships. A program
that asks for `/` gets links as JSON. These doors are in no OpenAPI document.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.http.authentication import StateDep
from api.http.lists import JSON, media_type
from ledger.kernel.errors import Refusal

HTML = "text/html"
# By name: the package that ships a file, the folder in it, and the media type.
FILES = {
    "docs.js": ("api.http", "pages", "text/javascript"),
    "swagger-ui.css": ("fastapi_offline", "static", "text/css"),
    "swagger-ui-bundle.js": ("fastapi_offline", "static", "text/javascript"),
}
# Swagger UI asks this server, and draws small pictures out of its style sheet.
_POLICY = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "script-src 'self'; connect-src 'self'; img-src 'self' data:"
)


def pages_router(version: str, *, first_page: str) -> APIRouter:
    """`first_page` is where people begin. Whether the API's documentation is shown the settings say (`api_docs`)."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def front(request: Request, state: StateDep) -> Response:
        if media_type(request.headers, JSON, HTML) == HTML:
            return RedirectResponse(first_page, 303, {"Vary": "Accept"})
        docs = {"docs": "/docs"} if state.settings.api_docs else {}
        links = {"openapi": "/openapi.json", "health": "/health/ready"} | docs
        answer = {"name": "Support Contract Ledger", "version": version, "links": links}
        return JSONResponse(answer, headers={"Vary": "Accept"})

    @router.get("/openapi.json")
    async def document(request: Request) -> Response:
        return JSONResponse(request.app.openapi())

    @router.get("/docs")
    async def documentation(state: StateDep) -> Response:
        if not state.settings.api_docs:
            raise Refusal("not-found", "This server does not show the documentation of the API.")
        return HTMLResponse(_docs(), headers={"Content-Security-Policy": _POLICY})

    @router.get("/pages/{name}")
    async def file(name: str, state: StateDep) -> Response:
        if name not in FILES or not state.settings.api_docs:
            raise Refusal("not-found", "There is no such file.")
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(_content(name), media_type=FILES[name][2], headers=headers)

    return router


@cache
def _docs() -> str:
    return (files("api.http") / "pages" / "docs.html").read_text("utf-8")


@cache
def _content(name: str) -> bytes:
    package, folder, _ = FILES[name]
    return (files(package) / folder / name).read_bytes()
