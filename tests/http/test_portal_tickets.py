"""Tickets at the portal: opened with the contract's rules told, followed to the minute, and worked on."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.browsing import Browser, ShownForm, form_to, forms_of
from tests.http.door import Door, opened
from tests.http.world import OF, OPENED, SIDES, TEN, token
from tests.words import hold, log_work, open_ticket, resolve, respond, resume, sign

TICKETS = "/portal/tickets"
HOSTILE = "<script>alert(1)</script> \u202e [/red] & 'x' \"y\""
BUYER = {"customer_id": "kunde", "name": "Kunde", "country": "PL"}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A contract of each side with a ticket, answered and worked on for 25 minutes at steps of 10."""
    with opened(database_url, Clock("2026-03-10T07:00:00Z")) as door:
        for side in SIDES:
            door.all_ok([sign(contract_id=side, **OF[side])])
            door.all_ok([open_ticket(f"{side}-t", contract_id=side, title=f"{HOSTILE} {side}", at=OPENED)])
            door.all_ok([respond("2026-02-02T09:30:00Z", f"{side}-t")])
            door.all_ok([log_work(25, TEN, entry_id=f"{side}-1", ticket_id=f"{side}-t", note=f"Step of {side}")])
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def browser(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "customer"))


@pytest.fixture
def operator(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "operator"))


@pytest.fixture
def published(database_url: str) -> Iterator[Door]:
    """The published plans, asked on 5 May at noon in Warsaw."""
    with opened(database_url, Clock("2026-05-05T10:00:00Z"), catalogue=None) as door:
        yield door


def form_of(page: Response, word: str) -> ShownForm:
    (found,) = [one for one in forms_of(page) if ("word", word) in one.fields]
    return found


def words_of(page: Response) -> set[str]:
    return {value for one in forms_of(page) for name, value in one.fields if name == "word"}


def plain(text: str) -> str:
    """Without tags, spaces as they are read."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?bdi>", "", text))).split())


def rows_of(page: Response, caption: str) -> list[list[str]]:
    """The cells of a table, row by row, its foot too."""
    (table,) = [one for one in re.findall(r"<table.*?</table>", page.text, re.S) if caption in one]
    body = table.partition("</thead>")[2]
    return [
        [plain(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr.*?</tr>", body, re.S)
    ]


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_a_customer_sees_their_tickets_and_nothing_of_others(door: Door, browser: Browser) -> None:
    page = browser.get(TICKETS)
    assert page.status_code == 200
    told = plain(page.text)
    assert "mine-t · mine" in told
    assert "anothers" not in told
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text
    assert "No ticket is closed." in plain(browser.get(f"{TICKETS}?which=closed").text)
    door.ok(resolve("2026-03-10T07:00:00Z", "mine-t"))
    assert door.see("tickets/mine-t")["state"] == "resolved"
    assert "No ticket is open." in plain(browser.get(TICKETS).text)
    assert "mine-t" in browser.get(f"{TICKETS}?which=resolved").text
    assert "mine-t" in browser.get(f"{TICKETS}?as_of=2026-02-03").text, "then it was in work"


def test_a_ticket_shows_its_life_its_time_and_its_clocks(browser: Browser) -> None:
    told = plain(browser.get(f"{TICKETS}/mine-t").text)
    promised = ("First answer ✓ kept", "within 1:00 hours, around the clock", "Due 2 Feb 2026, 11:00")
    for part in (*promised, "Answered · Eva"):
        assert part in told, part
    for part in ("Step of mine", "0:25 0:30", "0:30 from care mine.allotment.1", "Time billed (h:mm) 0:30"):
        assert part in told, part


def test_then_shows_what_was_then_and_offers_nothing(door: Door, browser: Browser) -> None:
    door.ok(resolve("2026-02-04T09:00:00Z", "mine-t"))
    assert door.see("tickets/mine-t")["state"] == "resolved"
    now, then = browser.get(f"{TICKETS}/mine-t"), browser.get(f"{TICKETS}/mine-t?as_of=2026-02-03")
    assert "As of the end of 3 Feb 2026" in plain(then.text)
    assert "Solved" in plain(now.text)
    assert "Solved" not in plain(then.text)
    assert "close" in words_of(now)
    assert words_of(then) == set()
    assert browser.get(f"{TICKETS}/mine-t?as_of=2026-02-01").status_code == 404
    assert browser.get(f"{TICKETS}?as_of=soon").status_code == 422


@pytest.mark.parametrize("unknown", ["anothers-t", "abroad-t", "none"])
def test_anothers_ticket_and_none_are_the_same_unknown_page(door: Door, operator: Browser, unknown: str) -> None:
    browser = Browser(door).signed_in(token(door, "customer"))
    proof = form_to(browser.get(TICKETS), "/portal/sign-out").fields[0]
    before = door.count()
    assert browser.get(f"{TICKETS}/{unknown}").status_code == 404
    assert browser.post(f"{TICKETS}/{unknown}", [proof, ("word", "close")]).status_code == 404
    assert browser.post(f"{TICKETS}/{unknown}/cost", [proof, ("minutes", "5")]).status_code == 404
    assert door.count() == before


# -- the account of a due instant ------------------------------------------------------------------------------------


def test_the_account_of_a_due_instant_is_told_window_by_window(published: Door) -> None:
    """docs/sla.md: opened on Thursday 30 April at 16:30, an hour of support is used up on Monday at 9:30."""
    door = published
    door.all_ok([sign("eurolinux-standard", "2026-01-01", contract_id="c", customer=BUYER)])
    door.ok(open_ticket("t", contract_id="c", channel="email", priority=1, at="2026-04-30T16:30:00+02:00"))
    assert door.see("tickets/t")["state"] == "open"
    browser = Browser(door).signed_in(door.token("customer", provider="eurolinux", customer="kunde"))
    page = browser.get(f"{TICKETS}/t")
    assert rows_of(page, "From the opening until it is due") == [
        ["30 Apr 2026, 16:30", "30 Apr 2026, 17:00", "support hours", "0:30"],
        [
            "30 Apr 2026, 17:00",
            "4 May 2026, 09:00",
            "Fri 1 May 2026: holiday: National Day; Sat 2 May 2026: no support hours; Sun 3 May 2026: holiday: "
            "National Day of the Third of May",
            "–",
        ],
        ["4 May 2026, 09:00", "4 May 2026, 09:30", "support hours", "0:30"],
        ["Due 4 May 2026, 09:30", "", "", "1:00"],
    ]
    assert "within 1:00 support hours" in plain(page.text)


def test_a_wait_is_in_the_account(published: Door) -> None:
    """docs/sla.md: held on Monday at 12:00, resumed on Tuesday at 12:00, due on Thursday at 17:00."""
    door = published
    door.all_ok([sign("easyredmine-basic", "2026-01-01", contract_id="c", customer=BUYER)])
    door.ok(open_ticket("t", contract_id="c", channel="email", priority=3, at="2026-03-02T09:00:00+01:00"))
    door.all_ok([hold("2026-03-02T12:00:00+01:00", "t"), resume("2026-03-03T12:00:00+01:00", "t")])
    assert door.see("tickets/t")["state"] == "in_progress"
    browser = Browser(door).signed_in(door.token("customer", provider="easyredmine", customer="kunde"))
    rows = rows_of(browser.get(f"{TICKETS}/t"), "From the opening until it is due")
    paused = "paused: on hold for the customer, or resolved until reopened"
    assert [row[2:] for row in rows] == [
        ["support hours", "3:00"],
        [paused, "–"],
        ["outside support hours", "–"],
        [paused, "–"],
        ["support hours", "5:00"],
        ["outside support hours", "–"],
        ["support hours", "8:00"],
        ["outside support hours", "–"],
        ["support hours", "8:00"],
        ["", "24:00"],
    ]
    assert rows[-1][0] == "Due 5 Mar 2026, 17:00"


# -- opening ---------------------------------------------------------------------------------------------------------


def test_the_rules_of_the_contract_are_told_beside_the_form(published: Door) -> None:
    door = published
    door.all_ok([sign("easyredmine-basic", "2026-01-01", contract_id="c", customer=BUYER)])
    assert door.see("contracts/c")["state"] == "active"
    browser = Browser(door).signed_in(door.token("customer", provider="easyredmine", customer="kunde"))
    page = browser.get(f"{TICKETS}/new")
    told = plain(page.text)
    for part in (
        "Reported over: Portal, E-mail, Phone.",
        "Phone: only Outage of the cloud",
        "For a call all of these are needed.",
        "within 24:00 support hours",
        "Work on site is not included.",
    ):
        assert part in told, part
    assert 'value="on_site"' not in page.text


def test_a_ticket_is_opened_once(door: Door, browser: Browser) -> None:
    form = form_to(browser.get(f"{TICKETS}/new"), f"{TICKETS}/new?contract_id=mine")
    before = door.count()
    typed = {"title": HOSTILE, "kind": "incident", "channel": "portal", "priority": "2"}
    first, again = browser.send(form, **typed), browser.send(form, **typed)
    assert f'href="{first.headers["location"]}"' in again.text
    assert door.count() == before + 1
    page = browser.follow(first)
    assert "2 – high" in plain(page.text)
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"title": "", "priority": "2"}, "title", "Bitte ausfüllen."),
        ({"title": "x"}, "priority", "Bitte"),
        ({"title": "x", "impact": "high"}, "impact", "Bitte"),
        ({"title": "x", "priority": "2", "contact.email": "nobody"}, "contact.email", "Bitte"),
    ],
)
def test_a_refusal_stands_at_its_field_in_the_readers_language(
    door: Door, browser: Browser, typed: dict[str, str], field: str, said: str
) -> None:
    form = form_to(browser.get(f"{TICKETS}/new"), f"{TICKETS}/new?contract_id=mine")
    before = door.count()
    typed = {"kind": "incident", "channel": "email"} | typed
    answer = browser.post(form.action, [(n, typed.get(n, v)) for n, v in form.fields], accept_language="de")
    assert (answer.status_code, door.count()) == (422, before)
    (error,) = re.findall(f'id="{field}-error">(.*?)</p>', answer.text, re.S)
    assert said in plain(error)
    again = dict(form_to(answer, form.action).fields)
    assert (again["title"], again["kind"]) == (typed["title"], "incident")
    assert again["command_id"] == dict(form.fields)["command_id"]


# -- steps -----------------------------------------------------------------------------------------------------------


def test_a_customer_closes_and_opens_again_and_is_offered_no_more(door: Door, browser: Browser) -> None:
    assert words_of(browser.get(f"{TICKETS}/mine-t")) == set()
    door.ok(resolve("2026-03-10T07:00:00Z", "mine-t"))
    assert door.see("tickets/mine-t")["state"] == "resolved"
    page = browser.get(f"{TICKETS}/mine-t")
    assert words_of(page) == {"close", "reopen"}
    closed = browser.follow(browser.send(form_of(page, "close")))
    assert words_of(closed) == {"reopen"}
    assert "– closed" in plain(closed.text)
    again = browser.follow(browser.send(form_of(closed, "reopen")))
    assert "in progress" in plain(again.text)
    late = browser.send(form_of(closed, "reopen"))
    assert "This was recorded already" in late.text
    other = browser.send(form_of(page, "reopen"))
    assert other.status_code == 409


def test_an_operator_is_offered_what_the_state_allows_and_each_form_is_carried_out(
    door: Door, operator: Browser
) -> None:
    page = operator.get(f"{TICKETS}/mine-t")
    assert words_of(page) == {
        "work", "respond", "call", "hold", "resolve", "reprioritise", "escalate", "reject", "retract",
    }  # fmt: skip
    page = operator.follow(operator.send(form_of(page, "respond"), by="Eva", to="partner"))
    page = operator.follow(operator.send(form_of(page, "reprioritise"), impact="high", urgency="high", reason="Down"))
    assert "1 – critical" in plain(page.text)
    page = operator.follow(operator.send(form_of(page, "hold")))
    assert "resume" in words_of(page)
    page = operator.follow(operator.send(form_of(page, "resume")))
    page = operator.follow(operator.send(form_of(page, "escalate"), to_level="L2", by="partner"))
    page = operator.follow(operator.send(form_of(page, "resolve"), at="2026-03-10T08:00"))
    assert words_of(page) == {"work", "respond", "call", "close", "reopen", "retract"}
    assert "Priority 3 → 1" in plain(page.text)
    refused = operator.send(form_of(page, "respond"), by="")
    assert refused.status_code == 422
    assert 'id="by-error"' in refused.text


def test_a_defect_goes_its_way_and_only_its_next_step_is_offered(door: Door, operator: Browser) -> None:
    door.ok(open_ticket("bug", contract_id="mine", kind="defect", at=OPENED))
    assert door.see("tickets/bug")["defect"]["step"] == "reported"
    defect = {"confirm", "announce", "release"}
    page = operator.get(f"{TICKETS}/bug")
    assert words_of(page) & defect == {"confirm"}
    page = operator.follow(operator.send(form_of(page, "confirm")))
    assert words_of(page) & defect == {"announce", "release"}
    page = operator.follow(operator.send(form_of(page, "announce"), expected_on="2026-04-01", release="4.2"))
    assert "4.2, 2026-04-01" in plain(page.text)
    assert words_of(page) & defect == {"announce", "release"}
    page = operator.follow(operator.send(form_of(page, "release")))
    assert words_of(page) & defect == set()
    assert door.see("tickets/bug")["defect"]["step"] == "released"
    assert words_of(operator.get(f"{TICKETS}/mine-t")) & defect == set(), "an incident has none"


def test_a_step_that_the_ticket_can_miss_is_taken_back(door: Door, operator: Browser) -> None:
    door.all_ok([hold("2026-02-03T09:00:00Z", "mine-t"), resume("2026-02-03T10:00:00Z", "mine-t")])
    assert door.see("tickets/mine-t")["state"] == "in_progress"
    page = operator.get(f"{TICKETS}/mine-t")
    offered = re.findall(r'<option value="(\d+)">([^<]+)', page.text[page.text.index("retract-position") :])
    assert [plain(name).split(" · ")[1] for _, name in offered] == ["Went on", "Answered"], "not the hold before it"
    page = operator.follow(operator.send(form_of(page, "retract"), position=offered[0][0], reason="Not yet"))
    assert "A step was taken back" in plain(page.text)
    assert door.see("tickets/mine-t")["state"] == "waiting"


def test_a_partner_escalates_in_its_own_name(door: Door) -> None:
    partner = Browser(door).signed_in(token(door, "partner"))
    page = partner.get(f"{TICKETS}/mine-t")
    assert words_of(page) == {"respond", "escalate"}
    assert "L1 → L2" in plain(partner.follow(partner.send(form_of(page, "escalate"))).text)


# -- work ------------------------------------------------------------------------------------------------------------


def test_work_says_what_it_would_cost_before_it_is_logged_and_is_logged_once(door: Door, operator: Browser) -> None:
    form = form_of(operator.get(f"{TICKETS}/mine-t"), "work")
    before = door.count()
    asked = operator.send(form, ("only_cost", "yes"), minutes="41")
    assert asked.status_code == 200
    for part in ("0:41 worked, 0:50 billed", "0:50 from mine.allotment.1", "98:40 then available in care"):
        assert part in plain(asked.text), part
    assert door.count() == before
    again = form_of(asked, "work")
    assert dict(again.fields)["entry_id"] == dict(form.fields)["entry_id"]
    answers = [operator.send(again, engineer="Eva") for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 200]
    assert door.account("mine", "care")["consumed"] == 80


def test_the_cost_while_one_types_is_a_part_of_the_page(published: Door) -> None:
    """Row 2 of the worked figures: of 435 minutes billed 15 are beyond the credit, 22.25 EUR."""
    door = published
    door.all_ok([sign("groupios-l", "2026-01-01", contract_id="c", customer=BUYER)])
    door.all_ok([open_ticket("t", contract_id="c"), log_work(50, "2026-05-04T08:00:00Z", ticket_id="t", entry_id="e")])
    assert door.see("tickets/t")["state"] == "in_progress"
    operator = Browser(door).signed_in(door.token("operator", provider="groupios"))
    form = form_of(operator.get(f"{TICKETS}/t"), "work")
    before = door.count()
    fields = [(name, "425" if name == "minutes" else value) for name, value in form.fields]
    part = operator.post(f"{TICKETS}/t/cost", fields, hx_request="true")
    assert part.status_code == 200
    assert part.text.strip().startswith('<div id="cost"')
    told = plain(part.text)
    for said in ("7:05 worked, 7:15 billed", "7:00 from c.allotment.1", "0:15 at €89.00 an hour: €22.25"):
        assert said in told, said
    nothing = operator.post(f"{TICKETS}/t/cost", [(n, "" if n == "minutes" else v) for n, v in form.fields])
    assert nothing.status_code == 200
    assert door.count() == before


def test_who_only_reads_is_refused_in_words(door: Door) -> None:
    auditor = Browser(door).signed_in(token(door, "auditor"))
    page = auditor.get(f"{TICKETS}/mine-t")
    assert words_of(page) == set()
    proof = form_to(page, "/portal/sign-out").fields[0]
    before = door.count()
    for path, word in (("mine-t", "resolve"), ("mine-t/cost", "work")):
        answer = auditor.post(f"{TICKETS}/{path}", [proof, ("word", word), ("minutes", "5"), ("entry_id", "x")])
        assert answer.status_code == 403, path
    assert auditor.get(f"{TICKETS}/new").status_code == 403
    assert door.count() == before
