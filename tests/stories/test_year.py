"""A year of ten contracts (examples/year.jsonl) against figures worked out by hand (year_expected.toml).

The figures are read from the stored facts by the few lines below and by nothing of the product: sums of what was
granted, drawn, returned and reserved, the grants' ends, and the charges.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.cli.importing import Tally
from ledger.door.batches import Ledger
from ledger.plans.loader import load_catalogue
from ledger.store import EventStore, open_store
from tests.senders import imported

YEAR = Path(__file__).parents[2] / "examples" / "year.jsonl"
EXPECTED = tomllib.loads(Path(__file__).with_name("year_expected.toml").read_text(encoding="utf-8"))
DEDUCTED = {"HoursDeducted", "LateChangePenaltyDeducted", "NoShowPenaltyDeducted", "ServiceDelivered"}
SPOKEN = {"DeductionConfirmed", "DeductionDisputed", "DisputeUpheld", "DeductionReversed"}

Facts = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def store(database_url: str) -> Iterator[EventStore]:
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def facts(store: EventStore) -> Facts:
    assert imported(Ledger(store, load_catalogue()), YEAR.read_bytes()) == []
    return read(store)


def read(store: EventStore) -> Facts:
    """Type and payload of every stored fact, in order."""
    rows = store.database.query("SELECT topic, state FROM stored_events ORDER BY notification_id")
    return [(topic.partition("@")[0], json.loads(bytes(state))) for topic, state in rows]


# ---- reading: figures of a contract at an instant


def until(facts: Facts, contract: str, at: str) -> Facts:
    return [(kind, fact) for kind, fact in facts if fact.get("contract_id") == contract and instant(fact) <= moment(at)]


def instant(fact: dict[str, Any]) -> datetime:
    return moment(fact["effective_at"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def total(facts: Facts, kinds: set[str], field: str, where: Callable[[dict[str, Any]], bool] = lambda _: True) -> int:
    return sum(fact.get(field, 0) for kind, fact in facts if kind in kinds and where(fact))


def moved(facts: Facts, kind: str, field: str) -> list[tuple[str, str | None, int]]:
    """Deduction, grant and quantity of every part of draws or returns."""
    return [
        (fact["deduction_id"], part.get("grant_id"), part["quantity"])
        for each, fact in facts
        if each == kind
        for part in fact[field]
    ]


def balance(facts: Facts, pool: str, at: str) -> dict[str, int]:
    """The account of one pool; `facts` are those of its contract until then. Minutes, or minor units of money."""
    own = [(kind, fact) for kind, fact in facts if fact.get("pool") == pool]
    drawn, returned = moved(own, "CreditDrawn", "draws"), moved(own, "CreditReturned", "returns")
    granted = total(own, {"CreditGranted"}, "quantity") - total(own, {"GrantTakenBack"}, "quantity")
    consumed = sum(part for *_, part in drawn) - sum(part for *_, part in returned)
    reserved = total(own, {"CreditReserved"}, "quantity") - total(own, {"ReservationReleased"}, "quantity")

    left, ends = dict[str, int](), dict[str, str | None]()
    for kind, fact in own:
        if kind == "CreditGranted":
            left[fact["grant_id"]], ends[fact["grant_id"]] = fact["quantity"], fact.get("expires_at")
        elif kind == "GrantExpiryMoved":
            ends[fact["grant_id"]] = fact["expires_at"]
        elif kind == "DebtSettled":
            left[fact["grant_id"]] -= fact["quantity"]
        elif kind == "DebtSettlementWithdrawn":
            left[fact["grant_id"]] += fact["quantity"]
        elif kind == "GrantTakenBack":
            left[fact["grant_id"]] -= fact["quantity"]
    for _, grant, part in drawn:
        if grant is not None:
            left[grant] -= part
    for _, grant, part in returned:
        if grant is not None:
            left[grant] += part
    expired = sum(left[grant] for grant, end in ends.items() if end is not None and moment(end) <= moment(at))

    words = dict[str, str]()
    for kind, fact in facts:
        if kind in DEDUCTED:
            words[fact["deduction_id"]] = fact["status"]
        elif kind in SPOKEN:
            words[fact["deduction_id"]] = kind
    return {
        "granted": granted,
        "consumed": consumed,
        "reserved": reserved,
        "expired": expired,
        "available": granted - consumed - reserved - expired,
        "pending": sum(part for deduction, _, part in drawn if words[deduction] == "pending"),
    }


def overage(facts: Facts) -> tuple[int, int]:
    """Minutes and cents, reversals taken off."""
    charged, minutes, cents = "OverageCharged", "minutes", "amount_cents"
    back = {"ChargeReversed"}
    return (
        total(facts, {charged}, minutes) + total(facts, back, minutes, lambda fact: fact["kind"] == "overage"),
        total(facts, {charged}, cents) + total(facts, back, cents, lambda fact: fact["kind"] == "overage"),
    )


def charges(facts: Facts, zone: str) -> list[tuple[str, str, int]]:
    """Day in the provider's zone, id and cents of every charge."""
    return sorted(
        (instant(fact).astimezone(ZoneInfo(zone)).date().isoformat(), fact["charge_id"], fact["amount_cents"])
        for _, fact in facts
        if "charge_id" in fact and "amount_cents" in fact
    )


def billed_minutes(facts: Facts) -> dict[str, int]:
    """Billed minutes by what bore them; reversed entries are left out."""
    reversed_ones = {fact["deduction_id"] for kind, fact in facts if kind == "DeductionReversed"}
    found = defaultdict[str, int](int)
    for kind, fact in facts:
        if kind == "HoursDeducted" and fact["deduction_id"] not in reversed_ones:
            over = fact.get("overage_minutes", 0)
            found["overage"] += over
            found[fact["basis"]] += fact["billed_minutes"] - over
    return {basis: minutes for basis, minutes in found.items() if minutes}


def signed(facts: Facts) -> dict[str, dict[str, Any]]:
    return {fact["contract_id"]: fact for kind, fact in facts if kind == "ContractSigned"}


def units(figure: int | str) -> int:
    """The expected figure as facts hold it: minutes as they are, an amount in minor units."""
    return figure if isinstance(figure, int) else int(figure.replace(".", ""))


def in_units(figures: dict[str, int | str]) -> dict[str, int]:
    return {name: units(figure) for name, figure in figures.items()}


def listed(rows: list[list[str]]) -> list[tuple[str, str, int]]:
    return sorted((day, charge_id, units(amount)) for day, charge_id, amount in rows)


# ---- the story


def test_the_file_tells_its_year_in_the_order_of_time() -> None:
    lines = [json.loads(line) for line in YEAR.read_text(encoding="utf-8").splitlines()]
    times = [moment(line.get("at") or line["started_at"]) for line in lines if "at" in line or "started_at" in line]
    assert times == sorted(times)
    assert times[-1] < moment("2026-11-20T00:00:00Z")


def test_every_line_is_accepted_and_importing_again_replays_each_one(store: EventStore) -> None:
    ledger, lines = Ledger(store, load_catalogue()), YEAR.read_bytes()
    first, again = Tally(), Tally()
    assert imported(ledger, lines, first) == []
    before = len(read(store))
    assert imported(ledger, lines, again) == []
    assert (first.accepted, first.replayed) == (again.replayed, again.accepted) == (len(lines.splitlines()), 0)
    assert len(read(store)) == before


def test_every_account_ends_with_the_figures_worked_out_by_hand(facts: Facts) -> None:
    at = EXPECTED["as_of"]
    found = defaultdict[str, dict[str, dict[str, int]]](dict)
    for kind, fact in facts:
        if kind == "AccountOpened":
            own = until(facts, fact["contract_id"], at)
            found[fact["contract_id"]][fact["pool"]] = balance(own, fact["pool"], at)
    assert found == {
        contract: {pool: in_units(figures) for pool, figures in said["accounts"].items()}
        for contract, said in EXPECTED["contracts"].items()
        if "accounts" in said
    }


@pytest.mark.parametrize("stated", EXPECTED["moments"], ids=lambda stated: f"{stated['contract']}-{stated['at']}")
def test_the_account_at_the_turns_of_the_story(facts: Facts, stated: dict[str, Any]) -> None:
    own = until(facts, stated["contract"], stated["at"])
    assert balance(own, stated["pool"], stated["at"]) == in_units(stated["balance"])


def test_overage_charges_and_their_sums_are_those_worked_out_by_hand(facts: Facts) -> None:
    found, expected = {}, {}
    for contract, signing in signed(facts).items():
        own = until(facts, contract, EXPECTED["as_of"])
        of_contract = charges(own, signing["timezone"])
        found[contract] = (overage(own), of_contract, sum(cents for *_, cents in of_contract))
    for contract, said in EXPECTED["contracts"].items():
        over = said["overage"]
        expected[contract] = ((over["minutes"], units(over["amount"])), listed(said["charges"]), units(said["total"]))
    assert found == expected


def test_whoever_is_shown_time_or_a_service_reads_what_was_done(facts: Facts) -> None:
    told = [fact for kind, fact in facts if kind in ("HoursDeducted", "ServiceDelivered")]
    assert len(told) == 61
    assert [fact["deduction_id"] for fact in told if not fact.get("note")] == []


def test_what_is_charged_later_is_known_already(facts: Facts) -> None:
    for contract, said in EXPECTED["contracts"].items():
        own = until(facts, contract, "2027-12-31T00:00:00Z")
        rows = said["charges"] + said.get("charges_to_come", [])
        assert charges(own, signed(facts)[contract]["timezone"]) == listed(rows)


def test_every_billed_minute_is_in_one_bin(facts: Facts) -> None:
    found = {contract: billed_minutes(until(facts, contract, EXPECTED["as_of"])) for contract in signed(facts)}
    assert found == {contract: said["minutes"] for contract, said in EXPECTED["contracts"].items()}
