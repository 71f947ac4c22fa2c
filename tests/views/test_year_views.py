"""The year of examples/year.jsonl, imported by the command line and asked of the read doors.

The figures are those worked out by hand in tests/stories/year_expected.toml.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.run import support_ledger
from tests.http.door import Door, Json, opened
from tests.views.ledgers import LINES, YEAR, fed

EXPECTED = tomllib.loads((Path(__file__).parents[1] / "stories" / "year_expected.toml").read_text(encoding="utf-8"))
AS_OF: str = EXPECTED["as_of"]
CONTRACTS: dict[str, Any] = EXPECTED["contracts"]
FIGURES = ("granted", "consumed", "reserved", "expired", "available")


@pytest.fixture
def year(database_url: str) -> Iterator[Door]:
    done = support_ledger(database_url, "import", str(YEAR))
    assert (done.status, done.out, done.err) == (0, f"{len(LINES)} accepted, 0 replayed, 0 refused\n", "")
    with opened(database_url, catalogue=None) as door:
        door.position = door.count()
        yield door


def units(figure: int | str) -> int:
    return figure if isinstance(figure, int) else int(figure.replace(".", ""))


def shown(account: Json) -> dict[str, int | str]:
    return {name: account[name] for name in FIGURES} | {"pending": account["pending_confirmation"]}


def charged(door: Door, contract: str, as_of: str) -> list[list[str]]:
    """Day in the provider's zone, id and amount of every charge, by day and id."""
    zone = ZoneInfo(door.see(f"contracts/{contract}")["timezone"])

    def day(charge: Json) -> str:
        return datetime.fromisoformat(charge["effective_at"]).astimezone(zone).date().isoformat()

    items = door.walk(f"contracts/{contract}/charges", as_of=as_of)
    return sorted([day(one), one["charge_id"], one["amount"]] for one in items)


def test_the_doors_show_every_figure_that_was_worked_out_by_hand(year: Door) -> None:
    """At the end of the story and at its turns; and the last line of a statement is what is owned."""
    found, expected = {}, {}
    for contract, said in CONTRACTS.items():
        balance = year.see(f"contracts/{contract}/balance", as_of=AS_OF)
        over = {name: balance["overage"][name] for name in ("minutes", "amount")}
        found[contract] = ({one["pool"]: shown(one) for one in balance["accounts"]}, over)
        expected[contract] = (said.get("accounts", {}), said["overage"])
    assert found == expected
    assert {item["contract_id"] for item in year.walk("contracts")} == CONTRACTS.keys()
    for stated in EXPECTED["moments"]:
        account = year.account(stated["contract"], stated["pool"], as_of=stated["at"])
        assert shown(account) == stated["balance"], stated["at"]
    for contract, said in CONTRACTS.items():
        lines = year.see(f"contracts/{contract}/statement", as_of=AS_OF)["items"]
        last = {line["pool"]: units(line["balance"]) for line in lines}
        owned = {}
        for pool, account in said.get("accounts", {}).items():
            granted, consumed, expired = (units(account[name]) for name in ("granted", "consumed", "expired"))
            owned[pool] = granted - consumed - expired
        assert last == owned, contract


def test_the_doors_show_every_charge_and_what_is_charged_later(year: Door) -> None:
    for contract, said in CONTRACTS.items():
        now, later = charged(year, contract, AS_OF), charged(year, contract, "2027-12-31T00:00:00Z")
        assert now == sorted(said["charges"]), contract
        assert later == sorted(said["charges"] + said.get("charges_to_come", [])), contract
        cents = sum(int(amount.replace(".", "")) for *_, amount in now)
        assert cents == int(said["total"].replace(".", "")), contract


def test_the_doors_show_every_billed_minute_in_one_bin(year: Door) -> None:
    for contract, said in CONTRACTS.items():
        bins: dict[str, int] = defaultdict(int)
        for one in year.walk(f"contracts/{contract}/deductions", as_of=AS_OF):
            if one["kind"] in ("work", "session") and one["status"] != "reversed":
                over = sum(line["minutes"] for line in one["overage"])
                bins["overage"] += over
                bins[one["basis"]] += one["billed_minutes"] - over
        assert {name: minutes for name, minutes in bins.items() if minutes} == said["minutes"], contract


def test_importing_the_year_again_changes_nothing_at_all(database_url: str) -> None:
    written = ("stored_events", "commands", "known_ids", "party_keys", "access_tokens")
    states = []
    for told in ("{} accepted, 0 replayed, 0 refused\n", "0 accepted, {} replayed, 0 refused\n"):
        done = support_ledger(database_url, "import", str(YEAR))
        assert (done.status, done.out, done.err) == (0, told.format(len(LINES)), "")
        with fed(database_url) as ledger:
            ledger.projector.catch_up()
            tables = {name: ledger.store.database.query(f"SELECT * FROM {name}") for name in written}
            kept = {name: sorted(map(repr, rows)) for name, rows in tables.items()}
            states.append((kept, ledger.dump(), ledger.projector.differences()))
    assert states[0] == states[1]
    assert len(states[0][0]["commands"]) == len(LINES)
    assert states[0][2] == []
