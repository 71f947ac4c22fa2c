"""A page of a document's lines opens the texts of its own lines, and few more; what it shows is what was told."""

import asyncio

from ledger.kernel.access import COMMAND_LINE
from ledger.store.database import NO_PARAMS, Params, Row
from projections.asking import PageAsked
from projections.billing.document_questions import ShownLine, list_document_lines
from projections.reader import Snapshot, open_reader
from tests.billing.office import Office, billed
from tests.words import credit_note, issue, log_work, open_ticket, sign

ENTRIES = 230


class Counting:
    """A snapshot that counts the sealed texts of lines that are read of it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.clock = snapshot.clock
        self._snapshot = snapshot
        self.texts = 0

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]:
        rows = await self._snapshot.query(sql, params)
        self.texts += len(rows) if "document_texts" in sql else 0
        return rows


def worked(office: Office, entries: int) -> None:
    """Model S has no fee: each entry is a line, and the engineer of each another person."""
    office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
    steps = []
    for ticket in range(3):
        office.ok(open_ticket(f"T{ticket}", contract_id="S", title=f"Matter {ticket}", at="2026-01-02T09:00:00Z"))
    for n in range(entries):
        told = {"engineer": f"Person {n}", "note": f"Done {n}"} if n % 2 else {"engineer": f"Person {n}"}
        steps.append(log_work(20, "2026-01-05T09:00:00Z", entry_id=f"E{n:03}", ticket_id=f"T{n % 3}", **told))
    office.all_ok(steps)


def page(office: Office, url: str, number: str, after: int, limit: int | None) -> tuple[list[ShownLine], int]:
    """Some lines, and how many sealed texts of lines were read for them."""

    async def asked() -> tuple[list[ShownLine], int]:
        reader = open_reader(url, office.clock)
        async with reader.snapshot() as snapshot:
            counting = Counting(snapshot)
            found = await list_document_lines(counting, COMMAND_LINE, number, PageAsked(limit, (after,)))
        await reader.close()
        return found.items, counting.texts

    return asyncio.run(asked())


def check_texts(shown: list[ShownLine]) -> None:
    for one in shown:
        if one.line.deduction_id is None:
            assert (one.engineer, one.note, one.ticket_title) == (None, None, None)
            continue
        n = int(one.line.deduction_id[1:])
        note = f"Done {n}" if n % 2 else None
        assert (one.engineer, one.note, one.ticket_title) == (f"Person {n}", note, f"Matter {n % 3}")


def test_a_page_of_lines_opens_its_own_texts(office: Office, database_url: str) -> None:
    """230 lines are sealed by hundreds: through 100, 200 and 230."""
    worked(office, ENTRIES)
    numbers = [office.number(issue("S")), office.number(credit_note("GR-2026-00001"))]
    office.see("invoices")  # the views have read them
    for number in numbers:
        for after, limit, pieces in (
            *((0, 10, 1), (95, 5, 1), (95, 6, 2), (99, 1, 1), (100, 100, 1), (150, 60, 2)),
            *((200, 10, 1), (229, 5, 1), (230, 5, 0), (0, None, 3)),
        ):
            shown, texts = page(office, database_url, number, after, limit)
            check_texts(shown)
            assert [one.line.line for one in shown] == list(
                range(after + 1, min(after + (limit or ENTRIES), ENTRIES) + 1)
            )
            assert texts == pieces


def test_a_document_without_texts_has_none_sealed(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(issue("L"))
    (issued,) = (event for event in quick_office.events() if event["type"] == "InvoiceIssued")
    assert issued["data"]["line_texts"] == []
