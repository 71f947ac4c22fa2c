"""The requests of row 6: kinds that held up a server, or could, each with who sends it and how it is answered.

A kind that is answered otherwise than it says would measure nothing; the row is not taken then.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from tests.bench.commands import FIRST_DAY, PREFIX, TODAY

LINES = {"Content-Type": "application/x-ndjson"}
WAITERS = 200
OWN = f"/v1/contracts/{PREFIX}1"  # the contract of the customer who asks for much


@dataclass(frozen=True)
class Kind:
    """`at_once` clients send it again and again, with the token of an admin, or of one customer."""

    what: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    role: Literal["admin", "customer"] = "admin"
    status: int = 200
    at_once: int = 1


def kinds() -> list[Kind]:
    """Bodies are as large as a line, a body or a request may be, or larger: what is refused at once costs nothing."""
    wide = json.dumps({f"f{n}": n for n in range(60_000)}, separators=(",", ":")).encode()
    deep = json.dumps({"agreed": {"x": [{}] * 240_000}}).encode()
    half = f"as_of={(FIRST_DAY + timedelta(days=200)).date()}"
    through = (TODAY + timedelta(days=30)).date().isoformat()
    invoices = json.dumps({"provider": "groupios", "through_on": through}).encode()
    calculation = {
        "coverage": {"timezone": "Europe/Berlin", "hours": {"mon": [["09:00", "09:01"]]}},
        "start": "1990-01-01T00:00:00Z",
        "end": "2009-01-01T00:00:00Z",
    }
    return [
        Kind("nothing", "GET", "/health/live"),
        Kind("300,000 lines of {}", "POST", "/v1/commands", b"{}\n" * 300_000, LINES, "customer"),
        Kind("32 MB of newlines", "POST", "/v1/commands", b"\n" * 32_000_000, LINES, "customer"),
        Kind("8 lines of 60,000 fields", "POST", "/v1/commands", (wide + b"\n") * 8, LINES, "customer"),
        Kind("a command of 60,000 fields", "POST", "/v1/commands/log-work", wide, status=422),
        Kind("a command of 240,000 objects", "POST", "/v1/commands/sign-contract", deep, status=422),
        Kind("Accept of 60,000 commas", "GET", f"{OWN}/statement", b"", {"Accept": "," * 60_000}, "customer"),
        Kind(
            "200 wait for a position",
            "GET",
            f"/v1/contracts?min_position={10**18}",
            role="customer",
            status=503,
            at_once=WAITERS,
        ),
        Kind("500 tickets", "GET", "/v1/tickets?limit=500"),
        Kind("500 tickets of some time ago", "GET", f"/v1/tickets?limit=500&{half}"),
        Kind("all tickets as CSV", "GET", "/v1/tickets", headers={"Accept": "text/csv"}),
        Kind("500 contracts", "GET", "/v1/contracts?limit=500"),
        Kind("500 balances of some time ago", "GET", f"/v1/balances?limit=500&{half}"),
        Kind("500 events", "GET", "/v1/events?limit=500"),
        Kind("compliance of everything", "GET", "/v1/sla/compliance?group_by=contract&group_by=month"),
        Kind("what is at risk", "GET", "/v1/sla/at-risk?within_minutes=5256000&limit=500"),
        Kind("a calculation", "POST", "/v1/sla/calculate", json.dumps(calculation).encode(), role="customer"),
        Kind("a dry run of all invoices", "POST", "/v1/commands/issue-invoices?dry_run=true", invoices),
    ]
