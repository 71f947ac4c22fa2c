"""docs/events.md as the code has it: every event with its fields, under the aggregate whose stream holds it."""

from __future__ import annotations

import inspect
import re
import types
from datetime import date, datetime
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from ledger.billing.closed_periods import ClosedPeriods
from ledger.billing.document import Document, DocumentSeries
from ledger.billing.invoice_runs import InvoiceRun
from ledger.contracts.contract import Contract
from ledger.credit.account import CreditAccount
from ledger.credit.deduction import Deduction
from ledger.events import FACTS, Draw, Fact, Sealed
from ledger.kernel.aggregate import LedgerAggregate
from ledger.sessions.session import Session
from ledger.tickets.ticket import Ticket

AGGREGATES: dict[type[LedgerAggregate], str] = {
    Contract: "`contract:` and the contract's id",
    Ticket: "`ticket:` and the ticket's id",
    CreditAccount: "`account:`, the contract's id, `:` and the pool",
    Deduction: "`deduction:` and the deduction's id",
    Session: "`session:` and the session's id",
    Document: "`document:` and the number",
    DocumentSeries: "`series:`, the provider, `:` and the kind of document",
    InvoiceRun: "`invoice-run:`, the sender's scope, `/` and the command's id",
    ClosedPeriods: "`periods:` and the provider",
}
KINDS: dict[Any, str] = {
    str: "text",
    int: "integer",
    bool: "true or false",
    date: "day",
    datetime: "instant",
    Sealed: "**sealed** text or record",
    Draw: "draw",
    msgspec.Raw: "JSON object",
}
DEFAULTS = {"None": "none", "False": "`false`"}
HEAD = """# Events

Written by `make docs` from the events of each room of `ledger/`; do not edit it by hand. What the ledger knows is these
events and nothing else. An event is never changed and never deleted. They are grouped by the aggregate that records
them.

Each event has a topic and a version. The stored topic is both: `HoursDeducted@1`. The payload is JSON. A field that
has its default is left out; a field without a default is always there. Durations are whole minutes, money is whole
minor units of its currency (cents), instants are in UTC, days are days in the provider's time zone. A rule such as C2
is explained in [rules.md](rules.md).

Beside the payload the store keeps for each event: its position (from 1, without gaps), its stream and its version in
the stream, `recorded_at` (when the ledger learned of it), the provider and the contract, and the command that it came
of.

The payload of every event has these fields too:

| field | type | default | meaning |
|---|---|---|---|
| `contract_id` | text | empty | the contract concerned; a closed month has none |
| `effective_at` | instant | | when it was true in the world, or the instant at which it is booked |
| `token_id` | text | | whose token said so |
| `role` | text | | the role of that token |
| `dated` | instant | none | when it was true, where that lies in a closed month |

**Dated.** Once a month is closed, nothing that moves credit or money becomes effective in it (M5). Such an event is
booked at the first open instant: that is its `effective_at`, and `dated` keeps when it was true. Prices and the choice
of grants follow when it was true. No other event has `dated`.

A **sealed** field holds ciphertext under the key of a customer, a partner, a person of the provider's staff or a
document, with the id of that key (see [Personal data](architecture.md#personal-data)). A draw is a `quantity` in the
unit of the pool and the `grant_id` it was taken from; a draw without `grant_id` is a debt.
"""


def events_page() -> str:
    """The whole page. Raises LookupError for an event that no aggregate applies."""
    sections = [HEAD]
    for kind, stream in AGGREGATES.items():
        sections.append(f"## {_title(kind)}\n\nStream: {stream}.\n")
        sections.extend(_section(fact) for fact in FACTS.values() if _home(fact) is kind)
    return "\n".join(sections).rstrip() + "\n"


def _home(fact: type[Fact]) -> type[LedgerAggregate]:
    found = [kind for kind in AGGREGATES if fact in kind._methods]
    if len(found) != 1:
        raise LookupError(f"{fact.TOPIC} belongs to {len(found)} of the aggregates that this page knows")
    return found[0]


def _title(kind: type) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).capitalize()


def _section(fact: type[Fact]) -> str:
    rows = [_row(one) for one in msgspec.structs.fields(fact) if one.name not in Fact.__struct_fields__]
    meaning = inspect.cleandoc(fact.__doc__ or "")
    table = "\n".join(["| field | type | default |", "|---|---|---|", *rows])
    return f"### {fact.TOPIC}, version {fact.VERSION}\n\n{meaning}\n\n{table}\n"


def _row(one: msgspec.structs.FieldInfo) -> str:
    default = ""
    if one.default_factory is not msgspec.NODEFAULT:
        default = "empty"
    elif one.default is not msgspec.NODEFAULT:
        default = DEFAULTS.get(str(one.default), f"`{one.default}`")
    return f"| `{one.name}` | {_kind(one.type)} | {default} |".replace("|  |", "| |")


def _kind(hint: Any) -> str:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(part) for part in parts if part is not type(None))
    if origin is Literal:
        return " or ".join(f"`{part}`" for part in parts)
    if origin is list:
        return f"list of {_kind(parts[0])}s"
    if origin is dict:
        return "JSON object" if parts[1] is Any else f"{_kind(parts[1])}, by name"
    if hint not in KINDS and isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return f"{_title(hint).lower()} record"
    return KINDS[hint]
