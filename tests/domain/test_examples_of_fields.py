"""The example in a refusal is one that its field takes, and that says what the field is."""

import json
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from api.declared_fields import fields_of
from api.http.calculation import Calculation
from ledger.door.registry import COMMANDS
from ledger.door.requests import refusal_of
from ledger.kernel.examples import example_of

BODIES: list[type[BaseModel]] = [one.body for one in COMMANDS.values()]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.__name__)
def test_each_field_takes_its_example(body: type[BaseModel]) -> None:
    schema = body.model_json_schema()
    for name, field in body.model_fields.items():
        example = example_of(schema["properties"][field.alias or name], schema.get("$defs", {}))
        assert example is not None
        kind: Any = Annotated[field.annotation, field]
        TypeAdapter(kind).validate_python(example)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_field_says_what_it_is_for_openapi_and_the_command_line(command: str) -> None:
    assert [field.name for field in fields_of(command) if not field.meaning] == []


def test_a_calculations_example_can_be_calculated() -> None:
    schema = Calculation.model_json_schema()
    example = example_of(schema, schema["$defs"])
    assert example["coverage"] == {"timezone": "Europe/Berlin"}


def told_of(command: str, fields: dict[str, Any]) -> dict[str, str]:
    """What a refusal says of each field."""
    body = COMMANDS[command].body
    with pytest.raises(ValidationError) as found:
        body.model_validate(fields)
    return {one["field"]: one["detail"] for one in refusal_of(found.value, body).members["errors"]}


@pytest.mark.parametrize(
    ("command", "field", "value", "detail"),
    [
        ("retract-ticket-step", "position", "x", "must be a whole number, such as 1042"),
        (
            "sign-contract",
            "customer",
            "x",
            'must be a JSON object, such as {"customer_id": "example-1", "name": "example", "country": "DE"}',
        ),
        ("amend-customer", "customer", 7, 'must be a JSON object, such as {"customer_id": "example-1"}'),
        ("reprioritise-ticket", "priority", "high", "must be a whole number, such as 4"),
        ("log-work", "minutes", "x", "must be a whole number, such as 50"),
        ("close-period", "month", 3, 'must be a text, such as "2026-03"'),
        ("log-work", "ticket_id", 3, 'must be a text, such as "example-1"'),
        ("log-work", "note", 3, 'must be a text, such as "example"'),
        ("sign-contract", "agreed", "x", "must be a JSON object, such as {}"),
    ],
)
def test_a_refusal_shows_what_its_field_takes(command: str, field: str, value: Any, detail: str) -> None:
    assert told_of(command, {field: value})[field] == detail


def test_a_member_of_an_object_is_shown_its_own() -> None:
    customer = {"customer_id": "k", "name": "K", "country": 49, "email": 5, "address": "here"}
    told = told_of("sign-contract", {"customer": customer})
    assert told["customer.country"] == 'must be a text, such as "DE"'
    assert told["customer.email"] == 'must be a text, such as "office@example.com"'
    address = json.loads(told["customer.address"].removeprefix("must be a JSON object, such as "))
    assert address.keys() == {"line1", "postcode", "city"}
