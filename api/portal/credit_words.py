"""Where credit comes from, in words."""

from __future__ import annotations

from api.languages import word

SOURCES = {
    "allotment": word("Part of the plan"),
    "top_up": word("Bought"),
    "goodwill": word("Goodwill"),
    "correction": word("Correction"),
}
