"""The books of the demo year: they balance, and hold what the doors and the figures worked out by hand say."""

import csv
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.kernel.errors import Refusal
from tests.books.reading import Rows, asserted, balances, rows, transactions, units
from tests.books.year import Year, pool_figures, year_in
from tests.views.ledgers import LINES

EXPECTED: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "stories" / "year_expected.toml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with year_in(f"sqlite:///{tmp_path_factory.mktemp('books') / 'ledger.db'}") as found:
        yield found


def unbalanced(found: Rows) -> list[tuple[str, ...]]:
    faults = []
    for key, parts in transactions(found).items():
        sums: dict[str, int] = defaultdict(int)
        for row in parts:
            sums[row["commodity"]] += units(row["amount"])
        faults += [key for amount in sums.values() if amount]
    return faults


def test_every_transaction_balances(year: Year) -> None:
    found = rows(year.books())
    assert len(transactions(found)) > 100
    assert unbalanced(found) == []
    assert sum(balances(found).values()) == 0


@pytest.mark.parametrize("day", ["2025-11-30", "2026-03-31", "2026-05-31", "2026-06-30", "2026-10-31", "2026-11-20"])
def test_the_accounts_of_pools_hold_what_the_doors_say_at_the_end_of_a_day(year: Year, day: str) -> None:
    books = year.books(to=date.fromisoformat(day))
    found = pool_figures(balances(rows(books)))
    assert found == year.figures(day)
    assert {key[1] for key in found} >= {"moewe-l"}


def test_books_up_to_a_day_to_come_hold_what_is_known_to_come(year: Year) -> None:
    """A renewal recorded ahead, and grants that will have expired, as a balance's `as_of` has them."""
    found = pool_figures(balances(rows(year.books(to=date(2027, 12, 31)))))
    assert found == year.figures("2027-12-31")
    assert found["dytron", "vltavan-sbp", "lump-sum", "granted"] == 27_000_000


def test_books_without_a_last_day_end_with_the_instant_they_are_asked_for(year: Year) -> None:
    """VS-TOP1, topped up on 12 October, is in from its very instant on."""
    granted = [row for row in rows(year.books(to=None)) if row["reference"] == "VS-TOP1"]
    assert [row["amount"] for row in granted] == ["-30000.00", "30000.00"]
    at = datetime.fromisoformat(granted[0]["effective_at"])
    before, then = (rows(year.books(to=None, now=now)) for now in (at - timedelta(microseconds=1), at))
    assert [row for row in before if row["reference"] == "VS-TOP1"] == []
    assert [row for row in then if row["reference"] == "VS-TOP1"] == granted


def test_the_accounts_of_pools_hold_the_figures_worked_out_by_hand(year: Year) -> None:
    """Those of 2026-11-20T00:00:00Z; nothing happens between that day's midnights."""
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for (_, contract, pool, name), amount in pool_figures(balances(rows(year.books(to=date(2026, 11, 19))))).items():
        found[contract][pool][name] = amount
    expected = {
        contract: {
            pool: {name: worth for name, figure in said.items() if (worth := number(figure)) and name != "pending"}
            for pool, said in each["accounts"].items()
        }
        for contract, each in EXPECTED["contracts"].items()
        if "accounts" in each
    }
    assert found == expected


def number(figure: int | str) -> int:
    return figure if isinstance(figure, int) else units(figure)


def test_income_is_what_was_charged_and_all_of_it_is_owed(year: Year) -> None:
    found = balances(rows(year.books(to=date(2026, 11, 19))))
    income: dict[str, int] = defaultdict(int)
    owed: dict[str, int] = defaultdict(int)  # by provider, as VAT is: what accrued, what is on invoices, less VAT
    for account, amount in found.items():
        words = account.split(":")
        if words[0] == "Income":
            income[words[3]] -= amount
            owed[words[2]] += amount
        elif words[0] == "Assets":
            owed[words[2]] += amount
        elif words[0] == "Liabilities":
            owed[words[3]] += amount
    totals = {contract: number(said["total"]) for contract, said in EXPECTED["contracts"].items()}
    assert dict(income) == {contract: total for contract, total in totals.items() if total}
    assert set(owed.values()) == {0}
    # overage of lindhof-s: 469.25 with both reversals; the surcharges of gielda-premium: 2 x 1650.00
    assert found["Income:Overage:groupios:lindhof-s"] == -46925
    assert found["Income:Surcharge:eurolinux:gielda-premium"] == -330000
    assert found["Income:Fee:eurolinux:gielda-premium"] == -3840000
    assert found["Income:TopUp:easyredmine:bystrzanka-server"] == -208000


def test_income_of_each_kind_equals_the_charges_that_the_doors_show(year: Year) -> None:
    found = balances(rows(year.books()))
    for contract in year.contracts():
        charged: dict[str, int] = defaultdict(int)
        charges = year.door.walk(f"contracts/{contract['contract_id']}/charges", as_of="2026-11-20")
        kinds = {one["charge_id"]: one["kind"] for one in charges}
        for one in charges:
            kind = kinds[one["reverses"]] if one["kind"] == "reversal" else one["kind"]
            charged[kind] += units(one["amount"])
        suffix = f":{contract['provider']}:{contract['contract_id']}"
        words = {"fee": "Fee", "top_up": "TopUp", "overage": "Overage", "service": "Service", "surcharge": "Surcharge"}
        words["lump_sum"] = "LumpSum"
        expected = {f"Income:{words[kind]}{suffix}": -amount for kind, amount in charged.items()}
        assert {name: sum_ for name, sum_ in found.items() if re.match("Income:.*" + suffix, name)} == expected


def test_what_a_grant_leaves_is_booked_at_its_end_under_the_grants_position(year: Year) -> None:
    """MW-G1: 15 of 30 on 1 October. Term 1: 30 on 3 November. MW-004's 30, given back to term 1 on 5 November."""
    found = rows(year.books())
    expired = [
        row for row in found if row["kind"] == "breakage" and row["account"].endswith(":moewe-l:included:Expired")
    ]
    assert [(row["effective_on"], row["reference"], row["amount"], row["recorded_at"]) for row in expired] == [
        ("2026-10-01", "MW-G1", "15", ""),
        ("2026-11-03", "moewe-l.allotment.1", "30", ""),
        ("2026-11-05", "moewe-l.allotment.1", "30", ""),
    ]
    granted = {row["reference"]: row["position"] for row in found if row["kind"] in ("allotment", "goodwill")}
    assert [row["position"] for row in expired] == [granted[row["reference"]] for row in expired]


def test_each_position_is_that_of_the_event_behind_it(year: Year) -> None:
    events = {event["position"]: event for event in year.door.events()}
    found = [parts[0] for (position, *_), parts in transactions(rows(year.books(to=date(2027, 12, 31)))).items()]
    for row in found:
        event = events[int(row["position"])]
        assert row["contract_id"] == event["contract_id"]
        if row["kind"] != "breakage":
            assert row["effective_at"] == event["effective_at"]
            assert row["recorded_at"] == event["recorded_at"]
    booked = [row["position"] for row in found if row["kind"] != "breakage"]
    assert len(booked) == len(set(booked))
    money = {"FeeCharged", "TopUpCharged", "OverageCharged", "ServiceCharged", "SurchargeCharged", "ChargeReversed"}
    money |= {"FeeReversed", "LumpSumCharged", "ServiceCreditCharged", "InvoiceIssued", "CreditNoteIssued"}
    money |= {"CreditGranted", "CreditDrawn", "CreditReturned", "CreditReserved", "ReservationReleased", "DebtSettled"}
    money |= {"GrantTakenBack", "DebtSettlementWithdrawn"}
    assert sorted(map(int, booked)) == [place for place, event in events.items() if event["type"] in money]


def test_books_from_a_day_on_open_with_what_was_before(year: Year) -> None:
    whole, part = rows(year.books()), rows(year.books(from_=date(2026, 2, 10)))
    assert unbalanced(part) == []
    opening = [row for row in part if row["kind"] == "opening"]
    assert {(row["effective_on"], row["position"]) for row in opening} == {("2026-02-10", "")}
    named = [row["account"] for row in opening if row["account"] != "Equity:Opening"]
    assert len(named) * 2 == len(opening)
    assert len(named) == len(set(named))
    assert all(row["effective_on"] >= "2026-02-10" for row in part)
    ends = {name: amount for name, amount in balances(part).items() if name != "Equity:Opening"}
    assert ends == {name: amount for name, amount in balances(whole).items() if amount or name in ends}
    before = balances([row for row in whole if row["effective_on"] < "2026-02-10"])
    opened = {row["account"]: units(row["amount"]) for row in opening if row["account"] != "Equity:Opening"}
    assert opened == {name: amount for name, amount in before.items() if amount}


def test_books_of_one_provider_are_its_part_of_all(year: Year) -> None:
    whole = balances(rows(year.books()))
    parts = [balances(rows(year.books(provider=name))) for name in sorted({c["provider"] for c in year.contracts()})]
    assert all(parts)
    assert {name: amount for part in parts for name, amount in part.items()} == whole
    assert sum(map(len, parts)) == len(whole)


def test_each_months_end_asserts_what_the_doors_say_of_that_day(year: Year) -> None:
    """For each account that moved in the month, and on the last day of the books for the month begun."""
    found = asserted(year.books("beancount"))
    days = sorted({one.on for one in found})
    assert days[0] == "2025-12-01"
    assert days[-1] == "2026-11-21"
    assert [day for day in days if not day.endswith("-01")] == ["2026-11-21"]
    checked = 0
    for day in days:
        said = year.figures((date.fromisoformat(day) - timedelta(days=1)).isoformat())
        for one in found:
            match = re.fullmatch(r"Equity:Credit:Id-(.+):Id-(.+):Id-(.+):(\w+)", one.account)
            if one.on == day and match:
                amount = -one.amount if match[4] == "Granted" else one.amount
                assert amount == said.get((match[1], match[2], match[3], match[4].lower()), 0), one
                checked += 1
    assert checked > 60
    moved = {(row["effective_on"][:7], row["account"], row["commodity"]) for row in rows(year.books())}
    assert len(found) == len(moved)


@pytest.mark.parametrize("form", ["beancount", "hledger", "csv"])
def test_books_hold_ids_and_no_personal_data(year: Year, form: str) -> None:
    text = year.books(form).decode()
    words = set()
    for line in LINES:
        body = json.loads(line)
        people = [body.get("customer", {}), body.get("contact", {}), body.get("partner", {})]
        words |= {one[name] for one in people for name in ("name", "email", "phone", "vat_id") if name in one}
        words |= {body[name] for name in ("engineer", "title", "reason", "by") if name in body}
    words -= {"customer", "provider", "partner"}
    assert len(words) > 50
    assert [word for word in words if word in text] == []


def test_the_books_are_the_same_from_either_database(year: Year, database_url: str) -> None:
    with year_in(database_url) as other:
        found, expected = rows(other.books()), rows(year.books())
    for row in [*found, *expected]:
        row["recorded_at"] = ""
    assert found == expected


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"form": "ledger"}, "form"),
        ({"from_": date(2026, 3, 2), "to": date(2026, 3, 1)}, "from"),
        ({"from_": date(2026, 11, 22), "to": None}, "from"),
        ({"provider": "nobody"}, "provider"),
        ({"form": "datev", "from_": date(2025, 11, 1), "to": date(2026, 1, 31)}, "to"),
        ({"form": "datev", "from_": date(2026, 1, 1), "to": date(2026, 12, 31)}, "provider"),
        ({"form": "datev", "from_": date(2026, 1, 1), "to": date(2026, 12, 31), "provider": "dytron"}, "provider"),
    ],
)
def test_what_can_not_be_is_refused_with_the_fields_name(year: Year, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        year.books(**asked)
    assert refused.value.code == "malformed"
    assert refused.value.members["field"] == field


def test_a_day_of_one_posting_is_still_a_book(year: Year) -> None:
    found = rows(year.books(from_=date(2025, 11, 3), to=date(2025, 11, 3)))
    assert [(row["kind"], row["account"], row["amount"]) for row in found] == [
        ("fee", "Assets:Accrued:groupios:moewe-l", "899.00"),
        ("fee", "Income:Fee:groupios:moewe-l", "-899.00"),
        ("allotment", "Equity:Credit:groupios:moewe-l:included:Granted", "-480"),
        ("allotment", "Equity:Credit:groupios:moewe-l:included:Available", "480"),
    ]
    assert rows(year.books(to=date(2025, 11, 2))) == []


def datev_rows(books: bytes) -> Rows:
    names, *found = books.decode("cp1252").split("\r\n")[1:-1]
    return list(csv.DictReader([names, *found], delimiter=";"))


def test_datev_takes_the_documents_of_one_company_and_one_year(year: Year) -> None:
    """One of the company since August: 66.75 of overage in August and 12.6825 of VAT, to who signed first of all."""
    made = datetime(2027, 1, 4, 8, 30, 15, 250_000, tzinfo=UTC)
    asked = {"from_": date(2026, 8, 1), "to": date(2026, 12, 31), "provider": "groupios", "now": made}
    books = year.books("datev", **asked)
    assert books.decode("cp1252").split("\r\n")[0] == (
        '"EXTF";700;21;"Buchungsstapel";13;20270104083015250;;"SC";"";"";9999999;99999;20260101;4;20260801;20261231;'
        '"2026-08-01 - 2026-12-31";"";1;0;0;"EUR";;"";;;"04";;;"";""'
    )
    told = ("Umsatz (ohne Soll/Haben-Kz)", "Konto", "Belegfeld 1", "Belegdatum", "Leistungsdatum", "Fälligkeit")
    assert [tuple(row[name] for name in told) for row in datev_rows(books)] == [
        ("79,43", "10001", "GR-2026-00007", "0110", "12082026", "15102026")
    ]


def test_datev_is_every_document_in_eur_to_the_cent(year: Year, tmp_path: Path) -> None:
    """Czech and Slovak rates have no account in a German chart until somebody gives one."""
    accounts = tmp_path / "own.toml"
    accounts.write_text('[revenue]\nS2100 = "4401"\nS2300 = "4402"\n', encoding="utf-8")
    booked: dict[str, int] = defaultdict(int)
    for provider in ("groupios", "easyredmine", "cloudempiere"):
        for row in datev_rows(year.books("datev", date(2026, 1, 1), date(2026, 12, 31), provider, accounts=accounts)):
            sign = 1 if row["Soll/Haben-Kennzeichen"] == "S" else -1
            booked[row["Belegfeld 1"]] += sign * int(row["Umsatz (ohne Soll/Haben-Kz)"].replace(",", ""))
    issued = [one for one in year.door.walk("invoices") if one["currency"] == "EUR"]
    assert len(issued) > 8
    signed = {one["number"]: (1 if one["kind"] == "invoice" else -1) * units(one["gross"]) for one in issued}
    assert booked == signed
