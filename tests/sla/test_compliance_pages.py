"""Compliance as a list: its groups come in pages, in one order, and as files."""

import json

import pytest

from tests.http.door import Json
from tests.sla.desk import Desk
from tests.words import open_ticket, respond, sign

CONTRACTS, PRIORITIES = ("A", "B", "C"), (1, 2, 3)
MIXES = [(), ("target",), ("priority", "contract"), ("month", "plan", "contract", "priority", "target")]


def tell_nine_tickets(desk: Desk) -> None:
    for contract in CONTRACTS:
        desk.tell(sign("dial-office", contract_id=contract))
        for priority in PRIORITIES:
            name, at = f"{contract}-{priority}", f"2026-0{priority + 1}-02T09:00:00Z"
            desk.tell(open_ticket(name, contract_id=contract, at=at, priority=priority))
    desk.tell(respond("2026-02-02T09:05:00Z", "A-1"))


@pytest.mark.parametrize("query", [{}, {"as_of": "2026-03-31"}])
def test_groups_come_in_pages_in_one_order(any_desk: Desk, query: Json) -> None:
    tell_nine_tickets(any_desk)
    for mix in MIXES:
        whole = any_desk.see("sla/compliance", group_by=list(mix), **query)["items"]
        assert any_desk.walk("sla/compliance", group_by=list(mix), limit=1, **query) == whole, mix
        lines = any_desk.get("sla/compliance", group_by=list(mix), headers={"Accept": "application/x-ndjson"}, **query)
        assert [json.loads(line) for line in lines.text.splitlines()] == whole, mix
    assert len(any_desk.see("sla/compliance", group_by="contract", **query)["items"]) == len(CONTRACTS)
    first = any_desk.see("sla/compliance", group_by=["contract", "priority"], limit=1, **query)
    assert first["items"][0].keys() == {"contract", "priority", "met", "breached", "running", "paused", "void", "ratio"}
    refused = any_desk.unseen("sla/compliance", group_by=["month", "contract"], cursor=first["next"], **query)
    assert (refused["code"], refused["field"]) == ("malformed", "cursor")


def test_a_file_of_compliance_has_its_columns_whatever_it_is_grouped_by(desk: Desk) -> None:
    tell_nine_tickets(desk)
    answer = desk.get("sla/compliance", group_by="contract", headers={"Accept": "text/csv"})
    head, *lines = answer.text.splitlines()
    assert head == "contract,plan,priority,target,month,met,breached,running,paused,void,ratio"
    assert [line.split(",")[:5] for line in lines] == [[name, "", "", "", ""] for name in CONTRACTS]


def test_days_that_are_the_wrong_way_round_are_refused(desk: Desk) -> None:
    refused = desk.unseen("sla/compliance", from_="2026-03-02", to="2026-03-01")
    assert (refused["code"], refused["field"]) == ("malformed", "from")
    assert desk.see("sla/compliance", from_="2026-03-02", to="2026-03-02")["items"] == []
