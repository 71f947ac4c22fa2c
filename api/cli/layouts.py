"""Answers as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from api.cli.printing import plain

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Layout:
    """A table: its columns as `title: member`, a title that begins with `>` of a figure, which stands to the right.

    A member is that of an item, or a path to it (`customer.name`); of several (`currency|unit`) the first that says
    something counts. A path that leads through a list means it of each. `items` is where the answer has its items.
    """

    title: str
    columns: Mapping[str, str]
    items: str = "items"
    caption: Callable[[Item], str] | None = None


def table_of(layout: Layout, answer: Item) -> Table:
    """The items of an answer; `{contract_id}` in a title is the answer's."""
    table = Table(title=plain(layout.title.format_map(answer)), title_justify="left", header_style="bold")
    for title in layout.columns:
        is_figure = title.startswith(">")
        table.add_column(title.removeprefix(">"), justify="right" if is_figure else "left", overflow="fold")
    for item in answer[layout.items]:
        table.add_row(*(plain(_said(item, member)) for member in layout.columns.values()))
    following = f"there is more: --cursor {answer['next']}" if answer.get("next") else ""
    notes = [layout.caption(answer) if layout.caption else "", following]
    table.caption = plain("; ".join(note for note in notes if note)) if any(notes) else None
    return table


def _said(item: Item, member: str) -> Any:
    found = (_at(item, path.split(".")) for path in member.split("|"))
    return next((value for value in found if value is not None), None)


def _at(item: Any, path: Sequence[str]) -> Any:
    for place, step in enumerate(path):
        if isinstance(item, list):
            return ", ".join(str(_at(one, path[place:])) for one in item)
        if not isinstance(item, Mapping):
            return None
        item = item.get(step)
    return item


def _overage(answer: Item) -> str:
    over = answer["overage"]
    return f"overage: {over['minutes']} min, {over['amount']} {over['currency']}"


LAYOUTS: dict[str, Layout] = {
    "contracts": Layout(
        "Contracts",
        {
            "contract": "contract_id",
            "customer": "customer.name|customer.customer_id",
            "plan": "plan",
            "state": "state",
            "starts": "starts_on",
            "ends": "ends_on",
            "provider": "provider",
        },
    ),
    "balance": Layout(
        "Balance of {contract_id}",
        {
            "pool": "pool",
            "unit": "currency|unit",
            ">granted": "granted",
            ">consumed": "consumed",
            ">reserved": "reserved",
            ">expired": "expired",
            ">available": "available",
            ">pending": "pending_confirmation",
        },
        items="accounts",
        caption=_overage,
    ),
    "statement": Layout(
        "Statement of {contract_id}",
        {
            "effective": "effective_at",
            "pool": "pool",
            "kind": "kind",
            "reference": "reference",
            ">change": "change",
            ">balance": "balance",
            "note": "note",
            ">position": "position",
        },
    ),
    "charges": Layout(
        "Charges",
        {
            "contract": "contract_id",
            "effective": "effective_at",
            "kind": "kind",
            "reference": "reference",
            ">minutes": "minutes",
            ">rate": "rate",
            ">amount": "amount",
            "currency": "currency",
            "invoice": "invoice_number",
        },
    ),
    "deductions": Layout(
        "Deductions",
        {
            "deduction": "deduction_id",
            "contract": "contract_id",
            "effective": "effective_at",
            "kind": "kind",
            ">worked min": "worked_minutes",
            ">billed min": "billed_minutes",
            "status": "status",
            "ticket": "ticket_id",
            "engineer": "engineer",
        },
    ),
    "grants": Layout(
        "Grants",
        {
            "grant": "grant_id",
            "contract": "contract_id",
            "pool": "pool",
            "unit": "currency|unit",
            "source": "source",
            ">granted": "granted",
            ">consumed": "consumed",
            ">remaining": "remaining",
            "ends": "expires_at",
            "state": "state",
        },
    ),
    "sessions": Layout(
        "Sessions",
        {
            "session": "session_id",
            "contract": "contract_id",
            "starts": "starts_at",
            ">minutes": "estimate_minutes",
            "state": "state",
            ">reserved": "reserved",
            "ticket": "ticket_id",
        },
    ),
    "tickets": Layout(
        "Tickets",
        {
            "ticket": "ticket_id",
            "contract": "contract_id",
            "title": "title",
            "kind": "kind",
            ">priority": "priority",
            "level": "level",
            "state": "state",
            ">worked min": "worked_minutes",
        },
    ),
    "invoices": Layout(
        "Invoices and credit notes",
        {
            "number": "number",
            "kind": "kind",
            "issued": "issued_on",
            "due": "due_on",
            "contract": "contract_id",
            "customer": "customer.name|customer.customer_id",
            ">net": "net",
            ">gross": "gross",
            "currency": "currency",
        },
    ),
    "periods": Layout(
        "Months",
        {
            "provider": "provider",
            "month": "month",
            "state": "state",
            "closed": "closed_at",
            "currency": "totals.money.currency",
            ">charged": "totals.money.charged",
            ">invoiced": "totals.money.invoiced",
            ">credited": "totals.money.credited",
            "unit": "totals.credit.unit",
            ">granted": "totals.credit.granted",
            ">consumed": "totals.credit.consumed",
            ">expired": "totals.credit.expired",
        },
    ),
    "sla": Layout(
        "SLA compliance",
        {
            "plan": "plan",
            "target": "target",
            ">priority": "priority",
            ">met": "met",
            ">breached": "breached",
            ">ratio": "ratio",
            ">running": "running",
            ">paused": "paused",
            ">void": "void",
        },
        caption=lambda _: "ratio: met / (met + breached)",
    ),
    "plans": Layout(
        "Plans",
        {"plan": "plan", "version": "version", "provider": "provider", "name": "name", "left open": "open_names"},
        caption=lambda _: "* required at signing",
    ),
}
