"""Files of issued documents that were made, kept in memory: the least asked for go first where there is no more room.

Their texts say who somebody is. So they are written to no disk, where no destroyed key would reach them (P5), and who
asks for one has been found to see the document, and its key to be there.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from ledger.kernel.errors import Refusal

Form = Literal["cii", "en16931", "ksef"]  # of an e-invoice
NamedFile = tuple[str, str | None]
LEAST_BYTES = 1000  # that anything kept counts for besides its content


@dataclass(slots=True)
class KeptFiles:
    """At most `most_bytes` of contents; of a file that can't be made, why. A file is a document's number and a form."""

    most_bytes: int
    kept_bytes: int = 0
    _contents: OrderedDict[NamedFile, bytes | Refusal] = field(default_factory=OrderedDict)

    def content(self, file: NamedFile) -> bytes | None:
        """None where it is not kept. Raises the refusal that is."""
        if file not in self._contents:
            return None
        self._contents.move_to_end(file)
        found = self._contents[file]
        if isinstance(found, Refusal):
            raise Refusal(found.code, found.detail, **found.members)
        return found

    def keep(self, file: NamedFile, content: bytes | Refusal) -> None:
        """What has no room even alone is not kept."""
        size = _size(content)
        if size > self.most_bytes:
            return
        while self.kept_bytes + size > self.most_bytes:
            _, dropped = self._contents.popitem(last=False)
            self.kept_bytes -= _size(dropped)
        self._contents[file] = content
        self.kept_bytes += size

    def drop(self, number: str) -> None:
        """Drops all files of a document."""
        for file in [one for one in self._contents if one[0] == number]:
            self.kept_bytes -= _size(self._contents.pop(file))


def _size(content: bytes | Refusal) -> int:
    return LEAST_BYTES + (len(content) if isinstance(content, bytes) else 0)
