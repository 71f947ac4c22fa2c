"""What the OpenAPI document says is what the doors do, for requests made from it: right ones and wrong ones.

A schema can't say everything, so a right request may still be refused; what may never happen is an answer that the
document does not know, an error of the server, or a wrong request that passes.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.schemas import APIOperation, BaseSchema

from api.application import create_app
from api.limits import Limits
from ledger.kernel.settings import Settings
from ledger.store import open_store
from ledger.store.tokens import create_token

EXAMPLES = 4
PLAIN = ("GET /health/live", "GET /health/ready", "GET /metrics")  # nothing can be wrong with these


@schemathesis.serializer("application/x-ndjson")
def lines(context: schemathesis.SerializationContext, value: Any) -> bytes:
    return (value if isinstance(value, str) else json.dumps(value)).encode()


@pytest.fixture
def operations(database_url: str) -> Iterator[list[APIOperation]]:
    """Every operation of the document, asked by an admin whom no view keeps waiting."""
    store = open_store(database_url)
    token = create_token(store.database, "admin")[1]
    store.close()
    config = SchemathesisConfig.from_dict(
        {"headers": {"Authorization": f"Bearer {token}"}, "generation": {"deterministic": True}}
    )
    app = create_app(Settings(database_url=database_url), limits=Limits(patience_seconds=0.0, longest_wait_seconds=0.0))
    document: BaseSchema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
    yield [found.ok() for found in document.get_all_operations()]
    shutdown_lifespans()


def check(operation: APIOperation, mode: GenerationMode) -> None:
    load_all_checks()
    # Access has tests of its own; a 503 says that the views have not read a position that was made up.
    others = CHECKS.get_by_names(["positive_data_acceptance", "ignored_auth", "not_a_server_error"])

    @settings(max_examples=EXAMPLES, database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        response = case.call_and_validate(excluded_checks=others)
        assert response.status_code < 500 or response.json()["code"] == "not-caught-up", response.text

    ask()


def test_right_requests_are_answered_as_the_document_says(operations: list[APIOperation]) -> None:
    assert len(operations) > 40
    for operation in operations:
        check(operation, GenerationMode.POSITIVE)


def test_wrong_requests_are_refused_as_the_document_says(operations: list[APIOperation]) -> None:
    for operation in operations:
        if operation.label == "POST /v1/commands":
            continue  # a text that is no command is refused line by line
        try:
            check(operation, GenerationMode.NEGATIVE)
        except Unsatisfiable:
            assert operation.label in PLAIN
