"""What some deductions are called, by id: the note of each and the title of its ticket, and nothing else of it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ledger.events import Sealed
from ledger.kernel.access import Actor
from ledger.store.database import listed
from projections.asking import all_of
from projections.reader import Snapshot, open_texts
from projections.tickets.titles import titles_of
from projections.visible import visible

_read_sealed = msgspec.json.Decoder(Sealed).decode


async def texts_of_deductions(
    snapshot: Snapshot, actor: Actor, deduction_ids: Sequence[str]
) -> dict[str, tuple[str | None, str | None]]:
    """Of those that the actor may see: note and title of the ticket, None where there is none or its key is gone."""
    if not deduction_ids:
        return {}
    among, named = listed("deduction_id", deduction_ids)
    condition, params = all_of(visible(actor), (f"d.deduction_id IN ({among})", named))
    sql = (
        "SELECT d.deduction_id, d.note, d.ticket_id FROM deductions d "
        f"JOIN contracts c ON c.contract_id = d.contract_id WHERE {condition}"
    )
    rows = await snapshot.query(sql, params)
    notes = {row.deduction_id: _read_sealed(row.note) for row in rows if row.note is not None}
    titles = await titles_of(snapshot, [row.ticket_id for row in rows])
    texts = await open_texts(snapshot, [*notes.values(), *titles.values()])

    def text(sealed: Sealed | None) -> str | None:
        return texts.get(sealed) if sealed is not None else None

    return {row.deduction_id: (text(notes.get(row.deduction_id)), text(titles.get(row.ticket_id))) for row in rows}
