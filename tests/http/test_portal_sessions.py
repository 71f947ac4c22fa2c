"""Sessions at the portal: booked, moved and cancelled by the customer, who is told beforehand what a change costs."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from tests.clock import Clock
from tests.http.asgi import Response
from tests.http.browsing import Browser, ShownForm, form_to, forms_of
from tests.http.door import Door, opened
from tests.http.world import OF, OPENED, SIDES, token
from tests.words import book, move, open_ticket, sign

SESSIONS = "/portal/sessions"
IN_TIME, LATE = "2026-03-10T09:00:00Z", "2026-03-10T09:00:01Z"
HOSTILE = "<script>alert(1)</script> \u202e [/red] & 'x' \"y\""


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A contract of each side with a session on 11 March at 10:00 in Berlin, for two hours; notice is a day."""
    with opened(database_url, Clock("2026-03-10T07:00:00Z")) as door:
        for side in SIDES:
            door.all_ok([sign(contract_id=side, **OF[side])])
            door.all_ok([open_ticket(f"{side}-t", contract_id=side, title=HOSTILE, at=OPENED)])
            door.ok(book(120, "2026-03-11T09:00:00Z", contract_id=side, session_id=f"{side}-s", ticket_id=f"{side}-t"))
        assert door.see("contracts", limit=1)
        yield door


@pytest.fixture
def browser(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "customer"))


def form_of(page: Response, word: str) -> ShownForm:
    (found,) = [one for one in forms_of(page) if ("word", word) in one.fields]
    return found


def plain(page: Response) -> str:
    """The page without its tags, spaces as they are read."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?bdi>", "", page.text))).split())


# -- what is shown ---------------------------------------------------------------------------------------------------


def test_a_customer_sees_their_sessions_by_week_and_nothing_of_others(browser: Browser) -> None:
    page = browser.get(SESSIONS)
    assert page.status_code == 200
    told = plain(page)
    assert "Week of Mon 9 Mar 2026" in told
    assert "11 Mar 2026, 10:00 " in told
    assert "(Europe/Berlin)" in told
    assert "anothers" not in told
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text
    assert "No session was booked" not in told
    assert "There was no session in the last 90 days." in plain(browser.get(f"{SESSIONS}?which=past"))
    assert "11 Mar 2026, 10:00 " in plain(browser.get(f"{SESSIONS}?which=all"))


@pytest.mark.parametrize("unknown", ["anothers-s", "abroad-s", "none"])
def test_anothers_session_and_none_are_the_same_unknown_page(door: Door, browser: Browser, unknown: str) -> None:
    form = form_of(browser.get(f"{SESSIONS}/mine-s"), "cancel")
    before = door.count()
    assert browser.get(f"{SESSIONS}/{unknown}").status_code == 404
    assert browser.post(f"{SESSIONS}/{unknown}", form.fields).status_code == 404
    assert browser.get(f"{SESSIONS}/new?contract_id={unknown}").status_code == 404
    assert door.count() == before


# -- the penalty, said before it costs -------------------------------------------------------------------------------


def test_until_the_notice_is_over_a_move_is_free_and_says_until_when(door: Door, browser: Browser) -> None:
    door.clock.put(IN_TIME)  # type: ignore[attr-defined]
    page = browser.get(f"{SESSIONS}/mine-s")
    assert "Moving is free until 10 Mar 2026, 10:00; then it costs 2:00 hours." in plain(page)
    moved = browser.follow(browser.send(form_of(page, "move"), starts_at="2026-03-12T14:30"))
    assert "Session on 12 Mar 2026, 14:30" in plain(moved)
    assert door.account("mine", "care")["consumed"] == 0
    (told,) = [one for one in door.events() if one["type"] == "SessionMoved"]
    assert (told["data"]["starts_at"], told["data"]["by"]) == ("2026-03-12T13:30:00Z", "customer")


@pytest.mark.parametrize(
    ("word", "said", "button", "left"),
    [
        ("move", "Moving now costs 2:00 hours; until 10 Mar 2026, 10:00 it was free.", "Move for 2:00 hours", "96:00"),
        (
            "cancel",
            "Cancelling now costs 2:00 hours; until 10 Mar 2026, 10:00 it was free.",
            "Cancel for 2:00 hours",
            "98:00",
        ),
    ],
)
def test_a_late_change_says_what_it_costs_and_costs_only_once_accepted(
    door: Door, browser: Browser, word: str, said: str, button: str, left: str
) -> None:
    page = browser.get(f"{SESSIONS}/mine-s")
    door.clock.put(LATE)  # type: ignore[attr-defined]
    assert said in plain(browser.get(f"{SESSIONS}/mine-s"))
    before = door.count()
    typed = {"starts_at": "2026-03-12T14:30"} if word == "move" else {}
    asked = browser.send(form_of(page, word), **typed)  # the page was shown while it was free
    assert (asked.status_code, door.count()) == (200, before)
    told = plain(asked)
    for part in (said, button, "2:00 billed", "2:00 from mine.allotment.1", f"{left} then available in care"):
        assert part in told, part
    accepted = form_of(asked, word)
    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(lambda _: browser.send(accepted), range(4)))
    assert {one.status_code for one in answers} == {303}
    assert door.account("mine", "care")["consumed"] == 120
    assert len([one for one in door.events() if one["type"] == "LateChangePenaltyDeducted"]) == 1
    assert "with a penalty" in plain(browser.get(f"{SESSIONS}/mine-s"))


@pytest.mark.parametrize(("word", "name"), [("move", "Moving"), ("cancel", "Cancelling")])
def test_what_was_never_free_is_not_said_to_have_been(door: Door, browser: Browser, word: str, name: str) -> None:
    """Booked, or moved, to a time whose notice had begun already."""
    said = f"{name} costs 2:00 hours: when this time was booked, the notice had begun already."
    door.ok(book(120, "2026-03-11T06:00:00Z", contract_id="mine", session_id="soon"))
    assert door.see("contracts", limit=1)
    page = browser.get(f"{SESSIONS}/soon")
    assert said in plain(page)
    assert "it was free" not in plain(page)
    typed = {"starts_at": "2026-03-12T14:30"} if word == "move" else {}
    assert said in plain(browser.send(form_of(page, word), **typed))
    assert said not in plain(browser.get(f"{SESSIONS}/mine-s"))
    door.ok(move("2026-03-11T06:30:00Z", session_id="mine-s"))
    assert door.see("contracts", limit=1)
    assert said in plain(browser.get(f"{SESSIONS}/mine-s"))


def test_a_penalty_that_was_not_said_is_not_accepted(door: Door, browser: Browser) -> None:
    form = form_of(browser.get(f"{SESSIONS}/mine-s"), "cancel")
    door.clock.put(LATE)  # type: ignore[attr-defined]
    before = door.count()
    for accepted in ("0", "119", "-5", "x", "9" * 12, "²"):
        answer = browser.post(form.action, [*form.fields, ("accepted", accepted)])
        assert (answer.status_code, door.count()) == (200, before), accepted


def test_a_customer_speaks_as_the_customer_whatever_a_form_says(door: Door, browser: Browser) -> None:
    form = form_of(browser.get(f"{SESSIONS}/mine-s"), "cancel")
    door.clock.put(LATE)  # type: ignore[attr-defined]
    asked = browser.post(form.action, [*form.fields, ("by", "provider")])
    assert "Cancelling now costs" in plain(asked)


def test_after_its_start_nothing_is_offered_to_a_customer(door: Door, browser: Browser) -> None:
    door.clock.put("2026-03-11T08:59:59Z")  # type: ignore[attr-defined]
    form = form_of(browser.signed_in(token(door, "customer")).get(f"{SESSIONS}/mine-s"), "cancel")
    door.clock.put("2026-03-11T09:00:01Z")  # type: ignore[attr-defined]
    page = browser.get(f"{SESSIONS}/mine-s")
    assert [one for one in forms_of(page) if one.action.startswith(SESSIONS)] == []
    late = browser.send(form)
    assert late.status_code == 409
    assert "The session began at 11 Mar 2026, 10:00 (Europe/Berlin); it can't be changed any more." in plain(late)


# -- booking ---------------------------------------------------------------------------------------------------------


def test_a_session_is_booked_in_the_contracts_time_once(door: Door, browser: Browser) -> None:
    page = browser.get(f"{SESSIONS}/new")
    told = plain(page)
    assert "98:00 hours available in care" in told
    assert "Moving or cancelling less than 24:00 hours before costs 2:00 hours." in told
    form = form_to(page, f"{SESSIONS}/new?contract_id=mine")
    before = door.count()
    typed = {"starts_at": "2026-04-01T09:00", "estimate_minutes": "90", "ticket_id": "mine-t"}
    first, again = browser.send(form, **typed), browser.send(form, **typed)
    assert f'href="{first.headers["location"]}"' in again.text
    assert "Session on 1 Apr 2026, 09:00" in plain(browser.follow(first))
    booked = [one for one in door.events() if one["type"] == "SessionBooked"][-1]["data"]
    assert (booked["starts_at"], booked["estimate_minutes"]) == ("2026-04-01T07:00:00Z", 90)
    assert door.count() > before
    assert door.account("mine", "care")["reserved"] == 210


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"starts_at": "", "estimate_minutes": "60"}, "starts_at", "Bitte ausfüllen."),
        ({"starts_at": "soon", "estimate_minutes": "60"}, "starts_at", "Bitte geben Sie Tag und Uhrzeit an."),
        ({"starts_at": "2026-03-29T02:30", "estimate_minutes": "60"}, "starts_at", "Diese Uhrzeit gibt es nicht"),
        (
            {"starts_at": "2026-04-01T09:00", "estimate_minutes": "long"},
            "estimate_minutes",
            "Bitte Minuten eingeben, oder Stunden wie 1:30.",
        ),
        ({"starts_at": "2026-04-01T09:00", "estimate_minutes": "6000"}, "estimate_minutes", "es fehlen 2:00 Stunden"),
    ],
)
def test_a_refusal_stands_at_its_field_in_the_readers_language(
    door: Door, browser: Browser, typed: dict[str, str], field: str, said: str
) -> None:
    form = form_to(browser.get(f"{SESSIONS}/new"), f"{SESSIONS}/new?contract_id=mine")
    before = door.count()
    kept = [(name, typed.get(name, value)) for name, value in form.fields]
    answer = browser.post(form.action, kept, accept_language="de")
    assert answer.status_code in (409, 422)
    assert door.count() == before
    (error,) = re.findall(f'id="{field}-error">(.*?)</p>', answer.text, re.S)
    assert said in re.sub(r"<[^>]*>", "", error)
    again = dict(form_to(answer, f"{SESSIONS}/new?contract_id=mine").fields)
    assert again["estimate_minutes"] == typed["estimate_minutes"]
    assert again["command_id"] == dict(form.fields)["command_id"]


# -- operators -------------------------------------------------------------------------------------------------------


def test_an_operator_completes_a_session_with_the_cost_said_before(door: Door) -> None:
    door.clock.put("2026-03-11T12:00:00Z")  # type: ignore[attr-defined]
    operator = Browser(door).signed_in(token(door, "operator"))
    form = form_of(operator.get(f"{SESSIONS}/mine-s"), "complete")
    before = door.count()
    asked = operator.send(form, ("only_cost", "yes"), minutes="95", engineer="Eva")
    assert door.count() == before
    assert "1:35 worked, 1:40 billed" in plain(asked)
    operator.follow(operator.send(form_of(asked, "complete")))
    assert door.account("mine", "care")["consumed"] == 100


def test_a_no_show_says_its_penalty_before(door: Door) -> None:
    door.clock.put("2026-03-11T12:00:00Z")  # type: ignore[attr-defined]
    operator = Browser(door).signed_in(token(door, "operator"))
    page = operator.get(f"{SESSIONS}/mine-s")
    assert "Who does not appear is deducted 2:00 hours." in plain(page)
    asked = operator.send(form_of(page, "missed"))
    assert "Record that the customer did not appear?" in plain(asked)
    operator.follow(operator.send(form_of(asked, "missed")))
    assert door.account("mine", "care")["consumed"] == 120


def test_what_has_begun_is_cancelled_in_the_providers_name(door: Door) -> None:
    door.clock.put("2026-03-11T12:00:00Z")  # type: ignore[attr-defined]
    operator = Browser(door).signed_in(token(door, "operator"))
    form = form_of(operator.get(f"{SESSIONS}/mine-s"), "cancel")
    assert ("by", "provider") in form.fields
    assert operator.send(form).status_code == 303
    assert door.account("mine", "care")["consumed"] == 0


def test_who_only_reads_is_offered_nothing_and_refused_in_words(door: Door) -> None:
    auditor = Browser(door).signed_in(token(door, "auditor"))
    page = auditor.get(f"{SESSIONS}/mine-s")
    assert [one for one in forms_of(page) if one.action.startswith(SESSIONS)] == []
    assert f"{SESSIONS}/new" not in auditor.get(SESSIONS).text
    proof = form_to(page, "/portal/sign-out").fields[0]
    answer = auditor.post(f"{SESSIONS}/mine-s", [proof, ("word", "cancel"), ("by", "customer")])
    assert answer.status_code == 403
    assert auditor.get(f"{SESSIONS}/new").status_code == 403
