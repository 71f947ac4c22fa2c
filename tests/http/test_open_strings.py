"""Every text of the OpenAPI document says what it may be: its values, its format, or here why it has neither.

A field that is new is in no list: it gets an `enum` from the type that its room has, or a `format`, or a reason.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from api.application import create_app
from ledger.kernel.settings import Settings

Schema = dict[str, Any]

IDS = """
    charge_id command_id contract contract_id corrects credited_by customer customer_id deduction_id documents entry_id
    grant_id invoice_number number partner_id provider reference reverses service_credits service_id session_id
    settled_by ticket_id token_id top_up_id waiting Idempotency-Key
"""
NAMES_THAT_TERMS_GIVE = "plan pool service OpenOut.name OpenOut.unit OpenOut.meaning PlanAnswer.readings"
WRITTEN_BY_PEOPLE = """
    buyer_reference city company customer_name description detail engineer line1 line2 name note notes phone postcode
    reason release ticket_title title ConfirmDeduction.by DirectContact.by DisputeDeduction.by RecordResponse.by
    PlanAnswer.source WindowOut.why
"""
KEPT_BY_OTHERS = "country currency language region timezone registration_number tax_number vat_id ksef_number"
GROWS_WITH_THE_PRODUCT = """
    code command stream EventOut.type EventSummary.type HistoryEntry.type PlannedEvent.type RecordedEvent.type
    errors field left_out missing
"""
CURSORS = "cursor history_next lines_next next terms_next"
HAS_NO_FORMAT_OF_A_NAME = "annual_holidays hours month overrides"  # days of every year, times such as 24:00, months
A_DAY_OR_AN_INSTANT = "as_of expiring_before from known_at parameter.to"  # two formats at once
OPEN = {
    *IDS.split(),
    *NAMES_THAT_TERMS_GIVE.split(),
    *WRITTEN_BY_PEOPLE.split(),
    *KEPT_BY_OTHERS.split(),
    *GROWS_WITH_THE_PRODUCT.split(),
    *CURSORS.split(),
    *HAS_NO_FORMAT_OF_A_NAME.split(),
    *A_DAY_OR_AN_INSTANT.split(),
}


@pytest.fixture(scope="module")
def document() -> Schema:
    return create_app(Settings()).openapi()


def fields(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Where each field stands, its name, and its schema: of answers and bodies, and the parameters of doors."""
    for name, schema in document["components"]["schemas"].items():
        yield from ((name, field, member) for field, member in schema.get("properties", {}).items())
    for operations in document["paths"].values():
        for operation in operations.values():
            yield from (("parameter", one["name"], one["schema"]) for one in operation.get("parameters", ()))


def texts(schema: Schema) -> Iterator[Schema]:
    """The texts that a value may be, or have in it."""
    if schema.get("type") == "string":
        yield schema
    inner = [
        *schema.get("anyOf", ()),
        *schema.get("oneOf", ()),
        *schema.get("allOf", ()),
        *schema.get("prefixItems", ()),
    ]
    inner += [one for one in (schema.get("items"), schema.get("additionalProperties")) if isinstance(one, dict)]
    for one in inner:
        yield from texts(one)


def says_what(text: Schema) -> bool:
    return bool({"enum", "const", "format"} & text.keys())


def test_a_text_has_its_values_or_a_format_or_a_reason_why_not(document: Schema) -> None:
    silent = {
        f"{where}.{name}"
        for where, name, schema in fields(document)
        if not all(map(says_what, texts(schema))) and not {name, f"{where}.{name}"} & OPEN
    }
    assert silent == set()


def test_every_reason_is_that_of_a_text_which_is_there(document: Schema) -> None:
    open_texts = {
        one
        for where, name, schema in fields(document)
        if not all(map(says_what, texts(schema)))
        for one in (name, f"{where}.{name}")
    }
    assert open_texts >= OPEN


def test_no_field_is_open_here_and_closed_there(document: Schema) -> None:
    """Where one name is open in one place and has its values in another, the open one is told by its place."""
    closed = {name for _, name, schema in fields(document) if any("enum" in text for text in texts(schema))}
    assert closed & OPEN == set()
    assert {"basis", "channel", "kind", "level", "role", "source", "state", "target", "type", "unit"} <= closed
