"""What reading commands are asked with: options that show what they take, and an id of a thing or of a contract."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.application import create_app
from api.cli.read_parameters import parameter_of
from api.cli.reading import READS
from api.http.routes import noun_of, routers_for
from ledger.kernel.settings import Settings
from tests.cli.run import support_ledger
from tests.cli.test_daily import LEDGER, told
from tests.words import CUSTOMER, as_lines, book, sign, top_up


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    assert support_ledger(url, "import", "-", stdin=as_lines(LEDGER)).status == 0
    return url


def choices(parameter: Any) -> list[str]:
    """What a parameter of the API is one of; none where it is any text."""
    schema = parameter["schema"]
    told = next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)
    if told["type"] == "boolean":
        return ["true", "false"]
    if told.get("maximum", 500) < 10:
        return [str(number) for number in range(told["minimum"], told["maximum"] + 1)]
    return [str(one) for one in told.get("enum", [])]


def test_help_shows_what_an_option_is_one_of() -> None:
    paths = create_app(Settings(catalogue=None)).openapi()["paths"]
    named = {re.sub(r"{[a-z_]+}", "{}", path.removeprefix("/v1/")): one.get("get", {}) for path, one in paths.items()}
    for name, read in READS.items():
        for question in read.questions:
            for parameter in named.get(question.path, {}).get("parameters", []):
                if parameter["name"] in question.parameters and choices(parameter):
                    told = parameter_of(name, parameter["name"])
                    assert told.takes.split("|") == choices(parameter), (name, parameter["name"])
    shown = support_ledger(None, "tickets", "--help").out
    assert "--state open|in_progress|waiting|resolved|closed|rejected" in shown
    assert "<str>" not in shown.replace("TICKET <str>", "")


def test_whoever_asks_for_one_noun_gets_all_routers_that_answer_it() -> None:
    for router in routers_for():
        for route in router.routes:
            assert isinstance(route, APIRoute)
            assert router in routers_for(noun_of(route.path)), route.path
    assert list(routers_for("burn-down")) == list(routers_for()), "a question that no command asks is named nowhere"


def test_an_id_is_that_of_the_thing_and_else_of_the_contract(url: str) -> None:
    of = {"contract_id": "E", "pool": "server-support"}
    lines = [
        sign("easyredmine-server-support", "2025-11-12", contract_id="E", customer=CUSTOMER),
        top_up(480, "2025-11-13T09:00:00Z", top_up_id="u", price="640.00", **of),
        book(180, "2025-11-20T09:00:00Z", "2025-11-14T11:00:00Z", **of),
    ]
    assert support_ledger(url, "import", "-", stdin=as_lines(lines)).status == 0
    session = told(support_ledger(url, "sessions", "S"))
    assert (session["session_id"], session["contract_id"], session["estimate_minutes"]) == ("S", "E", 180)
    assert told(support_ledger(url, "sessions", "E", "--json"))["items"][0]["session_id"] == "S"
    whole = told(support_ledger(url, "deductions", "w0"))
    assert (whole["deduction_id"], whole["billed_minutes"], whole["contract_id"]) == ("w0", 465, "L")
    assert told(support_ledger(url, "deductions", "w0", "--as-of", "2026-06-01", "--json"))["deduction_id"] == "w0"
    own = told(support_ledger(url, "deductions", "L", "--json"))
    assert [one["deduction_id"] for one in own["items"]] == ["w0"]
    assert told(support_ledger(url, "deductions", "L", "--on-behalf", "false", "--json"))["items"] == own["items"]
    for arguments, refusal in (
        (["deductions", "none"], "unknown-deduction: There is no deduction none.\n"),
        (["sessions", "none"], "unknown-session: There is no session none.\n"),
        (["sessions", "w0", "--state", "booked"], "unknown-contract: There is no contract w0.\n"),
        (["deductions", "L", "--status", "none"], "malformed: status: "),
        (["customers", "a/b"], "not-found: There is no customer a/b.\n"),
    ):
        done = support_ledger(url, *arguments)
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith(refusal), done.err
