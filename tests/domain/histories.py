"""Histories for Hypothesis: commands on four small contracts, some of which will be refused, and how they are told.

The contracts differ in what bears the time: prepaid credit, an allotment with debts, an allotment with overage, tiers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from ledger.door.batches import Answer
from ledger.events import Fact, Sealed
from ledger.kernel.errors import Refusal
from tests.scenario import World
from tests.words import (
    PREPAID,
    Step,
    book,
    cancel,
    change_plan,
    complete,
    contract,
    dispute,
    grant,
    log_work,
    move,
    no_show,
    open_ticket,
    renew,
    reverse,
    reverse_credit,
    settle,
    terminate,
    top_up,
)

BEGINNING = datetime(2026, 1, 1, 9, tzinfo=UTC)
CLOCK = datetime(2027, 6, 1, tzinfo=UTC)  # everything that is told has happened by then
PLANS = {"P": PREPAID, "H": "house-prepaid", "L": "groupios-m", "R": "house-tiers"}
POOLS = {"P": ["server-support"], "H": ["care", "implementation"], "L": ["included"], "R": []}
SIGNED = [step for name, plan in PLANS.items() for step in contract(plan, contract_id=name, ticket=None)]
SIGNED += [open_ticket(f"T{name}", contract_id=name, at="2026-01-01T12:00:00Z") for name in PLANS]
SIGNED += [top_up(480, top_up_id=f"first-{name}", contract_id=name, pool=POOLS[name][0]) for name in "PH"]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
contracts = st.sampled_from(list(PLANS))
days = st.integers(0, 170)
minutes = st.integers(1, 200)
earlier = st.integers(0, 9)  # the n-th latest of what there is, counted round
sides = st.sampled_from(["customer", "provider"])
# Some moments coincide, some lie a second apart, and some at the midnight at which grants expire in Europe.
clocks = st.sampled_from([-10 * HOUR, 0 * HOUR, timedelta(seconds=1), 5 * HOUR])
instants = st.builds(lambda day, clock: BEGINNING + day * DAY + clock, days, clocks)
after = st.integers(1, 40).map(lambda day: day * DAY)
notices = st.sampled_from([50 * HOUR, 24 * HOUR, 24 * HOUR - timedelta(seconds=1), HOUR, 0 * HOUR])
changes = st.one_of(
    st.tuples(st.just("move"), earlier, notices, sides, after),
    st.tuples(st.just("cancel"), earlier, notices, sides),
    st.tuples(st.just("no-show"), earlier),
    st.tuples(st.just("complete"), earlier, minutes),
)
follow_ups = st.lists(changes, max_size=3)
actions = st.one_of(
    *[st.tuples(st.just("work"), contracts, minutes, instants)] * 4,
    *[st.tuples(st.just("work"), st.sampled_from("RL"), minutes, instants)] * 2,
    st.tuples(st.just("free work"), contracts, minutes, instants),
    *[st.tuples(st.just("top-up"), st.sampled_from("PPHL"), st.just(480), instants, st.none() | after)] * 3,
    st.tuples(st.just("grant"), st.sampled_from("PHL"), minutes, instants, st.none() | after),
    st.tuples(st.just("book"), st.sampled_from("PPHLR"), minutes, instants, after),
    *[st.tuples(st.just("appointment"), st.sampled_from("PPHLR"), minutes, instants, after, follow_ups)] * 4,
    changes,
    *[st.tuples(st.just("reverse"), earlier, st.just(0 * DAY) | after)] * 3,
    st.tuples(  # a move that is too late, so that penalties do come about
        *(st.just("appointment"), st.sampled_from("PH"), minutes, instants, after),
        st.just([("move", 0, HOUR, "customer", DAY)]),
    ),
    st.tuples(st.just("mistake"), st.sampled_from("PH"), minutes, instants, st.none() | after),
    *[st.tuples(st.just("take back"), earlier, st.just(0 * DAY) | after)] * 2,
    st.tuples(st.just("dispute"), earlier, st.just(0 * DAY)),
    st.tuples(st.just("settle"), earlier, st.sampled_from(["upheld", "reversed"]), after),
    st.tuples(st.just("renew"), st.sampled_from("HLR")),
    st.tuples(st.just("change"), st.sampled_from("HLR"), days),
    st.tuples(st.just("terminate"), contracts, st.integers(100, 170)),
)
OTHER_PLAN = {"H": "house-tiers", "L": "groupios-l", "R": "house-single"}


@dataclass
class Teller:
    """Turns actions into commands; each has a command id, so that it can be sent again."""

    steps: list[Step] = field(default_factory=list)
    sessions: list[tuple[str, datetime]] = field(default_factory=list)  # id and start, as far as is known here
    deductions: list[tuple[str, datetime]] = field(default_factory=list)  # id and moment
    credits: list[tuple[str, datetime]] = field(default_factory=list)  # of top-ups and grants, id and beginning

    def tell(self, action: tuple[Any, ...]) -> None:
        if action[0] == "appointment":  # a session, and what becomes of it
            *booking, changes = action[1:]
            for part in (("book", *booking), *((kind, 0, *rest) for kind, _, *rest in changes)):
                self.tell(part)
            return
        if action[0] == "mistake":  # credit that settles a debt, and was none of the customer's
            name, minutes, at, lasts = action[1:]
            self.tell(("work", name, 480 + minutes, at))
            self.tell(("grant", name, minutes, at, lasts))
            self.tell(("take back", 0, lasts or DAY))
            return
        n = len(self.steps)
        step = getattr(self, f"_{action[0].replace(' ', '_').replace('-', '_')}")(n, *action[1:])
        if step is not None:
            told = {name: at.isoformat() for name, at in step.fields.items() if isinstance(at, datetime)}
            self.steps.append(step.but(**told, command_id=f"c{n}"))

    def _work(self, n: int, name: str, minutes: int, at: datetime, **fields: Any) -> Step:
        self.deductions.append((f"w{n}", at))
        return log_work(minutes, at, entry_id=f"w{n}", ticket_id=f"T{name}", **fields)

    def _free_work(self, n: int, name: str, minutes: int, at: datetime) -> Step:
        return self._work(n, name, minutes, at, treatment="goodwill", reason="Sorry")

    def _credit(self, name: str, pool: int, minutes: int, at: datetime, lasts: timedelta | None) -> dict[str, Any]:
        expires_on = (at + lasts).date().isoformat() if lasts else None
        pools = POOLS[name]
        return {"contract_id": name, "pool": pools[pool], "minutes": minutes, "at": at, "expires_on": expires_on}

    def _top_up(self, n: int, name: str, minutes: int, at: datetime, lasts: timedelta | None) -> Step:
        self.credits.append((f"g{n}", at))
        return top_up(top_up_id=f"g{n}", price="48.00", **self._credit(name, 0, minutes, at, lasts))

    def _grant(self, n: int, name: str, minutes: int, at: datetime, lasts: timedelta | None) -> Step:
        self.credits.append((f"g{n}", at))
        told = self._credit(name, -1, minutes, at, lasts)
        return grant(grant_id=f"g{n}", **told)

    def _book(self, n: int, name: str, estimate: int, at: datetime, ahead: timedelta) -> Step:
        self.sessions.append((f"s{n}", at + ahead))
        return book(estimate, at + ahead, at, f"s{n}", contract_id=name, ticket_id=f"T{name}")

    def _session(self, which: int) -> tuple[int, str, datetime] | None:
        if not self.sessions:
            return None
        place = -1 - which % len(self.sessions)
        return place, *self.sessions[place]

    def _move(self, _: int, which: int, notice: timedelta, by: str, ahead: timedelta) -> Step | None:
        if (found := self._session(which)) is None:
            return None
        place, session_id, starts_at = found
        self.sessions[place] = (session_id, starts_at + ahead)
        self.deductions.append((f"{session_id}.penalty.1", starts_at))
        return move(starts_at + ahead, starts_at - notice, by, session_id)

    def _cancel(self, _: int, which: int, notice: timedelta, by: str) -> Step | None:
        found = self._session(which)
        return found and cancel(found[2] - notice, by, found[1])

    def _no_show(self, _: int, which: int) -> Step | None:
        if (found := self._session(which)) is None:
            return None
        self.deductions.append((f"{found[1]}.penalty.1", found[2]))
        return no_show(found[2], found[1])

    def _complete(self, _: int, which: int, minutes: int) -> Step | None:
        if (found := self._session(which)) is None:
            return None
        self.deductions.append((found[1], found[2]))
        return complete(minutes, found[2], found[1])

    def _deduction(self, which: int) -> tuple[str, datetime] | None:
        return self.deductions[-1 - which % len(self.deductions)] if self.deductions else None

    def _reverse(self, _: int, which: int, later: timedelta) -> Step | None:
        found = self._deduction(which)
        return found and reverse(found[0], found[1] + later)

    def _take_back(self, _: int, which: int, later: timedelta) -> Step | None:
        if not self.credits:
            return None
        grant_id, at = self.credits[-1 - which % len(self.credits)]
        return reverse_credit(grant_id, at + later)

    def _dispute(self, _: int, which: int, later: timedelta) -> Step | None:
        found = self._deduction(which)
        return found and dispute(found[0], found[1] + later)

    def _settle(self, _: int, which: int, outcome: str, later: timedelta) -> Step | None:
        found = self._deduction(which)
        return found and settle(outcome, found[0], found[1] + later)

    def _renew(self, _: int, name: str) -> Step:
        return renew(name)

    def _change(self, _: int, name: str, day: int) -> Step:
        from_on = (BEGINNING + timedelta(days=day)).date().isoformat()
        return change_plan(OTHER_PLAN[name], from_on, name)

    def _terminate(self, _: int, name: str, day: int) -> Step:
        ends_on = (BEGINNING + timedelta(days=day)).date().isoformat()
        return terminate(ends_on, name)


def told(actions: list[tuple[Any, ...]]) -> list[Step]:
    teller = Teller()
    for action in actions:
        teller.tell(action)
    return teller.steps


histories = st.lists(actions, min_size=10, max_size=40).map(told)


@cache
def signed() -> bytes:
    world = World()
    assert all(isinstance(answer, Answer) for answer in world.tell(*SIGNED))
    return world.as_file()


def new_world() -> World:
    """The four contracts, signed, each with a ticket."""
    world = World(signed())
    world.clock.now = CLOCK
    return world


def lived(steps: list[Step]) -> World:
    """A world in which these commands were sent, in one transaction; some were refused, none for want of patience."""
    note("\n".join(f"{step.command} {step.fields}" for step in steps))
    world = new_world()
    answers = world.tell(*steps)
    assert "conflict" not in {answer.code for answer in answers if isinstance(answer, Refusal)}
    return world


def plain(fact: Fact) -> dict[str, Any]:
    """A fact as it is told, without what is encrypted anew each time."""
    told = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return {"topic": fact.TOPIC} | {name: value for name, value in told.items() if not isinstance(value, Sealed)}
