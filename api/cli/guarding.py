"""What goes wrong on the command line is told in sentences on standard error, with exit status 1.

What is raised names its kinds only when something was raised: whoever is answered need not load them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from ledger.kernel.errors import Refusal


def guarded(work: Callable[[], None]) -> None:
    """Refusals and faults of the surroundings are told; whatever else is raised goes on."""
    try:
        work()
    except Exception as error:
        sentences = _sentences(error)
        if not sentences:
            raise
        from api.cli.printing import complain

        for sentence in sentences:
            complain(sentence)
        sys.exit(1)


def _sentences(error: Exception) -> list[str]:
    if isinstance(error, Refusal):
        return [f"{error.code}: {error.detail}"]

    from api.books.journal import FaultyBooksError
    from ledger.plans.loader import CatalogueError
    from ledger.store import Unavailable

    if isinstance(error, Unavailable):
        return [str(error)]
    if isinstance(error, CatalogueError):
        return [str(fault) for fault in error.faults]
    if isinstance(error, FaultyBooksError):
        return [f"The books do not agree with themselves: {error}."]
    if isinstance(error, UnicodeDecodeError):
        return ["The file .env is not written in UTF-8."]
    if isinstance(error, OSError):
        return [f"{error.filename}: {error.strerror}." if error.filename else str(error)]
    return []
