"""How the answers of reading commands are laid out in tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.cli.movement_words import deduction_in_words, movement_in_words

Item = Mapping[str, Any]
Member = str | Callable[[Item], str]


@dataclass(frozen=True)
class Layout:
    """A table: its columns as `title: member`, a title that begins with `>` of a figure, which stands to the right.

    A member is that of an item, or a path to it (`customer.name`); of several (`currency|unit`) the first that says
    something counts, and a no says nothing. A path that leads through a list means it of each. What is put into words
    is a function of the item. `items` is where the answer has its items.
    """

    title: str
    columns: Mapping[str, Member]
    items: str = "items"
    caption: Callable[[Item], str] | None = None
    leaves_out_empty: bool = False  # columns but the first in which no item says anything
    joined: str = " of"  # what joins its title to the id that it is about
    usually: Mapping[str, str] = field(default_factory=dict)  # what its title says where nobody asked otherwise


def _overage(answer: Item) -> str:
    over = answer["overage"]
    return f"overage: {over['minutes']} min, {over['amount']} {over['currency']}"


def _to_invoice(customer: Item) -> str:
    return ", ".join(f"{one['amount']} {one['currency']}" for one in customer["open_charges"])


def _invoiced(charge: Item) -> str:
    """On which document it stands, or that it never will: nobody has to invoice what cancels itself."""
    by = charge["settled_by"]
    return charge["invoice_number"] or (f"none: cancelled by {by}" if by is not None else "")


_CHARGE: Mapping[str, Member] = {
    "effective": "effective_at",
    "kind": "kind",
    "reference": "reference",
    ">minutes": "minutes",
    ">rate": "rate",
    ">amount": "amount",
    "currency": "currency",
    "invoice": _invoiced,
}
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
            "note": movement_in_words,
            ">position": "position",
        },
    ),
    "balances": Layout(
        "Balances",
        {
            "contract": "contract_id",
            "customer": "customer_id",
            "plan": "plan",
            "pool": "pool",
            "unit": "currency|unit",
            ">granted": "granted",
            ">consumed": "consumed",
            ">reserved": "reserved",
            ">expired": "expired",
            ">available": "available",
            ">share": "share",
        },
    ),
    "customers": Layout(
        "Customers",
        {
            "customer": "customer_id",
            "name": "name",
            "provider": "provider",
            ">contracts": "contracts",
            ">active": "active_contracts",
            ">tickets": "open_tickets",
            ">unanswered": "unanswered_deductions",
            ">to invoice": _to_invoice,
        },
    ),
    "invoice_drafts": Layout(
        "Invoice drafts",
        {
            "contract": "contract_id",
            "customer": "customer_name|customer_id",
            "through": "through_on",
            ">lines": "lines",
            ">net": "net",
            ">VAT": "vat_total",
            ">gross": "gross",
            "currency": "currency",
            "missing": "missing",
        },
    ),
    "reports": Layout(
        "Report",
        {
            "": "",
            "plan": "plan",
            "kind": "kind",
            "customer": "customer",
            "engineer": "engineer",
            "on behalf": "on_behalf",
            "provider": "provider",
            "month": "month",
            ">charges": "charges",
            ">amount": "amount",
            ">expired": "expired",
            ">worked min": "worked_minutes",
            ">billed min": "billed_minutes",
            ">credit min": "credit_minutes",
            "unit": "currency|unit",
        },
        leaves_out_empty=True,
        joined=" on",
        usually={"from": "the beginning", "to": "today"},
    ),
    "events": Layout(
        "Events",
        {
            ">position": "position",
            "recorded": "recorded_at",
            "effective": "effective_at",
            "event": "type",
            "contract": "contract_id",
        },
    ),
    "charges": Layout("Charges", {"contract": "contract_id", **_CHARGE}),
    "charges_of": Layout("Charges", _CHARGE),
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
            "on behalf": "on_behalf",
            "ticket": "ticket_id",
            "title": "ticket_title",
            "what was done": deduction_in_words,
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
            ">reserved": "reserved",
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
