"""The views as tables for a terminal."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from api.cli.printing import plain
from api.http.models.credit import BalanceOut, ChargeOut, StatementOut
from api.http.models.plans import PlanOut
from api.http.models.sla import ComplianceOut
from api.http.models.tickets import TicketSummary


def _table(title: str, *columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(title=plain(title), title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _row(table: Table, *values: Any) -> None:
    table.add_row(*(plain(value) for value in values))


def balance_table(balance: BalanceOut) -> Table:
    figures = ("granted", "consumed", "reserved", "expired", "available", "pending_confirmation")
    shown = ("granted", "consumed", "reserved", "expired", "available", "pending")
    table = _table(f"Balance of {balance.contract_id}", "pool", "unit", *shown, right=shown)
    for account in balance.accounts:
        unit = account.currency or account.unit
        _row(table, account.pool, unit, *(getattr(account, figure) for figure in figures))
    over = balance.overage
    table.caption = plain(f"overage: {over.minutes} min, {over.amount} {over.currency}")
    return table


def statement_table(statement: StatementOut) -> Table:
    columns = ("effective", "pool", "kind", "reference", "change", "balance", "note", "position")
    table = _table(f"Statement of {statement.contract_id}", *columns, right=("change", "balance", "position"))
    for line in statement.items:
        _row(
            table,
            line.effective_at,
            line.pool,
            line.kind,
            line.reference,
            line.change,
            line.balance,
            line.note,
            line.position,
        )
    return table


def charges_table(contract_id: str, charges: list[ChargeOut]) -> Table:
    columns = ("effective", "kind", "reference", "minutes", "rate", "amount", "currency")
    table = _table(f"Charges of {contract_id}", *columns, right=("minutes", "rate", "amount"))
    for charge in charges:
        _row(
            table,
            charge.effective_at,
            charge.kind,
            charge.reference,
            charge.minutes,
            charge.rate,
            charge.amount,
            charge.currency,
        )
    return table


def tickets_table(tickets: list[TicketSummary]) -> Table:
    columns = ("ticket", "contract", "title", "kind", "priority", "level", "state", "worked min")
    table = _table("Tickets", *columns, right=("priority", "worked min"))
    for ticket in tickets:
        _row(
            table,
            ticket.ticket_id,
            ticket.contract_id,
            ticket.title,
            ticket.kind,
            ticket.priority,
            ticket.level,
            ticket.state,
            ticket.worked_minutes,
        )
    return table


def plans_table(plans: list[PlanOut]) -> Table:
    table = _table("Plans", "plan", "version", "provider", "name", "left open")
    for plan in plans:
        names = ", ".join(figure.name + ("*" if figure.required else "") for figure in plan.open)
        _row(table, plan.plan, plan.version, plan.provider, plan.name, names)
    table.caption = "* required at signing"
    return table


def compliance_table(compliance: ComplianceOut) -> Table:
    figures = ("met", "breached", "ratio", "running", "paused", "void")
    table = _table("SLA compliance", "plan", "target", "priority", *figures, right=("priority", *figures))
    for row in compliance.items:
        _row(table, row.plan, row.target, row.priority, *(getattr(row, figure) for figure in figures))
    table.caption = "ratio: met / (met + breached)"
    return table
