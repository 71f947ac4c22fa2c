"""A page from its template: the one place where the portal renders anything."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.portal.forms import TOKEN_FIELD, new_command_id
from api.portal.static_files import asset
from api.portal.visitors import Visitor


def page(request: Request, visitor: Visitor | None, name: str, status: int = 200, /, **context: Any) -> HTMLResponse:
    """`visitor` is None on pages that anybody sees."""
    template = _environment().get_template(name)
    given = {"request": request, "visitor": visitor, "token_field": TOKEN_FIELD, **context}
    return HTMLResponse(template.render(given), status)


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"], trim_blocks=True
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"asset": asset, "new_command_id": new_command_id}
    return made
