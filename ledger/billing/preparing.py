"""What is worked out of a document before it has a number: beside the writer, as long as the document is (decision 22).

It says what it rests on, so that the writer can tell in a moment whether it still holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from ledger.billing.events import CreditNoteIssued, InvoiceIssued, TextsOfLines
from ledger.kernel.fact import Sealed
from ledger.work.case import Case

D = TypeVar("D", InvoiceIssued, CreditNoteIssued)


@dataclass(slots=True, frozen=True)
class PreparedDocument(Generic[D]):
    """A document but for its number and its seals, with the texts that are sealed under the number.

    It rests on the contract's history up to `position`, and on the keys that opened the texts.
    """

    fact: D
    parties: dict[str, Any]
    line_texts: list[tuple[int, dict[str, Any]]]  # through which line, and what is sealed of those
    position: int
    key_ids: frozenset[str]

    def holds(self, case: Case) -> bool:
        return case.is_unchanged_since(self.position) and case.keys_kept(self.key_ids) == self.key_ids

    def numbered(self, case: Case, number: str) -> D:
        """Under the number that it gets, its texts sealed under the key of that."""
        party = f"document:{number}"
        return msgspec.structs.replace(
            self.fact,
            number=number,
            parties=case.seal(party, self.parties),
            line_texts=[TextsOfLines(through, case.seal(party, texts)) for through, texts in self.line_texts],
        )


def keys_of(texts: Iterable[Sealed]) -> frozenset[str]:
    return frozenset(text.key_id for text in texts)
