"""The bodies of commands that issue documents and close months."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from ledger.kernel.fields import AnyId, Command, Day, Id, Text


def _near_month(value: str) -> str:
    if not 1990 <= date.fromisoformat(f"{value}-01").year < 2200:
        raise ValueError("a month lies between 1990 and 2200")
    return value


def _not_zero(value: str) -> str:
    if not value.strip("0."):
        raise ValueError("must be more than 0")
    return value


Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), AfterValidator(_near_month)]


ExchangeRate = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$"), AfterValidator(_not_zero)]
# TNumerKSeF of FA(3): a NIP or another taxpayer's sign, the day, and what KSeF adds. A wrong one would spoil the file.
_TAXPAYER = r"([1-9](([0-9][1-9])|([1-9][0-9]))[0-9]{7}|M[0-9]{9}|[A-Z]{3}[0-9]{7})"
_DAY_OF_KSEF = r"20[2-9][0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
KsefNumber = Annotated[
    str, StringConstraints(pattern=rf"^{_TAXPAYER}-{_DAY_OF_KSEF}-[0-9A-F]{{6}}-?[0-9A-F]{{6}}-[0-9A-F]{{2}}$")
]


class IssueInvoice(Command):
    """`exchange_rate` is what one unit of the document's currency costs in that of the provider's country."""

    contract_id: AnyId
    through_on: Day
    issued_on: Day | None = None
    exchange_rate: ExchangeRate | None = None


class IssueCreditNote(Command):
    """`ksef_number` is the number that KSeF gave to the invoice of a Polish provider."""

    invoice_number: AnyId
    reason: Text
    issued_on: Day | None = None
    ksef_number: KsefNumber | None = None


class ClosePeriod(Command):
    provider: Id
    month: Month
