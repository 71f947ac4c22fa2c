"""A refusal for programs: the body of a problem (RFC 9457), over HTTP and on the command line alike."""

from __future__ import annotations

from typing import Any

from ledger.kernel.errors import Refusal


def problem_body(refusal: Refusal) -> dict[str, Any]:
    """The figures concerned are further members."""
    return {
        "type": f"urn:support-ledger:{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
    } | refusal.members
