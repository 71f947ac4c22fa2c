"""Documents and statements as files: made by a press, for the API and for the portal alike.

A document that was issued never changes, and the same document gives the same bytes: its files are made once, whoever
asks for them meanwhile waits for the same one, and they are kept as long as there is room. A statement is made each
time. What is long has a press of its own, so that whoever wants a short file does not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from api.documents.press import BeyondBoundsError, Press, PressBounds
from api.kept_files import Form, KeptFiles, NamedFile
from api.limits import Limits
from api.long_questions import LongQuestions
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal, malformed
from projections.billing.document_questions import StoredDocument, find_document, find_stored_document
from projections.reader import Reader

T = TypeVar("T")
LONG = 300  # lines: beyond, a file takes longer than others should wait for theirs
PRESS = Press("short", most_waiting=50)
PRESS_OF_LONG_FILES = Press("long", most_waiting=5)


def end_presses() -> None:
    """What is being made is given up. A process that is told to end calls it."""
    for press in (PRESS, PRESS_OF_LONG_FILES):
        press.end()


class MadeFiles:
    """Files of one ledger, asked for in one loop."""

    def __init__(self, reader: Reader, questions: LongQuestions, limits: Limits) -> None:
        self._reader = reader
        self._questions = questions
        self._bounds = limits.press
        self.kept = KeptFiles(limits.kept_file_bytes)
        self._being_made: dict[NamedFile, asyncio.Task[bytes]] = {}

    async def pdf(self, actor: Actor, number: str) -> bytes:
        """Raises Refusal unknown-invoice, missing-party-data, too-long."""
        from api.documents.from_stored import pdf_of  # slow to load, and no list needs it

        return await self._of_document(actor, (number, "pdf"), pdf_of)

    async def xml(self, actor: Actor, number: str, form: Form | None) -> bytes:
        """Raises Refusal unknown-invoice, missing-party-data, too-long, or malformed for a form that it has not."""
        from api.documents.from_stored import xml_of

        return await self._of_document(actor, (number, form), partial(xml_of, form=form))

    async def statement(self, lines: int, make: Callable[[T], bytes], letter: T) -> bytes:
        """Raises Refusal malformed for a period of too many lines."""
        try:
            return await self._made(lines, make, letter)
        except BeyondBoundsError:
            detail = f"a PDF of {lines} lines is too long; ask for a shorter period, or for CSV"
            raise malformed("from", detail) from None

    async def _of_document(self, actor: Actor, file: NamedFile, make: Callable[[StoredDocument], bytes]) -> bytes:
        async with self._reader.snapshot() as snapshot:
            found = await find_document(snapshot, actor, file[0])
        if found.texts.buyer is None:  # forgotten since
            self.kept.drop(file[0])
        kept = self.kept.content(file)
        if kept is not None:
            return kept
        if file not in self._being_made:
            self._being_made[file] = making = asyncio.create_task(self._first(actor, file, make))
            making.add_done_callback(lambda _: self._being_made.pop(file))
        return await asyncio.shield(self._being_made[file])  # who leaves does not take it from the others

    async def _first(self, actor: Actor, file: NamedFile, make: Callable[[StoredDocument], bytes]) -> bytes:
        stored = await self._questions.ask(lambda snapshot, _: find_stored_document(snapshot, actor, file[0]))
        try:
            content = await self._made(stored.lines, make, stored)
        except BeyondBoundsError:
            refusal = _too_long(stored, self._bounds)
            self.kept.keep(file, refusal)
            raise refusal from None
        self.kept.keep(file, content)
        return content

    async def _made(self, lines: int, make: Callable[[T], bytes], given: T) -> bytes:
        press = PRESS if lines <= LONG else PRESS_OF_LONG_FILES
        return await asyncio.wrap_future(press.submit(self._bounds, make, given))


def _too_long(stored: StoredDocument, bounds: PressBounds) -> Refusal:
    number, megabytes = stored.number, bounds.memory_bytes // 1_000_000
    detail = (
        f"{number} has {stored.lines} lines; such a file takes more than the {bounds.processor_seconds} seconds and "
        f"{megabytes} MB that it may. /v1/invoices/{number} is the document as JSON, and its lines are at "
        f"/v1/invoices/{number}/lines, as CSV and JSON Lines too."
    )
    return Refusal("too-long", detail, invoice_number=number, lines=stored.lines)
