"""A story told to the write door, and the views over it, asked as the API asks them."""

import asyncio
from pathlib import Path
from typing import Any

from api.http.paging import times_of
from api.http.routers import contracts, deductions, statements, tickets
from api.state import State, open_state
from ledger.door.batches import Answer, Ledger
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.settings import Settings
from projections.asking import EVERYTHING
from projections.billing.charge_questions import list_charges
from projections.credit.statements import StatementAsked, statement
from projections.reader import Times
from tests.clock import Clock
from tests.senders import WriteDoor
from tests.words import Step

NOW = "2026-11-02T12:00:00Z"  # all that the documents tell has happened by then


class Ledgers(WriteDoor):
    clock: Clock

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        clock = Clock(NOW)
        told = Settings(database_url=f"sqlite:///{folder / 'ledger.db'}", catalogue=None)
        self.state: State = open_state(told, clock)
        super().__init__(Ledger(self.state.store, self.state.catalogue, clock), clock)

    def refusal(self, step: Step) -> dict[str, Any]:
        (answer,) = self.tell(step)
        assert not isinstance(answer, Answer)
        return answer.members

    def ask(self, question: Any) -> Any:
        self.state.projector.catch_up()
        return asyncio.run(question)

    def account(self, as_of: str | None = None, known_at: str | None = None) -> Any:
        return self.ask(contracts.contract_balance("C", self.state, COMMAND_LINE, as_of, known_at)).accounts[0]

    def deduction(self, deduction_id: str) -> Any:
        return self.ask(deductions.deduction(deduction_id, self.state, COMMAND_LINE))

    def charged(self, reference: str) -> list[Any]:
        async def charges() -> list[Any]:
            async with self.state.reader.snapshot() as snapshot:
                found = await list_charges(snapshot, COMMAND_LINE, "C", Times(), None, EVERYTHING)
            return [deductions.show_charge(one) for one in found.items]

        return [charge for charge in self.ask(charges()) if charge.reference == reference]

    def ticket(self, as_of: str | None = None) -> Any:
        return self.ask(tickets.ticket("T", self.state, COMMAND_LINE, as_of=as_of))

    def statement(self, as_of: str) -> Any:
        asked = StatementAsked("C", times=times_of(as_of, None))

        async def lines() -> list[Any]:
            async with self.state.reader.snapshot() as snapshot:
                found = await statement(snapshot, COMMAND_LINE, asked)
            return [statements.show_movement(one) for one in found.items]

        return self.ask(lines())

    def close(self) -> None:
        self.state.projector.close()
        asyncio.run(self.state.reader.close())
        self.state.store.close()
