"""Refusals are ours in every word: whatever is wrong with a request, no sentence of a library's reaches who sent it."""

import json
import re
from itertools import product
from string import ascii_uppercase
from typing import Any

import pytest

from api.application import create_app
from api.strict_json import decode_json
from ledger.contracts.vat_ids import normal_vat_id
from ledger.door.registry import COMMANDS
from ledger.kernel.errors import Refusal
from ledger.kernel.patterns import PATTERNS
from ledger.kernel.settings import Settings
from ledger.plans.terms import Terms
from tests.http.bad_values import fields
from tests.http.door import Door, Json, problem
from tests.words import sign

FOREIGN = re.compile(
    r"[Ii]nput|[Ss]hould|[Ff]ield required|[Ee]xtra|valid (string|integer|dict)|pattern|\^|Value error"
)


def test_every_hostile_value_is_refused_in_our_words(door: Door) -> None:
    lines = [{"command": command} | body for command, body, _ in fields()]
    odd = [(one["detail"][:200]) for one in door.lines(lines) if FOREIGN.search(_ours(one))]
    assert odd == []


def _ours(answer: dict[str, Any]) -> str:
    """The sentences without the fields that they are about, which the sender has named."""
    return " ".join(fault["detail"] for fault in answer.get("errors", [])) or answer["detail"].partition(": ")[2]


@pytest.mark.parametrize(
    ("command", "body", "detail"),
    [
        ("hold-ticket", {}, 'ticket_id: is missing, such as "example-1"'),
        ("open-ticket", {"contract_id": "C", "title": "x", "channel": "email"}, 'kind: is missing, such as "incident"'),
        ("record-service", {"contract_id": "C", "service_id": "s"}, 'service: is missing, such as "example-1"'),
        ("renew-contract", {}, 'contract_id: is missing, such as "example-1"'),
        ("close-period", {"provider": "north"}, 'month: is missing, such as "2026-03"'),
        ("hold-ticket", {"ticket_id": 5}, 'ticket_id: must be a text, such as "example-1"'),
        (
            "hold-ticket",
            {"ticket_id": "a b"},
            "ticket_id: is made of A-Z, a-z, 0-9, '.', '_' and '-', such as example-1",
        ),
        ("hold-ticket", {"ticket_id": "x" * 65}, "ticket_id: has more than 64 letters"),
        ("hold-ticket", {"ticket_id": "t", "why": 1}, "why: is no field here"),
        ("hold-ticket", {"ticket_id": "t", "at": "now"}, "at: must be an instant such as 2026-01-31T09:00:00+01:00"),
        ("cancel-session", {"session_id": "s", "by": "me"}, "by: is one of customer or provider"),
        ("close-period", {"provider": "north", "month": "March"}, "month: must be a month, such as 2026-03"),
        ("reject-ticket", {"ticket_id": "t", "reason": ""}, "reason: is empty"),
    ],
)
def test_a_refusal_says_what_the_field_is(door: Door, command: str, body: Any, detail: str) -> None:
    assert problem(door.send_raw(command, body))["detail"] == detail


def test_whatever_is_missing_is_told_with_an_example(door: Door) -> None:
    for command in sorted(COMMANDS):
        faults = problem(door.send_raw(command, {}))["errors"]
        told = [fault["detail"] for fault in faults if fault["detail"].startswith("is missing")]
        assert told, command
        assert all(one.startswith("is missing, such as ") for one in told), told


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        ({"kind": "covered"}, "target.seconds: is missing, such as 50"),
        ({"kind": "business_days"}, "target.days: is missing, such as 50"),
        ({}, 'target: must say its kind, such as {"kind": "covered", "seconds": 50}'),
    ],
)
def test_a_field_is_named_as_its_sender_knows_it(door: Door, target: Json, detail: str) -> None:
    calculation = {"coverage": {"timezone": "UTC"}, "start": "2026-01-31T09:00:00Z", "target": target}
    headers = door.headers(None) | {"Content-Type": "application/json"}
    answer = door.client.post("/v1/sla/calculate", content=json.dumps(calculation).encode(), headers=headers)
    assert problem(answer)["detail"] == detail


def test_a_customers_country_is_told_with_an_example(door: Door) -> None:
    customer = {"customer_id": "k", "name": "K", "country": "de"}
    found = door.refused("malformed", sign("north-all", customer=customer))
    assert found["detail"] == ("customer.country: is a country's code by ISO 3166: two capital letters, such as DE")


@pytest.mark.parametrize(
    ("customer", "detail"),
    [
        ({"country": "XX"}, "customer.country: is no country's code by ISO 3166, such as DE"),
        (
            {"vat_id": "DE1"},
            "customer.vat_id: is no VAT id of a member state, such as DE136695976: "
            "its form or its check digits are wrong",
        ),
        (
            {"vat_id": "GB1", "country": "GB"},
            "customer.vat_id: is no VAT number of GB, such as GB980780684: its form or its check digits are wrong",
        ),
    ],
)
def test_what_only_some_values_of_a_form_are_is_told_with_one(door: Door, customer: Json, detail: str) -> None:
    given = {"customer_id": "k", "name": "K", "country": "DE"} | customer
    assert door.refused("malformed", sign("north-all", customer=given))["detail"] == detail


def test_every_country_whose_vat_ids_are_checked_has_an_example_that_fits() -> None:
    """`normal_vat_id` raises where the example does not fit. EU is no country, and has its module all the same."""
    checked = 0
    for country in ("".join(letters) for letters in product(ascii_uppercase, repeat=2) if letters != ("E", "U")):
        try:
            normal_vat_id("?", country)
        except ValueError as error:
            example = str(error).partition("such as ")[2].partition(":")[0]
            assert normal_vat_id(example, country) == example
            checked += 1
    assert checked == 79


@pytest.mark.parametrize(
    ("figure", "value", "detail"),
    [
        (
            "coverage",
            {"timezone": "Mars", "always": True},
            "agreed.coverage.timezone: 'Mars' is no time zone of the tz database, such as Europe/Vienna.",
        ),
        (
            "coverage",
            {"timezone": "UTC", "always": True, "annual_holidays": ["02-30"]},
            "agreed.coverage.annual_holidays.0: 02-30 is no day of a year, such as 12-25.",
        ),
        (
            "coverage",
            {"timezone": "UTC", "always": True, "country": "XX"},
            "agreed.coverage.country: is no country whose public holidays are known, such as DE.",
        ),
        (
            "coverage",
            {"timezone": "UTC", "always": True, "country": "DE", "region": "ZZ"},
            "agreed.coverage.region: is no region of DE, such as BB.",
        ),
        (
            "coverage",
            "always",
            'agreed.coverage: support hours such as {"timezone": "UTC", "always": true} is needed, as an object.',
        ),
        (
            "pools.hours",
            {},
            "agreed.pools.hours: the plan eurolinux-standard-plus does not leave this figure open; "
            "it leaves open fee, term_months, coverage, channels, on_site.surcharge, "
            "sla.reaction.1, sla.reaction.2, sla.reaction.3, sla.reaction.4, "
            "sla.resolution.1, sla.resolution.2, sla.resolution.3, sla.resolution.4.",
        ),
        ("fee", "-1.00", 'agreed.fee: an amount of the terms is not negative; it is such as "89.00".'),
        ("term_months", "x", "agreed.term_months: a whole number of months is needed, such as 1."),
        ("sla.reaction.1", {"kind": "covered"}, "agreed.sla.reaction.1.minutes: is missing, such as 50."),
        (
            "sla.reaction.1",
            {"minutes": 60},
            'agreed.sla.reaction.1: must say its kind, such as {"kind": "elapsed", "minutes": 50}.',
        ),
    ],
)
def test_what_was_agreed_is_refused_with_what_fits(door: Door, figure: str, value: Any, detail: str) -> None:
    signing = sign("eurolinux-standard-plus", agreed={figure: value})
    assert door.refused("malformed", signing)["detail"] == detail


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        ("GET", "/v1/nope", 404, "There is nothing at /v1/nope; GET /openapi.json tells every address."),
        ("GET", "/nope", 404, "There is nothing at /nope; GET /openapi.json tells every address."),
        (
            "GET",
            "/v1/reports/nope",
            404,
            "There is nothing at /v1/reports/nope; GET /openapi.json tells every address.",
        ),
        (
            "GET",
            "/v1/contracts/a%2Fb",
            404,
            "There is nothing at /v1/contracts/a/b; GET /openapi.json tells every address.",
        ),
        ("POST", "/v1/contracts", 405, "/v1/contracts takes GET; POST is none of them."),
        ("DELETE", "/v1/contracts/C", 405, "/v1/contracts/C takes GET; DELETE is none of them."),
        ("PUT", "/v1/contracts", 405, "/v1/contracts takes GET; PUT is none of them."),
        ("OPTIONS", "/v1/contracts", 405, "/v1/contracts takes GET; OPTIONS is none of them."),
        ("GET", "/v1/commands/log-work", 405, "/v1/commands/log-work takes POST; GET is none of them."),
    ],
)
def test_an_address_or_a_method_that_is_none_is_refused_in_our_words(
    door: Door, method: str, path: str, status: int, detail: str
) -> None:
    found = problem(door.client.request(method, path, headers=door.headers(None)))
    assert (found["status"], found["detail"]) == (status, detail)


@pytest.mark.parametrize(
    ("command", "body", "example"),
    [
        ("hold-ticket", [], '{"ticket_id": "example-1"}'),
        ("hold-ticket", None, '{"ticket_id": "example-1"}'),
    ],
)
def test_a_body_that_is_no_object_is_told_what_one_is(door: Door, command: str, body: Any, example: str) -> None:
    found = problem(door.send_raw(command, body))
    assert found["detail"] == f"body: must be a JSON object, such as {example}"


def test_a_byte_order_mark_is_no_part_of_a_body(door: Door) -> None:
    found = problem(door.send_raw("hold-ticket", b'\xef\xbb\xbf{"ticket_id": "nowhere"}'))
    assert found["code"] == "unknown-ticket"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_the_encoding_of_a_text_is_called_by_its_name(encoding: str) -> None:
    with pytest.raises(Refusal, match=f"The text is written in {encoding[:6].upper()};"):
        decode_json('{"ticket_id": "T"}'.encode(encoding))


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("contracts?limit=0", "limit: must be 1 or more"),
        ("contracts?limit=501", "limit: must be 500 or less"),
        ("contracts?limit=x", "limit: must be a whole number, such as 50"),
        ("tickets?priority=high", "priority: must be a whole number, such as 4"),
        ("contracts?state=asleep", "state: is one of upcoming, active, lapsed, terminated or withdrawn"),
        ("contracts?customer_id=a%20b", "customer_id: is made of A-Z, a-z, 0-9, '.', '_' and '-', such as example-1"),
        ("sla/at-risk?share=2", "share: must be a share from 0 to 1, such as 0.25"),
        ("contracts/C/charges?invoiced=perhaps", "invoiced: must be true or false"),
        ("events/x", "position: must be a whole number, such as 50"),
    ],
)
def test_a_query_is_refused_in_our_words_too(door: Door, query: str, detail: str) -> None:
    assert problem(door.get(query))["detail"] == detail


def test_every_pattern_of_the_document_and_of_the_catalogue_has_words() -> None:
    document = create_app(Settings()).openapi()

    def patterns(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["pattern"]} if isinstance(node.get("pattern"), str) else set()
            return own.union(*(patterns(inner) for inner in node.values()))
        return set().union(*map(patterns, node)) if isinstance(node, list) else set()

    found = patterns(json.loads(json.dumps(document))) | patterns(Terms.model_json_schema())
    assert len(found) > 8
    assert found <= PATTERNS.keys()
