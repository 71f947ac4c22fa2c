"""`--json`: each command that answers says it to programs too, in one line of JSON."""

import json
from typing import Any

from projections.all_views import VIEWS
from tests.cli.run import support_ledger
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
    told = {name: status[name] for name in ("catalogue", "api_docs", "server", "has_token", "events", "views", "lag")}
    assert told == {
        **{"catalogue": None, "api_docs": True, "server": None, "has_token": False},
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
