"""The commands that are measured: a believable year of several contracts, and single entries of work.

Every id begins with `PREFIX`, so that a history can be multiplied by replacing it. Days are counted back from
today, so that the contracts run while they are measured.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.door.batches import Request, parse
from ledger.kernel.access import COMMAND_LINE

PREFIX = "x00-"  # no ciphertext (base64) and no key id (hex) can contain it
PREPAID, POOL = "easyredmine-server-support", "server-support"
PLANS = (("groupios-l", "included", 720), (PREPAID, POOL, 2400), ("groupios-m", "included", 720))  # minutes a top-up
ENGINEERS = ("Arne Vogt", "Eva Horn", "Marek Zawada", "Tomáš Hruška", "Jana Malá", "Ilka Petersen")
FIRST_DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=300)
COMMANDS_A_CONTRACT = 100


def year_of_work(commands: int) -> list[bytes]:
    """So many lines for an import, by time: of each hundred one contract, 2 top-ups, 9 tickets, 88 entries of work."""
    chance = random.Random(1)
    timed: list[tuple[datetime, int, dict[str, Any]]] = []
    for number in range(commands // COMMANDS_A_CONTRACT):
        for at, command in _contract(number, chance):
            timed.append((at, len(timed), command))
    timed.sort(key=lambda one: one[:2])
    return [json.dumps(command, ensure_ascii=False).encode() + b"\n" for _, _, command in timed]


def _contract(number: int, chance: random.Random) -> Iterator[tuple[datetime, dict[str, Any]]]:
    plan, pool, bought = PLANS[number % len(PLANS)]
    contract_id = f"{PREFIX}{number}"
    signed = FIRST_DAY + timedelta(days=number % 60)
    yield signed, sign(contract_id, plan, signed)
    hours = [signed + timedelta(days=1, minutes=3000 * n + chance.randrange(480)) for n in range(99)]
    ticket_id = ""
    for n, at in enumerate(hours):
        if n in (5, 55):
            yield at, top_up(contract_id, pool, f"{contract_id}.up{n}", bought, at)
        elif n % 11 == 0:
            ticket_id = f"{contract_id}.t{n}"
            yield at, open_ticket(contract_id, ticket_id, at)
        else:
            minutes, engineer = chance.randrange(5, 90), chance.choice(ENGINEERS)
            yield at, log_work(ticket_id, f"{contract_id}.w{n}", at, minutes, engineer)


def sign(contract_id: str, plan: str, day: datetime) -> dict[str, Any]:
    customer = {
        "customer_id": f"{contract_id}.customer",
        "name": "Müller & Söhne GmbH",
        "country": "DE",
        "email": "edv@mueller-soehne.example.com",
        "address": {"line1": "Am Alten Speicher 3", "postcode": "14467", "city": "Potsdam"},
    }
    starts_on = day.date().isoformat()
    return _command("sign-contract", contract_id=contract_id, plan=plan, starts_on=starts_on, customer=customer)


def top_up(contract_id: str, pool: str, top_up_id: str, minutes: int, at: datetime) -> dict[str, Any]:
    fields = {"contract_id": contract_id, "pool": pool, "top_up_id": top_up_id, "minutes": minutes}
    return _command("top-up-credit", at=at.isoformat(), price="960.00", **fields)


def open_ticket(contract_id: str, ticket_id: str, at: datetime) -> dict[str, Any]:
    title = "Kalenderfreigaben fehlen nach dem Update"
    fields = {"ticket_id": ticket_id, "contract_id": contract_id, "title": title, "kind": "incident"}
    return _command("open-ticket", at=at.isoformat(), channel="email", priority=3, **fields)


def log_work(ticket_id: str, entry_id: str, at: datetime, minutes: int = 25, engineer: str = "Eva") -> dict[str, Any]:
    fields = {"entry_id": entry_id, "ticket_id": ticket_id, "minutes": minutes, "engineer": engineer}
    return _command("log-work", at=at.isoformat(), **fields)


def account_of(contract_id: str, entries: int) -> list[bytes]:
    """Lines that make one prepaid contract with so many entries of work, ten a ticket, and credit for many more."""
    at = FIRST_DAY + timedelta(days=1)
    told = [sign(contract_id, PREPAID, FIRST_DAY), top_up(contract_id, POOL, f"{contract_id}.up", 5_000_000, at)]
    for n in range(entries):
        if n % 10 == 0:
            told.append(open_ticket(contract_id, f"{contract_id}.t{n}", at))
        told.append(log_work(f"{contract_id}.t{n - n % 10}", f"{contract_id}.w{n}", at + timedelta(minutes=n)))
    told.append(open_ticket(contract_id, f"{contract_id}.open", at))
    return [json.dumps(command).encode() + b"\n" for command in told]


def entries_for(contract_id: str, name: str) -> Iterator[Request]:
    """Requests without end, each a new entry of work on the open ticket of `account_of`."""
    at, number = FIRST_DAY + timedelta(days=200), 0
    while True:
        number += 1
        fields = log_work(f"{contract_id}.open", f"{contract_id}.{name}{number}", at + timedelta(minutes=number))
        yield parse(fields.pop("command"), fields, COMMAND_LINE)


def _command(name: str, **fields: Any) -> dict[str, Any]:
    return {"command": name, **fields}
