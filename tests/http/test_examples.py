"""The examples of the OpenAPI document work, in their order, and a service credit is given once."""

from api.http.examples import examples
from ledger.door.registry import COMMANDS
from tests.http.door import Door


def test_every_command_has_an_example_that_is_accepted_in_its_place(door: Door) -> None:
    answered = [(name, door.send(name, body)) for name, _, body in examples()]
    assert [(name, response.json()) for name, response in answered if response.status_code != 200] == []
    assert {name for name, _ in answered} == set(COMMANDS)
    again = [door.send(name, body).json() for name, _, body in examples() if name in ("sign-contract", "log-work")]
    assert all(answer["replayed"] for answer in again)


def test_the_document_shows_those_examples(door: Door) -> None:
    document = door.client.get("/openapi.json").json()
    for name, summary, body in examples():
        content = document["paths"][f"/v1/commands/{name}"]["post"]["requestBody"]["content"]["application/json"]
        assert content["examples"][summary]["value"] == body


def test_a_missed_promise_costs_what_was_agreed_once(door: Door) -> None:
    for name, _, body in examples():
        assert door.send(name, body).status_code == 200
    charged = door.see("contracts/example-sla/charges")["items"]
    owed = [("fee", "60000.00"), ("service_credit", "-3000.00"), ("reversal", "3000.00")]
    assert [(one["kind"], one["amount"]) for one in charged] == owed
    breach = {"ticket_id": "example-t4", "target": "reaction"}
    assert door.send("grant-service-credit", breach).status_code == 200
    assert door.send("grant-service-credit", breach).json()["code"] == "already-credited"
    missing = door.send("grant-service-credit", breach | {"target": "resolution"}).json()
    assert (missing["code"], missing["missing"]) == ("not-agreed", ["service_credits.resolution"])
    kept = {"ticket_id": "example-t1", "target": "reaction"}
    assert door.send("grant-service-credit", kept).json()["code"] == "not-agreed"


def test_minutes_for_a_missed_promise_are_a_goodwill_grant(door: Door) -> None:
    agreed = {
        "sla.resolution.2": {"kind": "elapsed", "minutes": 60},
        "pools.included": {"kind": "minutes", "allotment_minutes": 60},
        "service_credits.resolution": {"kind": "minutes", "pool": "included", "minutes": 30},
    }
    customer = {"customer_id": "k", "name": "K", "country": "CZ"}
    signed = {"contract_id": "C", "plan": "dytron-sla", "starts_on": "2026-01-01", "customer": customer}
    assert door.send("sign-contract", signed | {"agreed": agreed}).status_code == 200
    ticket = {"ticket_id": "t", "contract_id": "C", "title": "x", "kind": "incident", "channel": "email", "priority": 2}
    assert door.send("open-ticket", ticket | {"at": "2026-02-02T09:00:00Z"}).status_code == 200
    credit = {"ticket_id": "t", "target": "resolution"}
    early = door.send("grant-service-credit", credit | {"at": "2026-02-02T10:00:00Z"}).json()
    assert (early["code"], early["state"]) == ("invalid-transition", "running")
    assert door.send("grant-service-credit", credit | {"at": "2026-02-02T10:00:01Z"}).status_code == 200
    assert door.account("C", "included")["granted"] == 90
    assert door.see("contracts/C/statement")["items"][-1]["kind"] == "goodwill"
