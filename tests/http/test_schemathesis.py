"""What the OpenAPI document says is what the doors do: requests made from it, right and wrong ones."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.python.asgi import shutdown_lifespans

from api.main import create_app
from ledger.settings import Settings
from ledger.store import open_store
from ledger.tokens import create_token

CONFIG = {"phases": {"stateful": {"enabled": False}}, "generation": {"deterministic": True}}
Mode = schemathesis.GenerationMode


@pytest.fixture
def document(database_url: str) -> Iterator[schemathesis.BaseSchema]:
    store = open_store(database_url)
    token = create_token(store.database, "admin")[1]
    store.close()
    config = SchemathesisConfig.from_dict(CONFIG | {"headers": {"Authorization": f"Bearer {token}"}})
    yield schemathesis.openapi.from_asgi(
        "/openapi.json", create_app(Settings(database_url=database_url)), config=config
    )
    shutdown_lifespans()


@pytest.mark.parametrize("mode", [Mode.POSITIVE, Mode.NEGATIVE], ids=["right", "wrong"])
def test_every_door_answers_as_its_description_says(document: schemathesis.BaseSchema, mode: Mode) -> None:
    import time

    for found in document.get_all_operations():
        operation = found.ok()
        t = time.time()

        @settings(max_examples=5)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            case.call_and_validate()

        try:
            ask()
        except Unsatisfiable:
            print("UNSAT", operation.label)
        except BaseException as e:
            print("FAIL", operation.label, str(e)[:1500])
        print("TIME", operation.label, time.time() - t)
