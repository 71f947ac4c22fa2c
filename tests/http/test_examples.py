"""The examples of the OpenAPI document work, in their order, and a service credit is given once."""

from api.http.examples import examples
from ledger.door.registry import COMMANDS
from tests.http.door import Door
from tests.words import open_ticket, service_credit, sign


def test_every_command_has_an_example_that_is_accepted_in_its_place(door: Door) -> None:
    answered = [(name, door.send_raw(name, body)) for name, _, body in examples()]
    assert [(name, response.json()) for name, response in answered if response.status_code != 200] == []
    assert {name for name, _ in answered} == set(COMMANDS)
    again = [door.send_raw(name, body).json() for name, _, body in examples() if name in ("sign-contract", "log-work")]
    assert all(answer["replayed"] for answer in again)


def test_the_document_shows_those_examples(door: Door) -> None:
    document = door.client.get("/openapi.json").json()
    for name, summary, body in examples():
        content = document["paths"][f"/v1/commands/{name}"]["post"]["requestBody"]["content"]["application/json"]
        assert content["examples"][summary]["value"] == body


def test_a_missed_promise_costs_what_was_agreed_once(door: Door) -> None:
    for name, _, body in examples():
        assert door.send_raw(name, body).status_code == 200
    charged = door.see("contracts/example-sla/charges")["items"]
    owed = [("fee", "60000.00"), ("service_credit", "-3000.00"), ("reversal", "3000.00")]
    assert [(one["kind"], one["amount"]) for one in charged] == owed
    door.ok(service_credit("reaction", ticket_id="example-t4"))  # again, since the first was taken back
    door.refused("already-credited", service_credit("reaction", ticket_id="example-t4"))
    missing = door.refused("not-agreed", service_credit("resolution", ticket_id="example-t4"))
    assert missing["missing"] == ["service_credits.resolution"]
    door.refused("not-agreed", service_credit("reaction", ticket_id="example-t1"))  # it was kept


def test_minutes_for_a_missed_promise_are_a_goodwill_grant(door: Door) -> None:
    agreed = {
        "sla.resolution.2": {"kind": "elapsed", "minutes": 60},
        "pools.included": {"kind": "minutes", "allotment_minutes": 60},
        "service_credits.resolution": {"kind": "minutes", "pool": "included", "minutes": 30},
    }
    door.ok(sign("dytron-sla", agreed=agreed))
    door.ok(open_ticket(at="2026-02-02T09:00:00Z", priority=2))
    early = door.refused("invalid-transition", service_credit("resolution", "2026-02-02T10:00:00Z"))
    assert early["state"] == "running"
    door.ok(service_credit("resolution", "2026-02-02T10:00:01Z"))
    assert door.account("C", "included")["granted"] == 90
    assert door.see("contracts/C/statement")["items"][-1]["kind"] == "goodwill"
