"""Three contracts that are alike, seen from one token: its own, another customer's, and one at another provider.

The customer and the partner at the other provider have the same ids, and are somebody else. For each command there is
a contract of each kind with everything that the command needs.
"""

from typing import Any

from tests.http.door import Door
from tests.words import (
    MONDAY,
    Step,
    amend,
    announce_fix,
    authorise,
    book,
    call,
    cancel,
    change_plan,
    close,
    close_month,
    complete,
    confirm,
    confirm_defect,
    credit_note,
    dispute,
    escalate,
    grant,
    hold,
    issue,
    issue_all,
    log_work,
    move,
    no_show,
    open_ticket,
    record_service,
    reject,
    release_fix,
    renew,
    reopen,
    reprioritise,
    resolve,
    respond,
    resume,
    retract,
    reverse,
    reverse_credit,
    reverse_service_credit,
    service_credit,
    settle,
    sign,
    terminate,
    top_up,
    withdraw,
)

MINE, ANOTHERS, ABROAD = "mine", "anothers", "abroad"
SIDES = (MINE, ANOTHERS, ABROAD)
PROVIDER = {MINE: "north", ANOTHERS: "north", ABROAD: "south"}
CUSTOMER = {MINE: "kunde", ANOTHERS: "nachbar", ABROAD: "kunde"}
PARTNER = {MINE: "haus", ANOTHERS: "laden", ABROAD: "haus"}
# What a side signs: plan, customer and partner.
OF: dict[str, dict[str, Any]] = {
    side: {
        "plan": f"{PROVIDER[side]}-all",
        "customer": {"customer_id": CUSTOMER[side], "name": f"{CUSTOMER[side]} at {PROVIDER[side]}", "country": "DE"},
        "partner": {"partner_id": PARTNER[side], "name": f"{PARTNER[side]} at {PROVIDER[side]}"},
    }
    for side in SIDES
}
OPENED, TEN = "2026-02-02T09:00:00Z", "2026-02-02T10:00:00Z"
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


def spoken(role: str, step: Step) -> Step:
    """As a role says it: customers and partners leave the time and a new id to the ledger (C12, C18)."""
    if role not in ("customer", "partner"):
        return step
    given = {"open-ticket": "ticket_id", "book-session": "session_id"}.get(step.command)
    return step.but(at=None, **({given: None} if given else {}))


def alone(contract: str) -> dict[str, Any]:
    """A customer that has no other contract."""
    return {"customer_id": f"k-{contract}", "name": "K", "country": "DE"}


def commands(name: str) -> dict[str, tuple[list[Step], Step]]:
    """Every command on the contract `name`: what has to happen before it, and the command itself.

    The invoice to be credited, the step to be retracted and the month to be closed are not known here.
    """
    ticket, entry, session = f"{name}-t", f"{name}-e", f"{name}-s"
    opened, logged, booked = (
        open_ticket(ticket, contract_id=name, kind="defect", at=OPENED),
        log_work(30, TEN, entry_id=entry, ticket_id=ticket),
        book(60, "2026-03-10T10:00:00Z", "2026-03-02T09:00:00Z", session, contract_id=name),
    )
    held, resolved = hold(BEFORE, ticket), resolve(BEFORE, ticket)
    confirmed, allowed = confirm_defect(BEFORE, ticket), authorise("2026-02-01T09:00:00Z", name, by="P")
    disputed = dispute(entry, by="K", reason="Not us")
    bought = top_up(60, MONDAY, top_up_id=f"{name}-u", contract_id=name, pool="care")
    invoiced = [bought.but(price="100.00"), issue(name, "2026-02-28")]
    found: list[tuple[list[Step], Step]] = [
        ([], renew(name)),
        ([], amend({"email": "it@kunde.example"}, name)),
        ([], change_plan("north-tiers", "2026-07-01", name)),
        ([], terminate("2026-06-30", name, reason="Sold")),
        ([], authorise(None, name, by="P")),
        ([allowed], withdraw(None, name, by="P")),
        ([], opened),
        ([opened], reprioritise(AFTER, ticket, priority=1, reason="Worse")),
        ([opened], respond(AFTER, ticket)),
        ([opened, allowed], call(AFTER, ticket)),
        ([opened], hold(AFTER, ticket)),
        ([opened, held], resume(AFTER, ticket)),
        ([opened], resolve(AFTER, ticket)),
        ([opened, resolved], reopen(AFTER, ticket)),
        ([opened, resolved], close(AFTER, ticket)),
        ([opened], reject(AFTER, ticket, reason="Not reproducible")),
        ([opened], escalate("L2", "partner", AFTER, ticket)),
        ([opened], confirm_defect(AFTER, ticket)),
        ([opened, confirmed], announce_fix("2026-04-01", AFTER, ticket)),
        ([opened, confirmed], release_fix(AFTER, ticket, release="1.2")),
        ([opened], service_credit("reaction", AFTER, ticket)),
        ([opened, service_credit("reaction", AFTER, ticket)], reverse_service_credit("reaction", AFTER, ticket)),
        ([opened], logged),
        ([], record_service("audit", service_id=entry, contract_id=name)),
        ([], bought),
        ([], grant(60, MONDAY, grant_id=f"{name}-g", contract_id=name, pool="care")),
        ([bought], reverse_credit(top_up_id=f"{name}-u")),
        ([], booked),
        ([booked], move(**MOVE, session_id=session)),
        ([booked], cancel("2026-03-03T09:00:00Z", session_id=session)),
        ([booked], no_show("2026-03-10T10:30:00Z", session)),
        ([booked], complete(30, session_id=session)),
        ([opened, logged], confirm(entry, by="K")),
        ([opened, logged], disputed),
        ([opened, logged, disputed], settle("upheld", entry, reason="So")),
        (invoiced[:1], invoiced[1]),
        (invoiced, credit_note("", reason="Wrong address")),
        ([], issue_all("", "2024-12-31")),  # when nothing was due, so that what others speak of stays
        ([], close_month("", "")),
        ([opened, held], retract(0, ticket, reason="Another ticket")),
        ([opened, logged], reverse(entry, reason="Twice")),
    ]
    return {step.command: (history, step) for history, step in found}


BEFORE, AFTER = "2026-02-03T10:00:00Z", "2026-02-04T10:00:00Z"
MOVE = {"starts_at": "2026-03-11T10:00:00Z", "at": "2026-03-03T09:00:00Z"}


def prepared(door: Door, *names: str) -> dict[str, dict[str, Step]]:
    """The commands by name and side (default: all), each on a contract of its own, which is there already.

    The contract that `sign-contract` is about is not there yet.
    """
    told: dict[str, dict[str, Step]] = {"sign-contract": {}}
    lines: list[Step] = []
    undone: dict[tuple[str, str], int] = {}  # by command and side, the line that records what it speaks of
    for number, side in enumerate(SIDES, 1):
        told["sign-contract"][side] = sign(contract_id=f"sign-contract-{side}", **OF[side])
        for command in names or commands(""):
            name = f"{command}-{side}"
            history, step = commands(name)[command]
            lines += [sign(contract_id=name, **OF[side]), *history]
            if command == "close-period":
                step = close_month(f"2025-{number:02}", PROVIDER[side])
            if command == "issue-invoices":
                step = step.but(provider=PROVIDER[side])
            if command == "change-plan" and side == ABROAD:
                step = step.but(plan="south-all")
            if command in ("issue-credit-note", "retract-ticket-step"):
                undone[command, side] = len(lines) - 1
            told.setdefault(command, {})[side] = step
    answers = door.all_ok(lines)
    for (command, side), line in undone.items():
        if command == "issue-credit-note":
            told[command][side] = credit_note(answers[line]["number"], reason="Wrong address")
        else:
            told[command][side] = told[command][side].but(position=answers[line]["position"])
    return told
