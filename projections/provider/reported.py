"""What a page of events changes in reports, in the transaction that wrote it: what counts now, less what did before.

New rows count; so do deductions on which a word was said, grants that moved, and, where the terms of a contract are
others now, what goes by them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from ledger.contracts.term import has_time
from ledger.credit.expiry import breakage
from ledger.store.database import among
from projections.billing.charges_view import CHARGES, ChargeRow
from projections.contracts.view import CONTRACT_TERMS, CONTRACTS, read_terms
from projections.credit.deductions_view import DEDUCTIONS, DeductionRow
from projections.credit.movements import ACCOUNTS, GRANTS, MOVEMENTS, NEVER, GrantRow, account_id
from projections.credit.status_changes import STATUS_CHANGES, StatusChangeRow
from projections.provider.counting import CountedContract, CountedContracts, count_charges, count_losses, count_work
from projections.provider.report_totals import (
    COUNTED_TERMS,
    ENGINEERS,
    LOSSES,
    EngineerRow,
    LossRow,
    change_counts,
    reports,
)
from projections.tables import Table
from projections.views import Rows, Written

__all__ = ["reports"]
R = TypeVar("R", bound=msgspec.Struct)
_read_counted = msgspec.json.Decoder(tuple[list[tuple[int, str]], str]).decode


@reports.after_each_page
def _count(rows: Rows, written: Written) -> None:
    answered = {change.deduction_id for change in written.rows.get(STATUS_CHANGES.name, ())}
    told: list[DeductionRow] = [
        row
        for row in written.rows.get(DEDUCTIONS.name, ())
        if row.position >= written.since or row.deduction_id in answered
    ]
    charges = written.made(CHARGES)
    moved = {row.grant_id for row in written.made(MOVEMENTS) if row.grant_id is not None}
    terms: Sequence[Any] = written.rows.get(CONTRACT_TERMS.name, ())
    concerned = {row.contract_id for row in (*told, *charges, *terms)} | {
        row.contract_id for row in written.made(MOVEMENTS)
    }
    if not concerned:
        return
    now = _contracts(rows, concerned)
    before = _before(rows, now, terms)
    for contract_id in before.keys() & {term.contract_id for term in terms}:
        since = min(term.starts_at for term in terms if term.contract_id == contract_id)
        _take_along(rows, now[contract_id], since, told, charges, moved)
    known = [row for row in told if row.position < written.since]
    changes = _changes(rows, answered | {row.deduction_id for row in known})
    earlier = {of: [one for one in some if one.position < written.since] for of, some in changes.items()}
    grants = rows.found(GRANTS, moved)
    drawn = {account_id(row.contract_id, row.pool) for row in told if row.pool is not None}
    pools = drawn | {account_id(grant.contract_id, grant.pool) for grant in grants.values()}
    accounts = {(one.contract_id, one.pool): one for one in rows.found(ACCOUNTS, pools).values()}
    taken_back = rows.found(CHARGES, {row.reverses for row in charges if row.reverses is not None})
    known_charges = [row for row in charges if row.position < written.since]
    losses = LOSSES.load(rows.transaction, rows.dialect, LOSSES.name + rows.suffix, sorted(moved))
    losses_now = _losses(rows, grants, now)
    _keep_losses(rows, losses, losses_now)
    change_counts(
        rows,
        before=[
            *count_charges(known_charges, taken_back, before),
            *count_work(known, earlier, accounts, before),
            *count_losses(losses, grants, accounts, now),
        ],
        now=[
            *count_charges(charges, taken_back, now),
            *count_work(told, changes, accounts, now),
            *count_losses(losses_now, grants, accounts, now),
        ],
    )
    for contract_id in {term.contract_id for term in terms}:
        rows.put(COUNTED_TERMS, now[contract_id].told)
    _name_engineers(rows, told)


def _contracts(rows: Rows, contract_ids: Iterable[str]) -> dict[str, CountedContract]:
    found = {}
    for contract_id, row in rows.found(CONTRACTS, contract_ids).items():
        lived = [term for term in read_terms(row.terms) if has_time(term.starts_at, term.ends_at)]
        found[contract_id] = CountedContract(row, sorted((term.starts_at, term.plan) for term in lived), row.plan)
    return found


def _before(rows: Rows, now: CountedContracts, terms: Iterable[Any]) -> dict[str, CountedContract]:
    """The contracts by the terms by which they were counted; one that is new never was."""
    changed = {term.contract_id for term in terms}
    told = rows.found(COUNTED_TERMS, changed)
    found = {contract_id: contract for contract_id, contract in now.items() if contract_id not in changed}
    for contract_id, row in told.items():
        found[contract_id] = CountedContract(now[contract_id].row, *_read_counted(row.terms))
    return found


def _take_along(
    rows: Rows,
    contract: CountedContract,
    since: int,
    told: list[DeductionRow],
    charges: list[ChargeRow],
    moved: set[str],
) -> None:
    """What counts by a term that is another now; and what came before all terms, which goes by the contract's plan."""
    first = min((starts_at for starts_at, _ in contract.terms), default=NEVER)
    about = {"contract_id": contract.row.contract_id, "since": since, "first": first}
    by_time = ("effective_at >= :since", "effective_at < :first", "dated < :first")
    seen = {row.deduction_id for row in told}
    found = {row.deduction_id: row for which in by_time for row in _some(rows, DEDUCTIONS, which, about)}
    told += [row for deduction_id, row in found.items() if deduction_id not in seen]
    known = {row.charge_id for row in charges}
    owed = {row.charge_id: row for which in by_time for row in _some(rows, CHARGES, which, about)}
    condition, params = among(rows.dialect, "reversed", sorted(owed) or [""])
    owed |= {row.charge_id: row for row in _some(rows, CHARGES, f"reverses {condition}", about | params)}
    charges += [row for charge_id, row in owed.items() if charge_id not in known]
    for which in ("plan_at >= :since", "plan_at < :first"):
        moved |= {row.grant_id for row in _some(rows, LOSSES, which, about)}


def _some(rows: Rows, table: Table[R], which: str, about: dict[str, Any]) -> list[R]:
    sql = (
        f"SELECT {', '.join(table.columns)} FROM {table.name}{rows.suffix} WHERE contract_id = :contract_id AND {which}"
    )
    return [table.row(*row) for row in rows.transaction.tuples(sql, about)]


def _changes(rows: Rows, deduction_ids: Iterable[str]) -> dict[str, list[StatusChangeRow]]:
    """The changes of status of each deduction, in their order."""
    found: dict[str, list[StatusChangeRow]] = defaultdict(list)
    ids = sorted(set(deduction_ids))
    changes = STATUS_CHANGES.load(rows.transaction, rows.dialect, STATUS_CHANGES.name + rows.suffix, ids)
    for change in sorted(changes, key=lambda one: one.position):
        found[change.deduction_id].append(change)
    return found


def _losses(rows: Rows, grants: dict[str, GrantRow], contracts: CountedContracts) -> list[LossRow]:
    """The rest of each grant at its end, and what of it comes back later (C9, C10)."""
    after_end = _after_the_end(rows, [*grants])
    found = []
    for grant in grants.values():
        if grant.expires_at >= NEVER:
            continue
        later = after_end[grant.grant_id]
        by_its_end = grant.granted - grant.consumed - sum(change for _, change in later)
        plan_at = grant.expires_at - 1  # at the end of a term the next one begins, which did not give what is lost
        plan = contracts[grant.contract_id].plan_at(plan_at)
        for moment, quantity in breakage([(grant.expires_at, by_its_end), *later], grant.expires_at).items():
            found.append(LossRow(grant.grant_id, moment, grant.contract_id, plan_at, plan, quantity))
    return found


def _after_the_end(rows: Rows, grant_ids: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """By grant, what moved after its end: little, of whatever it had before."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if grant_ids:
        condition, params = among(rows.dialect, "grants", grant_ids)
        sql = (
            f"SELECT g.grant_id, m.effective_at, m.granted - m.consumed FROM grants{rows.suffix} g "
            f"JOIN movements{rows.suffix} m ON m.grant_id = g.grant_id AND m.effective_at > g.expires_at "
            f"WHERE g.grant_id {condition}"
        )
        for grant_id, at, change in rows.transaction.tuples(sql, params):
            found[grant_id].append((at, change))
    return found


def _keep_losses(rows: Rows, before: Sequence[LossRow], now: Sequence[LossRow]) -> None:
    kept = {(row.grant_id, row.moment) for row in now}
    for row in before:
        if (row.grant_id, row.moment) not in kept:
            sql = f"DELETE FROM {LOSSES.name}{rows.suffix} WHERE grant_id = :grant_id AND moment = :moment"
            rows.transaction.execute(sql, {"grant_id": row.grant_id, "moment": row.moment})
    for row in now:
        rows.add(LOSSES, row)


def _name_engineers(rows: Rows, told: Sequence[DeductionRow]) -> None:
    names: dict[str, str] = {}
    for row in told:
        if row.engineer_key is not None and row.engineer is not None:
            names[row.engineer_key] = max(row.engineer, names.get(row.engineer_key, ""))
    known = rows.found(ENGINEERS, names)
    for key, name in names.items():
        if key not in known or known[key].name < name:
            rows.put(ENGINEERS, EngineerRow(key, name))
    rows.flush()
