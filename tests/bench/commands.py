"""The commands that are measured: a believable year of several contracts, and single entries of work.

Every id begins with `PREFIX`, so that a history can be multiplied by replacing it. Days are counted back from
today, so that the contracts run while they are measured.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ledger.door.requests import Request
from ledger.kernel.clock import system_clock
from tests.senders import request_of
from tests.words import Step, as_lines, log_work, open_ticket, resolve, sign, top_up

PREFIX = "x00-"  # no ciphertext (base64) and no key id (hex) can contain it
PREPAID, POOL = "easyredmine-server-support", "server-support"
PROMISING = "easyredmine-priority"  # every ticket is resolved by the end of the next working day
PLANS = (("groupios-l", "included", 720), (PREPAID, POOL, 2400), ("groupios-m", "included", 720))  # minutes a top-up
TITLE, PRICE = "Kalenderfreigaben fehlen nach dem Update", "960.00"
ENGINEERS = ("Arne Vogt", "Eva Horn", "Marek Zawada", "Tomáš Hruška", "Jana Malá", "Ilka Petersen")
TODAY = system_clock().replace(hour=0, minute=0, second=0, microsecond=0)
FIRST_DAY = TODAY - timedelta(days=300)
COMMANDS_A_CONTRACT = 100


def year_of_work(commands: int) -> list[bytes]:
    """So many lines for an import, by time: of each hundred one contract, 2 top-ups, 8 tickets, 89 entries of work."""
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
    yield signed, sign(plan, signed.date().isoformat(), contract_id=contract_id, customer=customer_of(contract_id))
    hours = [signed + timedelta(days=1, minutes=3000 * n + chance.randrange(480)) for n in range(99)]
    ticket_id = ""
    for n, at in enumerate(hours):
        if n in (5, 55):
            told = {"contract_id": contract_id, "pool": pool, "price": PRICE}
            yield at, top_up(bought, at.isoformat(), top_up_id=f"{contract_id}.up{n}", **told)
        elif n % 11 == 0:
            ticket_id = f"{contract_id}.t{n}"
            yield at, open_ticket(ticket_id, contract_id=contract_id, title=TITLE, at=at.isoformat())
        else:
            minutes, engineer = chance.randrange(5, 90), chance.choice(ENGINEERS)
            entry_id = f"{contract_id}.w{n}"
            yield at, log_work(minutes, at.isoformat(), entry_id=entry_id, ticket_id=ticket_id, engineer=engineer)


def promised_tickets(count: int) -> list[bytes]:
    """Lines that make a contract whose tickets have a target: one is resolved long ago, the next one opened today."""
    contract_id = f"{PREFIX}promised"
    customer = customer_of(contract_id)
    told = [sign(PROMISING, FIRST_DAY.date().isoformat(), contract_id=contract_id, customer=customer)]
    for n in range(count):
        ticket_id = f"{contract_id}.t{n}"
        at = TODAY if n % 2 else FIRST_DAY + timedelta(days=1 + n % 200, hours=n % 24)
        told.append(open_ticket(ticket_id, contract_id=contract_id, title=TITLE, at=at.isoformat()))
        if at != TODAY:
            told.append(resolve((at + timedelta(hours=n % 72)).isoformat(), ticket_id))
    return [as_lines([step]) for step in told]


def customer_of(contract_id: str) -> dict[str, Any]:
    return {
        "customer_id": f"{contract_id}.customer",
        "name": "Müller & Söhne GmbH",
        "country": "DE",
        "email": "edv@mueller-soehne.example.com",
        "address": {"line1": "Am Alten Speicher 3", "postcode": "14467", "city": "Potsdam"},
    }


def account_of(contract_id: str, entries: int) -> list[bytes]:
    """Lines that make one prepaid contract with so many entries of work, ten a ticket, and credit for many more."""
    at = FIRST_DAY + timedelta(days=1)
    bought = {"contract_id": contract_id, "pool": POOL, "price": PRICE}
    told = [
        sign(PREPAID, FIRST_DAY.date().isoformat(), contract_id=contract_id, customer=customer_of(contract_id)),
        top_up(5_000_000, at.isoformat(), top_up_id=f"{contract_id}.up", **bought),
    ]
    ticket = {"contract_id": contract_id, "title": TITLE, "at": at.isoformat()}
    for n in range(entries):
        if n % 10 == 0:
            told.append(open_ticket(f"{contract_id}.t{n}", **ticket))
        worked_at = (at + timedelta(minutes=n)).isoformat()
        told.append(log_work(25, worked_at, entry_id=f"{contract_id}.w{n}", ticket_id=f"{contract_id}.t{n - n % 10}"))
    told.append(open_ticket(f"{contract_id}.open", **ticket))
    return [as_lines([step]) for step in told]


def entries_for(contract_id: str, name: str) -> Iterator[Request]:
    """Requests without end, each a new entry of work on the open ticket of `account_of`."""
    return map(request_of, new_entries(contract_id, name))


def new_entries(contract_id: str, name: str) -> Iterator[Step]:
    """The same as they are told: of 25 minutes, which are billed as 30."""
    at, number = FIRST_DAY + timedelta(days=200), 0
    while True:
        number += 1
        worked_at = (at + timedelta(minutes=number)).isoformat()
        entry_id = f"{contract_id}.{name}{number}"
        yield log_work(25, worked_at, entry_id=entry_id, ticket_id=f"{contract_id}.open")
