"""All transactions of some books, checked and in order: a contract at a time, page by page.

What is held at once is a page, a contract's grants and a run to sort; the rest is in a temporary file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.books.checks import CheckOfContract
from api.books.entries import CreditOfContract, charge_transaction, document_transaction
from api.books.journal import Transaction
from api.books.ordered import BLOCK, RUN, InOrder
from projections.provider.books import ROWS_AT_ONCE, BooksSource


@dataclass(slots=True, frozen=True)
class BookBounds:
    """How much is held at once: rows of a page that is asked for, transactions of a run, and those of a block."""

    rows: int = ROWS_AT_ONCE
    run: int = RUN
    block: int = BLOCK


async def gather(
    source: BooksSource, counts: Callable[[Transaction], bool], bounds: BookBounds
) -> InOrder[Transaction]:
    """Those that count. Raises FaultyBooksError with the first fault of what they are made from."""
    found = InOrder[Transaction](lambda one: one.order, bounds.run, bounds.block)

    def add(one: Transaction) -> None:
        if counts(one):
            found.add(one)

    for contract_id in source.contracts:
        await _gather_credit(source, contract_id, add)
        async for charges in source.charges(contract_id):
            for charge in charges:
                add(charge_transaction(charge, source.contracts))
        async for document in source.documents(contract_id):
            add(document_transaction(document))
    return found


async def _gather_credit(source: BooksSource, contract_id: str, add: Callable[[Transaction], None]) -> None:
    """Movements are held against the deductions recorded until then."""
    credit, check, seen = CreditOfContract(source.contracts), CheckOfContract(), 0
    async for movements in source.movements(contract_id):
        for movement in movements:
            check.see_movement(movement)
        for transaction in credit.of_events(movements):
            add(transaction)
        seen = await _see_draws(source, contract_id, check, seen, movements[-1].position)
    await _see_draws(source, contract_id, check, seen, source.position)
    await check.end(source, contract_id)
    for transaction in credit.of_breakage():
        add(transaction)


async def _see_draws(source: BooksSource, contract_id: str, check: CheckOfContract, after: int, through: int) -> int:
    for deduction_id, draws in await source.draws(contract_id, after, through):
        check.see_draws(deduction_id, draws)
    return through
