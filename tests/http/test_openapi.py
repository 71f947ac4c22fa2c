"""The OpenAPI document as programs read it that write clients; and two such clients, which read a refusal's figures."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from api.application import create_app
from api.http.parameters import PARAMETER_MEANINGS
from ledger.kernel.settings import Settings
from tests.http.server import Server, admin_token
from tests.words import CUSTOMER, PREPAID, sign

REQUIRE_VARIABLE = "LEDGER_TEST_REQUIRE_CLIENTS"
VERBS = re.compile(r"^(list|get|send|calculate)_[a-z_]+$")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def test_every_operation_is_a_verb_and_a_noun_with_words_and_a_tag(document: dict[str, Any]) -> None:
    told = {tag["name"] for tag in document["tags"] if tag["description"]}
    ids = []
    for path, operation in operations(document):
        ids.append(operation["operationId"])
        command = path.removeprefix("/v1/commands/")
        assert ids[-1] == command.replace("-", "_") or VERBS.match(ids[-1]), ids[-1]
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]
        assert set(operation["tags"]) <= told
    assert len(ids) == len(set(ids))
    assert [server["url"] for server in document["servers"]] == ["/"]


def test_every_parameter_has_words_that_one_place_says(document: dict[str, Any]) -> None:
    used = set()
    for path, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter["description"].endswith("."), (path, parameter["name"])
            used.add(parameter["name"])
    assert PARAMETER_MEANINGS.keys() <= used  # none is left of a parameter that is gone


def test_every_refusal_is_a_problem_under_its_own_media_type(document: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operation in operations(document):
        for status, response in operation["responses"].items():
            if status != "200":
                assert response["content"] == problem, (path, status)
    members = document["components"]["schemas"]["Problem"]
    assert {"code", "detail", "short_by", "missing", "field"} <= members["properties"].keys()
    assert members["required"] == ["type", "title", "status", "detail", "code"]


def test_files_declare_what_they_are(document: dict[str, Any]) -> None:
    def media(path: str, method: str = "get") -> set[str]:
        return set(document["paths"][path][method]["responses"]["200"]["content"])

    assert media("/v1/contracts/{contract_id}/statement") == {
        "application/json",
        "text/csv",
        "application/x-ndjson",
        "application/pdf",
    }
    assert media("/v1/invoices/{number}.pdf") == {"application/pdf"}
    assert media("/v1/invoices/{number}.xml") == {"application/xml"}
    assert media("/metrics") == {"text/plain"}
    assert media("/v1/commands", "post") == {"application/x-ndjson"}


def test_what_may_be_left_out_is_optional_and_texts_say_their_format(document: dict[str, Any]) -> None:
    assert '"default": null' not in json.dumps(document)
    for name, schema in document["components"]["schemas"].items():
        for field, member in schema.get("properties", {}).items():
            texts = [one for one in (member, *member.get("anyOf", ())) if one.get("type") == "string"]
            is_instant = field.endswith("_at") or field in ("at", "valid_from")
            expected = "date-time" if is_instant else "date" if field.endswith("_on") else None
            if expected:
                assert [one.get("format") for one in texts] == [expected] * len(texts), (name, field)
    schemas = document["components"]["schemas"]
    assert "enum" in schemas["TicketSummary"]["properties"]["state"]
    assert "enum" in schemas["DeductionSummary"]["properties"]["status"]
    assert schemas["DocumentSummary"]["properties"]["kind"]["enum"] == ["invoice", "credit-note"]
    assert schemas["DocumentLineOut"]["properties"]["unit"]["enum"] == ["minute", "piece"]
    assert schemas["DocumentLineOut"]["properties"]["vat_category"]["enum"] == ["S", "AE", "O"]
    assert schemas["VatOut"]["properties"]["category"]["enum"] == ["S", "AE", "O"]
    assert "fee" in schemas["DocumentLineOut"]["properties"]["kind"]["enum"]
    assert schemas["HealthOut"]["properties"]["status"]["enum"] == ["alive", "ready"]


# ---- clients that other programs write from it


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    server = Server(url, tmp_path, admin_token(url))
    server.send(sign(PREPAID, contract_id="C", customer=CUSTOMER))
    yield server
    server.stop()


def program(name: str, variable: str) -> str:
    """Where a program is: on PATH, or where a variable says. Without it the test is skipped, loudly, or fails."""
    return os.environ.get(variable) or shutil.which(name) or missing(name, variable)


def missing(name: str, variable: str) -> NoReturn:
    reason = f"{name} IS MISSING: no client was built. Put it on PATH or name it in {variable}"
    if os.environ.get(REQUIRE_VARIABLE):
        pytest.fail(f"{reason}; {REQUIRE_VARIABLE} is set.", pytrace=False)
    pytest.skip(f"{reason}; with {REQUIRE_VARIABLE}=1 this is a failure.")


def carried_out(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


PYTHON = """
import sys
from client import AuthenticatedClient
from client.api.commands import book_session
from client.models import BookSession, Problem

client = AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2])
body = BookSession.from_dict(
    {
        "session_id": "S",
        "contract_id": "C",
        "pool": "server-support",
        "starts_at": "2026-03-10T10:00:00Z",
        "at": "2026-02-01T09:00:00Z",
        "estimate_minutes": 400,
    }
)
refused = book_session.sync(client=client, body=body)
assert isinstance(refused, Problem), refused
print(refused.code, refused.short_by)
"""


def test_a_client_in_python_reads_the_figures_of_a_refusal(server: Server, tmp_path: Path) -> None:
    generator = program("openapi-python-client", "OPENAPI_PYTHON_CLIENT")
    file = tmp_path / "openapi.json"
    file.write_bytes(server.client.get("/openapi.json").content)
    carried_out(tmp_path, generator, "generate", "--path", str(file), "--output-path", "client", "--meta", "none")
    (tmp_path / "ask.py").write_text(PYTHON)
    python = Path(generator).read_text().partition("\n")[0].removeprefix("#!")  # which has what its clients need
    told = carried_out(tmp_path, python, "ask.py", str(server.client.base_url), server.token)
    assert told == "insufficient-credit 400\n"


TYPESCRIPT = """
import type { components, paths } from "./api";

type Refused = paths["/v1/commands/book-session"]["post"]["responses"][409]["content"]["application/problem+json"];
type Body = components["schemas"]["BookSession"];

export function missingMinutes(refused: Refused): number | null {
  const code: string = refused.code;
  const short: number | string | null | undefined = refused.short_by;
  return code === "insufficient-credit" && typeof short === "number" ? short : null;
}

const starts_at = "2026-03-10T10:00:00Z";
export const body: Body = { contract_id: "C", session_id: "S", starts_at, estimate_minutes: 60 };
"""


def test_a_client_in_typescript_reads_the_figures_of_a_refusal(document: dict[str, Any], tmp_path: Path) -> None:
    generator, compiler = program("openapi-typescript", "OPENAPI_TYPESCRIPT"), program("tsc", "TSC")
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    (tmp_path / "ask.ts").write_text(TYPESCRIPT)
    carried_out(tmp_path, generator, "openapi.json", "-o", "api.d.ts")
    carried_out(tmp_path, compiler, "--strict", "--noEmit", "--skipLibCheck", "ask.ts")
