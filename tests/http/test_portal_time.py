"""Time at the portal: what a customer is shown, and their word on it, which counts once and is told one by one."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.browsing import Browser, ShownForm, form_to, forms_of
from tests.http.door import Door, opened
from tests.http.world import ANOTHERS, MINE, OF, OPENED, SIDES, TEN, token
from tests.words import confirm, issue, log_work, open_ticket, sign

SIGN_IN, TIME = "/portal/sign-in", "/portal/time"
HOSTILE = "<script>alert(1)</script> \u202e [/red] & 'x' \"y\""


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A contract of each side, each with three entries of 25 minutes at steps of 10."""
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        for side in SIDES:
            door.all_ok([sign(contract_id=side, **OF[side])])
            door.all_ok([open_ticket(f"{side}-t", contract_id=side, title="Backups fail", at=OPENED)])
            door.all_ok(
                [
                    log_work(25, TEN, entry_id=f"{side}-{n}", ticket_id=f"{side}-t", note=f"Step {n} of {side}")
                    for n in (1, 2, 3)
                ]
            )
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def browser(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "customer"))


def statuses(door: Door, side: str = MINE) -> list[str]:
    return [one["status"] for one in door.see(f"contracts/{side}/deductions")["items"]]


def list_form(page: Response) -> ShownForm:
    (found,) = [one for one in forms_of(page) if one.action.startswith(TIME)]
    return found


def word_form(page: Response, word: str) -> ShownForm:
    (found,) = [one for one in forms_of(page) if ("word", word) in one.fields]
    return found


def told_one_by_one(page: Response) -> list[tuple[str, bool]]:
    """What came of each that was confirmed at once: its name, and whether it went through."""
    told = re.findall(
        r'<span class="badge (good|bad)">(?:(?!</li>).)*?<span class="name">([^<]*)<', page.text, re.DOTALL
    )
    return [(name.partition(" · ")[0], mark == "good") for mark, name in told]


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_a_customer_sees_what_was_done_for_them_and_nothing_of_others(door: Door, browser: Browser) -> None:
    page = browser.get(TIME)
    assert page.status_code == 200
    for told in (
        "Step 1 of mine",
        "Step 3 of mine",
        "Backups fail",
        "Eva",
        ">0:30<",
        "0:25 worked, 0:30 billed: in steps of 10 minutes",
        "to be confirmed",
    ):
        assert told in page.text
    assert "anothers" not in page.text
    assert "abroad" not in page.text
    assert "3 entries of this page wait for you: 1:30 hours." in page.text
    assert dict(list_form(page).fields)["by"] == "kunde at north"


def test_one_deduction_says_why_it_is_what_it_is(browser: Browser) -> None:
    page = browser.get(f"{TIME}/mine-1")
    assert page.status_code == 200
    for told in ("<h1>Step 1 of mine</h1>", "Backups fail (mine-t)", "in steps of 10 minutes", ">Work done<"):
        assert told in page.text


@pytest.mark.parametrize("unknown", ["anothers-1", "abroad-1", "none", "a%20b", "x" * 90, "%00"])
def test_anothers_and_none_are_the_same_unknown_page(browser: Browser, unknown: str) -> None:
    answers = [browser.get(f"{TIME}/{unknown}")]
    form = word_form(browser.get(f"{TIME}/mine-1"), "confirm")
    answers.append(browser.post(f"{TIME}/{unknown}", form.fields))
    for answer in answers:
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "pending" not in answer.text


def test_a_list_goes_on_page_by_page_and_is_narrowed_by_status(door: Door, browser: Browser) -> None:
    door.all_ok([log_work(25, TEN, entry_id=f"more-{n:02}", ticket_id="mine-t", note="More") for n in range(1, 50)])
    door.ok(confirm("mine-1", by="K"))
    assert door.see("contracts", limit=1)
    page = browser.get(TIME)
    assert len(re.findall(r'href="/portal/time/', page.text)) == 50
    (onwards,) = re.findall(r'rel="next" href="([^"]*)"', page.text)
    last = browser.get(onwards.replace("&amp;", "&"))
    assert len(re.findall(r'href="/portal/time/', last.text)) == 2
    assert 'rel="next"' not in last.text
    confirmed = browser.get(f"{TIME}?status=confirmed")
    assert len(re.findall(r'href="/portal/time/', confirmed.text)) == 1
    assert browser.get(f"{TIME}?status=odd").status_code == 422
    assert browser.get(f"{TIME}?cursor=odd").status_code == 422
    answer = browser.send(list_form(last), ("one", "mine-2"))
    assert told_one_by_one(answer) == [("mine-2", True)], "the form is of the page that it stands on"


def test_the_newest_stands_first_and_nothing_is_shown_twice_or_left_out(door: Door, browser: Browser) -> None:
    door.all_ok([sign(contract_id="mine-2nd", **OF[MINE]), open_ticket("second-t", contract_id="mine-2nd", at=OPENED)])
    door.all_ok([log_work(10, TEN, entry_id=f"second-{n:02}", ticket_id="second-t") for n in range(60)])
    assert door.see("contracts", limit=1)
    found, address = [], TIME
    while address:
        page = browser.get(address)
        found += re.findall(r'href="/portal/time/([^"]*)"', page.text)
        following = re.findall(r'rel="next" href="([^"]*)"', page.text)
        address = following[0].replace("&amp;", "&") if following else ""
    newest_first = [f"second-{n:02}" for n in reversed(range(60))]
    assert found == [*newest_first, "mine-3", "mine-2", "mine-1"]
    of_one = browser.get(f"{TIME}?contract_id=mine").text
    assert re.findall(r'href="/portal/time/([^"]*)"', of_one) == ["mine-3", "mine-2", "mine-1"]
    assert browser.get(f"{TIME}?contract_id=anothers").text.count('href="/portal/time/') == 0


def test_a_past_day_is_shown_as_it_was_and_offers_nothing(door: Door, browser: Browser) -> None:
    door.ok(confirm("mine-1", by="K"))
    assert door.see("contracts", limit=1)
    then = browser.get(f"{TIME}?as_of=2026-02-02")
    assert "As of the end of 2 Feb 2026" in then.text
    assert then.text.count("to be confirmed<") == 3
    assert 'name="one"' not in then.text
    assert browser.get(f"{TIME}?as_of=2026-02-01").text.count('href="/portal/time/') == 0
    assert browser.get(f"{TIME}?as_of=soon").status_code == 422


def test_from_a_past_day_a_deduction_is_reached_as_it_was_then(door: Door, browser: Browser) -> None:
    door.ok(confirm("mine-1", by="Karla"))
    assert door.see("contracts", limit=1)
    own = f"{TIME}/mine-1?as_of=2026-02-02"
    for address in (f"{TIME}?as_of=2026-02-02", "/portal/statements/mine?as_of=2026-02-02"):
        assert f'href="{own}"' in browser.get(address).text
    assert f'href="{own}"' in browser.get("/portal/tickets/mine-t?as_of=2026-02-02").text
    then = browser.get(own).text
    assert "As of the end of 2 Feb 2026" in then
    assert "to be confirmed" in then
    assert "Karla" not in then
    assert 'name="word"' not in then
    assert "from=2026-02-02&amp;to=2026-02-02&amp;as_of=2026-02-02#of-mine-1" in then
    assert "Karla" in browser.get(f"{TIME}/mine-1").text
    assert browser.get(f"{TIME}/mine-1?as_of=2026-02-01").status_code == 404
    assert browser.get(f"{TIME}/mine-1?as_of=soon").status_code == 422


def test_pools_are_called_as_the_catalogue_calls_them_in_the_readers_language(door: Door, browser: Browser) -> None:
    for language, said in (("de", "aus Betreuung"), ("sk", "z: starostlivosť"), ("en", "from care")):
        for address in (TIME, f"{TIME}/mine-1"):
            assert said in browser.get(address, accept_language=language).text


def test_a_line_leads_to_its_place_in_the_statement_and_on_the_invoice(door: Door, browser: Browser) -> None:
    door.ok(issue(MINE, "2026-02-28", issued_on="2026-03-02"))
    assert door.see("contracts", limit=1)
    for address in (TIME, f"{TIME}/mine-1"):
        page = browser.get(address).text
        assert 'href="/portal/statements/mine?from=2026-02-02&amp;to=2026-02-02#of-mine-1"' in page
        assert 'href="/portal/documents/NO-2026-00001"' in page
    partner = Browser(door).signed_in(token(door, "partner")).get(TIME).text
    assert "NO-2026-00001" in partner
    assert 'href="/portal/documents/' not in partner, "a partner sees no document (M2)"


def test_hostile_texts_are_texts(door: Door, browser: Browser) -> None:
    door.all_ok(
        [
            open_ticket("odd-t", contract_id=MINE, title=HOSTILE, at=OPENED),
            log_work(25, TEN, entry_id="odd", ticket_id="odd-t", note=HOSTILE),
        ]
    )
    assert door.see("contracts", limit=1)
    for page in (browser.get(TIME), browser.get(f"{TIME}/odd")):
        assert "<script>" not in page.text
        assert "\u202e" not in page.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


# -- the word --------------------------------------------------------------------------------------------------------


def test_one_some_and_all_are_confirmed_and_told_one_by_one(door: Door, browser: Browser) -> None:
    answer = browser.send(list_form(browser.get(TIME)), ("one", "mine-2"), by="Karla")
    assert answer.status_code == 200
    assert told_one_by_one(answer) == [("mine-2", True)]
    assert statuses(door) == ["pending", "confirmed", "pending"]
    answer = browser.send(list_form(answer), ("deduction_id", "mine-1"), ("chosen", "yes"))
    assert statuses(door) == ["confirmed", "confirmed", "pending"]
    answer = browser.send(list_form(answer), ("all", "yes"))
    assert statuses(door) == ["confirmed"] * 3
    assert statuses(door, ANOTHERS) == ["pending"] * 3
    assert ("all", "yes") not in list_form(answer).buttons
    told = [one for one in door.events() if one["type"] == "DeductionConfirmed"]
    assert [(one["role"], one["data"].get("on_behalf", False)) for one in told] == [("customer", False)] * 3
    assert told[0]["data"]["by"] == "Karla"


def test_of_many_at_once_each_is_told_whether_it_went_through(door: Door, browser: Browser) -> None:
    form = list_form(browser.get(TIME))
    door.ok(confirm("mine-2", by="K"))
    answer = browser.send(form, ("all", "yes"))
    assert answer.status_code == 200
    assert told_one_by_one(answer) == [("mine-3", True), ("mine-2", False), ("mine-1", True)]
    assert "The deduction is confirmed; it does not wait for" in answer.text
    assert statuses(door) == ["confirmed"] * 3


def test_anothers_deduction_in_a_form_is_unknown(door: Door, browser: Browser) -> None:
    form = list_form(browser.get(TIME))
    answer = browser.post(TIME, [*form.fields, ("deduction_id", "anothers-1"), ("deduction_id", "mine-1")])
    assert answer.status_code == 200
    assert told_one_by_one(answer) == [("anothers-1", False), ("mine-1", True)]
    assert "There is no deduction anothers-1." in answer.text
    alone = browser.post(TIME, [*form.fields, ("deduction_id", "anothers-1")])
    assert alone.status_code == 404
    assert statuses(door, ANOTHERS) == ["pending"] * 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Please fill this in."),
        (" ", "Please fill this in."),
        ("K" * 201, "At most 200 letters, please."),
        ("\x07", "Please leave out characters that nobody sees."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    door: Door, browser: Browser, name: str, words: str
) -> None:
    answer = browser.send(list_form(browser.get(TIME)), ("all", "yes"), by=name)
    assert answer.status_code == 422
    assert words in answer.text
    form = word_form(browser.get(f"{TIME}/mine-1"), "dispute")
    answer = browser.send(form, by=name, reason="\nNobody was\nthere")
    assert (answer.status_code, words in answer.text) == (422, True)
    again = dict(word_form(answer, "dispute").fields)
    assert again["reason"] == "\nNobody was\nthere"
    assert again["command_id"] == dict(form.fields)["command_id"]
    assert 'aria-invalid="true"' in answer.text
    assert statuses(door) == ["pending"] * 3
    assert browser.send(list_form(browser.get(TIME)), ("chosen", "yes")).status_code == 422


def test_a_dispute_says_why_and_what_was_answered_is_answered_no_more(door: Door, browser: Browser) -> None:
    page = browser.get(f"{TIME}/mine-1")
    disputed = word_form(page, "dispute")
    answer = browser.send(disputed, reason="Nobody was\r\nthere", by="Karla")
    assert answer.headers["location"] == f"{TIME}/mine-1"
    after = browser.follow(answer)
    assert "Nobody was\nthere" in after.text
    assert "disputed" in after.text
    assert statuses(door) == ["disputed", "pending", "pending"]
    late = browser.send(word_form(page, "confirm"), by="Karla")
    assert late.status_code == 409
    assert 'role="alert"' in late.text
    assert browser.post(f"{TIME}/mine-2", [*disputed.fields[:2], ("word", "odd")]).status_code == 422


# -- once ------------------------------------------------------------------------------------------------------------


def test_what_is_sent_twice_is_carried_out_once(door: Door, browser: Browser) -> None:
    form = list_form(browser.get(TIME))
    before = door.count()
    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(lambda _: browser.send(form, ("one", "mine-1")), range(4)))
    assert {one.status_code for one in answers} == {200}
    assert all(told_one_by_one(one) == [("mine-1", True)] for one in answers)
    assert door.count() == before + 1
    answer = browser.send(form, ("all", "yes"))
    assert ("mine-1", True) in told_one_by_one(answer), "the same form, with more of it chosen"
    assert door.count() == before + 3


def test_a_dispute_sent_twice_is_one(door: Door, browser: Browser) -> None:
    form = word_form(browser.get(f"{TIME}/mine-1"), "dispute")
    before = door.count()
    assert [browser.send(form, reason="Why", by="K").status_code for _ in range(2)] == [303, 303]
    assert door.count() == before + 1


# -- a sign-in that ended --------------------------------------------------------------------------------------------


def test_what_was_written_when_the_sign_in_ended_is_kept_and_sent_by_a_button(door: Door, browser: Browser) -> None:
    form = word_form(browser.get(f"{TIME}/mine-1"), "dispute")
    door.clock.put("2026-03-11T06:00:00Z")  # type: ignore[attr-defined]
    reason = f"{HOSTILE}\nüñî  twice"
    page = browser.send(form, reason=reason, by="Karla")
    assert page.status_code == 401
    assert "What you wrote is kept" in page.text
    wrong = browser.send(form_to(page, SIGN_IN), token="wrong")
    assert wrong.status_code == 401
    again = browser.send(form_to(wrong, SIGN_IN), token=token(door, "customer"))
    assert again.status_code == 200
    assert statuses(door) == ["pending"] * 3, "nothing is sent by itself"
    shown = form_to(again, f"{TIME}/mine-1")
    assert dict(shown.fields)["reason"] == reason
    assert "<script>" not in again.text
    browser.follow(browser.send(shown))
    assert statuses(door) == ["disputed", "pending", "pending"]
    (told,) = [one for one in door.events() if one["type"] == "DeductionDisputed"]
    assert told["data"]["reason"] == reason


def test_what_somebody_else_wrote_before_is_theirs_to_send(door: Door, browser: Browser) -> None:
    """Whoever signs in at the same browser sees it, and what they do not see in the ledger they cannot answer."""
    form = list_form(browser.get(f"{TIME}?status=pending"))
    door.clock.put("2026-03-11T06:00:00Z")  # type: ignore[attr-defined]
    page = browser.send(form, ("deduction_id", "mine-1"), ("deduction_id", "mine-2"), ("chosen", "yes"))
    other = door.token("customer", provider="north", customer="nachbar")
    shown = browser.send(form_to(page, SIGN_IN), token=other)
    answer = browser.send(form_to(shown, f"{TIME}?status=pending"))
    assert answer.status_code == 404
    assert statuses(door) == ["pending"] * 3


def test_a_form_of_the_sign_in_before_is_shown_again_and_not_carried_out(door: Door, browser: Browser) -> None:
    form = word_form(browser.get(f"{TIME}/mine-1"), "dispute")
    browser.signed_in(token(door, "customer"))
    page = browser.send(form, reason="Why", by="K")
    assert page.status_code == 403
    assert statuses(door) == ["pending"] * 3
    browser.follow(browser.send(form_to(page, f"{TIME}/mine-1")))
    assert statuses(door) == ["disputed", "pending", "pending"]


def test_who_may_not_speak_for_the_customer_is_offered_nothing_and_refused_in_words(door: Door) -> None:
    browser = Browser(door).signed_in(token(door, "auditor"))
    page, own = browser.get(TIME), browser.get(f"{TIME}/mine-1")
    assert page.status_code == own.status_code == 200
    assert "Confirm" not in page.text + own.text
    proof = form_to(page, "/portal/sign-out").fields[0]
    answer = browser.post(f"{TIME}/mine-1", [proof, ("word", "confirm"), ("by", "K")])
    assert answer.status_code == 403
    assert "Your access does not allow this." in answer.text
    assert statuses(door) == ["pending"] * 3


def test_what_is_sent_again_is_told_by_its_title_though_it_left_the_list(browser: Browser) -> None:
    address = f"{TIME}?status=pending"
    form = list_form(browser.get(address))
    first, again = (browser.send(form, ("all", "yes")) for _ in range(2))
    for answer in (first, again):
        assert answer.status_code == 200
        assert [f"mine-{n} · Step {n} of mine" in answer.text for n in (1, 2, 3)] == [True] * 3


def test_the_title_of_anothers_entry_is_not_told(browser: Browser) -> None:
    form = list_form(browser.get(TIME))
    answer = browser.post(TIME, [*form.fields, ("deduction_id", "anothers-1"), ("deduction_id", "mine-1")])
    assert "mine-1 · Step 1 of mine" in answer.text
    assert "Step 1 of anothers" not in answer.text


def test_what_was_ticked_stays_where_the_name_is_refused_and_nothing_ticked_is_told_there(browser: Browser) -> None:
    form = list_form(browser.get(TIME))
    none = browser.send(form, by="Ola")
    assert none.status_code == 422
    assert none.text.count('id="deduction_id"') == none.text.count('id="deduction_id-error"') == 1
    assert 'href="#deduction_id"' in none.text
    assert dict(list_form(none).fields)["by"] == "Ola"
    refused = browser.send(form, ("deduction_id", "mine-2"), by="x" * 201)
    assert refused.status_code == 422
    assert re.findall(r'name="deduction_id" value="([^"]*)" checked', refused.text) == ["mine-2"]
