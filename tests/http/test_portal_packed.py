"""Pages go over the wire packed, and how small they become tells no secret: each answer masks its own anew."""

import gzip
from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.browsing import Browser, form_to
from tests.http.door import Door, opened
from tests.http.world import MINE, OF, token
from tests.words import log_work, open_ticket, sign

CONTRACTS = ("north", "south", "west")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A customer's three contracts with hours, each with open tickets and entries of each week."""
    with opened(f"sqlite:///{tmp_path_factory.mktemp('packed') / 'ledger.db'}", Clock("2026-03-20T18:00:00Z")) as door:
        for contract in CONTRACTS:
            door.all_ok([sign(contract_id=contract, **OF[MINE])])
            for n in range(10):
                title, at = f"Backups of server {n} fail", f"2026-03-{n + 2:02}T08:00:00Z"
                door.all_ok([open_ticket(f"{contract}-{n}", contract_id=contract, title=title, at=at)])
                door.all_ok([log_work(25, f"2026-03-{n + 2:02}T10:00:00Z", ticket_id=f"{contract}-{n}")])
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def browser(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "customer"))


def proof_in(page: Response) -> str:
    return dict(form_to(page, "/portal/sign-out").fields)["csrf"]


def test_the_first_page_of_three_contracts_is_one_round_trip(browser: Browser) -> None:
    page = browser.get("/portal/", accept_encoding="gzip, deflate, br")
    assert (page.headers["content-encoding"], page.headers["vary"]) == ("gzip", "Accept-Encoding")
    html = gzip.decompress(page.content)
    assert all(contract in html for contract in (b"north", b"south", b"west"))
    assert len(html) <= 100_000
    assert len(page.content) <= 14_000  # what a connection sends before it waits for an answer


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, *", "xgzip"])
def test_a_browser_that_takes_none_gets_no_packed_page(browser: Browser, accepted: str) -> None:
    page = browser.get("/portal/", accept_encoding=accepted)
    assert "content-encoding" not in page.headers
    assert page.headers["vary"] == "Accept-Encoding"
    assert "west" in page.text


@pytest.mark.parametrize(
    ("site", "is_packed"), [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False)]
)
def test_what_another_site_asked_for_is_not_packed(browser: Browser, site: str, is_packed: bool) -> None:
    page = browser.get("/portal/time", accept_encoding="gzip;q=0.5", sec_fetch_site=site)
    assert (page.headers.get("content-encoding") == "gzip") is is_packed


def test_a_failure_is_packed_like_any_page(browser: Browser) -> None:
    page = browser.get("/portal/nowhere", accept_encoding="GZIP")
    assert page.status_code == 404
    assert b"This does not exist" in gzip.decompress(page.content)


def test_the_proof_in_a_form_is_another_in_each_answer_and_each_counts(browser: Browser) -> None:
    proofs = [proof_in(browser.get("/portal/")) for _ in range(3)]
    assert len(set(proofs)) == 3
    parts = {part for proof in proofs for part in (proof[:64], proof[64:])}
    assert len(parts) == 6  # neither half is the secret itself
    for proof in proofs:
        answer = browser.post("/portal/time", [("csrf", proof)])
        assert answer.status_code == 422  # nothing is chosen; but the form is ours


@pytest.mark.parametrize("odd", ["00" * 64, "00" * 32, "00", "0", "", "zz" * 64, "ä" * 64])
def test_what_carries_no_proof_is_not_carried_out(browser: Browser, odd: str) -> None:
    assert browser.post("/portal/time", [("csrf", odd)]).status_code == 403


def test_a_proof_that_was_changed_or_is_anothers_is_none(door: Door, browser: Browser) -> None:
    mine, others = (
        proof_in(browser.get("/portal/")),
        proof_in(Browser(door).signed_in(token(door, "customer")).get("/portal/")),
    )
    changed = ("1" if mine[0] == "0" else "0") + mine[1:]
    for odd in (others, changed, mine[:-2], mine + "00", others[:64] + mine[64:]):
        assert browser.post("/portal/time", [("csrf", odd)]).status_code == 403
