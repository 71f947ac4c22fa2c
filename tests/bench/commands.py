"""The commands that are measured: a believable year of several contracts, and single entries of work.

Every id begins with `PREFIX`, so that a history can be multiplied by replacing it. Days are counted back from
today, so that the contracts run while they are measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ledger.door.requests import Request, parse
from ledger.kernel.access import COMMAND_LINE
from tests.words import Step, as_lines, log_work, open_ticket, sign, top_up

PREFIX = "x00-"  # no ciphertext (base64) and no key id (hex) can contain it
PREPAID, POOL = "easyredmine-server-support", "server-support"
PLANS = (("groupios-l", "included", 720), (PREPAID, POOL, 2400), ("groupios-m", "included", 720))  # minutes a top-up
ENGINEERS = ("Arne Vogt", "Eva Horn", "Marek Zawada", "Tomáš Hruška", "Jana Malá", "Ilka Petersen")
FIRST_DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=300)
COMMANDS_A_CONTRACT = 100


def year_of_work(commands: int) -> list[bytes]:
    """So many lines for an import, by time: of each hundred one contract, 2 top-ups, 9 tickets, 88 entries of work."""
    chance = random.Random(1)
    timed: list[tuple[datetime, int, Step]] = []
    for number in range(commands // COMMANDS_A_CONTRACT):
        for at, step in _contract(number, chance):
            timed.append((at, len(timed), step))
    timed.sort(key=lambda one: one[:2])
    return [as_lines([step]) for _, _, step in timed]


def _contract(number: int, chance: random.Random) -> Iterator[tuple[datetime, Step]]:
    plan, pool, bought = PLANS[number % len(PLANS)]
    contract_id = f"{PREFIX}{number}"
    signed = FIRST_DAY + timedelta(days=number % 60)
    yield signed, signing(contract_id, plan, signed)
    hours = [signed + timedelta(days=1, minutes=3000 * n + chance.randrange(480)) for n in range(99)]
    ticket_id = ""
    for n, at in enumerate(hours):
        if n in (5, 55):
            yield at, buying(contract_id, pool, f"{contract_id}.up{n}", bought, at)
        elif n % 11 == 0:
            ticket_id = f"{contract_id}.t{n}"
            yield at, opening(contract_id, ticket_id, at)
        else:
            minutes, engineer = chance.randrange(5, 90), chance.choice(ENGINEERS)
            yield at, working(ticket_id, f"{contract_id}.w{n}", at, minutes, engineer)


def signing(contract_id: str, plan: str, day: datetime) -> Step:
    customer = {
        "customer_id": f"{contract_id}.customer",
        "name": "Müller & Söhne GmbH",
        "country": "DE",
        "email": "edv@mueller-soehne.example.com",
        "address": {"line1": "Am Alten Speicher 3", "postcode": "14467", "city": "Potsdam"},
    }
    return sign(plan, day.date().isoformat(), contract_id=contract_id, customer=customer)


def buying(contract_id: str, pool: str, top_up_id: str, minutes: int, at: datetime) -> Step:
    return top_up(minutes, at.isoformat(), contract_id=contract_id, pool=pool, top_up_id=top_up_id, price="960.00")


def opening(contract_id: str, ticket_id: str, at: datetime) -> Step:
    title = "Kalenderfreigaben fehlen nach dem Update"
    return open_ticket(ticket_id, contract_id=contract_id, title=title, at=at.isoformat())


def working(ticket_id: str, entry_id: str, at: datetime, minutes: int = 25, engineer: str = "Eva") -> Step:
    return log_work(minutes, at.isoformat(), entry_id=entry_id, ticket_id=ticket_id, engineer=engineer)


def account_of(contract_id: str, entries: int) -> list[bytes]:
    """Lines that make one prepaid contract with so many entries of work, ten a ticket, and credit for many more."""
    at = FIRST_DAY + timedelta(days=1)
    told = [signing(contract_id, PREPAID, FIRST_DAY), buying(contract_id, POOL, f"{contract_id}.up", 5_000_000, at)]
    for n in range(entries):
        if n % 10 == 0:
            told.append(opening(contract_id, f"{contract_id}.t{n}", at))
        told.append(working(f"{contract_id}.t{n - n % 10}", f"{contract_id}.w{n}", at + timedelta(minutes=n)))
    told.append(opening(contract_id, f"{contract_id}.open", at))
    return [as_lines([step]) for step in told]


def entries_for(contract_id: str, name: str) -> Iterator[Request]:
    """Requests without end, each a new entry of work on the open ticket of `account_of`."""
    at, number = FIRST_DAY + timedelta(days=200), 0
    while True:
        number += 1
        step = working(f"{contract_id}.open", f"{contract_id}.{name}{number}", at + timedelta(minutes=number))
        yield parse(step.command, step.fields, COMMAND_LINE)
