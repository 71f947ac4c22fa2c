"""Histories by chance, the same each time: commands of every kind on three contracts, some of them refused."""

from datetime import UTC, datetime, timedelta
from random import Random

from tests.http.door import Door, Json

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

    def new(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def hear(self, sent: Json, answer: Json) -> None:
        """Later commands are about what was accepted."""
        for event in answer.get("events", ()):
            kind, _, key = event["stream"].partition(":")
            if kind == "ticket" and event["type"] == "TicketOpened":
                self.tickets[sent["contract_id"]].append(key)
            elif kind == "session" and event["type"] == "SessionBooked":
                self.sessions.append(key)
            elif kind == "deduction" and key not in self.deductions:
                self.deductions.append(key)

    def at(self) -> str:
        minutes = self.random.randrange(DAYS * 24 * 12) * 5
        return (BEGIN + timedelta(minutes=minutes)).isoformat()

    def day(self) -> str:
        return (BEGIN + timedelta(days=self.random.randrange(DAYS + 60))).date().isoformat()

    def begin(self) -> list[Json]:
        customer = {"customer_id": "k", "name": "K", "country": "DE"}
        signed: list[Json] = [
            {
                "command": "sign-contract",
                "contract_id": contract,
                "plan": f"north-{contract}",
                "starts_on": "2026-01-01",
                "customer": customer,
            }
            for contract in CONTRACTS
        ]
        return [*signed, *(self.open_ticket(contract) for contract in CONTRACTS)]

    def open_ticket(self, contract: str, at: str = "2026-01-02T09:00:00Z") -> Json:
        ticket = self.new("t")
        told = {"title": "T", "kind": "incident", "channel": "email", "priority": self.random.randint(1, 4), "at": at}
        return {"command": "open-ticket", "ticket_id": ticket, "contract_id": contract, **told}

    def command(self) -> Json:
        contract = self.random.choice(list(CONTRACTS))
        kinds = [
            *[self.work] * 6,
            *[self.book] * 3,
            *[self.end_session] * 3,
            *[self.word] * 5,
            *[self.credit] * 3,
            *[self.on_ticket] * 2,
            self.service,
            self.term,
        ]
        return self.random.choice(kinds)(contract)

    def work(self, contract: str) -> Json:
        entry = self.new("e")
        told = {"entry_id": entry, "ticket_id": self.random.choice(self.tickets[contract]), "engineer": "Eva"}
        told |= {"minutes": self.random.randint(1, 150), "at": self.at()}
        if contract == "sum":
            told["service"] = "help"
        elif self.random.random() < 0.3:
            told["pool"] = self.random.choice(CONTRACTS[contract])
        if self.random.random() < 0.1:
            told |= {"treatment": "goodwill", "reason": "Sorry"}
        return {"command": "log-work", **told}

    def book(self, contract: str) -> Json:
        session = self.new("s")
        told = {"session_id": session, "contract_id": contract, "starts_at": self.at(), "at": "2026-01-03T09:00:00Z"}
        told |= {"service": "help"} if contract == "sum" else {"pool": self.random.choice(CONTRACTS[contract])}
        return {"command": "book-session", "estimate_minutes": self.random.randint(10, 90), **told}

    def end_session(self, contract: str) -> Json:
        session = self.random.choice(self.sessions or ["none"])
        by = self.random.choice(["customer", "provider"])
        return self.random.choice(
            [
                {"command": "move-session", "starts_at": self.at(), "by": by, "at": self.at()},
                {"command": "cancel-session", "by": by, "at": self.at()},
                {"command": "record-no-show"},
                {"command": "complete-session", "minutes": self.random.randint(5, 120), "engineer": "Eva"},
            ]
        ) | {"session_id": session}

    def word(self, contract: str) -> Json:
        deduction = self.random.choice(self.deductions or ["none"])
        at = {"at": self.at()} if self.random.random() < 0.5 else {}
        return (
            self.random.choice(
                [
                    {"command": "confirm-deduction", "by": "K"},
                    {"command": "dispute-deduction", "by": "K", "reason": "Not us"},
                    {"command": "settle-dispute", "outcome": "upheld", "reason": "So it was"},
                    {"command": "settle-dispute", "outcome": "reversed", "reason": "True"},
                    {"command": "reverse-deduction", "reason": "Twice"},
                ]
            )
            | {"deduction_id": deduction}
            | at
        )

    def credit(self, contract: str) -> Json:
        pool = self.random.choice(CONTRACTS[contract])
        quantity = self.random.randint(1, 40) * 10
        told = {"contract_id": contract, "pool": pool, "at": self.at()}
        told |= {"amount": f"{quantity}.50"} if contract == "sum" else {"minutes": quantity}
        if self.random.random() < 0.6:
            told["expires_on"] = self.day()
        if self.random.random() < 0.5:
            return {"command": "top-up-credit", "top_up_id": self.new("g"), "price": "10.00", **told}
        return {"command": "grant-credit", "grant_id": self.new("g"), "source": "goodwill", "reason": "So", **told}

    def on_ticket(self, contract: str) -> Json:
        if self.random.random() < 0.3:
            return self.open_ticket(contract, self.at())
        names = ["hold-ticket", "resume-ticket", "resolve-ticket", "reopen-ticket", "reprioritise-ticket"]
        name = self.random.choice(names)
        told: Json = {"priority": 1, "reason": "Worse"} if name == "reprioritise-ticket" else {}
        return {"command": name, "ticket_id": self.random.choice(self.tickets[contract]), "at": self.at(), **told}

    def service(self, contract: str) -> Json:
        told = {"service_id": self.new("v"), "contract_id": "sum", "service": "visit", "at": self.at()}
        return {"command": "record-service", **told}

    def term(self, contract: str) -> Json:
        if self.random.random() < 0.7:
            return {"command": "renew-contract", "contract_id": contract}
        day = self.day()
        return self.random.choice(
            [
                {"command": "change-plan", "plan": "north-tiers", "from_on": day},
                {"command": "terminate-contract", "ends_on": day, "reason": "Sold"},
            ]
        ) | {"contract_id": contract}


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
