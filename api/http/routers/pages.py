"""What people get who open the ledger in a browser: a page that says what this is, and the API as Swagger UI shows it.

Nothing is loaded from elsewhere: files are this package's and those that the package `fastapi-offline` ships. A program
that asks for `/` gets the same links as JSON. These doors are in no OpenAPI document.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.http.lists import JSON, media_type
from ledger.kernel.errors import Refusal

HTML = "text/html"
DOCS = '<li><a href="docs">docs</a> <span>the API: every door, with examples to try</span></li>\n'
# By name: the package that ships a file, the folder in it, and the media type.
FILES = {
    "page.css": ("api.http", "pages", "text/css"),
    "docs.js": ("api.http", "pages", "text/javascript"),
    "swagger-ui.css": ("fastapi_offline", "static", "text/css"),
    "swagger-ui-bundle.js": ("fastapi_offline", "static", "text/javascript"),
}
OF_DOCS = FILES.keys() - {"page.css"}
_OWN = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Swagger UI asks this server, and draws small pictures out of its style sheet.
_POLICY_OF_DOCS = f"{_OWN}; script-src 'self'; connect-src 'self'; img-src 'self' data:"


def pages_router(version: str, *, has_docs: bool) -> APIRouter:
    """`has_docs`: whether the API's documentation is shown."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def front(request: Request) -> Response:
        if media_type(request.headers, JSON, HTML) == HTML:
            told = Template(_own("index.html")).substitute(docs=DOCS if has_docs else "", version=escape(version))
            return _page(told, _OWN)
        links = {"openapi": "/openapi.json", "health": "/health/ready"} | ({"docs": "/docs"} if has_docs else {})
        answer = {"name": "Support Contract Ledger", "version": version, "links": links}
        return JSONResponse(answer, headers={"Vary": "Accept"})

    @router.get("/docs")
    async def docs() -> Response:
        if not has_docs:
            raise Refusal("not-found", "This server does not show the documentation of the API.")
        return _page(_own("docs.html"), _POLICY_OF_DOCS)

    @router.get("/pages/{name}")
    async def file(name: str) -> Response:
        if name not in FILES or (name in OF_DOCS and not has_docs):
            raise Refusal("not-found", "There is no such file.")
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(_content(name), media_type=FILES[name][2], headers=headers)

    return router


def _page(content: str, policy: str) -> Response:
    return HTMLResponse(content, headers={"Content-Security-Policy": policy, "Vary": "Accept"})


@cache
def _own(name: str) -> str:
    return (files("api.http") / "pages" / name).read_text("utf-8")


@cache
def _content(name: str) -> bytes:
    package, folder, _ = FILES[name]
    return (files(package) / folder / name).read_bytes()
