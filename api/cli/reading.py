"""What is asked daily, as subcommands: each a path of the API, the parameters that it takes, and a table.

Without an argument they list. With an id they show that thing whole; where there is none of that id, what the contract
of that id has, since deductions, charges, grants and sessions are one's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from api.cli.doors import Door, Query, opened_door
from api.cli.machine import print_line
from api.cli.options import Asked, Opt, made_command
from api.cli.read_parameters import read_option
from ledger.kernel.errors import (
    Refusal,
    unknown_contract,
    unknown_customer,
    unknown_deduction,
    unknown_invoice,
    unknown_session,
    unknown_ticket,
)

PERIOD, PAGE, TIMES = ("from", "to"), ("limit", "cursor"), ("as_of", "known_at")
UNTOLD = (*PAGE, "group_by")  # in the title of a table, whose columns or caption say it


@dataclass(frozen=True)
class ReadPath:
    """A path, `{}` in it the argument, and what may be asked with it. `layout` names its table; none: JSON."""

    path: str
    parameters: tuple[str, ...] = ()
    layout: str | None = None
    always: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Noun:
    """What an argument is the id of, and what is said where there is none of that id."""

    word: str
    unknown: Callable[[str], Refusal]


CONTRACT = Noun("contract", unknown_contract)
REPORT = Noun("report", lambda name: Refusal("not-found", f"There is no report {name}."))


@dataclass(frozen=True)
class Read:
    """A reading command: what it answers about one thing, of one contract, and about all.

    `argument` is what has an id; where it is one of a few, these are its `choices`.
    """

    meaning: str
    argument: Noun | None = None
    one: ReadPath | None = None
    all: ReadPath | None = None
    choices: tuple[str, ...] = ()
    of_contract: ReadPath | None = None

    @property
    def questions(self) -> list[ReadPath]:
        return [question for question in (self.one, self.of_contract, self.all) if question is not None]

    @property
    def nouns(self) -> list[Noun]:
        """What the argument may be the id of."""
        nouns = [self.argument] if self.argument is not None else []
        return [*nouns, CONTRACT] if self.of_contract is not None else nouns

    def asked_with(self, names: Iterable[str]) -> list[tuple[Noun, ReadPath]]:
        """The questions to an id, one after the other until one knows it; those that take what else was given."""
        asked = [(CONTRACT, self.of_contract)] if self.of_contract is not None else []
        if self.one is not None and self.argument is not None:
            is_taken = self.of_contract is None or set(names) <= set(self.one.parameters)
            asked = [(self.argument, self.one), *asked] if is_taken else asked
        return asked


READS: dict[str, Read] = {
    "contracts": Read(
        "Contracts; with a contract's id all of it, its terms too.",
        CONTRACT,
        ReadPath("contracts/{}"),
        ReadPath("contracts", ("customer_id", "provider", "state", *PAGE), "contracts"),
    ),
    "balance": Read(
        "The balance of each pool of a contract.", CONTRACT, ReadPath("contracts/{}/balance", TIMES, "balance")
    ),
    "statement": Read(
        "Every movement of a contract's credit, with the balance after it.",
        CONTRACT,
        ReadPath("contracts/{}/statement", ("pool", *PERIOD, *PAGE), "statement"),
    ),
    "deductions": Read(
        "What was deducted from credit, how it was billed, and the customer's word; with a contract's id its own.",
        Noun("deduction", unknown_deduction),
        ReadPath("deductions/{}", TIMES),
        ReadPath(
            "deductions", ("status", "on_behalf", "provider", "customer_id", "older_than_days", *PAGE), "deductions"
        ),
        of_contract=ReadPath("contracts/{}/deductions", ("status", "on_behalf", *TIMES, *PAGE), "deductions"),
    ),
    "charges": Read(
        "What a contract was charged, and on which document.",
        CONTRACT,
        ReadPath("contracts/{}/charges", ("invoiced", *TIMES, *PAGE), "charges_of"),
        ReadPath("charges", ("provider", "customer_id", "invoiced", *PERIOD, *PAGE), "charges"),
    ),
    "grants": Read(
        "Lots of credit: what remains of each, and when it ends; with a contract's id its own.",
        CONTRACT,
        ReadPath("contracts/{}/grants", (*TIMES, *PAGE), "grants"),
        ReadPath("grants", ("expiring_before", "provider", "customer_id", *PAGE), "grants"),
    ),
    "sessions": Read(
        "Booked sessions by their starts; with a session's id all of it, with a contract's its own.",
        Noun("session", unknown_session),
        ReadPath("sessions/{}", TIMES),
        ReadPath("sessions", ("provider", "customer_id", "state", *PERIOD, *TIMES, *PAGE), "sessions"),
        of_contract=ReadPath("contracts/{}/sessions", ("state", *PERIOD, *TIMES, *PAGE), "sessions"),
    ),
    "tickets": Read(
        "Tickets; with a ticket's id all of it, its history too.",
        Noun("ticket", unknown_ticket),
        ReadPath("tickets/{}", TIMES),
        ReadPath("tickets", ("contract_id", "state", "priority", *TIMES, *PAGE), "tickets"),
    ),
    "invoices": Read(
        "Invoices and credit notes; with a number that document, its lines too.",
        Noun("invoice", unknown_invoice),
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
        Noun("customer", unknown_customer),
        ReadPath("customers/{}", ("provider", *PAGE)),
        ReadPath("customers", ("provider", *PAGE), "customers"),
    ),
    "invoice-drafts": Read(
        "What is due for each contract; with a contract's id the draft of its next invoice.",
        CONTRACT,
        ReadPath("contracts/{}/invoice-draft", ("through_on", *TIMES)),
        ReadPath("invoice-drafts", ("provider", "customer_id", "through_on", *TIMES, *PAGE), "invoice_drafts"),
    ),
    "reports": Read(
        "What was charged (revenue), what of credit expired unused (breakage), or what time was spent (time).",
        REPORT,
        ReadPath("reports/{}", ("provider", *PERIOD, "group_by", *PAGE), "reports"),
        choices=("revenue", "breakage", "time"),
    ),
    "events": Read("All that was recorded.", all=ReadPath("events", ("after", *PAGE), "events")),
    "sla": Read(
        "How often promises were kept, by plan, target and priority.",
        all=ReadPath(
            "sla/compliance",
            ("contract_id", "customer_id", "provider", *PERIOD, *TIMES, *PAGE),
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
    options = [read_option(name, parameter) for parameter in names]
    if read.argument is not None:
        about = Opt(
            ARGUMENT,
            metavar="|".join(noun.word.upper() for noun in read.nouns),
            choices=read.choices,
            is_argument=True,
            is_required=read.all is None,
            example=f"example-{read.argument.word[0]}",
        )
        options.insert(0, about)

    def ask(asked: Asked) -> None:
        id_ = asked.given.get(ARGUMENT)
        query: Query = {one: value for one, value in asked.given.items() if one != ARGUMENT}
        with opened_door(asked.server, asked.token) as door:
            question, answer = _answered(door, read, id_, query)
        if asked.as_json:
            print_line(answer)
        else:
            _show(question, answer, id_, query)

    return made_command(name, read.meaning, options, ask)


def _answered(door: Door, read: Read, id_: str | None, query: Query) -> tuple[ReadPath, Any]:
    """The first question that knows the id, and its answer. Raises the refusal of the first where none does."""
    if id_ is None:
        assert read.all is not None, "an argument is required where nothing can be said of all"
        return read.all, _ask(door, read.all, read.all.path, query)
    refused: list[Refusal] = []
    for noun, question in read.asked_with(query):
        unknown = noun.unknown(id_)
        try:
            return question, _ask(door, question, question.path.replace("{}", _segment(id_, unknown)), query)
        except Refusal as refusal:
            if refusal.code != unknown.code:
                raise
            refused.append(refusal)
    raise refused[0]


def _ask(door: Door, question: ReadPath, path: str, query: Query) -> Any:
    ask_for = door.get if "limit" in query else door.whole
    return ask_for(path, {**query, **question.always})


def _segment(id_: str, unknown: Refusal) -> str:
    """An id in its place in a path. What no path can hold is no id: raises the refusal that says so."""
    if not id_ or "/" in id_:
        raise unknown
    return quote(id_, safe="", errors="replace")


def _show(question: ReadPath, answer: Any, id_: str | None, query: Query) -> None:
    if question.layout is None:
        from api.cli.printing import print_json

        print_json(answer)
        return
    from api.cli.layouts import LAYOUTS
    from api.cli.printed_tables import print_answer

    layout = LAYOUTS[question.layout]
    of = [f"{layout.joined} {id_}"] if id_ is not None and "{" not in layout.title else []
    told = {name: value for name, value in {**layout.usually, **query}.items() if name not in UNTOLD}
    days = [f" {name} {told.pop(name)}" for name in PERIOD if name in told]
    others = [f", {name.replace('_', ' ')} {value}" for name, value in told.items()]
    print_answer(layout, answer, "".join([*of, *days, *others]))
