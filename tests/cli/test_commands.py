"""The command line: its answers, its exit statuses, and that it shows what HTTP shows."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.kernel.clock import system_clock
from ledger.kernel.settings import Settings
from projections.all_views import VIEWS
from tests.cli.run import support_ledger
from tests.http.door import Door, Json, opened
from tests.http.server import command_line
from tests.words import CUSTOMER, MONDAY, TUESDAY, as_lines, authorise, call, confirm, log_work, open_ticket, sign

SIGNED = sign(
    "groupios-l", contract_id="L", customer={**CUSTOMER, "customer_id": "k"}, partner={"partner_id": "p", "name": "P"}
)
OPENED = open_ticket(contract_id="L", at=MONDAY)
STORY = [SIGNED, OPENED, log_work(50, entry_id="L-1"), log_work(425, entry_id="L-2")]


@pytest.fixture
def told(database_url: str) -> str:
    """A ledger with a contract, a ticket and two entries."""
    done = support_ledger(database_url, "import", "-", stdin=as_lines(STORY))
    assert (done.status, done.out, done.err) == (0, "4 accepted, 0 replayed, 0 refused\n", "")
    return database_url


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the default database would be made, and where no .env lies."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# ---- import


def test_an_import_that_is_repeated_only_replays(told: str, tmp_path: Path) -> None:
    for source in (STORY, STORY[2:], [dict(reversed(step.line().items())) for step in STORY]):
        done = support_ledger(told, "import", "-", stdin=as_lines(source))
        assert (done.status, done.out, done.err) == (0, f"0 accepted, {len(source)} replayed, 0 refused\n", "")
    file = tmp_path / "story.jsonl"
    file.write_bytes(as_lines(STORY)[:-1])  # the last line needs no end
    assert support_ledger(told, "import", str(file)).out == "0 accepted, 4 replayed, 0 refused\n"


def test_refused_lines_are_told_by_number_and_the_rest_goes_on(database_url: str) -> None:
    source = [
        SIGNED,
        b"{damaged",
        OPENED,
        b"",
        log_work(0, entry_id="L-1"),
        OPENED.but(contract_id="none", ticket_id="T2"),
        b'{"command": "log-work", "minutes": 1, "minutes": 2}',
        {"command": "no-such-command"},
        b"[]",
        b'"\xff"',
        b"  ",
        b"x" * 1_100_000,
        log_work(50, entry_id="L-1"),
        confirm("L-1"),
    ]
    done = support_ledger(database_url, "import", "-", stdin=as_lines(source))
    assert (done.status, done.out) == (1, "3 accepted, 0 replayed, 9 refused\n")
    told = dict(line.split(": ")[:2] for line in done.err.splitlines())
    assert list(told) == sorted(told, key=lambda line: int(line.removeprefix("line ")))
    assert told == {
        "line 2": "not-json",
        "line 5": "malformed",
        "line 6": "unknown-contract",
        "line 7": "malformed",
        "line 8": "unknown-command",
        "line 9": "malformed",
        "line 10": "not-json",
        "line 12": "too-large",
        "line 14": "nothing-to-confirm",
    }
    assert "line 6: unknown-contract: There is no contract none." in done.err.splitlines()
    again = support_ledger(database_url, "import", "-", stdin=as_lines(source))
    assert (again.status, again.out) == (1, "0 accepted, 3 replayed, 9 refused\n")


def test_two_identical_lines_of_a_file_are_two_commands_and_stay_so(told: str, tmp_path: Path) -> None:
    support_ledger(told, "import", "-", stdin=as_lines([authorise(MONDAY, "L")]))
    twice, thrice = as_lines([call(TUESDAY)] * 2), as_lines([call(TUESDAY)] * 3)
    assert support_ledger(told, "import", "-", stdin=twice).out == "2 accepted, 0 replayed, 0 refused\n"
    assert support_ledger(told, "import", "-", stdin=twice).out == "0 accepted, 2 replayed, 0 refused\n"
    assert support_ledger(told, "import", "-", stdin=thrice).out == "1 accepted, 2 replayed, 0 refused\n"
    # Each file counts for itself: the same two lines in two files are the same two commands.
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    one.write_bytes(twice)
    other.write_bytes(twice)
    assert support_ledger(told, "import", str(one), str(other)).out == "0 accepted, 4 replayed, 0 refused\n"
    with opened(told, system_clock, catalogue=None) as door:  # as the command line asks the machine
        door.position = door.count()
        kinds = [event["type"] for event in door.see("tickets/T")["history"]]
    assert kinds.count("CallRecorded") == 3


def test_lines_with_ids_of_their_own_keep_them(told: str) -> None:
    lines = [log_work(50, entry_id="L-3", command_id="k")] * 2
    assert support_ledger(told, "import", "-", stdin=as_lines(lines)).out == "1 accepted, 1 replayed, 0 refused\n"
    other = support_ledger(told, "import", "-", stdin=as_lines([log_work(50, entry_id="L-4", command_id="k")]))
    assert (other.status, other.out) == (1, "0 accepted, 0 replayed, 1 refused\n")
    assert other.err.startswith("line 1: command-id-reused: ")


def test_several_files_are_named_in_the_refusals_and_a_missing_one_stops_everything(
    database_url: str, tmp_path: Path
) -> None:
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    one.write_bytes(as_lines([SIGNED, b"{"]))
    other.write_bytes(as_lines([b"{", OPENED]))
    missing = support_ledger(database_url, "import", str(one), str(tmp_path / "none.jsonl"))
    assert (missing.status, missing.out) == (1, "")
    assert missing.err.startswith("not-found: There is no file ")
    done = support_ledger(database_url, "import", str(one), str(other))
    assert (done.status, done.out) == (1, "2 accepted, 0 replayed, 2 refused\n")
    assert [line.split(" not-json")[0] for line in done.err.splitlines()] == [f"{one}:2:", f"{other}:1:"]


def test_an_empty_file_is_imported_too(database_url: str) -> None:
    for source in (b"", b"\n\n", b" \r\n"):
        done = support_ledger(database_url, "import", "-", stdin=source)
        assert (done.status, done.out, done.err) == (0, "0 accepted, 0 replayed, 0 refused\n", "")


def test_more_lines_than_a_batch_are_imported_in_order(told: str) -> None:
    lines: list[Any] = [log_work(1, entry_id=f"B-{n}") for n in range(1100)]
    lines[700] = {"command": "log-work"}
    done = support_ledger(told, "import", "-", stdin=as_lines(lines))
    assert (done.status, done.out) == (1, "1099 accepted, 0 replayed, 1 refused\n")
    assert done.err.startswith("line 701: malformed: ")


# ---- the views


@pytest.fixture
def door(told: str) -> Iterator[Door]:
    with opened(told, system_clock, catalogue=None) as door:  # as the command line asks the machine
        door.position = door.count()
        yield door


def test_balance_and_statement_as_json_have_the_shape_of_http(told: str, door: Door) -> None:
    def printed(*arguments: str) -> Json:
        done = support_ledger(told, *arguments, "--json")
        assert (done.status, done.err) == (0, "")
        found: Json = json.loads(done.out)
        return found

    assert printed("balance", "L") == door.see("contracts/L/balance")
    for as_of in ("2026-02-01", "2026-02-02T10:00:00Z", "2027-01-01"):
        assert printed("balance", "L", "--as-of", as_of) == door.see("contracts/L/balance", as_of=as_of)
    assert printed("statement", "L") == door.see("contracts/L/statement")
    window = {"from": "2026-02-02", "to": "2026-02-02"}
    assert printed("statement", "L", "--from", "2026-02-02", "--to", "2026-02-02") == door.see(
        "contracts/L/statement", **window
    )
    assert printed("statement", "L", "--pool", "included")["items"][-1]["balance"] == 0
    balance = printed("balance", "L", "--as-of", "2026-03-01")
    assert balance["overage"] == {"minutes": 15, "amount": "22.25", "currency": "EUR"}


def test_balance_and_statement_as_tables_show_the_same_figures(told: str) -> None:
    done = support_ledger(told, "balance", "L", "--as-of", "2026-03-01")
    assert done.status == 0
    assert re.search(r"included\W+minutes\W+480\W+480\W+0\W+0\W+0\W+0", done.out)
    assert "overage: 15 min, 22.25 EUR" in done.out
    statement = support_ledger(told, "statement", "L")
    assert statement.status == 0
    assert "L-1" in statement.out


def test_what_is_asked_wrongly_is_a_sentence_and_exit_status_1(told: str) -> None:
    for arguments, start in (
        (("balance", "none"), "unknown-contract: There is no contract none."),
        (("statement", "none"), "unknown-contract: There is no contract none."),
        (("balance", "L", "--as-of", "yesterday"), "malformed: as_of: "),
        (("statement", "L", "--from", "2026-02-30"), "malformed: from: "),
        (("rebuild", "none"), "not-found: There is no view none; "),
        (("plans", "none"), "unknown-plan: "),
        (("token", "revoke", "none"), "not-found: There is no token none."),
    ):
        done = support_ledger(told, *arguments)
        assert (done.status, done.out) == (1, ""), arguments
        assert done.err.startswith(start), done.err
        assert "Traceback" not in done.err


def test_wrong_usage_is_exit_status_2(empty_folder: Path) -> None:
    for arguments in (("no-such-command",), ("balance",), ("import",), ("balance", "L", "--nothing"), ("token",)):
        assert support_ledger(None, *arguments).status == 2, arguments
    assert list(empty_folder.iterdir()) == []


# ---- plans, status


def test_plans_are_listed_and_shown_whole(database_url: str, door: Door) -> None:
    listed = support_ledger(database_url, "plans", "--json")
    found = json.loads(listed.out)
    assert [plan["plan"] for plan in found] == [plan["plan"] for plan in door.walk("plans")]
    assert "groupios-l" in support_ledger(database_url, "plans").out
    one = json.loads(support_ledger(database_url, "plans", "groupios-l").out)
    assert one == {name: value for name, value in door.see("plans/groupios-l").items() if name != "position"}
    assert one["open"] == []


def test_plans_need_no_database(empty_folder: Path) -> None:
    assert support_ledger(None, "plans").status == 0
    assert list(empty_folder.iterdir()) == []


def test_status_shows_positions_and_no_password(told: str, door: Door) -> None:
    head = door.count()
    door.see("contracts")  # the views have read all of it
    done = support_ledger(told, "status")
    assert done.status == 0
    assert [line.split()[0] for line in done.lines] == ["database", "catalogue", "API", "log", "events", "views"]
    assert done.lines[-2].split() == ["events", str(head)]
    assert done.lines[-1] == f"views      up to {head}, 0 behind"


def test_status_hides_the_password_of_a_database_that_is_away(empty_folder: Path) -> None:
    away = "postgresql://ledger:geheim@127.0.0.1:1/ledger"
    done = support_ledger(away, "status")
    assert done.status == 1
    assert "geheim" not in done.out + done.err
    assert "Traceback" not in done.err


def test_the_default_database_lies_in_the_working_directory(empty_folder: Path) -> None:
    assert support_ledger(None, "import", "-").status == 0
    assert support_ledger(None, "status").lines[0].split() == ["database", "sqlite:///var/ledger.db"]
    assert (empty_folder / "var" / "ledger.db").is_file()
    (empty_folder / ".env").write_text(f"LEDGER_DATABASE_URL=sqlite:///{empty_folder}/other.db\n")
    assert support_ledger(None, "status").lines[0].split() == ["database", f"sqlite:///{empty_folder}/other.db"]


def test_an_engine_that_is_unknown_is_a_sentence(empty_folder: Path) -> None:
    for url in ("mysql://localhost/ledger", "ledger.db", "sqlite:///", ""):
        done = support_ledger(url, "status")
        assert (done.status, done.out) == (1, "")
        assert "LEDGER_DATABASE_URL" in done.err
        assert "Traceback" not in done.err


# ---- tokens


def test_a_token_is_printed_alone_listed_without_itself_and_revoked(told: str, door: Door) -> None:
    tokens = {}
    for role, who in (
        ("admin", ()),
        ("auditor", ()),
        ("operator", ("--provider", "groupios")),
        ("finance", ("--provider", "groupios")),
        ("customer", ("--provider", "groupios", "--customer", "k")),
        ("partner", ("--provider", "groupios", "--partner", "p")),
    ):
        done = support_ledger(told, "token", "create", "--role", role, *who)
        assert (done.status, done.err, len(done.lines)) == (0, "", 1)
        tokens[role] = done.lines[0]
        assert door.see("contracts", tokens[role])["items"][0]["contract_id"] == "L"
    listed = support_ledger(told, "token", "list")
    assert listed.status == 0
    own = [line for line in listed.lines if line.split()[0] != door_token(door)]
    assert [line.split()[1] for line in own] == list(tokens)
    assert not any(token in listed.out for token in tokens.values())
    assert "groupios, k" in listed.out
    for role, line in zip(tokens, own, strict=True):
        done = support_ledger(told, "token", "revoke", line.split()[0])
        assert (done.status, done.out) == (0, f"revoked {line.split()[0]}\n")
        assert door.unseen("contracts", tokens[role])["code"] == "unauthenticated"
    assert support_ledger(told, "token", "list").out.count("revoked ") == 6
    assert support_ledger(told, "token", "revoke", own[0].split()[0]).status == 0, "twice is once"


def door_token(door: Door) -> str:
    """The id of the token that the door itself uses."""
    rows = door.store.database.query("SELECT token_id FROM access_tokens ORDER BY created_at LIMIT 1")
    return str(rows[0][0])


def test_a_token_that_makes_no_sense_is_refused(told: str) -> None:
    for arguments, field in (
        (("--role", "king"), "role"),
        (("--role", "customer"), "customer"),
        (("--role", "partner"), "partner"),
        (("--role", "admin", "--customer", "k"), "customer"),
        (("--role", "operator", "--partner", "p"), "partner"),
        (("--role", "operator", "--provider", "nobody"), "provider"),
        (("--role", "customer", "--customer", "k"), "provider"),
        (("--role", "partner", "--partner", "p"), "provider"),
        (("--role", "customer", "--customer", "none", "--provider", "groupios"), "customer"),
        (("--role", "customer", "--customer", "k", "--provider", "dytron"), "customer"),
        (("--role", "partner", "--partner", "k", "--provider", "groupios"), "partner"),
        (("--role", "admin", "--expires-on", "2026-01-01"), "expires_on"),
        (("--role", "admin", "--expires-on", "tomorrow"), "expires_on"),
        (("--role", "admin", "--expires-on", "2026-02-30"), "expires_on"),
    ):
        done = support_ledger(told, "token", "create", *arguments)
        assert (done.status, done.out) == (1, ""), arguments
        assert done.err.startswith(f"malformed: {field}: "), done.err
    assert support_ledger(told, "token", "list").out == ""


def test_a_token_that_expires_holds_until_its_day(told: str, door: Door) -> None:
    """`--expires-on` is the first day on which it no longer holds, so today is as late as a day in the past."""
    tomorrow, later = ((door.clock() + timedelta(days=days)).date().isoformat() for days in (1, 2))
    for day in (tomorrow, later):
        token = support_ledger(told, "token", "create", "--role", "auditor", "--expires-on", day).lines[0]
        assert door.get("contracts", token).status_code == 200
        assert f"until {day}" in support_ledger(told, "token", "list").out
    today = system_clock().date().isoformat()
    for command in (("create", "--role", "auditor"), ("feed", "none")):
        done = support_ledger(told, "token", *command, "--expires-on", today)
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith(f"malformed: expires_on: {today} lies in the past or is today: it would never hold;")
        shown = " ".join(support_ledger(None, "token", command[0], "--help").out.split())
        assert "First day on which it no longer holds (UTC): tomorrow at the earliest." in shown


def test_status_shows_every_setting_without_secrets(empty_folder: Path) -> None:
    assert "API docs   at /docs" in support_ledger(None, "status").lines
    (empty_folder / ".env").write_text(
        "LEDGER_API_DOCS=false\nLEDGER_SERVER=https://u:geheim@ledger.example.org\nLEDGER_TOKEN=geheim\n"
    )
    told = support_ledger(None, "status")
    assert "API docs   not shown" in told.lines
    assert "server     https://u:***@ledger.example.org, with a token" in told.lines
    assert "geheim" not in told.out
    shown = {"database_url", "catalogue", "api_docs", "log_format", "server", "token"}
    assert {one.name for one in fields(Settings)} == shown  # all of them


# ---- rebuild, verify


def test_rebuild_and_verify_say_how_far_they_came(told: str, door: Door) -> None:
    head = door.count()
    assert support_ledger(told, "verify").out == f"whole: {head} events, and the views equal them\n"
    done = support_ledger(told, "rebuild")
    assert (done.status, done.out) == (0, f"rebuilt {', '.join(VIEWS)} up to position {head}\n")
    done = support_ledger(told, "rebuild", "charges", "tickets")
    assert (done.status, done.out) == (0, f"rebuilt charges, tickets up to position {head}\n")
    assert support_ledger(told, "verify").status == 0


def test_an_empty_ledger_is_whole(database_url: str) -> None:
    assert support_ledger(database_url, "verify").out == "whole: 0 events, and the views equal them\n"
    assert support_ledger(database_url, "rebuild").status == 0


def test_the_console_command_speaks_to_a_shell(database_url: str, tmp_path: Path) -> None:
    """The one test in a process of its own: standard streams, exit status, and texts that are not ASCII."""
    named = SIGNED.but(customer={"customer_id": "k", "name": "Łódź & Söhne", "country": "PL"})
    done = command_line(database_url, tmp_path, "import", "-", stdin=as_lines([named, b'{"x": "\xc3\xbc']))
    assert done.returncode == 1
    assert done.stdout == b"1 accepted, 0 replayed, 1 refused\n"
    assert done.stderr.startswith(b"line 2: not-json: ")
    done = command_line(database_url, tmp_path, "balance", "L", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["contract_id"] == "L"
