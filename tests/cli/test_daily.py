"""The command line for every day: the write door's commands by their names, daily questions, and a server instead of a
file."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api.application import create_app
from api.books.exporting import FORMS
from api.cli.files import EXPORT_FORMS
from api.cli.main import HERE
from api.cli.reading import READS
from ledger.door.registry import COMMANDS
from ledger.kernel.settings import Settings
from tests.cli.run import Done, support_ledger
from tests.http.server import ROOT, Server, admin_token
from tests.test_senders import STORY
from tests.words import CUSTOMER, MONDAY, as_lines, contract, log_work

LEDGER = [*contract("groupios-l", contract_id="L", customer=CUSTOMER), log_work(465, MONDAY, entry_id="w0")]
WORK = ["--ticket-id", "T", "--entry-id", "w1", "--minutes", "50", "--engineer", "Ada", "--at", "2026-02-03T09:00:00Z"]
NO_JSON = 'must be a JSON object, such as {"customer_id": "example-1"}; what was typed is not JSON: line 1, column 2 '
AMEND = ["--contract-id", "L", "--customer", '{"email": null, "name": "B"}', "--customer.name", "C"]


def told(done: Done) -> Any:
    assert (done.status, done.err) == (0, ""), done
    return json.loads(done.out)


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    assert support_ledger(url, "import", "-", stdin=as_lines(LEDGER)).status == 0
    return url


# ---- commands of the write door


class Listener(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    heard: list[tuple[str, Any]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, json.loads(body)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def typed(fields: dict[str, Any], prefix: str = "") -> list[str]:
    """Fields as options: objects member by member where they have members, else as JSON."""
    words: list[str] = []
    for name, value in fields.items():
        flag = "--" + (prefix + name).replace("_", "-")
        if isinstance(value, dict) and name not in ("agreed", "coverage"):
            words += typed(value, f"{prefix}{name}.")
        elif isinstance(value, bool):
            words.append(flag if value else f"--no-{flag[2:]}")
        else:
            words += [flag, json.dumps(value) if isinstance(value, dict | list) else str(value)]
    return words


def test_every_command_is_sent_as_its_options_say() -> None:
    steps = [step for step in STORY if step.fields.get("channel") != "carrier-pigeon"]  # no such choice
    numbers = count(1)
    with listening(Listener) as url:
        for step in (one.named(numbers) for one in steps):
            fields = {name: value for name, value in step.fields.items() if value is not None}
            assert told(support_ledger(None, step.command, *typed(fields), "--server", url)) == {}
            assert Listener.heard.pop() == (f"/v1/commands/{step.command}", fields)
    assert {step.command for step in steps} == set(COMMANDS)


def test_every_field_of_a_body_is_an_option() -> None:
    for name, declared in COMMANDS.items():
        shown = support_ledger(None, name, "--help")
        assert shown.status == 0
        for field in declared.body.model_fields:
            assert f"--{field.replace('_', '-')}" in shown.out, (name, field)
        assert "--dry-run" in shown.out


def test_a_command_answers_as_the_door_does(url: str) -> None:
    plan = told(support_ledger(url, "log-work", *WORK, "--dry-run"))
    assert (plan["recorded"], [one["amount"] for one in plan["charges"]]) == (False, ["66.75"])  # 45 minutes at 89.00
    answer = told(support_ledger(url, "log-work", *WORK, "--json"))
    assert list(answer) == ["command_id", "replayed", "position", "events"]
    assert (answer["replayed"], answer["position"]) == (False, answer["events"][-1]["position"])
    assert told(support_ledger(url, "log-work", *WORK))["replayed"] is True
    assert told(support_ledger(url, "amend-customer", *AMEND))["replayed"] is False
    customer = told(support_ledger(url, "contracts", "L"))["customer"]
    assert (customer["name"], customer.get("email")) == ("C", None)  # a member that is named counts before the JSON


def test_a_refusal_is_its_sentence_and_exit_status_1(url: str) -> None:
    for arguments, start in (
        (["log-work", *WORK, "--ticket-id", "none"], "unknown-ticket: There is no ticket none."),
        (["log-work", *WORK, "--minutes", "0", "--dry-run"], "malformed: minutes: "),
        (["log-work", *WORK, "--at", "yesterday"], "malformed: at: must be an instant"),
        (
            ["amend-customer", "--contract-id", "L", "--customer", "{"],
            f"malformed: customer: {NO_JSON}",
        ),
        (["amend-customer", "--contract-id", "L", "--customer", "[]", "--customer.name", "C"], "malformed: customer: "),
        (["amend-customer", "--contract-id", "L"], "malformed: customer: "),
        (["charges", "none"], "unknown-contract: There is no contract none."),
        (["charges", "a/b"], "unknown-contract: There is no contract a/b."),
        (["charges", "L", "--invoiced", "perhaps"], "malformed: invoiced: "),
        (["balance", "L", "--token", "t"], "malformed: token: is for a server"),
    ):
        done = support_ledger(url, *arguments)
        assert (done.status, done.out) == (1, ""), arguments
        assert done.err.startswith(start), done.err
        assert len(done.err.splitlines()) == 1
    for usage in (["log-work"], ["log-work", *WORK, "--treatment", "free"], ["log-work", *WORK, "--minutes", "some"]):
        assert support_ledger(url, *usage).status == 2, usage


def test_options_of_write_commands_say_what_they_are() -> None:
    """In the words of the declaration."""
    shown = " ".join(support_ledger(None, "log-work", "--help").out.split())
    assert "--ended-at INSTANT When the work ended." in shown
    assert "--at INSTANT When it was true; now if absent." in shown
    shown = " ".join(support_ledger(None, "amend-customer", "--help").out.split())
    assert "--customer.vat-id TEXT The VAT id, with its prefix." in shown


# ---- what is asked daily


def test_every_reading_command_asks_a_path_of_the_api_with_parameters_that_it_knows() -> None:
    paths = create_app(Settings(catalogue=None)).openapi()["paths"]
    known = {}
    for path, methods in paths.items():
        parameters = methods.get("get", {}).get("parameters", [])
        place = "/".join("{}" if part.startswith("{") else part for part in path.removeprefix("/v1/").split("/"))
        known[place] = {one["name"] for one in parameters if one["in"] == "query"}
    for name, read in READS.items():
        for question in read.questions:
            for path in (question.path.replace("{}", choice) for choice in read.choices or ["{}"]):
                assert {*question.parameters, *question.always} <= known[path], name


def test_a_list_is_followed_to_its_end_unless_a_limit_is_given(url: str) -> None:
    lines = [log_work(1, MONDAY, entry_id=f"v{n}") for n in range(150)]  # a page is 100 deductions
    assert support_ledger(url, "import", "-", stdin=as_lines(lines)).status == 0
    whole = told(support_ledger(url, "deductions", "L", "--json"))
    assert (len(whole["items"]), whole["next"]) == (151, None)
    page = told(support_ledger(url, "deductions", "L", "--json", "--limit", "2"))
    assert page["items"] == whole["items"][:2]
    shown = support_ledger(url, "deductions", "L", "--limit", "2").out
    assert f"--cursor {page['next']}" in " ".join(shown.split())
    rest = told(support_ledger(url, "deductions", "L", "--json", "--cursor", page["next"]))
    assert rest["items"] == whole["items"][2:]


def test_the_months_of_a_provider_are_a_table_with_what_each_came_to(url: str) -> None:
    told(support_ledger(url, "close-period", "--provider", "groupios", "--month", "2026-02"))
    shown = support_ledger(url, "periods", "--provider", "groupios").out
    february = next(line for line in shown.splitlines() if "2026-02" in line)
    assert [cell.strip() for cell in february.split("│")][1:4] == ["groupios", "2026-02", "closed"]
    assert [cell.strip() for cell in february.split("│")][9:13] == ["minutes", "0", "465", "0"]


# ---- a server instead of a file


@pytest.fixture
def server(url: str, tmp_path: Path) -> Iterator[Server]:
    server = Server(url, tmp_path, admin_token(url))
    yield server
    server.stop()


def test_a_server_answers_the_same_as_the_file(
    url: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = str(server.client.base_url).rstrip("/")
    far = ["--server", base, "--token", server.token]
    (tmp_path / "nothing").mkdir()
    monkeypatch.chdir(tmp_path / "nothing")
    told(support_ledger(url, "log-work", *WORK, *far))
    head = told(support_ledger(url, "issue-invoice", "--contract-id", "L", "--through-on", "2026-06-30", *far))
    server.see("contracts/L/charges", min_position=head["position"])  # its views have read all of it
    asked = [[name, "L"] for name in ("contracts", "balance", "statement", "deductions", "charges")]
    asked += [
        ["balances"],
        ["customers"],
        ["customers", "K"],
        ["deductions", "w0"],
        ["invoice-drafts"],
        ["events"],
        ["reports", "revenue"],
    ]
    asked += [["contracts"], ["tickets"], ["tickets", "T"], ["invoices"], ["invoices", head["number"]], ["sla"]]
    asked += [["plans"], ["plans", "groupios-l"], ["charges", "none"], ["log-work", *WORK], ["log-work"]]
    asked += [["charges", "L", "--invoiced", "true"], ["log-work", *WORK, "--entry-id", "w2", "--dry-run"]]
    for arguments in asked:
        for form in ([], ["--json"]):
            near = support_ledger(url, *arguments, *form)
            assert support_ledger(None, *arguments, *form, *far) == near, arguments
            assert support_ledger(None, *far, *arguments, *form) == near, arguments
    assert list((tmp_path / "nothing").iterdir()) == []  # no ledger was made here
    monkeypatch.setenv("LEDGER_ON_THE_WAY", "")
    (tmp_path / "nothing" / ".env").write_text(f"LEDGER_SERVER={base}\nLEDGER_TOKEN={server.token}\n")
    assert support_ledger(None, "balance", "L") == support_ledger(url, "balance", "L", *far)
    refused = support_ledger(None, "import", "-")
    assert (refused.status, refused.err.partition(" names")[0]) == (1, "malformed: server: LEDGER_SERVER")
    (tmp_path / "nothing" / ".env").write_text(f"LEDGER_SERVER={base}\n")
    assert support_ledger(None, "balance", "L").err.startswith("unauthenticated: ")


class Elsewhere(BaseHTTPRequestHandler):
    """Sends whoever asks on to another address, and keeps who came there."""

    seen: list[tuple[str, str | None]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("Authorization")))
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


def test_what_is_no_ledgers_answer_is_a_sentence_and_no_redirect_is_followed() -> None:
    with listening(Elsewhere) as base:
        done = support_ledger(None, "balance", "L", "--server", base, "--token", "secret")
        assert (done.status, done.out) == (1, "")
        assert done.err == "unavailable: The server answered 502, and not as a ledger does.\n"
        assert Elsewhere.seen == [("/v1/contracts/L/balance", "Bearer secret")]
    for server, start in (
        (base, "unavailable: http://127.0.0.1:"),  # nobody listens there any more
        ("ledger.example.org", "malformed: server: is an address such as "),
        ("https://u:secret@ledger.example.org", "malformed: server: holds no password"),
    ):
        done = support_ledger(None, "balance", "L", "--server", server)
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith(start), done.err
        assert "secret" not in done.err


# ---- start, version, completion

LOADED = """
import sys
from api.cli.main import main
try:
    main()
except SystemExit:
    pass
print(len(sys.modules), *[name for name in {asked} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "most", "never"),
    [
        (["--help"], 300, "rich.console,pydantic,asyncio,psycopg,fastapi,ledger.store,ledger.door,api.books"),
        (["export", "--help"], 330, "asyncio,psycopg,fastapi,ledger.store,ledger.door,api.books.exporting"),
        (
            ["export", "csv"],
            640,
            "fastapi,uvicorn,psycopg,jinja2,icalendar,pypdf,ledger.plans.loader,ledger.door.registry",
        ),
        (["--version"], 260, "rich.console,pydantic,asyncio,psycopg,fastapi,ledger.store,ledger.plans.catalogue"),
        (
            ["balance", "L", "--server", "http://127.0.0.1:1"],
            270,
            "rich.console,pydantic,asyncio,psycopg,fastapi,ledger.store,ledger.plans.catalogue",
        ),
        (["status"], 330, "rich.console,pydantic,asyncio,fastapi,psycopg,ledger.door.registry,ledger.plans.catalogue"),
        (["token", "list"], 320, "rich.console,pydantic,asyncio,fastapi,psycopg,projections,ledger.plans,ledger.door"),
        (
            ["log-work", *WORK, "--server", "http://127.0.0.1:1"],
            270,
            "pydantic,asyncio,fastapi,psycopg,api.state,projections,ledger.door,ledger.work,ledger.plans,ledger.store",
        ),
        *[
            (
                [name, *(["L"] if read.all is None and not read.choices else read.choices[:1])],
                850,
                "uvicorn,psycopg,jinja2,icalendar,facturx,ksef_client,pypdf,holidays,api.application,api.portal,"
                "api.books,api.documents.statement,api.http.routers.commands,api.http.openapi,ledger.door.registry,"
                "ledger.door.rehearsal,ledger.plans.loader",
            )
            for name, read in READS.items()
            if name != "invoice-drafts"  # which prices what is due
        ],
        (["invoice-drafts"], 1250, "uvicorn,psycopg,jinja2,api.application,api.portal,ledger.door.registry"),
    ],
)
def test_a_command_loads_no_more_than_it_needs(tmp_path: Path, arguments: list[str], most: int, never: str) -> None:
    """Counted, since times differ from machine to machine: a thousand modules are a second."""
    code = LOADED.format(asked=never.split(","))
    command = [sys.executable, "-c", code, *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEDGER_")}
    done = subprocess.run(
        command, cwd=tmp_path, env=kept | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    count, *loaded = done.stderr.splitlines()[-1].split()
    assert loaded == []
    assert int(count) < most


def test_the_version_is_told() -> None:
    done = support_ledger(None, "--version")
    assert (done.status, done.out) == (0, "support-ledger 0.1.0\n")


def test_a_shell_is_told_what_may_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(words: str) -> list[str]:
        monkeypatch.setenv("_SUPPORT_LEDGER_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
        return support_ledger(None).out.split()

    assert completed("support-ledger log-") == ["log-work"]
    assert completed("support-ledger ticke") == ["tickets"]
    assert completed("support-ledger log-work --treat") == ["--treatment"]
    assert completed("support-ledger log-work --treatment ") == ["billable", "goodwill", "warranty"]


def test_the_help_of_export_names_every_form() -> None:
    assert " | ".join(FORMS) == EXPORT_FORMS


def test_every_subcommand_has_one_place() -> None:
    assert not HERE.keys() & COMMANDS.keys()
