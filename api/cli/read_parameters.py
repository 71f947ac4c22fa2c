"""What may be asked with a reading command: each parameter of the API as an option, with what it takes and an example.

Choices are shown, and not insisted on: what a parameter takes its door decides, and says.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.cli.options import Opt
from ledger.kernel.examples import EXAMPLE_DAY

MOMENT = "INSTANT|DAY"
TRUTH = "true|false"


@dataclass(frozen=True)
class ReadParameter:
    """`takes` stands for the value in `--help`; `several` may be given, each behind an option of its own."""

    takes: str
    meaning: str
    example: str
    several: bool = False


PARAMETERS = {
    "after": ReadParameter("POSITION", "Those behind this position.", "100"),
    "as_of": ReadParameter(MOMENT, "As it was true then.", EXAMPLE_DAY),
    "below_share": ReadParameter("SHARE", "Where less than this share of the credit in force is left.", "0.25"),
    "contract_id": ReadParameter("CONTRACT", "Of this contract alone.", "example-c"),
    "cursor": ReadParameter("CURSOR", "Where a list goes on, as the list before says.", "CURSOR"),
    "customer_id": ReadParameter("CUSTOMER", "Of this customer alone.", "example-k"),
    "expiring_before": ReadParameter(MOMENT, "Those that end before it.", EXAMPLE_DAY),
    "from": ReadParameter(MOMENT, "From then on.", EXAMPLE_DAY),
    "group_by": ReadParameter("GROUP", "plan, kind, customer, month; of time engineer too.", "plan", several=True),
    "invoiced": ReadParameter(TRUTH, "true: on a document; false: not on one.", "true"),
    "known_at": ReadParameter(MOMENT, "As the ledger knew it then.", EXAMPLE_DAY),
    "limit": ReadParameter("NUMBER", "At most so many items, 500 at most.", "50"),
    "older_than_days": ReadParameter("DAYS", "Those that are older than so many days.", "14"),
    "on_behalf": ReadParameter(
        TRUTH, "true: the customer's word on it was entered by somebody else; false: the others.", "true"
    ),
    "pool": ReadParameter("POOL", "Of this pool alone.", "included"),
    "priority": ReadParameter("1|2|3|4", "1 is the most urgent.", "1"),
    "provider": ReadParameter("PROVIDER", "Of this provider alone.", "example"),
    "status": ReadParameter(
        "pending|confirmed|deemed_confirmed|disputed|upheld|reversed|not_required",
        "The customer's word on it: none yet, or which.",
        "pending",
    ),
    "through_on": ReadParameter("DAY", "What is due up to this day, included.", EXAMPLE_DAY),
    "to": ReadParameter(MOMENT, "Up to then.", EXAMPLE_DAY),
}
# Of some commands a parameter takes something else: states are those of a thing, days are the provider's.
_OF_COMMAND = {
    ("contracts", "state"): ReadParameter(
        "upcoming|active|lapsed|terminated|withdrawn", "Those in this state.", "active"
    ),
    ("sessions", "state"): ReadParameter(
        "booked|moved|completed|cancelled|missed|released", "Those in this state then.", "booked"
    ),
    ("tickets", "state"): ReadParameter(
        "open|in_progress|waiting|resolved|closed|rejected", "Those in this state then.", "waiting"
    ),
} | {
    (command, name): ReadParameter("DAY", told, EXAMPLE_DAY)
    for command in ("charges", "invoices", "reports")
    for name, told in (("from", "From this day on."), ("to", "Up to this day, included."))
}


def parameter_of(command: str, name: str) -> ReadParameter:
    return _OF_COMMAND.get((command, name)) or PARAMETERS[name]


def read_option(command: str, name: str) -> Opt:
    told = parameter_of(command, name)
    kind = list[str] if told.several else str
    return Opt(name, kind, told.meaning, metavar=told.takes, example=told.example)
