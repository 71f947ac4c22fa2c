"""The forms that ids have, wherever they come in: by a command, a path, a query or a file."""

from __future__ import annotations

ID_PATTERN = r"^[A-Za-z0-9._-]+$"  # no other id was ever given; a NUL would be an error of the database
ID_LENGTH = 64
DEDUCTION_ID_LENGTH = 80  # a session's id and `.penalty.N`
GRANT_ID_LENGTH = 100  # a deduction's id and `.correction`, a ticket's and `.resolution.credit.N`
