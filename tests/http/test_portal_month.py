"""Finance at the portal: drafts with what is missing, invoices issued once, disputes, the close of a month, books."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest

from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.browsing import Browser, ShownForm, form_to, forms_of
from tests.http.door import Door, opened
from tests.http.world import ABROAD, ANOTHERS, MINE, OF, OPENED, SIDES, TEN, token
from tests.words import dispute, log_work, open_ticket, sign, top_up

DRAFTS, DOCUMENTS, PERIODS = "/portal/drafts", "/portal/documents", "/portal/periods"
BOUGHT = "2026-02-10T10:00:00Z"
ADDRESS = {
    "customer.address.line1": "Weg 2",
    "customer.address.postcode": "10115",
    "customer.address.city": "Ort",
    "customer.email": "rechnung@kunde.example",
    "customer.buyer_reference": "K-1",
}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A contract of each side with a fee and credit for 100.00 each to be invoiced, and an entry of 25 minutes."""
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        for side in SIDES:
            door.all_ok(
                [
                    sign(contract_id=side, **OF[side]),
                    open_ticket(f"{side}-t", contract_id=side, title="Backups fail", at=OPENED),
                    log_work(25, TEN, entry_id=f"{side}-1", ticket_id=f"{side}-t", note=f"Step 1 of {side}"),
                    top_up(60, BOUGHT, top_up_id=f"{side}-u", contract_id=side, pool="care", price="100.00"),
                ]
            )
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def browser(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "finance"))


def told(page: Response) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page.text)))


def form_with(page: Response, name: str, value: str) -> ShownForm:
    (found,) = [one for one in forms_of(page) if (name, value) in one.fields]
    return found


def numbers(door: Door) -> list[str]:
    return [one["number"] for one in door.see("invoices")["items"]]


def issued(door: Door, browser: Browser, contract: str = MINE) -> str:
    """The number of the invoice that is issued from the contract's draft."""
    page = browser.get(f"{DRAFTS}/{contract}?through_on=2026-02-28")
    answer = browser.send(form_with(page, "do", "issue"))
    assert answer.status_code == 303, told(answer)
    return answer.headers["location"].removeprefix(f"{DOCUMENTS}/")


# -- drafts ----------------------------------------------------------------------------------------------------------


def test_the_month_says_what_is_due_who_waits_and_what_is_to_be_closed(door: Door, browser: Browser) -> None:
    door.ok(dispute(f"{ANOTHERS}-1", by="K", reason="Not us"))
    assert door.see("contracts", limit=1)
    page = browser.get("/portal/month")
    assert page.status_code == 200
    words = told(page)
    assert "kunde at north" in words
    assert "€238.00" in words
    assert ABROAD not in words
    # 36 days after both entries one is disputed and one is to be confirmed
    assert re.search(r"more than 30 days 1 1 more than 7 days 0 0", words)
    assert 'href="/portal/unanswered?status=disputed&amp;older_than_days=30"' in page.text
    assert "January 2026 February 2026 2" in words
    waiting = browser.get("/portal/unanswered?status=disputed&older_than_days=30")
    assert "Step 1 of anothers" in waiting.text
    assert "Step 1 of mine" not in waiting.text
    assert "Nothing waits that long." in browser.get("/portal/unanswered?older_than_days=90").text


def test_what_is_missing_is_named_and_told_in_place(door: Door, browser: Browser) -> None:
    assert "the customer's address" in told(browser.get(DRAFTS))
    page = browser.get(f"{DRAFTS}/{MINE}?through_on=2026-02-28")
    assert "the customer's e-mail address" in told(page)
    form = form_with(page, "do", "amend")
    wrong = browser.send(form, **{**ADDRESS, "customer.email": "nowhere"})
    assert wrong.status_code == 422
    assert "Please enter a mail address." in wrong.text
    again = dict(form_with(wrong, "do", "amend").fields)
    assert again["customer.address.line1"] == "Weg 2"
    assert again["command_id"] == dict(form.fields)["command_id"]
    saved = browser.send(form_with(wrong, "do", "amend"), **ADDRESS)
    assert saved.headers["location"] == f"{DRAFTS}/{MINE}?through_on=2026-02-28"
    after = told(browser.follow(saved))
    assert "the customer's" not in after
    assert "table [parties.north]" in after, "what lacks of the provider is told elsewhere"
    assert door.see(f"contracts/{MINE}")["customer"]["email"] == "rechnung@kunde.example"


def test_an_invoice_is_issued_once_however_often_it_is_sent(door: Door, browser: Browser) -> None:
    form = form_with(browser.get(f"{DRAFTS}/{MINE}?through_on=2026-02-28"), "do", "issue")
    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(lambda _: browser.send(form), range(4)))
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 303]
    assert [one.headers["location"] for one in answers if one.status_code == 303] == [f"{DOCUMENTS}/NO-2026-00001"]
    assert numbers(door) == ["NO-2026-00001"]
    assert "Nothing is due until that day." in browser.get(f"{DRAFTS}/{MINE}?through_on=2026-02-28").text
    late = browser.send(form, command_id="another")
    assert late.status_code == 409
    assert "There is nothing to invoice up to 28 Feb 2026." in told(late)


def test_all_of_a_month_are_issued_and_told_one_by_one(door: Door, browser: Browser) -> None:
    number = issued(door, browser)
    credit = form_to(browser.get(f"{DOCUMENTS}/{number}/credit-note"), f"{DOCUMENTS}/{number}/credit-note")
    browser.follow(browser.send(credit, reason="Wrong address"))
    form = form_to(browser.get(f"{DRAFTS}?through_on=2026-02-28"), DRAFTS)
    with ThreadPoolExecutor(3) as several:
        answers = list(several.map(lambda _: browser.send(form, issued_on="2026-03-10"), range(3)))
    for answer in answers:
        assert answer.status_code == 200
        words = told(answer)
        assert "2 invoices were issued." in words
        assert "NO-2026-00002 nachbar at north · anothers · €238.00" in words
        assert "NO-2026-00003 kunde at north · mine · €238.00" in words
    assert numbers(door) == [number, "NO-CN-2026-00001", "NO-2026-00002", "NO-2026-00003"]


def test_what_a_run_leaves_is_told_with_its_reason(door: Door, browser: Browser) -> None:
    number = issued(door, browser)
    credit = form_to(browser.get(f"{DOCUMENTS}/{number}/credit-note"), f"{DOCUMENTS}/{number}/credit-note")
    browser.follow(browser.send(credit, reason="Wrong address"))
    door.clock.put("2026-03-11T18:00:00Z")  # type: ignore[attr-defined]
    browser.signed_in(token(door, "finance"))
    form = form_to(browser.get(f"{DRAFTS}?through_on=2026-02-28"), DRAFTS)
    refused = browser.send(form, issued_on="2026-03-12")
    assert refused.status_code == 422
    assert "This day is still to come." in refused.text
    assert dict(form_to(refused, DRAFTS).fields)["command_id"] == dict(form.fields)["command_id"]
    words = told(browser.send(form, issued_on="2026-03-09"))
    assert "0 invoices were issued. 2 contracts were left." in words
    assert "nachbar at north anothers This lies before the day on which the last number was given." in words
    assert "kunde at north mine This lies before the credit note that opened some of it again." in words


# -- documents -------------------------------------------------------------------------------------------------------


def test_from_the_line_to_the_entry_and_to_the_events_behind(door: Door, browser: Browser) -> None:
    number = issued(door, browser)
    page = browser.get(f"{DOCUMENTS}/{number}")
    words = told(page)
    for said in ("Invoice NO-2026-00001", "kunde at north", "200.00", "38.00", "238.00", "19%"):
        assert said in words
    assert f'href="/portal/time/{MINE}-1"' in page.text
    (line,) = [one for one in door.see(f"invoices/{number}")["lines"] if one["deduction_id"] == f"{MINE}-1"]
    walk = browser.get(f"{DOCUMENTS}/{number}/lines/{line['line']}")
    assert "Step 1 of mine" in walk.text
    for position in line["events"]:
        assert f">{position}</span>" in walk.text
    assert "HoursDeducted · log-work" in told(walk)
    assert browser.get(f"{DOCUMENTS}/{number}/lines/99").status_code == 404
    customer = Browser(door).signed_in(token(door, "customer"))
    theirs = customer.get(f"{DOCUMENTS}/{number}")
    assert theirs.status_code == 200
    assert "credit-note" not in theirs.text
    assert "HoursDeducted" not in customer.get(f"{DOCUMENTS}/{number}/lines/{line['line']}").text
    other = Browser(door).signed_in(door.token("customer", provider="north", customer="nachbar"))
    assert other.get(f"{DOCUMENTS}/{number}").status_code == 404


def test_files_come_as_files_or_say_what_they_lack(door: Door, browser: Browser) -> None:
    number = issued(door, browser)
    lacking = browser.get(f"{DOCUMENTS}/{number}.xml", **{"accept-language": "de"})
    assert lacking.status_code == 409
    assert "die Anschrift des Kunden" in lacking.text
    form = form_with(browser.get(f"{DRAFTS}/{ANOTHERS}?through_on=2026-02-28"), "do", "amend")
    browser.follow(browser.send(form, **ADDRESS))
    whole = browser.get(f"{DOCUMENTS}/{issued(door, browser, ANOTHERS)}.pdf")
    assert whole.content.startswith(b"%PDF")
    assert whole.headers["content-disposition"] == 'attachment; filename="NO-2026-00002.pdf"'


def test_an_invoice_is_taken_back_once_with_a_reason(door: Door, browser: Browser) -> None:
    own = f"{DOCUMENTS}/{issued(door, browser)}"
    form = form_to(browser.get(f"{own}/credit-note"), f"{own}/credit-note")
    empty = browser.send(form, reason=" ")
    assert empty.status_code == 422
    assert "Please fill this in." in empty.text
    answers = [browser.send(form, reason="Wrong address") for _ in range(2)]
    assert answers[0].headers["location"] == f"{DOCUMENTS}/NO-CN-2026-00001"
    assert f'href="{DOCUMENTS}/NO-CN-2026-00001"' in answers[1].text
    assert "Wrong address" in browser.follow(answers[0]).text
    taken = browser.get(own)
    assert "taken back" in taken.text
    assert f"{own}/credit-note" not in taken.text
    late = browser.send(form, reason="Again", command_id="another")
    assert late.status_code == 409
    assert "This invoice was credited already, by NO-CN-2026-00001." in told(late)
    assert browser.get(f"{DOCUMENTS}/NO-CN-2026-00001/credit-note").status_code == 404


# -- disputes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["upheld", "reversed"])
def test_a_dispute_is_answered_from_the_page_of_its_entry(door: Door, browser: Browser, outcome: str) -> None:
    door.ok(dispute(f"{MINE}-1", by="K", reason="Not us"))
    assert door.see("contracts", limit=1)
    own = f"/portal/time/{MINE}-1"
    form = form_with(browser.get(own), "word", "settle")
    nothing = browser.send(form, reason="It was for you")
    assert nothing.status_code == 422
    again = browser.send(form, ("outcome", outcome), reason=" ")
    assert again.status_code == 422
    assert "Please fill this in." in again.text
    for _ in range(2):
        answer = browser.send(form, ("outcome", outcome), reason="It was for you")
        assert answer.headers["location"] == own
    assert "It was for you" in browser.follow(answer).text
    assert door.see(f"contracts/{MINE}/deductions")["items"][0]["status"] == outcome


def test_an_entry_is_reversed_from_its_page_by_those_who_may(door: Door, browser: Browser) -> None:
    form = form_with(browser.get(f"/portal/time/{MINE}-1"), "word", "reverse")
    assert "Entered twice" in browser.follow(browser.send(form, reason="Entered twice")).text
    assert door.see(f"contracts/{MINE}/deductions")["items"][0]["status"] == "reversed"
    customer = Browser(door).signed_in(token(door, "customer"))
    assert "/answer" not in customer.get(f"/portal/time/{MINE}-1").text


# -- closing, reports, books -----------------------------------------------------------------------------------------


def test_a_month_is_closed_with_its_checks_and_for_good(door: Door, browser: Browser) -> None:
    own = f"{PERIODS}/north/2026-02"
    page = browser.get(own)
    words = told(page)
    assert "2 contracts have something to invoice until 28 Feb 2026." in words
    assert "2 entries until then wait for the customer's word." in words
    assert "1 month before it is closed too, from January 2026 on." in words
    form = form_to(page, own)
    with ThreadPoolExecutor(3) as several:
        answers = list(several.map(lambda _: browser.send(form), range(3)))
    assert {one.headers["location"] for one in answers} == {own}
    closed = told(browser.follow(answers[0]))
    assert "EUR 200.00 0.00 0.00" in closed
    left = forms_of(browser.get(own))
    assert left
    assert own not in {one.action for one in left}
    late = browser.send(form, command_id="another")
    assert late.status_code == 409
    assert "The month February 2026 is closed." in told(late)
    assert "closed" in told(browser.get(PERIODS))
    running = browser.get(f"{PERIODS}/north/2026-03")
    assert "The month still runs" in running.text
    assert [one for one in forms_of(running) if one.action.startswith(PERIODS)] == []
    for unknown in ("north/2030-01", "south/2026-02", "north/odd", "none/2026-02"):
        assert browser.get(f"{PERIODS}/{unknown}").status_code == 404


def test_reports_come_by_month_and_plan(door: Door, browser: Browser) -> None:
    page = browser.get("/portal/reports")
    assert page.status_code == 200
    words = told(page)
    assert "Month Everything Sum" in words
    assert "January 2026 200.00 200.00 February 2026 200.00 200.00 March 2026 0.00 0.00 Sum 400.00 400.00" in words
    assert page.text.count("<table") == 1  # the drawing's own: the figures stand once
    assert "south" not in words
    assert "<svg" in page.text
    refused = browser.get("/portal/reports?from_on=2020-01-01")
    assert refused.status_code == 422
    assert "At most 36 months at once, please." in refused.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("", "Please choose one of these"),
        ("form=csv&provider=south", "Please check this."),
        ("form=csv&from_on=2026-02-02&to_on=2026-02-01", "The first day lies after the last."),
        ("form=datev&from_on=2025-12-01&to_on=2026-02-01", "Both days are to be of one year."),
        ("form=csv&from_on=odd", "Please"),
    ],
)
def test_a_book_that_can_not_be_made_is_told_at_its_field(browser: Browser, asked: str, said: str) -> None:
    page = browser.get(f"/portal/books/file?{asked}")
    assert page.status_code == 422
    assert said in page.text


@pytest.mark.parametrize("form", ["beancount", "hledger", "csv", "datev", "datev-debtors"])
def test_books_are_files_of_the_own_provider(door: Door, browser: Browser, form: str) -> None:
    issued(door, browser)
    file = browser.get(f"/portal/books/file?form={form}&from_on=2026-01-01&to_on=2026-12-31")
    assert file.status_code == 200
    assert file.headers["content-disposition"].startswith(f'attachment; filename="north-{form}-2026-01-01')
    assert file.content
    assert b"abroad" not in file.content
    customer = Browser(door).signed_in(token(door, "customer"))
    assert customer.get(f"/portal/books/file?form={form}").status_code == 403


def test_hostile_texts_are_texts(door: Door, browser: Browser) -> None:
    hostile: dict[str, Any] = {**OF[MINE], "customer": {**OF[MINE]["customer"], "name": "<script>1</script> \u202e"}}
    bought = top_up(60, BOUGHT, top_up_id="odd-u", contract_id="odd", pool="care", price="1.00")
    door.all_ok([sign(contract_id="odd", **hostile), bought])
    assert door.see("contracts", limit=1)
    for address in ("/portal/month", DRAFTS, f"{DRAFTS}/odd", f"{DOCUMENTS}/{issued(door, browser, 'odd')}"):
        page = browser.get(address)
        assert page.status_code == 200
        assert "<script>1" not in page.text
