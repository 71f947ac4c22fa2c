"""`--json`: each command that answers says it to programs too, in one line of JSON; and so does one that refuses."""

import json
from pathlib import Path
from typing import Any

from ledger.kernel.clock import system_clock
from projections.all_views import VIEWS
from tests.cli.run import Done, support_ledger
from tests.http.door import opened
from tests.words import as_lines, sign


def printed(url: str, *arguments: str, status: int = 0, stdin: bytes = b"") -> Any:
    done = support_ledger(url, *arguments, "--json", stdin=stdin)
    assert (done.status, len(done.lines)) == (status, 1), done
    return json.loads(done.out)


def test_what_keeps_a_ledger_answers_as_json(database_url: str) -> None:
    lines = as_lines([sign("groupios-l", contract_id="L"), b"{"])
    assert printed(database_url, "import", "-", stdin=lines, status=1) == {"accepted": 1, "replayed": 0, "refused": 1}
    head = printed(database_url, "rebuild", "charges")["position"]
    assert printed(database_url, "rebuild") == {"views": list(VIEWS), "position": head}
    assert printed(database_url, "verify") == {"is_whole": True, "fault": None, "position": head}
    status = printed(database_url, "status")
    told = {
        name: status[name]
        for name in ("catalogue", "api_docs", "log_format", "server", "has_token", "events", "views", "lag")
    }
    assert told == {
        **{"catalogue": None, "api_docs": True, "log_format": "plain", "server": None, "has_token": False},
        **{"events": head, "views": head, "lag": 0},
    }
    assert printed(database_url, "plans", "groupios-l")["plan"] == "groupios-l"


def test_status_of_a_ledger_that_is_not_there_has_no_positions(tmp_path_factory: Any) -> None:
    found = printed(f"sqlite:///{tmp_path_factory.mktemp('none') / 'ledger.db'}", "status")
    assert (found["events"], found["views"], found["lag"]) == (None, None, None)


def test_tokens_are_made_and_listed_as_json(database_url: str) -> None:
    made = printed(database_url, "token", "create", "--role", "auditor")
    feed = printed(database_url, "token", "feed", made["token_id"])
    assert feed["address"].startswith("/sessions.ics?secret=")
    assert "/portal/" in printed(database_url, "token", "link", made["token_id"])["address"]
    listed = printed(database_url, "token", "list")
    (token,) = listed["tokens"]
    assert (token["token_id"], token["role"], token["revoked_at"]) == (made["token_id"], "auditor", None)
    assert [one["feed_id"] for one in listed["feeds"]] == [feed["feed_id"]]
    assert made["token"] not in json.dumps(listed)
    assert printed(database_url, "token", "revoke", made["token_id"]) == {"revoked": made["token_id"]}


# ---- refusals


def refused(done: Done) -> Any:
    assert (done.out, len(done.err.splitlines())) == ("", 1), done
    return json.loads(done.err)


def test_a_refusal_is_the_problem_that_the_api_answers(database_url: str) -> None:
    with opened(database_url, system_clock, catalogue=None) as door:
        for arguments, path in (
            (("balance", "none"), "contracts/none/balance"),
            (("tickets", "none"), "tickets/none"),
            (("charges", "--invoiced", "perhaps"), "charges?invoiced=perhaps"),
        ):
            problem = door.get(path).json()
            for typed in ((*arguments, "--json"), ("--json", *arguments)):
                done = support_ledger(database_url, *typed)
                assert (done.status, refused(done)) == (1, problem)
    assert problem["errors"] == [{"field": "invoiced", "detail": "must be true or false"}]


def test_an_id_that_no_path_can_hold_is_unknown_as_any_other(database_url: str) -> None:
    support_ledger(database_url, "import", "-", stdin=as_lines([sign("groupios-l", contract_id="L")]))
    for command, code, field in (
        ("balance", "unknown-contract", "contract_id"),
        ("tickets", "unknown-ticket", "ticket_id"),
        ("invoices", "unknown-invoice", "invoice_number"),
        ("customers", "not-found", "customer_id"),
    ):
        problem = refused(support_ledger(database_url, command, "a/b", "--json"))
        assert (problem["code"], problem[field]) == (code, "a/b")


def test_what_is_refused_by_the_command_line_itself_is_a_problem_too(tmp_path: Path) -> None:
    def told(*arguments: str, url: str | None = None) -> tuple[int, Any]:
        done = support_ledger(url, *arguments, "--json")
        problem = refused(done)
        assert problem["type"] == f"urn:support-ledger:{problem['code']}"
        return done.status, [problem[name] for name in ("status", "code", "detail")]

    missing = "--ticket-id: is missing, such as --ticket-id example-1"
    assert told("log-work") == (2, [422, "malformed", missing])
    assert told("balanse") == (2, [404, "unknown-command", "There is no command balanse; balance is meant."])
    none = "--json: is no option of support-ledger serve; there are --host, --port"
    assert told("serve") == (2, [422, "malformed", none])
    away = told("status", url=f"sqlite:///{tmp_path}")
    assert away == (1, [503, "unavailable", f"{tmp_path} can't be opened: it is a folder."])


def test_lines_that_are_refused_are_problems_with_their_place(database_url: str, tmp_path: Path) -> None:
    done = support_ledger(database_url, "import", "-", "--json", stdin=b'{"command": "no-such"}\n{\n')
    assert (done.status, json.loads(done.out)["refused"]) == (1, 2)
    told = [json.loads(line) for line in done.err.splitlines()]
    assert [(one["line"], one["code"], one["status"]) for one in told] == [
        (1, "unknown-command", 404),
        (2, "not-json", 400),
    ]
    (tmp_path / "a.jsonl").write_bytes(b"{")
    done = support_ledger(database_url, "--json", "import", str(tmp_path / "a.jsonl"), str(tmp_path / "a.jsonl"))
    assert [json.loads(line)["file"] for line in done.err.splitlines()] == [str(tmp_path / "a.jsonl")] * 2


def test_json_is_asked_for_before_a_command_or_behind_it(database_url: str) -> None:
    support_ledger(database_url, "import", "-", stdin=as_lines([sign("groupios-l", contract_id="L")]))
    for arguments in (["balance", "L"], ["status"], ["token", "list"], ["plans", "groupios-l"], ["verify"], ["events"]):
        behind = support_ledger(database_url, *arguments, "--json")
        assert support_ledger(database_url, "--json", *arguments) == behind
        assert (behind.status, json.loads(behind.out) is None) == (0, False)


def test_what_a_command_does_not_take_is_refused_before_its_name_too(database_url: str) -> None:
    done = support_ledger(database_url, "--server", "https://ledger.example.org", "status")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("malformed: --server: is no option of support-ledger status")
