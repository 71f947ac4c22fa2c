"""Refusals as problem+json (RFC 9457): one table of statuses, one shape, for every way a request can fail."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from api.http.models.base import Figure
from api.http.parameters import example_for
from api.http.responses import HEADERS
from api.meters import METERS
from api.problem_body import problem_body
from ledger.kernel.errors import STATUS, Refusal, malformed_fields
from ledger.kernel.faults import PlacedFault
from ledger.kernel.wording import worded_fault
from ledger.store import Unavailable

logger = logging.getLogger("ledger.api")
LONGEST_TOLD = 80  # of an address or a method that is repeated to who sent it


class Problem(BaseModel):
    """Why a request was refused; nothing was stored. The figures concerned are further members."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "urn:support-ledger:insufficient-credit",
                "title": "Insufficient credit",
                "status": 409,
                "detail": "Session S-9 needs 400 minutes; 380 are available. Top up at least 20 minutes first.",
                "code": "insufficient-credit",
                "short_by": 20,
            }
        },
    )

    type: str = Field(json_schema_extra={"format": "uri"})
    title: str
    status: int
    detail: str
    code: str = Field(
        description="Says in one word what `detail` says in a sentence.", examples=["insufficient-credit"]
    )
    # The figures concerned; which there are, the code decides.
    field: str | None = Field(default=None, description="The path of the field that is malformed.")
    errors: list[dict[str, str]] | None = Field(
        default=None, description="Each malformed field, with what it has to be."
    )
    short_by: Figure | None = Field(default=None, description="What is missing: minutes, or an amount of money.")
    missing: list[str] | None = Field(default=None, description="Names of what is missing.")


_RESPONSE = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_MEANING = {
    400: "Not JSON",
    401: "No valid token",
    403: "Visible, but not for this role",
    404: "Unknown, or not visible to this token",
    405: "Method not allowed",
    409: "The ledger says no",
    413: "Too large",
    415: "Another media type is needed",
    422: "Malformed; the field is named",
    503: "Not caught up, no room for another listener, or the database is away",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {**_RESPONSE, "description": meaning} for status, meaning in _MEANING.items()
}


def problem(refusal: Refusal) -> JSONResponse:
    METERS.refusals[refusal.code] += 1
    headers = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.status == 503:
        headers["Retry-After"] = "1"
    return JSONResponse(problem_body(refusal), refusal.status, headers, media_type="application/problem+json")


def unavailable(error: Unavailable) -> Refusal:
    """What is told of a database that is away; why, is for the log alone."""
    logger.warning("database unavailable: %s", error)
    detail = "The database can't be reached or written. A command's outcome can be asked for by repeating it."
    return Refusal("unavailable", detail)


def refusal_of_parameters(request: Request, error: RequestValidationError) -> Refusal:
    """What is wrong with a path or a query, every parameter of it."""
    return malformed_fields(
        [
            PlacedFault(
                str(fault["loc"][1]) if len(fault["loc"]) > 1 else "body",  # of a list, not which member
                worded_fault(fault, example_for(request.scope["route"], fault["loc"][:2])),
            )
            for fault in error.errors()[:100]
        ]
    )


def refusal_of_http(request: Request, error: HTTPException) -> Refusal:
    """What the framework refuses by itself, an address or a method that is none; of its own words none is told."""
    method, path = request.method, request.scope["path"][:LONGEST_TOLD]
    match error.status_code:
        case 404:
            return Refusal("not-found", f"There is nothing at {path}; GET /openapi.json tells every address.")
        case 405:
            allowed = (error.headers or {}).get("Allow", "other methods")
            return Refusal("method-not-allowed", f"{path} takes {allowed}; {method[:LONGEST_TOLD]} is none of them.")
        case status:
            code = next((code for code, known in STATUS.items() if known == status), "malformed")
            return Refusal(code, f"{method} {path} was sent in a form that can't be read.")


def install(app: FastAPI) -> None:
    """Turns every exception that a route may raise into a problem."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> JSONResponse:
        return problem(error)

    @app.exception_handler(Unavailable)
    async def away(request: Request, error: Unavailable) -> JSONResponse:
        return problem(unavailable(error))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(refusal_of_parameters(request, error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        response = problem(refusal_of_http(request, error))
        if error.headers:
            response.headers.update(error.headers)
        if "GET" in response.headers.get("Allow", ""):  # HEAD is answered wherever GET is
            response.headers["Allow"] += ", HEAD"
        return response

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        logger.exception("unexpected error", exc_info=error)
        body = {
            "type": "urn:support-ledger:internal",
            "title": "Internal error",
            "status": 500,
            "detail": "Something unexpected happened; repeating a command with its id tells its outcome.",
            "code": "internal",
        }
        # Starlette answers this one outside of all middleware.
        return JSONResponse(body, 500, HEADERS, media_type="application/problem+json")
