"""Refusals are ours in every word: whatever is wrong with a request, no sentence of a library's reaches who sent it."""

import json
import re
from typing import Any

import pytest

from api.application import create_app
from ledger.kernel.patterns import PATTERNS
from ledger.kernel.settings import Settings
from ledger.plans.terms import Terms
from tests.http.bad_values import fields
from tests.http.door import Door, problem
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
        ("hold-ticket", {}, "ticket_id: is missing"),
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


def test_a_customers_country_is_told_with_an_example(door: Door) -> None:
    customer = {"customer_id": "k", "name": "K", "country": "de"}
    found = door.refused("malformed", sign("north-all", customer=customer))
    assert found["detail"] == ("customer.country: is a country's code by ISO 3166: two capital letters, such as DE")


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
