"""A year of tickets by chance, the same each time, and what its promises come to when they are read one by one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.http.door import Json
from tests.sla.desk import Desk
from tests.sla.slow import Hours, Pause, micros
from tests.words import (
    CUSTOMER,
    Step,
    call,
    close,
    hold,
    open_ticket,
    reject,
    reopen,
    reprioritise,
    resolve,
    respond,
    resume,
    sign,
)

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
NOW = "2026-12-18T12:00:00Z"  # a Friday
HEARD = ("2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z", NOW)
STATES = ("met", "breached", "running", "paused", "void")
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True)
class Sold:
    """A contract: its plan, whose it is, and the zone that its days are named in."""

    plan: str
    customer: str
    provider: str
    zone: str
    agreed: tuple[tuple[str, Any], ...] = ()


CONTRACTS = {
    "office": Sold("dial-office", "k", "dial", "Europe/Berlin"),
    "office2": Sold("dial-office", "n", "dial", "Europe/Berlin"),
    "patient": Sold("dial-patient", "k", "dial", "Europe/Berlin"),
    "kiwi": Sold("kiwi-office", "k", "kiwi", "Pacific/Auckland"),
    "standard": Sold("eurolinux-standard", "k", "eurolinux", "Europe/Warsaw"),
    "premium": Sold("eurolinux-premium", "n", "eurolinux", "Europe/Warsaw"),
    "care": Sold("easyredmine-priority", "k", "easyredmine", "Europe/Prague"),
    "free": Sold("groupios-l", "k", "groupios", "Europe/Berlin"),
    "agreed": Sold("cloudempiere-sla", "n", "cloudempiere", "Europe/Bratislava", (("sla.reaction.1", 30),)),
}

# What may come next in each state, and how often.
NEXT: dict[str, dict[str, int]] = {
    "open": {"respond": 8, "call": 1, "hold": 3, "resolve": 4, "reprioritise": 3, "reject": 1, "": 2},
    "in_progress": {"respond": 3, "call": 1, "hold": 5, "resolve": 7, "reprioritise": 2, "reject": 1, "": 1},
    "waiting": {"resume": 9, "respond": 2, "resolve": 2, "reprioritise": 1, "reject": 1, "": 1},
    "resolved": {"reopen": 4, "close": 4, "": 4},
    "closed": {"reopen": 1, "": 3},
    "rejected": {"": 1},
}
AFTER = {"hold": "waiting", "resolve": "resolved", "close": "closed", "reject": "rejected"}
AFTER |= {"resume": "in_progress", "reopen": "in_progress"}
WORDS = {"respond": respond, "call": call, "hold": hold, "resume": resume, "reprioritise": reprioritise}
WORDS |= {"resolve": resolve, "reopen": reopen, "close": close, "reject": reject}
WAITS_FOR = (1, 5, 20, 60, 60, 240, 480, 1440, 1440, 2880, 7200)  # minutes until the next thing happens


def life(random: Random, ticket: str, contract: str) -> list[tuple[datetime, Step]]:
    """What happens to a ticket, each with the moment at which it is told; some responses are told afterwards."""
    last = int((datetime.fromisoformat(NOW) - BEGIN) / timedelta(minutes=1))
    lately = random.random() < 0.15  # what still runs has to be opened lately
    now = BEGIN + timedelta(minutes=random.randrange(last - 1800 if lately else 0, last))
    now += timedelta(seconds=random.choice([0, 0, 0, 59]))
    opened = now
    lines = [(now, open_ticket(ticket, at=now.isoformat(), priority=random.randint(1, 4), contract_id=contract))]
    state = "open"
    for _ in range(9):
        choices = NEXT[state]
        what = random.choices(list(choices), list(choices.values()))[0]
        now += timedelta(minutes=random.choice(WAITS_FOR), seconds=random.choice([0, 0, 1, 30]))
        if not what or now > datetime.fromisoformat(NOW):
            break
        at, told = now, {}
        if what == "reprioritise":
            told = {"priority": random.randint(1, 4)}
        if what in ("respond", "call") and random.random() < 0.25:
            at = opened + (now - opened) * random.random()
            at = at.replace(microsecond=0)
        lines.append((now, WORDS[what](at.isoformat(), ticket, **told)))
        state = AFTER.get(what, "in_progress" if state == "open" and what in ("respond", "call") else state)
    return lines


def tell_year(desk: Desk, tickets: int, seed: int = 3) -> list[str]:
    """Signs the contracts, tells a year of tickets quarter by quarter, and names the tickets."""
    random = Random(seed)
    desk.clock.put(BEGIN.isoformat())
    for contract, sold in CONTRACTS.items():
        desk.tell(
            sign(
                sold.plan,
                contract_id=contract,
                customer=CUSTOMER | {"customer_id": sold.customer},
                agreed=dict(sold.agreed),
            )
        )
    names = [f"t{number}" for number in range(tickets)]
    lines = [line for name in names for line in life(random, name, random.choice(list(CONTRACTS)))]
    lines.sort(key=lambda line: line[0])  # stable: what is told of a ticket keeps its order
    heard = BEGIN
    for until in HEARD:
        desk.clock.put(until)
        end = datetime.fromisoformat(until)
        desk.tell(*(line for told, line in lines if heard <= told < end))
        heard = end
    return names


# -- counted one by one --------------------------------------------------------------------------------------------


def month_of(ticket: Json) -> str:
    zone = ZoneInfo(CONTRACTS[ticket["contract_id"]].zone)
    return datetime.fromisoformat(ticket["opened_at"]).astimezone(zone).strftime("%Y-%m")


def recounted(tickets: Iterable[Json], groups: tuple[str, ...]) -> list[Json]:
    """The rows that the tickets' own clocks come to."""
    counted: dict[tuple[Any, ...], Counter[str]] = {}
    for ticket in tickets:
        for clock in ticket["sla"]:
            values = {
                "contract": ticket["contract_id"],
                "plan": CONTRACTS[ticket["contract_id"]].plan,
                "priority": clock["priority"],
                "target": clock["target"],
                "month": month_of(ticket),
            }
            counted.setdefault(tuple(values[group] for group in groups), Counter())[clock["state"]] += 1
    rows = []
    for key, states in sorted(counted.items()):
        judged = states["met"] + states["breached"]
        share = Decimal(states["met"]) / judged if judged else None
        ratio = None if share is None else str(share.quantize(Decimal("0.0001"), ROUND_HALF_UP))
        rows.append(dict(zip(groups, key, strict=True)) | {state: states[state] for state in STATES} | {"ratio": ratio})
    return rows


# -- worked out slowly ---------------------------------------------------------------------------------------------

OFFICE = {key: [("09:00", "17:00")] for key in WORKDAYS}
GERMAN = ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "12-25"]
POLISH = ["01-01", "01-06", "04-06", "05-01", "06-04", "11-11", "12-24", "12-25"]
CZECH = ["01-01", "04-03", "04-06", "05-01", "05-08", "07-06", "09-28", "10-28", "11-17", "12-24", "12-25"]


def _days(texts: list[str]) -> list[date]:
    return [date.fromisoformat(f"2026-{text}") for text in texts] + [date(2027, 1, 1)]


HOURS = {
    "dial-office": Hours("Europe/Berlin", OFFICE, _days(GERMAN)),
    "dial-patient": Hours("Europe/Berlin", OFFICE, _days(GERMAN)),
    "eurolinux-standard": Hours("Europe/Warsaw", OFFICE, _days(POLISH)),
    "easyredmine-priority": Hours("Europe/Prague", OFFICE, _days(CZECH)),
}
# What each plan promises: kind, and minutes or days.
PROMISES: dict[str, dict[str, dict[int, tuple[str, int]]]] = {
    "dial-office": {
        "reaction": {1: ("covered", 60), 2: ("covered", 240), 3: ("business_days", 1)},
        "resolution": {
            1: ("covered", 480),
            2: ("elapsed", 1440),
            3: ("business_days", 2),
            4: ("end_of_business_day", 1),
        },
    },
    "dial-patient": {
        "reaction": {
            1: ("covered", 60),
            2: ("elapsed", 240),
            3: ("business_days", 1),
            4: ("end_of_business_day", 2),
        },
        "resolution": {
            1: ("covered", 480),
            2: ("covered", 960),
            3: ("business_days", 2),
            4: ("end_of_business_day", 3),
        },
    },
    "eurolinux-standard": {
        "reaction": {1: ("covered", 60), 2: ("covered", 240), 3: ("business_days", 1), 4: ("business_days", 2)},
        "resolution": {},
    },
    "easyredmine-priority": {
        "reaction": {},
        "resolution": dict.fromkeys((1, 2, 3, 4), ("end_of_business_day", 1)),
    },
}


def promised_seconds(plan: str, target: str, priority: int) -> int | None:
    """What an elapsed or covered target has to add up to."""
    kind, amount = PROMISES[plan][target][priority]
    return amount * 60 if kind in ("elapsed", "covered") else None


def slow_clocks(ticket: Json) -> dict[str, tuple[int, int | None, int | None]]:
    """Priority, due instant (none while it waits) and end of each clock, read from the ticket's history alone."""
    plan = CONTRACTS[ticket["contract_id"]].plan
    events = sorted(
        ((micros(one["effective_at"]), one["position"], one["type"], one["data"]) for one in ticket["history"]),
        key=lambda event: event[:2],
    )
    opened = events[0][0]
    prioritised = ("TicketOpened", "TicketReprioritised")
    priorities = [(at, data["priority"]) for at, _, kind, data in events if kind in prioritised]
    answers = ("ResponseRecorded", "CallRecorded", "TicketResolved")
    responded = min((at for at, _, kind, _ in events if kind in answers), default=None)
    waits, closures = _spans(events)
    resolved = next((start for start, end in closures if end is None), None)
    found = {}
    for target, by_priority in PROMISES[plan].items():
        is_reaction = target == "reaction"
        ended = responded if is_reaction else resolved
        in_force = [p for at, p in priorities if not is_reaction or responded is None or at <= responded]
        promise = by_priority.get(in_force[-1])
        if promise is None:
            continue
        spans = [*waits, *closures]
        if is_reaction:
            spans = waits if plan == "dial-patient" else []
        until = ended if ended is not None else None
        pauses: list[Pause] = []
        open_wait = False
        for start, end in spans:
            if until is not None and start >= until:
                continue
            stop = min((edge for edge in (end, until) if edge is not None), default=None)
            if stop is None:
                open_wait = True
            else:
                pauses.append((start, stop))
        due = _due(HOURS[plan], promise, opened, pauses)
        waiting = open_wait and max(start for start, end in spans if end is None) < due
        found[target] = (in_force[-1], None if waiting else due, ended)
    return found


def _spans(events: list[tuple[int, int, str, Json]]) -> tuple[list[tuple[int, int | None]], ...]:
    """When the ticket waited, and when it was resolved."""
    waits: list[tuple[int, int | None]] = []
    closures: list[tuple[int, int | None]] = []
    for at, _, kind, _ in events:
        if kind in ("TicketResumed", "TicketResolved", "TicketRejected") and waits and waits[-1][1] is None:
            waits[-1] = (waits[-1][0], at)
        if kind == "TicketReopened":
            closures[-1] = (closures[-1][0], at)
        if kind == "TicketHeld":
            waits.append((at, None))
        if kind == "TicketResolved":
            closures.append((at, None))
    return waits, closures


def _due(hours: Hours, promise: tuple[str, int], opened: int, pauses: list[Pause]) -> int:
    kind, amount = promise
    if kind == "business_days":
        return hours.business_days(opened, amount, pauses)
    if kind == "end_of_business_day":
        return hours.end_of_business_day(opened, amount, pauses)
    if kind == "elapsed":
        hours = Hours("UTC", {key: [("00:00", "24:00")] for key in (*WORKDAYS, "sat", "sun")})
    return hours.forward(opened, amount * 60_000_000, pauses)
