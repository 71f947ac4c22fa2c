"""Lists across contracts as the models that read doors answer, and what items of each add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, TypeVar

from api.http.models.across import (
    AccountSummary,
    AccountTotals,
    ChargeTotals,
    DeductionTotals,
    DraftSummary,
    DraftTotals,
)
from api.http.models.base import figure
from api.http.models.credit import show_account_balance
from api.http.models.shown_documents import show_draft
from ledger.billing.missing import missing_names
from ledger.events import CreditUnit
from ledger.kernel.values import show_cents, show_share, shown_minutes
from projections.billing.charge_questions import ListedCharge
from projections.billing.draft_lists import ListedDraft
from projections.billing.drafts import InvoiceDraft
from projections.credit.balance_lists import ListedAccount
from projections.credit.balances import AccountBalance
from projections.credit.deduction_questions import OpenedDeduction

T = TypeVar("T")


def _grouped(items: Iterable[T], key: Callable[[T], Any]) -> list[tuple[Any, list[T]]]:
    return [(value, list(group)) for value, group in groupby(sorted(items, key=key), key=key)]


def show_listed_account(found: ListedAccount) -> AccountSummary:
    available = max(found.balance.available, 0)
    return AccountSummary(
        contract_id=found.contract_id,
        provider=found.provider,
        customer_id=found.customer_id,
        plan=found.plan,
        share=show_share(available, found.in_force) if found.in_force else None,
        **show_account_balance(found.balance).model_dump(),
    )


def add_accounts(items: Sequence[ListedAccount]) -> list[AccountTotals]:
    return [
        _account_totals(unit, currency or None, [one.balance for one in group])
        for (unit, currency), group in _grouped(items, lambda one: (one.balance.unit, one.balance.currency or ""))
    ]


def _account_totals(unit: CreditUnit, currency: str | None, balances: list[AccountBalance]) -> AccountTotals:
    return AccountTotals(
        unit=unit,
        currency=currency,
        accounts=len(balances),
        granted=figure(sum(one.granted for one in balances), unit),
        consumed=figure(sum(one.consumed for one in balances), unit),
        reserved=figure(sum(one.reserved for one in balances), unit),
        expired=figure(sum(one.expired for one in balances), unit),
        available=figure(sum(one.available for one in balances), unit),
        pending_confirmation=figure(sum(one.pending_confirmation for one in balances), unit),
    )


def add_charges(items: Sequence[ListedCharge]) -> list[ChargeTotals]:
    return [
        ChargeTotals(
            currency=currency, charges=len(group), amount=show_cents(sum(one.row.amount_cents for one in group))
        )
        for currency, group in _grouped(items, lambda one: one.row.currency)
    ]


def add_deductions(items: Sequence[OpenedDeduction]) -> DeductionTotals:
    return DeductionTotals(
        deductions=len(items),
        worked_minutes=sum(shown_minutes(one.row.worked_seconds) for one in items),
        billed_minutes=sum(one.row.billed_minutes for one in items),
    )


def show_listed_draft(found: ListedDraft) -> DraftSummary:
    contract: dict[str, Any] = {
        "contract_id": found.contract_id,
        "provider": found.provider,
        "customer_id": found.customer_id,
        "plan": found.plan,
    }
    if found.draft is None:
        figures: dict[str, Any] = dict.fromkeys(
            ("customer_name", "through_on", "lines", "currency", "net", "vat_total", "gross")
        )
        return DraftSummary(**contract, **figures, missing=missing_names(found.missing), waiting=[], notes=[])
    shown = show_draft(found.draft)
    return DraftSummary(
        **contract,
        customer_name=shown.customer["name"],
        through_on=shown.through_on,
        lines=len(found.draft.invoice.lines),
        currency=shown.currency,
        net=shown.net,
        vat_total=shown.vat_total,
        gross=shown.gross,
        missing=shown.missing,
        waiting=shown.waiting,
        notes=shown.notes,
    )


def add_drafts(items: Sequence[ListedDraft]) -> list[DraftTotals]:
    made: list[InvoiceDraft] = [one.draft for one in items if one.draft is not None]
    return [
        DraftTotals(
            currency=currency,
            drafts=len(group),
            net=show_cents(sum(one.invoice.net_cents for one in group)),
            vat_total=show_cents(sum(one.invoice.vat_cents for one in group)),
            gross=show_cents(sum(one.invoice.gross_cents for one in group)),
        )
        for currency, group in _grouped(made, lambda one: one.invoice.currency)
    ]
