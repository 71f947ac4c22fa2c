"""Figures at many places in both times, against a slow addition of the events that `/v1/events` shows."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.http import slow
from tests.http.door import Door, Json
from tests.http.histories import CONTRACTS, tell
from tests.http.slow import Event, Place, moment

TICK = timedelta(microseconds=1)
Pair = tuple[datetime | None, datetime | None]


def text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def places(events: list[Event], random: Random, count: int) -> list[Pair]:
    """Pairs of `as_of` and `known_at`, most of them where something changes: at it, just before, or just after."""
    effective = [moment(one["effective_at"]) for one in events]
    ends = [moment(one["data"]["expires_at"]) for one in events if one["data"].get("expires_at")]
    deemed = [moment(one["data"]["deemed_at"]) for one in events if one["data"].get("deemed_at")]
    recorded = [moment(one["recorded_at"]) for one in events]
    turns = [turn for turn in (effective, ends, deemed[-3:]) if turn]
    found: list[Pair] = [(None, None)]
    for _ in range(count):
        as_of = random.choice(random.choice(turns)) + random.choice([-TICK, timedelta(), TICK])
        known_at = random.choice(recorded) + random.choice([-TICK, timedelta(), timedelta(days=400)])
        found.append(random.choice([(as_of, None), (as_of, known_at), (as_of, known_at), (None, known_at)]))
    return found


def place_of(events: list[Event], asked: Pair, now: datetime) -> Place:
    """`known_at` alone sets `as_of` to the same instant."""
    as_of, known_at = asked
    upto = events[-1]["position"] if known_at is None else slow.known(events, known_at)
    return Place(as_of or known_at or now, upto)


def units(figure: int | str) -> int:
    return figure if isinstance(figure, int) else int(figure.replace(".", ""))


def seen_balances(answer: Json) -> tuple[dict[str, dict[str, int]], tuple[int, int]]:
    texts = {"pool", "unit", "currency"}
    accounts = {
        one["pool"]: {name: units(value) for name, value in one.items() if name not in texts}
        for one in answer["accounts"]
    }
    return accounts, (answer["overage"]["minutes"], units(answer["overage"]["amount"]))


def quantities(deduction: Json) -> dict[str | None, int]:
    return {draw["grant_id"]: units(draw.get("minutes", draw.get("amount"))) for draw in deduction["draws"]}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_is_the_sum_of_its_events_at_any_place_in_both_times(door: Door, seed: int) -> None:
    assert tell(door, seed) > 40
    history = door.events()
    random = Random(seed)
    for contract in CONTRACTS:
        events = [one for one in history if one["contract_id"] == contract]
        for asked in places(events, random, 20):
            query: dict[str, Any] = {"as_of": text(asked[0]), "known_at": text(asked[1])}
            now = door.clock()
            balance = door.see(f"contracts/{contract}/balance", **query)
            place = place_of(history, asked, now)
            figures, over = seen_balances(balance)
            expected = slow.balances(events, place)
            assert figures == expected, (contract, query)
            assert over == slow.overage(events, place), (contract, query)
            lines = door.see(f"contracts/{contract}/statement", **query)["items"]
            check_statement(lines, expected)
            found = door.walk(f"contracts/{contract}/deductions", **query)
            told = {one["deduction_id"]: (one["status"], quantities(one)) for one in found}
            assert told == slow.deductions(events, place), (contract, query)
            owed = door.walk(f"contracts/{contract}/charges", **query)
            assert [(one["charge_id"], units(one["amount"])) for one in owed] == slow.charges(events, place)
            opened = door.walk("tickets", contract_id=contract, **query)
            shown = {one["ticket_id"]: (one["state"], one["priority"]) for one in opened}
            assert shown == slow.tickets(events, place), (contract, query)


def check_statement(lines: list[Json], expected: dict[str, dict[str, int]]) -> None:
    """Lines in order, each balance the one before plus the change; the last is what is owned."""
    order = [(moment(line["effective_at"]), line["position"]) for line in lines]
    assert order == sorted(order)
    owned = dict.fromkeys(expected, 0)
    for line in lines:
        owned[line["pool"]] += units(line["change"])
        assert units(line["balance"]) == owned[line["pool"]]
        assert (line["recorded_at"] is None) == (line["kind"] == "breakage")
    assert owned == {pool: all_["granted"] - all_["consumed"] - all_["expired"] for pool, all_ in expected.items()}
