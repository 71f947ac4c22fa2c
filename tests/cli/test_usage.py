"""Wrong usage of the command line is told in our words: the option, what it has to be, an example."""

import os
import re
import socket
import threading
from pathlib import Path

import pytest
from typer.main import get_command

from api.cli.main import HERE
from api.cli.tokens import token_app
from api.cli.upkeep import upkeep_app
from api.cli.usage import EXAMPLES
from ledger.door.registry import COMMANDS
from tests.cli.run import demo, support_ledger
from tests.words import CUSTOMER, as_lines, sign

FOREIGN = re.compile(
    r"Error|[Ii]nvalid|[Ii]nput|[Ss]hould|No such|[Mm]issing |Usage|Got |extra|Errno|given_|Value|Try "
)
TOKEN_COMMANDS = ("create", "feed", "link", "list", "revoke")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("serve --port 80000", "malformed: --port: must be 65,535 or less, such as --port 8000"),
        ("serve --port -1", "malformed: --port: must be 0 or more, such as --port 8000"),
        ("serve --port abc", "malformed: --port: must be a whole number, such as --port 8000"),
        ("balance", "malformed: CONTRACT: is missing, such as example-c"),
        ("balance C --as-off x", "malformed: --as-off: is no option of support-ledger balance; --as-of is meant"),
        ("balance --json=x", "malformed: --json: takes no value"),
        ("sessions --limit", "malformed: --limit: needs a value, such as --limit 50"),
        ("log-work --treatment", "malformed: --treatment: needs a value, such as --treatment billable"),
        ("log-work --minutes", "malformed: --minutes: needs a value, such as --minutes 50"),
        ("tickets --state", "malformed: --state: needs a value, such as --state waiting"),
        ("balance C --as-of", "malformed: --as-of: needs a value, such as --as-of 2026-01-31"),
        ("token create --role", "malformed: --role: needs a value, such as --role auditor"),
        ("--server", "malformed: --server: needs a value, such as --server https://ledger.example.org"),
        ("plans a b", "malformed: arguments: are too many: support-ledger plans takes PLAN"),
        ("status --x", "malformed: --x: is no option of support-ledger status; there are --json"),
        ("reports profit", "malformed: REPORT: is one of revenue, breakage, time"),
        ("verify x", "malformed: arguments: are too many: support-ledger verify takes none"),
        ("import", "malformed: FILES: is missing, such as commands.jsonl"),
        ("log-work", "malformed: --ticket-id: is missing, such as --ticket-id example-1"),
        (
            "log-work --ticket-id T --engineer A --minutes x",
            "malformed: --minutes: must be a whole number, such as --minutes 50",
        ),
        (
            "open-ticket --contract-id C --kind x --channel email --title t",
            "malformed: --kind: is one of incident, problem, request, change, question, defect",
        ),
        ("balanse C", "unknown-command: There is no command balanse; balance is meant."),
        ("token creat", "unknown-command: There is no command creat; create is meant."),
        ("token create", "malformed: --role: is missing, such as --role auditor"),
        ("--servr x", "malformed: --servr: is no option of support-ledger; --server is meant"),
    ],
)
def test_wrong_usage_names_the_option_and_what_it_has_to_be(typed: str, told: str) -> None:
    done = support_ledger(None, *typed.split())
    assert (done.status, done.out) == (2, "")
    first, where = done.err.splitlines()
    assert first == told
    assert where.endswith(" --help tells what there is.")


@pytest.mark.parametrize(
    ("typed", "of"),
    [
        ("log-work --treatment", "log-work "),
        ("log-work --none", "log-work "),
        ("token create --role", "token create "),
        ("token creat", "token "),
        ("tickets --state", "tickets "),
        ("--server", ""),
    ],
)
def test_wrong_usage_names_the_help_of_what_was_typed(typed: str, of: str) -> None:
    where = support_ledger(None, *typed.split()).err.splitlines()[-1]
    assert where == f"support-ledger {of}--help tells what there is."


def test_no_subcommand_tells_wrong_usage_in_words_of_a_library(empty_folder: Path) -> None:
    names = [(name,) for name in (*HERE, *COMMANDS) if name != "token"] + [("token", name) for name in TOKEN_COMMANDS]
    for name in names:
        for typed in (["--none"], ["--none=\x1b[2J"], ["--server"], ["a", "b", "c"], ["--at"], ["--minutes", "1e999"]):
            if name[0] in ("import", "rebuild") and typed[0] == "a":
                continue  # these take any number
            done = support_ledger(None, *name, *typed)
            assert done.status == 2, (name, typed, done)
            assert not FOREIGN.search(done.err), done.err
            assert "\x1b" not in done.err
    assert list(empty_folder.iterdir()) == []


def test_what_has_to_be_typed_has_an_example() -> None:
    for app in (upkeep_app, token_app):
        group = get_command(app)
        for command in group.commands.values():  # type: ignore[attr-defined]
            for parameter in command.params:
                if parameter.type_descriptor.annotation is not bool and parameter.name != "help":
                    assert EXAMPLES[parameter.name], (command.name, parameter.name)


def test_a_place_where_nobody_can_listen_is_a_sentence(empty_folder: Path) -> None:
    url = f"sqlite:///{empty_folder / 'ledger.db'}"
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        for arguments, told in (
            (
                ("--host", "nope.invalid"),
                "malformed: host: nope.invalid is no address that this machine knows, such as",
            ),
            (("--host", ""), "malformed: host:  is no address that this machine knows, such as 127.0.0.1"),
            (("--host", "x" * 300), "malformed: host: xxxx"),
            (("--host", "192.0.2.7"), "malformed: host: 192.0.2.7 is no address of this machine, such as 127.0.0.1"),
            (("--port", taken), f"unavailable: Port {taken} of 127.0.0.1 is in use; name another, such as --port "),
        ):
            done = support_ledger(url, "serve", *arguments)
            assert (done.status, done.out) == (1, "")
            assert done.err.startswith(told), done.err
            assert len(done.err.splitlines()) == 1


def test_a_folder_is_no_file_and_a_pipe_can_be_read(empty_folder: Path) -> None:
    url = f"sqlite:///{empty_folder / 'ledger.db'}"
    done = support_ledger(url, "import", str(empty_folder))
    assert (done.status, done.out) == (1, "")
    assert (
        done.err
        == f"not-found: {empty_folder} is a folder; name a file in it, such as {empty_folder}/commands.jsonl.\n"
    )
    assert list(empty_folder.iterdir()) == []
    pipe = empty_folder / "pipe"
    os.mkfifo(pipe)
    line = as_lines([sign("groupios-l", contract_id="L", customer=CUSTOMER)])
    writing = threading.Thread(target=pipe.write_bytes, args=(line,))
    writing.start()
    assert support_ledger(url, "import", str(pipe)).out == "1 accepted, 0 replayed, 0 refused\n"
    writing.join()


@pytest.mark.parametrize(
    "address", ["http://\udcff", "http://bü.example", "http://h:99999", "http://[", "http://h\x1b[2J", "h"]
)
def test_a_server_that_has_no_address_is_a_sentence(address: str) -> None:
    done = support_ledger(None, "balance", "L", "--server", address)
    assert (done.status, done.out) == (1, "")
    assert done.err == "malformed: server: is an address such as https://ledger.example.org\n"


def test_the_demo_helps_and_loads_nothing_for_a_slip_of_the_pen(empty_folder: Path) -> None:
    helped, slipped = demo(None, "--help"), demo(None, "--srve")
    assert (helped.status, slipped.status, slipped.out) == (0, 2, "")
    assert "--serve  Serves it, with what is under way at present." in helped.out
    assert slipped.err.startswith("malformed: --srve: is no option of python -m api.cli.demo; --serve is meant\n")
    assert list(empty_folder.iterdir()) == []
