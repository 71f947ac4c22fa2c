"""How charges, deductions and losses of credit count in reports: on which day, under which plan, with which figures.

A charge, a deduction and its reversal count on the day of their effective time, as in the books; breakage on the day of
the grant's end, or later where something came back to it later (C10). Days are those of the contract's provider. A plan
is that of the term in force at the time, whatever the contract runs under today; after a contract's end it is that of
its last term, and what was agreed where none had begun. What takes back goes where that counts which it takes back;
what came late into a closed month, where it was true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.kernel.values import from_micros, local_date, shown_minutes
from projections.billing.charges_view import ChargeRow
from projections.contracts.view import ContractRow
from projections.credit.deductions_view import DeductionRow
from projections.credit.movements import AccountRow, GrantRow
from projections.credit.status_changes import StatusChangeRow
from projections.provider.report_totals import OF_BOTH, OF_CUSTOMERS, Counted, CountedTermsRow, LossRow
from projections.tables import to_json

Accounts = Mapping[tuple[str, str], AccountRow]  # by contract and pool


@dataclass(slots=True, frozen=True)
class CountedContract:
    """A contract by whose terms something is counted: those that ever run, in the order in which they begin."""

    row: ContractRow
    terms: Sequence[tuple[int, str]]
    plan: str

    def plan_at(self, at: int) -> str:
        begun = self.plan
        for starts_at, plan in self.terms:
            if starts_at > at:
                break
            begun = plan
        return begun

    @property
    def told(self) -> CountedTermsRow:
        return CountedTermsRow(self.row.contract_id, to_json([self.terms, self.plan]))

    def counted(
        self,
        report: str,
        added_by: str,
        at: int,
        plan: str,
        kind: str,
        figures: tuple[int, ...],
        *,
        engineer: str = "",
        unit: str = "",
        currency: str = "",
        on_behalf: str = "",
    ) -> Counted:
        """`figures` are those of REPORT_FIGURES after the first, `added_by` who is told apart."""
        row = self.row
        day = f"d{local_date(from_micros(at), row.timezone)}"
        who = (row.customer_id, engineer)
        return (report, added_by, row.provider, day, *who, plan, kind, unit, currency, on_behalf), (1, *figures)


CountedContracts = Mapping[str, CountedContract]


def count_charges(
    charges: Iterable[ChargeRow], reversed_charges: Mapping[str, ChargeRow], contracts: CountedContracts
) -> Iterator[Counted]:
    for row in charges:
        contract = contracts[row.contract_id]
        first = reversed_charges.get(row.reverses or "", row)
        plan = contract.plan_at(first.dated if first.dated is not None else first.effective_at)
        figures = (1, row.amount_cents, 0, 0, 0, 0, 0)
        yield contract.counted(
            "revenue", OF_CUSTOMERS, row.effective_at, plan, row.family, figures, currency=row.currency
        )


def count_work(
    deductions: Iterable[DeductionRow],
    changes: Mapping[str, Sequence[StatusChangeRow]],
    accounts: Accounts,
    contracts: CountedContracts,
) -> Iterator[Counted]:
    """A deduction, and what its reversals take off again on their own days; by the word on it that came last (C8)."""
    for row in deductions:
        contract = contracts[row.contract_id]
        plan = contract.plan_at(row.dated if row.dated is not None else row.effective_at)
        account = accounts.get((row.contract_id, row.pool)) if row.pool is not None else None
        credit_minutes = row.quantity if account is not None and account.unit == "minutes" else 0
        minutes = shown_minutes(row.worked_seconds)
        said = changes.get(row.deduction_id, ())
        words = [one.on_behalf for one in said if one.on_behalf is not None]
        on_behalf, engineer = str(words[-1]) if words else "0", row.engineer_key or ""
        reversals = ((one.effective_at, -1) for one in said if one.status == "reversed")
        for at, sign in ((row.effective_at, 1), *reversals):
            of_time = (row.worked_seconds, minutes, row.billed_minutes, credit_minutes)
            figures = (0, 0, 0, *(sign * figure for figure in of_time))
            yield contract.counted("time", OF_BOTH, at, plan, row.kind, figures, engineer=engineer, on_behalf=on_behalf)


def count_losses(
    losses: Iterable[LossRow], grants: Mapping[str, GrantRow], accounts: Accounts, contracts: CountedContracts
) -> Iterator[Counted]:
    for row in losses:
        grant = grants[row.grant_id]
        account = accounts[grant.contract_id, grant.pool]
        figures = (0, 0, row.quantity, 0, 0, 0, 0)
        apart = {"unit": account.unit, "currency": account.currency or ""}
        yield contracts[row.contract_id].counted(
            "breakage", OF_CUSTOMERS, row.moment, row.plan, grant.source, figures, **apart
        )
