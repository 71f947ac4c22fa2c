"""What is asked daily, as subcommands: each a path of the API, the parameters that it takes, and a table.

`contracts`, `tickets` and `invoices` list without an argument; with the id of one thing they show it whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from api.cli.doors import Query, opened_door
from api.cli.machine import print_line
from api.cli.options import Asked, Opt, made_command
from ledger.kernel.errors import Refusal

PERIOD, PAGE, TIMES = ("from", "to"), ("limit", "cursor"), ("as_of", "known_at")
MEANINGS = {
    "as_of": "As it was true then: an instant with offset, or a day.",
    "known_at": "As the ledger knew it then: an instant with offset, or a day.",
    "from": "An instant with offset, or a day: from then on.",
    "to": "An instant with offset, or a day: up to it.",
    "limit": "At most so many items, 500 at most.",
    "cursor": "Where a list goes on, as the list before says.",
    "invoiced": "true: on a document; false: not on one.",
    "on_behalf": "true: the customer's word on it was entered by somebody else; false: the others.",
    "group_by": "plan, kind, customer, month, or of time engineer; one or several, each after its own --group-by.",
    "below_share": "Where less than this share of the credit in force is left, such as 0.25.",
    "through_on": "What is due up to this day, included.",
    "after": "Those behind this position.",
}
SEVERAL = ("group_by",)  # options that may be given more than once


@dataclass(frozen=True)
class ReadPath:
    """A path, `{}` in it the argument, and what may be asked with it. `layout` names its table; none: JSON."""

    path: str
    parameters: tuple[str, ...] = ()
    layout: str | None = None
    always: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """A reading command: what it answers about one thing, and about all. `choices` are what the argument may be."""

    meaning: str
    argument: str | None = None
    one: ReadPath | None = None
    all: ReadPath | None = None
    choices: tuple[str, ...] = ()

    @property
    def questions(self) -> list[ReadPath]:
        return [question for question in (self.one, self.all) if question is not None]


READS: dict[str, Read] = {
    "contracts": Read(
        "Contracts; with a contract's id all of it, its terms too.",
        "contract",
        ReadPath("contracts/{}"),
        ReadPath("contracts", ("customer_id", "provider", "state", *PAGE), "contracts"),
    ),
    "balance": Read(
        "The balance of each pool of a contract.", "contract", ReadPath("contracts/{}/balance", TIMES, "balance")
    ),
    "statement": Read(
        "Every movement of a contract's credit, with the balance after it.",
        "contract",
        ReadPath("contracts/{}/statement", ("pool", *PERIOD, *PAGE), "statement"),
    ),
    "deductions": Read(
        "What was deducted from a contract's credit, how it was billed, and the customer's word on it.",
        "contract",
        ReadPath("contracts/{}/deductions", ("status", "on_behalf", *TIMES, *PAGE), "deductions"),
        ReadPath(
            "deductions", ("status", "on_behalf", "provider", "customer_id", "older_than_days", *PAGE), "deductions"
        ),
    ),
    "charges": Read(
        "What a contract was charged, and on which document.",
        "contract",
        ReadPath("contracts/{}/charges", ("invoiced", *TIMES, *PAGE), "charges"),
        ReadPath("charges", ("provider", "customer_id", "invoiced", *PERIOD, *PAGE), "charges"),
    ),
    "grants": Read(
        "Lots of credit: what remains of each, and when it ends; with a contract's id its own.",
        "contract",
        ReadPath("contracts/{}/grants", (*TIMES, *PAGE), "grants"),
        ReadPath("grants", ("expiring_before", "provider", "customer_id", *PAGE), "grants"),
    ),
    "sessions": Read(
        "Booked sessions by their starts; with a contract's id its own.",
        "contract",
        ReadPath("contracts/{}/sessions", ("state", *PERIOD, *TIMES, *PAGE), "sessions"),
        ReadPath("sessions", ("provider", "customer_id", "state", *PERIOD, *TIMES, *PAGE), "sessions"),
    ),
    "tickets": Read(
        "Tickets; with a ticket's id all of it, its history too.",
        "ticket",
        ReadPath("tickets/{}", TIMES),
        ReadPath("tickets", ("contract_id", "state", "priority", *TIMES, *PAGE), "tickets"),
    ),
    "invoices": Read(
        "Invoices and credit notes; with a number that document, its lines too.",
        "invoice",
        ReadPath("invoices/{}"),
        ReadPath("invoices", ("contract_id", "customer_id", *PERIOD, *PAGE), "invoices"),
    ),
    "periods": Read(
        "Months of a provider: open or closed, and what the closed ones came to.",
        all=ReadPath("periods", ("provider", *PAGE), "periods"),
    ),
    "balances": Read(
        "What is left in each account of all contracts.",
        all=ReadPath("balances", ("provider", "customer_id", "below_share", *TIMES, *PAGE), "balances"),
    ),
    "customers": Read(
        "Customers of a provider; with a customer's id what is open, and its contracts.",
        "customer",
        ReadPath("customers/{}", ("provider", *PAGE)),
        ReadPath("customers", ("provider", *PAGE), "customers"),
    ),
    "invoice-drafts": Read(
        "What is due for each contract; with a contract's id the draft of its next invoice.",
        "contract",
        ReadPath("contracts/{}/invoice-draft", ("through_on", *TIMES)),
        ReadPath("invoice-drafts", ("provider", "customer_id", "through_on", *TIMES, *PAGE), "invoice_drafts"),
    ),
    "reports": Read(
        "What was charged (revenue), what of credit expired unused (breakage), or what time was spent (time).",
        "report",
        ReadPath("reports/{}", ("provider", *PERIOD, "group_by", *PAGE), "reports"),
        choices=("revenue", "breakage", "time"),
    ),
    "events": Read("All that was recorded.", all=ReadPath("events", ("after", *PAGE), "events")),
    "sla": Read(
        "How often promises were kept, by plan, target and priority.",
        all=ReadPath(
            "sla/compliance",
            ("contract_id", "customer_id", "provider", *PERIOD, *TIMES),
            "sla",
            {"group_by": ("plan", "target", "priority")},
        ),
    ),
}
ARGUMENT = "argument"


def reading_command(name: str) -> Any:
    """The subcommand of that name; None where there is none."""
    read = READS.get(name)
    if read is None:
        return None
    names = dict.fromkeys(parameter for question in read.questions for parameter in question.parameters)
    options = [
        Opt(one, list[str] if one in SEVERAL else str, MEANINGS.get(one, ""), example="plan" if one in SEVERAL else "")
        for one in names
    ]
    if read.argument is not None:
        noun, is_required = read.argument, read.all is None
        about = Opt(
            ARGUMENT,
            metavar=noun.upper(),
            choices=read.choices,
            is_argument=True,
            is_required=is_required,
            example=f"example-{noun[0]}",
        )
        options.insert(0, about)

    def ask(asked: Asked) -> None:
        question = read.one if ARGUMENT in asked.given else read.all
        assert question is not None, "an argument is required where nothing can be said of all"
        path = question.path.replace("{}", _segment(read.argument, asked.given.get(ARGUMENT)))
        query: Query = {one: value for one, value in asked.given.items() if one != ARGUMENT}
        with opened_door(asked.server, asked.token) as door:
            ask_for = door.get if "limit" in query else door.whole
            answer = ask_for(path, {**query, **question.always})
        _show(question, answer, as_json=asked.as_json)

    return made_command(name, read.meaning, options, ask)


def _segment(noun: str | None, id_: str | None) -> str:
    """An id in its place in a path. What no path can hold is no id. Raises Refusal unknown-…"""
    if id_ is not None and (not id_ or "/" in id_):
        raise Refusal(f"unknown-{noun}", f"There is no {noun} {id_}.")
    return quote(id_ or "", safe="", errors="replace")


def _show(question: ReadPath, answer: Any, *, as_json: bool) -> None:
    from api.cli.printing import print_json

    if as_json:
        print_line(answer)
    elif question.layout is None:
        print_json(answer)
    else:
        from api.cli.layouts import LAYOUTS
        from api.cli.printed_tables import table_of
        from api.cli.terminal import out

        out.print(table_of(LAYOUTS[question.layout], answer))
