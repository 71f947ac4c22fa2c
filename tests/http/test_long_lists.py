"""A page is a page: no list answers, or reads, more than its page, whatever lies behind it.

The doors are found in the OpenAPI document, so that a new one is asked too, and named here, so that none is
missed whose answer says otherwise that it is a list. What stands in their paths is named in `tests.http.enormous`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from projections.all_views import VIEWS
from projections.reader import SqliteReader
from tests.http.door import Door, opened
from tests.http.enormous import BESIDE, LONG, WORK, Counting, tell_enormous
from tests.servers import drop_database, fresh_database

MOST_BYTES = 500_000
ROWS_OF_AN_ITEM, ROWS_BESIDE = 6, 60  # what a page may read
PAST = "2026-10-30"  # all of it but one booking was true by then
LATER = "2026-12-31"  # and all was known, whatever the clock of a database server says
ASKED: dict[str, dict[str, str]] = {
    "now": {},
    "as_of": {"as_of": PAST},
    "known_at": {"known_at": LATER},
    "both": {"as_of": PAST, "known_at": LATER},
}
DOORS = {
    "balances",
    "charges",
    "contracts",
    "contracts/{contract_id}/charges",
    "contracts/{contract_id}/deductions",
    "contracts/{contract_id}/grants",
    "contracts/{contract_id}/invoice-draft/lines",
    "contracts/{contract_id}/sessions",
    "contracts/{contract_id}/statement",
    "contracts/{contract_id}/terms",
    "customers",
    "customers/{customer_id}",
    "deductions",
    "events",
    "grants",
    "invoice-drafts",
    "invoices",
    "invoices/{number}/lines",
    "periods",
    "plans",
    "reports/breakage",
    "reports/revenue",
    "reports/time",
    "sessions",
    "sessions/{session_id}/history",
    "sla/at-risk",
    "sla/compliance",
    "tickets",
    "tickets/{ticket_id}/history",
}
PASTS = ("as_of", "known_at", "both")
# What is worked out from events, and so reads more than it shows, and how much of this ledger at most: tickets as they
# were once from their steps and entries until then, targets from the steps alone, a draft from all that its contract
# ever owed (of the list of drafts as it is now nothing enormous is due any more).
DRAFT, DRAFTS = "/v1/contracts/{contract_id}/invoice-draft/lines", "/v1/invoice-drafts"
READS_HISTORY = {
    **{("/v1/tickets", when): 4_000 for when in PASTS},
    **{(DRAFT, when): 5_200 for when in ASKED},
    **{(DRAFTS, when): 7_000 for when in ("as_of", "both")},
}


@dataclass
class Asked:
    """A door to the enormous ledger, with the readers that count."""

    door: Door
    named: dict[str, str]
    short: Counting
    long: Counting

    def path(self, template: str) -> str:
        return template.format(**self.named)

    def forget(self) -> None:
        self.short.rows.clear()
        self.long.rows.clear()

    def rows(self) -> int:
        """What was read since."""
        return sum(self.short.rows) + sum(self.long.rows)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """One ledger for all doors: nothing is written to it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('enormous') / 'ledger.db'}"
    else:
        url = fresh_database(request.getfixturevalue("postgresql_server"))
    with opened(url) as door:
        named = tell_enormous(door)
        state = door.client.app.state.ledger
        door.see("contracts")
        state.reader = Counting(state.reader)
        state.long_questions._reader = Counting(state.long_questions._reader)
        yield Asked(door, named, state.reader, state.long_questions._reader)
    if request.param == "postgresql":
        drop_database(url)


def lists(door: Door) -> dict[str, dict[str, Any]]:
    """The path of every list, and its parameters by name."""
    document = door.client.app.openapi()
    found = {}
    for path, methods in document["paths"].items():
        answer = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json")
        name = answer["schema"].get("$ref", "").rsplit("/")[-1] if answer else ""
        if {"items", "next"} <= document["components"]["schemas"].get(name, {}).get("properties", {}).keys():
            found[path] = {one["name"]: one for one in methods["get"]["parameters"]}
    return found


def test_every_path_of_a_list_names_something_enormous(asked: Asked) -> None:
    doors = lists(asked.door)
    assert {path.removeprefix("/v1/") for path in doors} == DOORS
    assert all(asked.door.get(asked.path(path)[4:]).status_code == 200 for path in doors)
    assert len(asked.door.walk("invoices")) == BESIDE + 1


def test_a_document_has_its_first_lines_and_leads_on_to_the_others(asked: Asked) -> None:
    number = asked.named["number"]
    document = asked.door.see(f"invoices/{number}")
    found, cursor = document["lines"], document["lines_next"]
    while cursor:
        page = asked.door.see(f"invoices/{number}/lines", cursor=cursor, limit=500)
        found, cursor = found + page["items"], page["next"]
    assert [line["line"] for line in found] == list(range(1, WORK + 1))
    assert found == asked.door.walk(f"invoices/{number}/lines", limit=499)
    assert {line["engineer"] for line in found} == {LONG}


@pytest.mark.parametrize("limit", [100, 500])
def test_a_page_is_no_longer_and_reads_no_more_than_its_items(asked: Asked, limit: int) -> None:
    odd = []
    for path, parameters in lists(asked.door).items():
        for when, times in ASKED.items():
            if not times.keys() <= parameters.keys():
                continue
            asked.forget()
            answer = asked.door.get(asked.path(path)[4:], limit=limit if "limit" in parameters else None, **times)
            assert answer.status_code == 200, (path, answer.text)
            may_read = READS_HISTORY.get((path, when), ROWS_OF_AN_ITEM * limit + ROWS_BESIDE)
            if len(answer.content) > MOST_BYTES or asked.rows() > may_read:
                odd.append((path, when, len(answer.content), asked.rows()))
    assert odd == []


def test_compliance_of_many_contracts_is_a_page_too(asked: Asked) -> None:
    """Without groups it is one row; with them there are as many as there are contracts."""
    asked.forget()
    page = asked.door.see("sla/compliance", group_by="contract", limit=100)
    assert (len(page["items"]), page["next"] is not None) == (100, True)
    assert asked.rows() <= ROWS_OF_AN_ITEM * 100 + ROWS_BESIDE


def test_what_is_long_in_a_thing_is_shown_in_part(asked: Asked) -> None:
    for path in ("tickets/big-t", "tickets/watch-t", "contracts/big", "deductions/big-e0", "contracts/big/balance"):
        asked.forget()
        assert len(asked.door.get(path).content) <= MOST_BYTES, path
        assert asked.rows() <= ROWS_OF_AN_ITEM * 100 + ROWS_BESIDE, path
    for path in (f"invoices/{asked.named['number']}", "contracts/watch/invoice-draft"):
        asked.forget()
        assert len(asked.door.get(path).content) <= MOST_BYTES, path
        assert asked.rows() <= ROWS_OF_AN_ITEM * 500 + ROWS_BESIDE, path


@pytest.mark.parametrize("accept", ["text/csv", "application/x-ndjson"])
def test_a_stream_asks_for_a_page_when_the_one_before_was_taken(asked: Asked, accept: str) -> None:
    for path, _ in lists(asked.door).items():
        asked.forget()
        pages_by_piece: list[int] = []
        answer = asked.door.get(
            asked.path(path)[4:],
            headers={"Accept": accept},
            heard=lambda _, by_piece=pages_by_piece: by_piece.append(len(asked.long.rows)),
        )
        assert answer.status_code == 200, (path, answer.text)
        # The first piece is the head of a file, the next ones a page each, the last one says that it is the end.
        assert all(pages <= max(place, 1) for place, pages in enumerate(pages_by_piece)), (path, pages_by_piece)
        if (path, "now") not in READS_HISTORY:
            assert max(asked.long.rows) <= ROWS_OF_AN_ITEM * 500 + ROWS_BESIDE, path
    assert len(pages_by_piece) > 0


# What an item of these lists adds up is what is open of it, so that the page with the enormous one costs more: what is
# to be invoiced of a customer, the grants of an account that have not ended and what waits there for a word.
ADDS_UP_WHAT_IS_OPEN = {"/v1/customers", "/v1/balances"}


@pytest.mark.parametrize("asked", ["sqlite"], indirect=True)  # which tells its steps
def test_a_deep_page_costs_what_the_first_costs(asked: Asked) -> None:
    """A stream is such pages, so that its last one costs what its first does too."""
    odd, deep = {}, 0
    for path, parameters in lists(asked.door).items():
        cost: list[int] = []
        cursor = None
        while "limit" in parameters and len(cost) < 40 and (cursor is not None or not cost):
            before = asked.long.steps
            cursor = asked.door.see(asked.path(path)[4:], limit=40, cursor=cursor)["next"]
            cost.append(asked.long.steps - before)
        deep += len(cost) == 40
        if path not in ADDS_UP_WHAT_IS_OPEN and max(cost, default=0) > 1.3 * max(cost[:1], default=0) + 20:
            odd[path] = cost
    assert odd == {}
    assert deep > 5


# Of one row, or of one a provider; and compliance counts every clock of a period.
MAY_BE_READ_THROUGH = {"view_position", "provider_beginnings"}
COUNTS_ALL = "/v1/sla/compliance"


def read_through(asked: Asked, sql: str) -> set[str]:
    """The tables that a statement reads from end to end, in no order that an index has."""
    assert isinstance(asked.long.reader, SqliteReader)
    plan = asked.long.reader.database.query(f"EXPLAIN QUERY PLAN {sql}", asked.long.asked[sql])
    names = {step[3].split()[1] for step in plan if step[3].startswith("SCAN ") and " USING " not in step[3]}
    tables = {table.name for view in VIEWS.values() for table in view.tables} | {"stored_events", "commands"}
    of_table = {name: found[1] for name in names if (found := re.search(rf"\b(\w+) {re.escape(name)}\b", sql))}
    return {of_table.get(name, name) for name in names} & tables


@pytest.mark.parametrize("asked", ["sqlite"], indirect=True)  # which tells its plans by the names of tables
def test_no_list_reads_a_table_through(asked: Asked) -> None:
    odd = set()
    for path, parameters in lists(asked.door).items():
        asked.long.asked.clear()
        for times in ASKED.values():
            if times.keys() <= parameters.keys():
                asked.door.see(asked.path(path)[4:], **times)
        if path != COUNTS_ALL:
            odd |= {(path, table) for sql in [*asked.long.asked] for table in read_through(asked, sql)}
    assert {one for one in odd if one[1] not in MAY_BE_READ_THROUGH} == set()
