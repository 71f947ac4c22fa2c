"""Histories by chance, the same each time: commands of every kind on three contracts, some of them refused."""

from datetime import UTC, datetime, timedelta
from random import Random

from tests.http.door import Door, Json
from tests.words import (
    Step,
    book,
    cancel,
    change_plan,
    complete,
    confirm,
    dispute,
    grant,
    hold,
    log_work,
    move,
    no_show,
    open_ticket,
    record_service,
    renew,
    reopen,
    reprioritise,
    resolve,
    resume,
    reverse,
    reverse_credit,
    settle,
    sign,
    terminate,
    top_up,
)

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 180
CONTRACTS = {"tiers": ["care", "extra"], "prepaid": ["hours"], "sum": ["sum"]}


class Chance:
    """Draws commands; remembers the ids that it gave, so that later commands can be about them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.number = 0
        self.tickets: dict[str, list[str]] = {contract: [] for contract in CONTRACTS}
        self.sessions: list[str] = []
        self.deductions: list[str] = []
        self.credits: list[str] = []  # top-ups and grants

    def new(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def hear(self, sent: Step, answer: Json) -> None:
        """Later commands are about what was accepted."""
        for event in answer.get("events", ()):
            kind, _, key = event["stream"].partition(":")
            if kind == "ticket" and event["type"] == "TicketOpened":
                self.tickets[sent.fields["contract_id"]].append(key)
            elif kind == "session" and event["type"] == "SessionBooked":
                self.sessions.append(key)
            elif event["type"] == "CreditGranted" and {"top_up_id", "grant_id"} & sent.fields.keys():
                self.credits.append(sent.fields.get("top_up_id") or sent.fields["grant_id"])
            elif kind == "deduction" and key not in self.deductions:
                self.deductions.append(key)

    def at(self) -> str:
        minutes = self.random.randrange(DAYS * 24 * 12) * 5
        return (BEGIN + timedelta(minutes=minutes)).isoformat()

    def day(self) -> str:
        return (BEGIN + timedelta(days=self.random.randrange(DAYS + 60))).date().isoformat()

    def begin(self) -> list[Step]:
        signed = [sign(f"north-{contract}", contract_id=contract) for contract in CONTRACTS]
        return [*signed, *(self.open_ticket(contract) for contract in CONTRACTS)]

    def open_ticket(self, contract: str, at: str = "2026-01-02T09:00:00Z") -> Step:
        return open_ticket(self.new("t"), contract_id=contract, priority=self.random.randint(1, 4), at=at)

    def command(self) -> Step:
        contract = self.random.choice(list(CONTRACTS))
        kinds = [
            *[self.work] * 6,
            *[self.book] * 3,
            *[self.end_session] * 3,
            *[self.word] * 5,
            *[self.credit] * 3,
            self.take_back,
            *[self.on_ticket] * 2,
            self.service,
            self.term,
        ]
        return self.random.choice(kinds)(contract)

    def work(self, contract: str) -> Step:
        told: Json = {"entry_id": self.new("e"), "ticket_id": self.random.choice(self.tickets[contract])}
        minutes, at = self.random.randint(1, 150), self.at()
        if contract == "sum":
            told["service"] = "help"
        elif self.random.random() < 0.3:
            told["pool"] = self.random.choice(CONTRACTS[contract])
        if self.random.random() < 0.1:
            told |= {"treatment": "goodwill", "reason": "Sorry"}
        return log_work(minutes, at, **told)

    def book(self, contract: str) -> Step:
        session, starts_at = self.new("s"), self.at()
        told = {"service": "help"} if contract == "sum" else {"pool": self.random.choice(CONTRACTS[contract])}
        estimate = self.random.randint(10, 90)
        return book(estimate, starts_at, "2026-01-03T09:00:00Z", session, contract_id=contract, **told)

    def end_session(self, contract: str) -> Step:
        session = self.random.choice(self.sessions or ["none"])
        by = self.random.choice(["customer", "provider"])
        return self.random.choice(
            [
                move(self.at(), self.at(), by, session),
                cancel(self.at(), by, session),
                no_show(session_id=session),
                complete(self.random.randint(5, 120), session_id=session),
            ]
        )

    def word(self, contract: str) -> Step:
        deduction = self.random.choice(self.deductions or ["none"])
        at = self.at() if self.random.random() < 0.5 else None
        return self.random.choice(
            [
                confirm(deduction, at),
                dispute(deduction, at),
                settle("upheld", deduction, at),
                settle("reversed", deduction, at),
                reverse(deduction, at),
            ]
        )

    def credit(self, contract: str) -> Step:
        pool = self.random.choice(CONTRACTS[contract])
        quantity = self.random.randint(1, 40) * 10
        at = self.at()
        told: Json = {"contract_id": contract, "pool": pool}
        if contract == "sum":
            told["amount"] = f"{quantity}.50"
        minutes = None if contract == "sum" else quantity
        if self.random.random() < 0.6:
            told["expires_on"] = self.day()
        if self.random.random() < 0.5:
            return top_up(minutes, at, top_up_id=self.new("g"), price="10.00", **told)
        return grant(minutes, at, grant_id=self.new("g"), **told)

    def take_back(self, contract: str) -> Step:
        at = self.at() if self.random.random() < 0.5 else None
        return reverse_credit(self.random.choice(self.credits or ["none"]), at)

    def on_ticket(self, contract: str) -> Step:
        if self.random.random() < 0.3:
            return self.open_ticket(contract, self.at())
        word = self.random.choice([hold, resume, resolve, reopen, reprioritise])
        told: Json = {"priority": 1} if word is reprioritise else {}
        return word(ticket_id=self.random.choice(self.tickets[contract]), at=self.at(), **told)

    def service(self, contract: str) -> Step:
        return record_service("visit", at=self.at(), service_id=self.new("v"), contract_id="sum")

    def term(self, contract: str) -> Step:
        if self.random.random() < 0.7:
            return renew(contract)
        day = self.day()
        return self.random.choice([change_plan("north-tiers", day, contract), terminate(day, contract)])


def tell(door: Door, seed: int, commands: int = 160, chunk: int = 8) -> int:
    """Carries out a history, a few commands at a time, so that they are recorded at different instants.

    Returns how many were accepted.
    """
    chance = Chance(seed)
    told = chance.begin()
    accepted = 0
    for _ in range(0, commands, chunk):
        answers = door.lines(told)
        for sent, answer in zip(told, answers, strict=True):
            chance.hear(sent, answer)
        accepted += sum("code" not in answer for answer in answers)
        told = [chance.command() for _ in range(chunk)]
        odd = [one for one in answers if one.get("status", 409) not in (404, 409, 422)]
        assert not odd, odd[:2]
    return accepted
