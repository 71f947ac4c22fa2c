"""What a second look at the portal found: days to come, another's contract, names, files and links that lead on."""

import re
from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, forms_of
from tests.http.door import Door, opened
from tests.http.world import ANOTHERS, MINE, OF, OPENED, PROVIDER, TEN, token
from tests.words import amend, book, close_month, issue, log_work, open_ticket, sign


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-04-10T09:00:00Z")) as door:
        for side in (MINE, ANOTHERS):
            door.all_ok(
                [
                    sign(contract_id=side, **OF[side]),
                    open_ticket(f"{side}-t", contract_id=side, at=OPENED),
                    log_work(25, TEN, entry_id=f"{side}-1", ticket_id=f"{side}-t", engineer="Jana Nováková"),
                ]
            )
        door.ok(book(60, "2026-06-01T08:00:00Z", contract_id=MINE, session_id="mine-s"))
        assert door.see("contracts", limit=1)
        yield door


def browser_of(door: Door, role: str) -> Browser:
    return Browser(door).signed_in(token(door, role))


@pytest.mark.parametrize(
    "address", ["", "time", "time/mine-1", "tickets", "tickets/mine-t", "statements/mine", "sessions"]
)
def test_a_day_to_come_is_refused_at_its_field(door: Door, address: str) -> None:
    page = browser_of(door, "customer").get(f"/portal/{address}?as_of=2026-04-12")
    assert page.status_code == 422
    if address != "sessions":  # it has no such day
        assert "This day is still to come." in page.text
    assert "As of the end of 12 Apr 2026" not in page.text


def test_a_day_that_has_begun_somewhere_is_shown(door: Door) -> None:
    assert browser_of(door, "customer").get("/portal/?as_of=2026-04-10").status_code == 200


@pytest.mark.parametrize("contract_id", ["anothers", "none"])
def test_the_time_of_a_contract_that_one_does_not_see_is_unknown(door: Door, contract_id: str) -> None:
    assert browser_of(door, "customer").get(f"/portal/time?contract_id={contract_id}").status_code == 404


def test_a_card_tells_what_is_left_and_what_of_it_is_reserved(door: Door) -> None:
    """100 hours, 0:30 used, 1:00 reserved."""
    text = browser_of(door, "customer").get("/portal/").text
    assert "99:30 are left, of which 1:00 are reserved." in text


def test_a_customer_is_told_that_the_companys_name_stands_in_for_its_own(door: Door) -> None:
    browser = browser_of(door, "customer")
    page = browser.get("/portal/time/mine-1")
    assert page.text.count("Your company&#39;s name stands here; you may put your own instead.") == 2
    assert "you may put your own instead" in browser.get("/portal/time").text
    (form,) = [one for one in forms_of(page) if ("word", "confirm") in one.fields]
    assert dict(form.fields)["by"] == "kunde at north"
    assert "confirmed" in browser.follow(browser.send(form)).text


def test_an_invoice_that_was_taken_back_is_not_asked_about_again(door: Door) -> None:
    number = door.ok(issue(MINE, "2026-02-28"))["number"]
    browser = browser_of(door, "finance")
    own = f"/portal/documents/{number}/credit-note"
    (form,) = [one for one in forms_of(browser.get(own)) if one.action == own]
    credit_note = browser.send(form, reason="Entered twice").headers["location"]
    assert door.see("contracts", limit=1)
    page = browser.get(own)
    assert page.status_code == 200
    assert "This invoice was taken back already." in page.text
    assert f'href="{credit_note}"' in page.text
    assert not [one for one in forms_of(page) if one.action == own]


@pytest.mark.parametrize("is_complete", [True, False])
def test_a_document_offers_no_file_that_can_only_be_refused(door: Door, is_complete: bool) -> None:
    """Without an address there is neither; with one XRechnung lacks its own data, and EN 16931 does not."""
    if is_complete:
        door.ok(amend({"address": {"line1": "Weg 2", "postcode": "10115", "city": "Ort"}}, MINE))
    number = door.ok(issue(MINE, "2026-02-28"))["number"]
    assert door.see("contracts", limit=1)
    browser = browser_of(door, "finance")
    own = f"/portal/documents/{number}"
    for page in (browser.get(own).text, browser.get("/portal/documents").text):
        offered = [one.replace("&amp;", "&") for one in re.findall(rf'href="({own}[./][^"]*)" download', page)]
        assert offered == ([f"{own}.pdf", f"{own}.xml?form=en16931"] if is_complete else []) + [f"{own}/lines.csv"]
        assert [browser.get(one).status_code for one in offered] == [200] * len(offered)
    said = "There is no PDF / XML of this document"
    assert (said in browser.get(own).text) != is_complete


def test_a_contract_without_a_partner_offers_no_partner_who_wants_it(door: Door) -> None:
    door.ok(sign(contract_id="alone", **{**OF[MINE], "partner": None}))
    door.ok(open_ticket("alone-t", contract_id="alone", at=OPENED))
    assert door.see("contracts", limit=1)
    page = browser_of(door, "operator").get("/portal/tickets/alone-t").text
    escalate = page.partition('id="step-escalate"')[2].partition("</form>")[0]
    assert 'value="provider"' in escalate
    assert 'value="partner"' not in escalate


def test_work_in_a_tickets_history_says_who_did_it(door: Door) -> None:
    page = browser_of(door, "customer").get("/portal/tickets/mine-t").text
    assert "Jana Nováková" in page.partition('id="history-of"')[2]


@pytest.mark.parametrize(
    ("said", "led"),
    [
        ("http://127.0.0.1/portal/contracts?cursor=x", "/portal/sign-in?next=%2Fportal%2Fcontracts%3Fcursor%3Dx"),
        ("http://127.0.0.1/portal/", "/portal/sign-in"),
        ("http://127.0.0.1/elsewhere", "/portal/sign-in"),
    ],
)
def test_a_part_that_is_asked_after_the_sign_in_ended_leads_to_the_page_around_it(
    door: Door, said: str, led: str
) -> None:
    answer = Browser(door).get("/portal/urgent", hx_request="true", hx_current_url=said)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == led


def test_a_closed_month_tells_no_number_that_says_nothing(door: Door) -> None:
    door.ok(close_month("2026-02", PROVIDER[MINE]))
    assert door.see("contracts", limit=1)
    page = browser_of(door, "finance").get(f"/portal/periods/{PROVIDER[MINE]}/2026-02").text
    assert "is closed" in page
    assert "Position" not in page
