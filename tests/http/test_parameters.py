"""A parameter that a door does not know, or takes once only, is refused by its name: at every door there is."""

import re

import pytest

from api.application import create_app
from ledger.kernel.settings import Settings
from tests.http.door import Door, problem
from tests.http.world import MINE, OF, OPENED, TEN
from tests.words import log_work, open_ticket, sign


def test_every_door_refuses_a_parameter_that_it_does_not_know(door: Door) -> None:
    document = create_app(Settings()).openapi()
    paths = [(path, method) for path, operations in document["paths"].items() for method in operations]
    paths += [(path, "get") for path in ("/openapi.json", "/docs", "/pages/docs.js", "/")]
    assert len(paths) > 40
    for path, method in paths:
        url = re.sub(r"\{[^}]*\}", "x", path)
        for query in ("staus=pending", "min_position=0&staus=", "Limit=5", "%00=1", "a%0ab=1"):
            found = problem(door.client.request(method.upper(), f"{url}?{query}", headers=door.headers(None)))
            assert (found["status"], found["code"]) == (422, "malformed"), (method, url, query, found)
            assert found["field"] in ("staus", "Limit", "\0", "a\nb", "min_position")


def test_the_parameter_is_named_and_the_one_that_was_meant(door: Door) -> None:
    door.all_ok([sign(**OF[MINE]), open_ticket("t", at=OPENED), log_work(30, TEN, entry_id="e", ticket_id="t")])
    found = door.unseen("contracts/C/deductions", staus="pending")
    assert found["field"] == "staus"
    assert found["detail"] == "staus: is no parameter here; status is meant"
    assert door.unseen("sla/compliance", from__="2026-01-01", customer="k")["detail"].endswith("customer_id is meant")
    assert door.unseen("contracts", after="2026-01-01")["detail"].startswith("after: is no parameter here; there are ")
    assert door.unseen("contracts/C/balance", zzz=1)["detail"] == (
        "zzz: is no parameter here; there are as_of, known_at, min_position"
    )


def test_a_whole_number_is_written_in_digits(door: Door) -> None:
    for written in ("1_0", "+5", "5.0", " 5", "\uff15", "", "x"):
        for path, query in (("contracts", "limit"), ("sla/at-risk", "within_minutes"), ("events", "after")):
            found = door.unseen(path, **{query: written})
            assert (found["code"], found["field"]) == ("malformed", query), (path, written)
            assert found["detail"].startswith(f"{query}: must be a whole number, such as "), found["detail"]
    assert door.unseen("contracts", limit="-1")["detail"] == "limit: must be 1 or more"
    assert door.unseen("events/1_0")["field"] == "position"
    assert door.see("contracts", limit="0010")["items"] == []


def test_a_filter_is_given_once_and_a_list_as_often_as_it_has_members(door: Door) -> None:
    door.all_ok([sign(**OF[MINE]), open_ticket("t", at=OPENED), log_work(30, TEN, entry_id="e", ticket_id="t")])
    twice = problem(door.get("contracts/C/deductions?status=pending&status=disputed"))
    assert (twice["field"], twice["detail"]) == ("status", "status: is given twice")
    assert door.see("sla/compliance?group_by=plan&group_by=target")["items"]
    assert door.get("contracts/C/deductions?status=pending").status_code == 200


@pytest.mark.parametrize("path", ["sla/compliance", "reports/revenue"])
def test_a_wrong_member_of_a_list_is_told_by_the_name_of_its_parameter(door: Door, path: str) -> None:
    refused = problem(door.get(f"{path}?group_by=plan&group_by=x"))
    assert (refused["code"], refused["field"]) == ("malformed", "group_by")
    assert [fault["field"] for fault in refused["errors"]] == ["group_by"]
    assert refused["detail"].startswith("group_by: ")
