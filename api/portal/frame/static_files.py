"""The files that pages load, each under an address that changes with its content."""

from __future__ import annotations

import gzip
from functools import cache
from hashlib import sha256
from importlib.resources import files
from mimetypes import guess_type
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.portal.frame.headers import YEAR_SECONDS
from api.portal.frame.packing import PACKED, takes_packed
from ledger.kernel.errors import Refusal

router = APIRouter()


@router.get("/static/{name}")
async def static_file(request: Request, name: str, v: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Under the address of its present content a file may be kept for ever."""
    if name not in _files():
        raise Refusal("not-found", "There is no such file.")
    content = _files()[name]
    kept = f"public, max-age={YEAR_SECONDS}, immutable" if v == _digest(content) else "no-cache"
    kind = guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": kept, "Vary": "Accept-Encoding"}
    if takes_packed(request):
        return Response(_packed()[name], media_type=kind, headers=headers | PACKED)
    return Response(content, media_type=kind, headers=headers)


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]


@cache
def _packed() -> dict[str, bytes]:
    """The same contents as they go over the wire."""
    return {name: gzip.compress(content, mtime=0) for name, content in _files().items()}


@cache
def _files() -> dict[str, bytes]:
    """Contents by name, read once."""
    return {one.name: one.read_bytes() for one in (files("api.portal") / "static").iterdir() if one.is_file()}
