"""One list of steps, told to the write door, over HTTP and as JSON Lines: the same answers and the same stored facts.

The story has every command, and what is refused or known already; recorded times, token ids and sealed texts aside,
nothing may tell the one way from the other.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.door.batches import Answer
from ledger.door.registry import COMMANDS
from ledger.door.verify import first_fault
from ledger.events import Sealed
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.store import EventStore
from tests.books import everything
from tests.clock import Clock
from tests.http.door import opened
from tests.scenario import World
from tests.senders import JsonLines, imported
from tests.words import (
    ADMIN,
    CUSTOMER,
    MONDAY,
    PREPAID,
    TUESDAY,
    amend,
    announce_fix,
    as_lines,
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
    contract,
    credit_note,
    dispute,
    escalate,
    flat,
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

PLANS = Path(__file__).parent / "domain" / "plans"
END = "2026-11-02T12:00:00Z"
WEDNESDAY, THURSDAY = "2026-02-04T10:00:00+01:00", "2026-02-05T10:00:00+01:00"
BILLED = {
    **CUSTOMER,
    "address": {"line1": "Allee 1", "postcode": "10115", "city": "Berlin"},
    "email": "k@kunde.example",
}
CARD = Actor("card", "customer", "easyredmine", "K")
PARTNER = Actor("partner", "partner", "groupios", partner="P")
RATES = {"rates.training": "1500.00", "rates.macros": {"kind": "flat", "amount": "7000.00"}}
PROMISE = {
    "fee": "1000.00",
    "sla.reaction.1": 60,
    "service_credits.reaction": {"kind": "fee_share", "percent": 10},
}

CREDIT = [
    *contract(PREPAID),
    hold("2026-01-02T09:00:00Z"),
    retract(5),  # that hold
    retract(5),  # only once: refused
    top_up(480, top_up_id="top"),
    top_up(485),  # between two steps: refused
    book(120, "2026-02-10T10:00:00+01:00", MONDAY),
    book(400, "2026-02-10T10:00:00+01:00", MONDAY, "large"),  # 40 are missing: refused
    log_work(400, entry_id="W", note="Restored"),  # 360 are free, 40 become a debt
    log_work(400, entry_id="W", note="Restored"),  # known: replayed
    log_work(400, entry_id="W"),  # known with other content: refused
    confirm(actor=CARD),
    confirm(actor=CARD),  # nothing is left to confirm: refused
    settle("upheld", actor=CARD),  # forbidden to a customer
    grant(60, WEDNESDAY, grant_id="gift"),
    move("2026-02-12T10:00:00+01:00", "2026-02-10T09:00:00+01:00"),  # late: a penalty
    dispute("S.penalty.1", "2026-02-11T10:00:00+01:00"),
    settle("reversed", "S.penalty.1", "2026-02-11T11:00:00+01:00"),
    complete(50, "2026-02-12T11:00:00+01:00", note="Showed the new printer"),
    top_up(480, "2026-02-13T09:00:00Z", top_up_id="more", price="480.00"),
    book(60, "2026-02-20T10:00:00+01:00", "2026-02-14T10:00:00+01:00", "missed"),
    no_show("2026-02-20T10:30:00+01:00", "missed"),
    book(60, "2026-03-20T10:00:00+01:00", "2026-02-14T10:00:00+01:00", "dropped"),
    cancel("2026-03-01T10:00:00+01:00", "provider", "dropped"),
    reverse("W", "2026-03-02T10:00:00+01:00"),
    reverse("W", "2026-03-02T10:00:00+01:00"),  # only once: refused
    top_up(960, "2026-03-03T09:00:00Z", top_up_id="twice", price="960.00"),
    reverse_credit(top_up_id="twice", at="2026-03-04T09:00:00Z"),
    reverse_credit("more", "2026-03-04T09:00:00Z"),  # the penalty rests on it: refused
    reverse_credit("nothing"),  # unknown: refused
]
SUPPORT = [
    *contract("groupios-l", contract_id="L", customer=BILLED, partner={"partner_id": "P", "name": "Partner AG"})[:1],
    open_ticket("A", contract_id="L", at=MONDAY),
    open_ticket("A", contract_id="L", at=MONDAY, channel="carrier-pigeon"),  # malformed
    respond(MONDAY, "A", to="customer"),  # the partner has not allowed it: refused
    authorise(None, "L", actor=PARTNER, heard=MONDAY),
    respond(MONDAY, "A", to="customer", heard=END),
    call(MONDAY, "A"),
    withdraw(TUESDAY, "L"),
    escalate("L2", "partner", None, "A", actor=PARTNER, heard=TUESDAY),
    reprioritise(TUESDAY, "A", impact="high", urgency="high", heard=END),
    hold(TUESDAY, "A"),
    resume(WEDNESDAY, "A"),
    resolve(WEDNESDAY, "A"),
    close(WEDNESDAY, "A"),
    reopen(THURSDAY, "A"),
    log_work(500, THURSDAY, ticket_id="A"),  # 480 are included, 30 are overage
    reject(THURSDAY, "A"),
    log_work(15, "2026-02-06T10:00:00+01:00", ticket_id="A"),  # nothing is done on it any more: refused
]
DEFECT = [
    *contract("cloudempiere-standard", contract_id="D", ticket=None),
    open_ticket("B", contract_id="D", kind="defect", channel="portal", at=MONDAY),
    confirm_defect(MONDAY, "B"),
    announce_fix("2026-03-01", TUESDAY, "B", release="7.2"),
    release_fix(WEDNESDAY, "B", release="7.2"),
]
SERVICES = [
    *contract("dytron-pay", contract_id="R", agreed=RATES, ticket=None),
    record_service("macros", 2, MONDAY, contract_id="R", service_id="M", note="Two macros"),
    record_service("deployment", 1, MONDAY, contract_id="R"),  # no rate was agreed: refused
    *contract("dytron-sla", contract_id="Q", agreed=PROMISE, ticket=None),
    open_ticket("late", contract_id="Q", priority=1, at=MONDAY),
    service_credit("reaction", TUESDAY, "late"),
    reverse_service_credit("reaction", WEDNESDAY, "late"),
    reverse_service_credit("reaction", WEDNESDAY, "late"),  # none stands: refused
]
TERMS = [
    sign("house-prepaid", contract_id="H"),
    renew("H", at="2026-03-01T09:00:00Z"),
    change_plan("house-tiers", "2026-07-01", "H"),
    terminate("2026-12-31", "H"),
    amend({"name": "Other AG"}, "H"),
]
DOCUMENTS = [
    issue("L"),
    credit_note("GR-2026-00001"),
    credit_note("GR-2026-00001"),  # only once: refused
    issue_all("groupios", command_id="all"),  # what was credited is open again
    issue_all("groupios", command_id="all"),  # known: replayed
    issue_all("groupios", "2026-11-30", command_id="all"),  # known with other content: refused
    close_month("2026-02", "groupios"),
    log_work(15, TUESDAY, ticket_id="nobody"),  # unknown: refused
]
STORY = flat([CREDIT, SUPPORT, DEFECT, SERVICES, TERMS, DOCUMENTS])
REFUSED = [
    "invalid-transition",
    "below-minimum",
    "insufficient-credit",
    "already-exists",
    "nothing-to-confirm",
    "forbidden",
    "invalid-transition",
    "credit-in-use",
    "unknown-grant",
    "malformed",
    "direct-contact-not-authorised",
    "invalid-transition",
    "not-agreed",
    "invalid-transition",
    "already-credited",
    "command-id-reused",
    "unknown-ticket",
]


@pytest.fixture
def senders(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Each with a ledger of its own."""
    with ExitStack() as stack:
        doors = [
            stack.enter_context(opened(f"sqlite:///{tmp_path / f'{n}.db'}", Clock(END), catalogue=PLANS)) for n in "12"
        ]
        yield {"write door": written(), "HTTP": doors[0], "JSON Lines": JsonLines(doors[1])}


def written() -> World:
    world = World()
    world.clock.put(END)
    return world


def heard(answer: Answer | Refusal | dict[str, Any]) -> dict[str, Any]:
    """What any way answers of a command; ids that the ledger made up differ each time."""
    if isinstance(answer, Refusal):
        members = {name: said for name, said in answer.members.items() if name != "command_id"}
        return {"code": answer.code, "detail": str(answer), **msgspec.to_builtins(members)}
    if isinstance(answer, Answer):
        events = [{"position": at, "type": kind, "stream": stream} for at, kind, stream in answer.events]
        named = {name: said for name, said in answer.named.items() if name != "number"}
        return {"position": answer.last, "replayed": answer.replayed, "events": events, **named}
    kept = answer.keys() - {"command_id", "line", "type", "title", "status", "number"}
    return {name: answer[name] for name in kept}


def stored(store: EventStore) -> list[Any]:
    return [without_secrets(fact) | {"topic": fact.TOPIC} for fact in everything(store)]


def without_secrets(value: Any) -> Any:
    """Without what is encrypted anew each time, and without the token's id."""
    if isinstance(value, Sealed):
        return "sealed"
    if isinstance(value, msgspec.Struct):
        names = [name for name in value.__struct_fields__ if name != "token_id"]
        return {name: without_secrets(getattr(value, name)) for name in names}
    return [without_secrets(one) for one in value] if isinstance(value, list) else value


def test_the_story_has_every_command() -> None:
    assert {step.command for step in STORY} == set(COMMANDS)


def test_whichever_way_a_step_is_sent_it_is_answered_alike_and_leaves_the_same_facts(senders: dict[str, Any]) -> None:
    lines = senders["JSON Lines"]  # as few posts as there are changes of who speaks and of when it is heard
    answers = {
        way: [heard(sender.tell(step)[0]) for step in STORY] for way, sender in senders.items() if sender != lines
    }
    answers["JSON Lines"] = [heard(answer) for answer in lines.tell(*STORY)]
    assert [answer["code"] for answer in answers["write door"] if "code" in answer] == REFUSED
    assert [answer["replayed"] for answer in answers["write door"] if answer.get("replayed")] == [True, True]
    facts = {way: stored(sender.store) for way, sender in senders.items()}
    assert {first_fault(sender.store.database) for sender in senders.values()} == {None}
    for way in ("HTTP", "JSON Lines"):
        for step, one, other in zip(STORY, answers["write door"], answers[way], strict=True):
            assert one == other, f"{way}: {step.line()}"
        assert facts["write door"] == facts[way]


def test_an_import_of_the_same_lines_refuses_the_same_and_leaves_the_same_facts() -> None:
    """Whoever imports speaks for everybody."""
    steps = [replace(step, heard=None, actor=ADMIN) for step in STORY]
    one, other = written(), written()
    answers = one.tell(*steps)
    numbers = iter(range(1, len(steps) + 1))
    lines = as_lines(step.named(numbers) for step in steps)
    refused = [(number, refusal.code) for number, refusal in imported(other.ledger, lines)]
    assert refused == [(n, one.code) for n, one in enumerate(answers, 1) if isinstance(one, Refusal)]
    assert stored(one.store) == stored(other.store)
