"""How long a request may wait, and how much may be asked of one: given to the application, as its clock is."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.documents.press import PressBounds


@dataclass(slots=True, frozen=True)
class Limits:
    patience_seconds: float = 5.0  # how long a read waits for the views to have a position
    discarded_bytes: int = 64_000_000  # what a client may go on sending, unread, before it is cut off
    longest_wait_seconds: float = 30.0  # for the next event
    listeners: int = 200  # of the events, at once in one process
    listeners_of_a_token: int = 50  # of those, so that one token leaves places to others
    heartbeat_seconds: float = 15.0  # after which a listener is told that nothing is new
    slow_reader_seconds: float = 30.0  # in which a client takes something of what it was sent
    beside_urgent: int = 1000  # tickets in work that are looked at for a clock; of more, it says so many or more
    longest_pdf_lines: int = 2000  # of a statement: some seconds of typesetting
    press: PressBounds = field(default_factory=PressBounds)  # of one file of a document
    kept_file_bytes: int = 64_000_000  # of files of issued documents that are kept once they were made


LIMITS = Limits()
