"""The first page after signing in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.portal.pages import page
from api.portal.visitors import VisitorDep

router = APIRouter()


@router.get("/")
async def home(request: Request, visitor: VisitorDep) -> Response:
    return page(request, visitor, "home.html")
