"""Pages and their files as they go over the wire: packed, wherever a browser takes that and nothing is told by it.

How small a page becomes depends on all that stands in it. Who has a browser ask for pages with texts of theirs, and
sees how long the answers are, would guess a secret beside them. So the proof in our forms is masked anew in each answer
(`Visitor.form_token`), and what another site had the browser ask for is not packed at all.
"""

from __future__ import annotations

import gzip

from fastapi import Request
from fastapi.responses import HTMLResponse

SHORTEST = 1_000  # bytes; what is shorter fits into one packet as it is
PACKED = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
OF_OTHER_SITES = ("cross-site", "same-site")  # what browsers say in Sec-Fetch-Site


def html_response(request: Request, html: str, status: int) -> HTMLResponse:
    """A page as the browser that asked for it takes it."""
    content = html.encode()
    is_told = request.headers.get("sec-fetch-site") in OF_OTHER_SITES
    if len(content) < SHORTEST or is_told or not takes_packed(request):
        return HTMLResponse(content, status, {"Vary": "Accept-Encoding"})
    return HTMLResponse(gzip.compress(content, 6, mtime=0), status, PACKED)


def takes_packed(request: Request) -> bool:
    """Whether gzip stands in Accept-Encoding, and is not ruled out there (`gzip;q=0`)."""
    for one in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, said = one.partition(";")
        if name.strip() == "gzip":
            return said.strip().removeprefix("q=").strip("0.") != "" or not said
    return False
