"""ClosedPeriods as somebody else reads them: from the text of a file alone, and by the programs they are made for."""

import csv
import io
import os
import re
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRE_VARIABLE = "LEDGER_TEST_REQUIRE_BOOKKEEPING"
Rows = list[dict[str, str]]


def rows(books: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(books.decode(), newline="")))


def units(amount: str) -> int:
    """Minutes as they are, money in minor units."""
    return int(amount.replace(".", ""))


def balances(found: Rows) -> dict[str, int]:
    """By account; every account has one commodity, but that of opening balances."""
    sums: dict[str, int] = defaultdict(int)
    for row in found:
        sums[row["account"]] += units(row["amount"])
    return dict(sums)


def transactions(found: Rows) -> dict[tuple[str, ...], Rows]:
    """Rows that belong together. A grant and its breakage share a position, opening balances have none."""
    groups: dict[tuple[str, ...], Rows] = defaultdict(list)
    for number, row in enumerate(found):
        one = str(number // 2) if row["position"] == "" else row["position"]
        groups[one, row["kind"], row["effective_at"]].append(row)
    return groups


@dataclass(frozen=True)
class Asserted:
    """A line such as `2026-02-01 balance Equity:…  420 ~ 0 MIN`."""

    on: str
    account: str
    amount: int
    commodity: str


def asserted(journal: bytes) -> list[Asserted]:
    """The assertions of a Beancount journal, all of which allow no difference."""
    lines = [line for line in journal.decode().splitlines() if re.match(r"\S+ balance ", line)]
    found = [re.fullmatch(r"(\S+) balance (\S+)  (\S+) ~ (0|0\.00) ([A-Z]{3})", line) for line in lines]
    assert all(found)
    return [Asserted(one[1], one[2], units(one[3]), one[5]) for one in found if one]


def program(name: str, variable: str) -> str:
    """Where a program is: on PATH, or where a variable says. Without it the test is skipped, loudly, or fails."""
    found = os.environ.get(variable) or shutil.which(name)
    if found is None:
        missing(name, variable)
    return found


def missing(name: str, variable: str) -> NoReturn:
    reason = (
        f"{name} IS MISSING: nothing outside this project has read the books. Put it on PATH or name it in {variable}"
    )
    if os.environ.get(REQUIRE_VARIABLE):
        pytest.fail(f"{reason}; {REQUIRE_VARIABLE} is set.", pytrace=False)
    pytest.skip(f"{reason}; with {REQUIRE_VARIABLE}=1 this is a failure.")


@dataclass(frozen=True)
class Run:
    status: int
    out: str
    err: str


def run(*command: str | Path) -> Run:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


def hledger_balances(journal: Path) -> dict[str, int]:
    """What `hledger bal` says, by account."""
    done = run(program("hledger", "HLEDGER"), "-f", journal, "bal", "-E", "-N", "--flat", "-O", "csv")
    assert done.status == 0, done.err
    found = list(csv.reader(io.StringIO(done.out)))[1:]
    return {account: units(amount.split(" ")[0]) for account, amount in found}
