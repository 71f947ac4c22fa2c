"""What a client likes best, by a header such as Accept or Accept-Language (RFC 9110, 12.4.2)."""

from __future__ import annotations

from collections.abc import Callable

LONGEST_LIKED = 2000  # what a client likes beyond that is not looked at


def liked_best(header: str, known: Callable[[str], str | None]) -> str | None:
    """Of what the header names, in small letters, the one with most weight that is known; the first among equals."""
    best, weight = None, 0.0
    for part in header[:LONGEST_LIKED].lower().split(","):
        name, *params = (piece.strip() for piece in part.split(";"))
        given = next((param[2:] for param in params if param.startswith("q=")), "1")
        quality = float(given) if given.replace(".", "", 1).isdecimal() and given.isascii() else 0.0
        found = known(name)
        if found is not None and quality > weight:
            best, weight = found, quality
    return best
