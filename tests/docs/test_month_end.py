"""docs/month-end.md tells what happens: thirty customers, one list, one command, one close, one export."""

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from api.books.exporting import export
from projections.reader import open_reader
from tests.billing.office import ADDRESS, billed
from tests.books.reading import rows, units
from tests.clock import Clock
from tests.docs.pages import DOCS
from tests.http.door import Door, opened
from tests.words import amend, as_lines, close_month, issue_all, log_work, open_ticket, sign

NOW = "2026-02-02T09:00:00Z"
THERE = "2026-01-12T10:00:00+01:00"
DRAFT = ("contract_id", "customer_name", "through_on", "lines", "currency", "net", "vat_total", "gross", "missing")


def told(name: str) -> Any:
    """The block of the page that follows a mark."""
    page = (DOCS / "month-end.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"<!-- answer: {name} -->\n\n```json\n(.*?)```", page, re.DOTALL)
    return json.loads(found)


@pytest.fixture
def month(tmp_path: Path) -> Iterator[tuple[Door, str]]:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    with opened(url, Clock(NOW), catalogue=None) as door:
        names = [f"C{n:02}" for n in range(1, 31)]
        customers = {name: billed(name) for name in names}
        del customers["C12"]["address"]
        door.all_ok([sign("groupios-l", contract_id=name, customer=customers[name]) for name in names])
        door.ok(open_ticket("t", contract_id="C07", at=THERE))
        door.ok(log_work(500, THERE, entry_id="w", ticket_id="t"))
        yield door, url


def test_the_story_of_a_month_end_is_carried_out(month: tuple[Door, str]) -> None:
    """30 × 899.00 and 44.50 are 27014.50; 29 × 170.81 and 179.27 of VAT are 5132.76."""
    door, url = month
    drafts = door.see("invoice-drafts", provider="groupios", through_on="2026-01-31")
    seen: dict[str, Any] = {"drafts": {name: drafts[name] for name in ("totals_of", "totals")}}
    lines = {one["contract_id"]: {name: one[name] for name in DRAFT} for one in drafts["items"]}
    assert (len(lines), drafts["next"]) == (30, None)
    seen["draft"], seen["missing"] = lines["C07"], {"contract_id": "C12", "missing": lines["C12"]["missing"]}
    door.ok(amend({"address": ADDRESS}, "C12"))
    run = issue_all("groupios", "2026-01-31", command_id="january")
    seen["command"] = json.loads(as_lines([run]))
    answer = door.ok(run)
    assert (len(answer["issued"]), answer["left"]) == (30, [])
    seen["issued"] = answer["issued"][0]
    assert door.ok(run)["replayed"] is True
    assert door.see("invoice-drafts", provider="groupios", through_on="2026-01-31")["items"] == []
    door.ok(close_month("2026-01", "groupios"))
    periods = door.see("periods", provider="groupios")["items"]
    seen["periods"] = [{name: one[name] for name in ("month", "state", "totals")} for one in periods]
    revenue = door.see("reports/revenue", provider="groupios", to="2026-01-31", group_by="kind")
    shown = ("kind", "charges", "amount", "currency")
    items = [{name: row[name] for name in shown} for row in revenue["items"]]
    seen["revenue"] = {"totals": revenue["totals"], "items": items}
    assert exported_income(url) == sum(units(row["amount"]) for row in items) == 2701450
    assert seen == {name: told(name) for name in seen}


def exported_income(url: str) -> int:
    async def asked() -> bytes:
        reader = open_reader(url)
        try:
            moment = datetime(2026, 2, 2, 9, tzinfo=UTC)
            made = await export(reader, "csv", None, date(2026, 1, 31), "groupios", None, moment)
            return b"".join(made.pieces)
        finally:
            await reader.close()

    found = rows(asyncio.run(asked()))
    return -sum(units(row["amount"]) for row in found if row["account"].startswith("Income:"))
