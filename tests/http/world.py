"""Three contracts that are alike, seen from one token: its own, another customer's, and one at another provider.

The customer and the partner at the other provider have the same ids, and are somebody else. For each command there is
a contract of each kind with everything that the command needs.
"""

from typing import Any

from tests.http.door import Door, Json

MINE, ANOTHERS, ABROAD = "mine", "anothers", "abroad"
SIDES = (MINE, ANOTHERS, ABROAD)
PROVIDER = {MINE: "north", ANOTHERS: "north", ABROAD: "south"}
CUSTOMER = {MINE: "kunde", ANOTHERS: "nachbar", ABROAD: "kunde"}
PARTNER = {MINE: "haus", ANOTHERS: "laden", ABROAD: "haus"}
WHO = {
    "operator": {"provider": "north"},
    "finance": {"provider": "north"},
    "customer": {"provider": "north", "customer": "kunde"},
    "partner": {"provider": "north", "partner": "haus"},
    "auditor": {},
    "admin": {},
}


def token(door: Door, role: str) -> str:
    """A token of a role for the own side; `""` for nobody."""
    return door.token(role, **WHO[role]) if role else ""


def signing(contract: str, side: str, **fields: Any) -> Json:
    customer, partner = CUSTOMER[side], PARTNER[side]
    return {
        "command": "sign-contract",
        "contract_id": contract,
        "plan": f"{PROVIDER[side]}-all",
        "starts_on": "2026-01-01",
        "customer": {"customer_id": customer, "name": f"{customer} at {PROVIDER[side]}", "country": "DE"},
        "partner": {"partner_id": partner, "name": f"{partner} at {PROVIDER[side]}"},
        **fields,
    }


def opening(ticket: str, contract: str, **fields: Any) -> Json:
    told = {"title": f"Title of {ticket}", "kind": "defect", "channel": "email", "priority": 3}
    at = "2026-02-02T09:00:00Z"
    return {"command": "open-ticket", "ticket_id": ticket, "contract_id": contract, "at": at, **told, **fields}


def working(entry: str, ticket: str, minutes: int = 30, at: str = "2026-02-02T10:00:00Z", **fields: Any) -> Json:
    told = {"entry_id": entry, "ticket_id": ticket, "minutes": minutes, "at": at}
    return {"command": "log-work", "engineer": "Eva", **told, **fields}


def booking(session: str, contract: str, **fields: Any) -> Json:
    told = {"starts_at": "2026-03-10T10:00:00Z", "estimate_minutes": 60, "at": "2026-03-02T09:00:00Z"}
    return {"command": "book-session", "session_id": session, "contract_id": contract, **told, **fields}


def commands(name: str) -> dict[str, tuple[list[Json], Json]]:
    """Every command on the contract `name`: what has to happen before it, and the command itself."""
    ticket, entry, session = f"{name}-t", f"{name}-e", f"{name}-s"
    on_ticket = {"ticket_id": ticket, "at": "2026-02-04T10:00:00Z"}
    opened, worked, booked = opening(ticket, name), working(entry, ticket), booking(session, name)

    def before(command: str) -> Json:
        return {"command": command, "ticket_id": ticket, "at": "2026-02-03T10:00:00Z"}

    allowed = {"command": "authorise-direct-contact", "contract_id": name, "by": "P", "at": "2026-02-01T09:00:00Z"}
    disputed = {"command": "dispute-deduction", "deduction_id": entry, "by": "K", "reason": "Not us"}
    bought = {"command": "top-up-credit", "contract_id": name, "pool": "care", "top_up_id": f"{name}-u", "minutes": 60}
    bought |= {"price": "100.00", "at": "2026-02-02T09:00:00Z"}
    invoicing = {"contract_id": name, "through_on": "2026-02-28"}
    credit = {"contract_id": name, "pool": "care", "minutes": 60, "at": "2026-02-02T09:00:00Z"}
    return {
        "renew-contract": ([], {"contract_id": name}),
        "amend-customer": ([], {"contract_id": name, "customer": {"email": "it@kunde.example"}}),
        "change-plan": ([], {"contract_id": name, "plan": "north-tiers", "from_on": "2026-07-01"}),
        "terminate-contract": ([], {"contract_id": name, "ends_on": "2026-06-30", "reason": "Sold"}),
        "authorise-direct-contact": ([], {"contract_id": name, "by": "P"}),
        "withdraw-direct-contact": ([allowed], {"contract_id": name, "by": "P"}),
        "open-ticket": ([], opening(ticket, name)),
        "reprioritise-ticket": ([opened], {**on_ticket, "priority": 1, "reason": "Worse"}),
        "record-response": ([opened], {**on_ticket, "by": "Eva"}),
        "record-call": ([opened, allowed], on_ticket),
        "hold-ticket": ([opened], on_ticket),
        "resume-ticket": ([opened, before("hold-ticket")], on_ticket),
        "resolve-ticket": ([opened], on_ticket),
        "reopen-ticket": ([opened, before("resolve-ticket")], on_ticket),
        "close-ticket": ([opened, before("resolve-ticket")], on_ticket),
        "reject-ticket": ([opened], {**on_ticket, "reason": "Not reproducible"}),
        "escalate-ticket": ([opened], {**on_ticket, "to_level": "L2", "by": "partner"}),
        "confirm-defect": ([opened], on_ticket),
        "announce-fix": ([opened, before("confirm-defect")], {**on_ticket, "expected_on": "2026-04-01"}),
        "release-fix": ([opened, before("confirm-defect")], {**on_ticket, "release": "1.2"}),
        "grant-service-credit": ([opened], {**on_ticket, "target": "reaction"}),
        "log-work": ([opened], worked),
        "record-service": ([], {"service_id": entry, "contract_id": name, "service": "audit"}),
        "top-up-credit": ([], {**credit, "top_up_id": f"{name}-u"}),
        "grant-credit": ([], {**credit, "grant_id": f"{name}-g", "source": "goodwill", "reason": "Sorry"}),
        "book-session": ([], booked),
        "move-session": ([booked], {"session_id": session, "by": "customer", **MOVE}),
        "cancel-session": ([booked], {"session_id": session, "by": "customer", "at": "2026-03-03T09:00:00Z"}),
        "record-no-show": ([booked], {"session_id": session, "at": "2026-03-10T10:30:00Z"}),
        "complete-session": ([booked], {"session_id": session, "minutes": 30, "engineer": "Eva"}),
        "confirm-deduction": ([opened, worked], {"deduction_id": entry, "by": "K"}),
        "dispute-deduction": ([opened, worked], disputed),
        "settle-dispute": ([opened, worked, disputed], {"deduction_id": entry, "outcome": "upheld", "reason": "So"}),
        "issue-invoice": ([bought], invoicing),
        "issue-credit-note": ([bought, {"command": "issue-invoice", **invoicing}], {"reason": "Wrong address"}),
        "close-period": ([], {}),
        "reverse-deduction": ([opened, worked], {"deduction_id": entry, "reason": "Twice"}),
    }


MOVE = {"starts_at": "2026-03-11T10:00:00Z", "at": "2026-03-03T09:00:00Z"}


def prepared(door: Door, *names: str) -> dict[str, dict[str, Json]]:
    """The commands' bodies by side (default: of all), each on a contract of its own, which is there already.

    The contract that `sign-contract` is about is not there yet.
    """
    bodies: dict[str, dict[str, Json]] = {"sign-contract": {}}
    lines: list[Json] = []
    issuing: dict[str, int] = {}  # by side, the line that issues the invoice to be credited
    for number, side in enumerate(SIDES, 1):
        bodies["sign-contract"][side] = signing(f"sign-contract-{side}", side)
        for command in names or commands(""):
            name = f"{command}-{side}"
            history, body = commands(name)[command]
            lines += [signing(name, side), *history]
            bodies.setdefault(command, {})[side] = body
            if command == "close-period":
                body |= {"provider": PROVIDER[side], "month": f"2025-{number:02}"}
            if command == "issue-credit-note":
                issuing[side] = len(lines) - 1
    if "change-plan" in bodies:
        bodies["change-plan"][ABROAD]["plan"] = "south-all"
    answers = door.all_ok(lines)
    for side, line in issuing.items():
        bodies["issue-credit-note"][side]["invoice_number"] = answers[line]["number"]
    return {
        command: {side: {k: v for k, v in body.items() if k != "command"} for side, body in by_side.items()}
        for command, by_side in bodies.items()
    }
