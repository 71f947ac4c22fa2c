"""What a document lacks, and the refusal that says so: `missing-party-data`.

It is named once, where it is found missing, and stays typed up to who reads it. The API writes each as a text:
`customer.address` is told by `amend-customer`, `provider.…` stands in the catalogue, `exchange_rate` is given when the
document is issued (M4), `lines.3.note in letters that can be printed` stands on its third line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from ledger.kernel.errors import Refusal

# Who tells it; `parties` are both of them at once, `document` is what is told of none.
Whose = Literal["customer", "provider", "parties", "document"]
IN_LETTERS = "in letters that can be printed"


class MissingDatum(msgspec.Struct, frozen=True):
    """Without a `member` it is all that is known of a party; `line` is the number of the document's line that has it.

    `in_letters`: it is there, in letters that no printed page has.
    """

    whose: Whose
    member: str | None = None
    line: int | None = None
    in_letters: bool = False

    @property
    def name(self) -> str:
        """What is missing, whether it is not there at all or in other letters: `provider.vat_id`, `lines.3.note`."""
        owner = [] if self.whose == "document" else [self.whose]
        line = [] if self.line is None else ["lines", str(self.line)]
        member = [] if self.member is None else [self.member]
        return ".".join([*owner, *line, *member])

    def __str__(self) -> str:
        return f"{self.name} {IN_LETTERS}" if self.in_letters else self.name


NO_EXCHANGE_RATE = MissingDatum("document", "exchange_rate")


def in_order(missing: Iterable[MissingDatum]) -> list[MissingDatum]:
    """Each once, in the order of their names."""
    return sorted(set(missing), key=str)


def missing_names(missing: Iterable[MissingDatum]) -> list[str]:
    """As the API writes them."""
    return [str(one) for one in missing]


class MissingPartyData(Refusal):
    """A document can't be made, or not in this form, for what is `missing`."""

    def __init__(self, detail: str, missing: Sequence[MissingDatum]) -> None:
        super().__init__("missing-party-data", detail, missing=missing_names(missing))
        self.missing = missing
