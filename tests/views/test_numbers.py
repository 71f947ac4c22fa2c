"""The numbers of documents that the views know are those that issuing goes by, over the year, before and after it.

Issuing folds a contract's events itself (`ledger.billing.charges`), since commands never decide on a view's word.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli.importing import COMMAND_LINE
from ledger.billing.charges import TOPICS, BillingAccount, billing_account
from ledger.kernel.values import FAR_FUTURE
from projections.asking import EVERYTHING
from projections.billing.charge_questions import list_charges
from projections.credit.outside_credit import outside_credit
from projections.reader import NOW, Snapshot, open_reader, resolve_as_of
from tests.clock import Clock
from tests.views.ledgers import LINES, Fed, fed

FREE = ("flat", "goodwill", "warranty")


def ask(ledger: Fed, question: Callable[[Snapshot], Awaitable[Any]]) -> Any:
    async def asked() -> Any:
        reader = open_reader(ledger.url, Clock("2027-12-31T00:00:00Z"))
        async with reader.snapshot() as snapshot:
            found = await question(snapshot)
        await reader.close()
        return found

    return asyncio.run(asked())


def accounts(ledger: Fed) -> dict[str, BillingAccount]:
    rows = ledger.store.database.query("SELECT contract_id FROM contracts ORDER BY contract_id")
    ids = [row.contract_id for row in rows]
    return {id_: billing_account(ledger.store.facts_of(id_, TOPICS), FAR_FUTURE) for id_ in ids}


@pytest.mark.parametrize("end", [len(LINES) // 2, len(LINES)])
def test_a_charge_and_a_free_deduction_stand_where_issuing_says(tmp_path: Path, end: int) -> None:
    with fed(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        ledger.feed(0, end)
        ledger.projector.catch_up()
        for contract_id, account in accounts(ledger).items():

            async def charges(snapshot: Snapshot, contract_id: str = contract_id) -> dict[str, str | None]:
                page = await list_charges(snapshot, COMMAND_LINE, contract_id, NOW, None, EVERYTHING)
                return {one.row.charge_id: one.invoice_number for one in page.items}

            async def free(snapshot: Snapshot, contract_id: str = contract_id) -> dict[str, str | None]:
                as_of = await resolve_as_of(snapshot, None, None, "UTC", contract_id)
                lines = await outside_credit(snapshot, contract_id, as_of, NOW, None, as_of.at)
                return {one.deduction_id: one.invoice_number for one in lines if one.kind in FREE}

            assert ask(ledger, charges) == {id_: charge.invoice for id_, charge in account.charges.items()}
            assert ask(ledger, free) == {
                id_: billed.shown_on
                for id_, billed in account.deductions.items()
                if getattr(billed.fact, "basis", None) in FREE
            }
