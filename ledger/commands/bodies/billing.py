"""The bodies of commands that issue documents and close months."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from ledger.commands.fields import AnyId, Command, Day, Id, Text


def _near_month(value: str) -> str:
    if not 1990 <= date.fromisoformat(f"{value}-01").year < 2200:
        raise ValueError("a month lies between 1990 and 2200")
    return value


Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), AfterValidator(_near_month)]


class IssueInvoice(Command):
    contract_id: AnyId
    through_on: Day
    issued_on: Day | None = None


class IssueCreditNote(Command):
    invoice_number: AnyId
    reason: Text
    issued_on: Day | None = None


class ClosePeriod(Command):
    provider: Id
    month: Month
