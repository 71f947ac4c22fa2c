"""Files of documents: made once, kept within their bytes and no longer than the key, or refused with a way out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from api.documents.press import PressBounds
from api.limits import Limits
from api.made_files import PRESS, PRESS_OF_LONG_FILES
from tests.clock import Clock
from tests.http.browsing import browser_of
from tests.http.door import Door, opened, problem
from tests.words import issue, log_work, open_ticket, sign

CUSTOMER = {
    "customer_id": "moewe",
    "name": "Möwe Logistik GmbH",
    "country": "DE",
    "address": {"line1": "Hafenstraße 4", "postcode": "20457", "city": "Hamburg"},
}


@contextmanager
def issued(url: str, limits: Limits) -> Iterator[tuple[Door, str]]:
    """A door with one invoice, over a fee."""
    with opened(url, Clock("2026-03-10T18:00:00Z"), limits) as door:
        door.ok(sign("groupios-l", customer=CUSTOMER))
        yield door, door.ok(issue("C", "2026-02-28", issued_on="2026-03-02"))["number"]


def asked(door: Door, path: str) -> bytes:
    answer = door.get(path)
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("path", ["invoices/{}.pdf", "invoices/{}.xml?form=en16931"])
def test_a_file_is_made_once_for_all_who_ask_and_kept(database_url: str, path: str) -> None:
    with issued(database_url, Limits()) as (door, number), ThreadPoolExecutor(5) as threads:
        begun = PRESS.jobs_begun
        at_once = list(threads.map(lambda _: asked(door, path.format(number)), range(5)))
        assert PRESS.jobs_begun == begun + 1
        assert {asked(door, path.format(number)), *at_once} == {at_once[0]}
        asked(door, f"invoices/{number}.xml?form=en16931")
        asked(door, f"invoices/{number}.pdf")
        assert PRESS.jobs_begun == begun + 2
    with opened(database_url, Clock("2026-03-11T18:00:00Z")) as door:  # it is the same when it is made anew
        assert asked(door, path.format(number)) == at_once[0]
        assert PRESS.jobs_begun == begun + 3


def test_the_portal_answers_the_same_file_and_a_statement_is_made_each_time(database_url: str) -> None:
    with issued(database_url, Limits()) as (door, number):
        browser = browser_of(door, "finance", provider="groupios")
        begun = PRESS.jobs_begun
        content = browser.get(f"/portal/documents/{number}.pdf").content
        assert content.startswith(b"%PDF")
        assert content == asked(door, f"invoices/{number}.pdf")
        assert PRESS.jobs_begun == begun + 1
        for _ in range(2):
            letter = door.get("contracts/C/statement", headers={"accept": "application/pdf"})
            assert letter.content.startswith(b"%PDF")
        assert PRESS.jobs_begun == begun + 3


def test_files_are_kept_within_their_bytes(database_url: str) -> None:
    with issued(database_url, Limits(kept_file_bytes=10_000)) as (door, number):
        begun = PRESS.jobs_begun
        for _ in range(2):
            assert len(asked(door, f"invoices/{number}.pdf")) > 10_000
            assert len(asked(door, f"invoices/{number}.xml?form=en16931")) < 10_000
        assert PRESS.jobs_begun == begun + 3


def test_a_file_is_answered_no_longer_than_its_key_is_there(database_url: str) -> None:
    with issued(database_url, Limits()) as (door, number):
        kept = door.client.app.state.ledger.files.kept
        asked(door, f"invoices/{number}.pdf")
        assert kept.kept_bytes > 10_000
        with door.store.database.transaction() as transaction:
            transaction.execute("DELETE FROM party_keys WHERE party = :party", {"party": f"document:{number}"})
        refused = problem(door.get(f"invoices/{number}.pdf"))
        assert (refused["code"], refused["missing"]) == ("missing-party-data", ["parties"])
        assert kept.kept_bytes == 0


def test_nobody_gets_a_file_that_was_made_for_others(database_url: str) -> None:
    with issued(database_url, Limits()) as (door, number):
        asked(door, f"invoices/{number}.pdf")
        other = door.token("operator", provider="north")
        assert problem(door.get(f"invoices/{number}.pdf", other))["code"] == "unknown-invoice"


def test_what_can_not_be_made_within_the_bounds_is_refused_with_the_ways_out_and_not_tried_again(
    database_url: str,
) -> None:
    with issued(database_url, Limits(press=PressBounds(patience_seconds=0))) as (door, number):
        begun = PRESS.jobs_begun
        for _ in range(2):
            answer = door.get(f"invoices/{number}.pdf")
            refused = problem(answer)
            assert (answer.status_code, refused["code"], refused["lines"]) == (409, "too-long", 1)
            assert refused["invoice_number"] == number
            assert f"/v1/invoices/{number}/lines, as CSV and JSON Lines too" in refused["detail"]
        assert PRESS.jobs_begun == begun + 1
        letter = problem(door.get("contracts/C/statement", headers={"accept": "application/pdf"}))
        assert (letter["code"], letter["field"]) == ("malformed", "from")


def test_a_long_file_has_a_press_of_its_own_and_is_answered_in_pieces(database_url: str) -> None:
    """310 entries of 15 minutes: 32 take the 480 that are included, 278 are charged."""
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.ok(sign("groupios-l", customer=CUSTOMER))
        door.ok(open_ticket("T", channel="email", kind="incident", at="2026-01-12T08:00:00Z"))
        door.all_ok([log_work(15, "2026-01-12T09:00:00Z", entry_id=f"E{n}", ticket_id="T") for n in range(310)])
        number = door.ok(issue("C", "2026-02-28", issued_on="2026-03-02"))["number"]
        begun = (PRESS.jobs_begun, PRESS_OF_LONG_FILES.jobs_begun)
        pieces: list[int] = []
        answer = door.get(f"invoices/{number}.xml?form=en16931", heard=lambda piece: pieces.append(len(piece)))
        assert (PRESS.jobs_begun, PRESS_OF_LONG_FILES.jobs_begun) == (begun[0], begun[1] + 1)
        assert pieces[:2] == [262_144, 262_144]
        assert max(pieces) == 262_144
        assert sum(pieces) == len(answer.content) == int(answer.headers["content-length"])
