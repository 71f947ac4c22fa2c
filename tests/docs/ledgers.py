"""A story told to the write door, and the views over it, asked as the API asks them."""

import asyncio
from pathlib import Path
from typing import Any

from api.http.paging import times_of
from api.http.routers import contracts, deductions, statements, tickets
from api.state import State, open_state
from ledger.door.batches import Answer, Ledger
from ledger.door.requests import parse
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.settings import Settings
from projections.credit.statements import StatementAsked
from tests.words import Step, Steps, flat


class Ledgers:
    def __init__(self, folder: Path) -> None:
        self.state: State = open_state(Settings(database_url=f"sqlite:///{folder / 'ledger.db'}", catalogue=None))
        self.ledger = Ledger(self.state.store, self.state.catalogue)

    def tell(self, *steps: Steps) -> None:
        for step in flat(steps):
            (answer,) = self.ledger.submit([parse(step.command, step.fields, COMMAND_LINE)])
            assert isinstance(answer, Answer), f"{step.command}: {answer}"

    def refusal(self, step: Step) -> dict[str, Any]:
        (answer,) = self.ledger.submit([parse(step.command, step.fields, COMMAND_LINE)])
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
        found = self.ask(deductions.contract_charges("C", self.state, COMMAND_LINE, limit=500)).items
        return [charge for charge in found if charge.reference == reference]

    def ticket(self, as_of: str | None = None) -> Any:
        return self.ask(tickets.ticket("T", self.state, COMMAND_LINE, as_of=as_of))

    def statement(self, as_of: str) -> Any:
        asked = StatementAsked("C", times=times_of(as_of, None))
        return self.ask(statements.read_statement(self.state, COMMAND_LINE, asked)).items

    def close(self) -> None:
        self.state.projector.close()
        asyncio.run(self.state.reader.close())
        self.state.store.close()
