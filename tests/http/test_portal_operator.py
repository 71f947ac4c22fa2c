"""The operator's pages: the day, contracts and what is done to them, promises kept; and the partner's first page."""

import re
from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, browser_of, form_to, forms_of
from tests.http.door import Door, opened
from tests.http.world import OF, OPENED, SIDES, TEN, token
from tests.words import book, dispute, escalate, grant, log_work, open_ticket, reject, respond, sign

HOSTILE = "<script>alert(1)</script> \u202e [/red] & 'x' \"y\""
NOW = "2026-03-10T18:00:00Z"
LATE, SOON = "2026-03-10T16:30:00Z", "2026-03-10T17:50:00Z"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A contract of each side. An hour after its opening a ticket of priority 3 is due to be answered."""
    with opened(database_url, Clock(NOW)) as door:
        for side in SIDES:
            door.all_ok(
                [
                    sign(contract_id=side, **OF[side]),
                    open_ticket(f"{side}-answered", contract_id=side, at=OPENED),
                    respond("2026-02-02T09:30:00Z", f"{side}-answered"),
                    open_ticket(f"{side}-late", contract_id=side, title=HOSTILE, at=LATE),
                    open_ticket(f"{side}-soon", contract_id=side, title="Backups fail", at=SOON),
                    log_work(25, TEN, entry_id=f"{side}-e", ticket_id=f"{side}-answered", note="Restored"),
                ]
            )
        assert door.see("contracts", limit=1), "the views have caught up"
        yield door


@pytest.fixture
def operator(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "operator"))


def seen(browser: Browser, address: str, status: int = 200) -> str:
    """What a page says, once the views have read all that was written."""
    browser.door.see("contracts", limit=1)
    page = browser.get(address)
    assert page.status_code == status, page.text
    assert "<script>alert" not in page.text
    return page.text


def rows_of(page: str, region: str) -> list[str]:
    """The words of each row of a region's table, in their order."""
    part = page.partition(f'id="{region}"')[2].partition("</section>")[0]
    bodies = re.findall(r"<tbody.*?</tbody>", part, re.DOTALL)
    return [
        " ".join(re.sub(r"<[^>]*>", " ", row).split())
        for body in bodies
        for row in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


# -- the day ---------------------------------------------------------------------------------------------------------


def test_what_was_due_first_stands_first_and_what_was_answered_is_gone(operator: Browser) -> None:
    rows = rows_of(seen(operator, "/portal/"), "urgent")
    assert [re.findall(r"(?:mine|anothers|abroad)-\w+", row)[0] for row in rows] == [
        "anothers-late",
        "mine-late",
        "anothers-soon",
        "mine-soon",
    ]
    assert "10 Mar 2026, 18:30 0:30 h ago" in rows[1]
    assert rows[1].endswith("missed its time")
    assert "10 Mar 2026, 19:50 in 0:50 h" in rows[3]
    assert rows[3].endswith("running")


def test_a_ticket_leaves_the_list_when_it_is_answered(door: Door, operator: Browser) -> None:
    door.ok(respond("2026-03-10T17:59:00Z", "mine-late"))
    rows = rows_of(seen(operator, "/portal/urgent"), "urgent")
    assert not [row for row in rows if "mine-late" in row]


def test_an_answer_that_is_dated_ahead_changes_nothing_yet(door: Door, operator: Browser) -> None:
    door.ok(respond("2026-03-11T09:00:00Z", "mine-soon"))
    rows = rows_of(seen(operator, "/portal/urgent"), "urgent")
    assert [row for row in rows if "mine-soon" in row]


def test_a_rejected_ticket_waits_for_nothing(door: Door, operator: Browser) -> None:
    door.ok(reject("2026-03-10T17:58:00Z", "mine-late", reason="Not ours"))
    assert not [row for row in rows_of(seen(operator, "/portal/urgent"), "urgent") if "mine-late" in row]


def test_urgent_tickets_go_on_page_by_page(door: Door, operator: Browser) -> None:
    door.all_ok([open_ticket(f"mine-{n:02}", contract_id="mine", at=LATE) for n in range(20)])
    first = seen(operator, "/portal/urgent")
    (onwards,) = re.findall(r'rel="next" href="([^"]*)"', first)
    last = seen(operator, onwards.replace("&amp;", "&"))
    ids = [re.findall(r"(?:mine|anothers)-\w+", row)[0] for row in rows_of(first, "urgent") + rows_of(last, "urgent")]
    assert len(ids) == len(set(ids)) == 24
    assert len(rows_of(first, "urgent")) == 20


def test_the_region_that_refreshes_itself_is_a_page_of_its_own(operator: Browser) -> None:
    page = seen(operator, "/portal/")
    (address,) = re.findall(r'hx-get="([^"]*)" hx-trigger="every 30s"', page)
    assert rows_of(seen(operator, address), "urgent") == rows_of(page, "urgent")
    assert 'id="clock-mine-late-reaction"' in page, "the link that has the focus is found again"


def test_the_day_has_the_weeks_sessions_disputes_and_credit_that_ends(door: Door, operator: Browser) -> None:
    door.all_ok(
        [
            book(60, "2026-03-11T10:00:00Z", NOW, "mine-s", contract_id="mine"),
            book(60, "2026-03-17T10:00:00Z", NOW, "next-week", contract_id="mine"),
            dispute("mine-e", NOW, by="K", reason="Not us"),
            grant(90, NOW, grant_id="ends", contract_id="mine", pool="care", expires_on="2026-04-01"),
            grant(90, NOW, grant_id="lasts", contract_id="mine", pool="care", expires_on="2026-06-01"),
        ]
    )
    page = seen(operator, "/portal/")
    assert "mine-s" in page
    assert "next-week" not in page
    assert [row.split()[-1] for row in rows_of(page, "disputes")] == ["0:30"]
    assert rows_of(page, "expiring") == ["mine kunde at north ends care 31 Mar 2026 1:30"]
    assert rows_of(seen(operator, "/portal/credit/expiring"), "expiring") == [
        "mine kunde at north ends care 31 Mar 2026 1:30"
    ]


def test_low_credit_is_told_where_less_than_a_quarter_is_left(door: Door, operator: Browser) -> None:
    assert "Nothing here is low on credit." in seen(operator, "/portal/credit/low")
    door.ok(log_work(4_480, TEN, entry_id="much", ticket_id="mine-answered"))
    page = seen(operator, "/portal/credit/low")
    assert re.sub(r"<[^>]*>|\s+", " ", page).count(" mine ") == 1
    assert ">24:50<" in page
    assert ">100:00<" in page


def test_an_auditor_sees_the_same_day_and_no_form(door: Door) -> None:
    browser = browser_of(door, "auditor")
    page = seen(browser, "/portal/")
    assert len(rows_of(page, "urgent")) == 6
    for address in ("/portal/", "/portal/contracts/mine", "/portal/sla"):
        forms = set(re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', seen(browser, address)))
        assert forms == {"/portal/sign-out", "/portal/appearance"}


# -- contracts -------------------------------------------------------------------------------------------------------


def test_contracts_are_narrowed_to_a_customer_and_a_state(operator: Browser) -> None:
    def found(query: str) -> list[str]:
        return re.findall(r'href="/portal/contracts/([^"?]*)"', seen(operator, f"/portal/contracts{query}"))

    assert found("") == ["anothers", "mine"]
    assert found("?customer_id=kunde&state=") == ["mine"]
    assert found("?state=lapsed&customer_id=") == []
    assert found("?state=active") == ["anothers", "mine"]
    for odd in ("?state=odd", "?customer_id=a%20b", "?customer_id=%00", "?cursor=odd", "?page=2"):
        assert operator.get(f"/portal/contracts{odd}").status_code == 422


def test_a_contract_says_its_terms_in_words(operator: Browser) -> None:
    page = seen(operator, "/portal/contracts/mine")
    for told in (
        "kunde at north",
        "haus at north",
        "not allowed by the partner",
        "100:00 hours for each term, which end with it; bought from 1:00 hours on, in steps of 0:10; €60.00 an hour",
        "2:00 hours, where it is moved, cancelled, missed less than 24:00 hours before",
        "First answer, priority 3",
        "1:00 hours, day and night",
        "10 % of the term&#39;s fee",
        "12 months",
    ):
        assert told in page, told
    assert "-late" in page
    assert "mine-answered" in page, "it is answered, and still open"


@pytest.mark.parametrize("unknown", ["anothers", "abroad", "none", "a%20b", "x" * 90, "%00"])
def test_what_a_partner_does_not_serve_is_unknown_to_it(door: Door, unknown: str) -> None:
    browser = Browser(door).signed_in(token(door, "partner"))
    for address in (f"/portal/contracts/{unknown}", f"/portal/contracts/{unknown}/authorise"):
        seen(browser, address, 404)


def test_credit_is_sold_with_its_cost_told_before_and_once(door: Door, operator: Browser) -> None:
    address = "/portal/contracts/mine/top-up"
    form = form_to(operator.get(address), address)
    before = door.count()
    told = operator.send(form, ("word", "cost"), minutes="90")
    assert told.status_code == 200
    assert "Charged: €90.00" in told.text
    assert "Then available in care: 101:00" in told.text
    assert door.count() == before
    again = form_to(told, address)
    assert dict(again.fields)["command_id"] == dict(form.fields)["command_id"]
    assert dict(again.fields)["minutes"] == "90"
    answer, repeated = (operator.send(again) for _ in range(2))
    assert answer.headers["location"].startswith("/portal/contracts/mine?done=top-up.")
    assert "This was recorded already" in repeated.text
    assert door.count() == before + 2, "the credit and its charge, once"
    assert "The credit was sold." in seen(operator, answer.headers["location"])
    assert door.account("mine", "care")["available"] == 6060


def test_what_is_refused_stands_at_its_field_and_what_was_entered_stays(door: Door, operator: Browser) -> None:
    address = "/portal/contracts/mine/top-up"
    form = form_to(operator.get(address), address)
    few = operator.send(form, minutes="15", price="1.00")
    assert few.status_code == 409
    assert "It has to be at least 1:00 hours, in steps of 0:10 hours; 0:15 hours is not." in few.text
    assert 'aria-invalid="true"' in few.text
    assert dict(form_to(few, address).fields)["price"] == "1.00"
    cost = operator.send(form, ("word", "cost"), minutes="15")
    assert (cost.status_code, 'role="alert"' in cost.text.partition("<main")[2]) == (200, False)
    assert "It has to be at least 1:00 hours" in cost.text
    assert operator.send(form, minutes="many").status_code == 422
    assert operator.get("/portal/contracts/mine/odd").status_code == 404


def test_credit_is_given_and_taken_back(door: Door, operator: Browser) -> None:
    address = "/portal/contracts/mine/grant"
    operator.send(form_to(operator.get(address), address), minutes="30", reason=HOSTILE, grant_id="sorry")
    page = seen(operator, "/portal/contracts/mine")
    assert 'href="/portal/contracts/mine/reverse?grant_id=sorry"' in page
    back = "/portal/contracts/mine/reverse"
    form = form_to(operator.get(f"{back}?grant_id=sorry"), back)
    assert dict(form.fields)["grant_id"] == "sorry"
    answer = operator.send(form, reason="Not ours")
    assert "The credit was taken back." in seen(operator, answer.headers["location"])
    assert door.account("mine", "care")["available"] == 5970
    unknown = operator.send(form, grant_id="none", reason="Not ours", command_id="")
    assert unknown.status_code == 404
    assert "There is no credit none." in unknown.text


# -- promises --------------------------------------------------------------------------------------------------------


def test_promises_are_counted_by_priority_and_month_with_figures_in_the_map(operator: Browser) -> None:
    page = seen(operator, "/portal/sla")
    assert "50% of 4 promises were kept." in page
    (drawn,) = re.findall(r'<svg[^>]*class="heat-map".*?</svg>', page, re.DOTALL)
    assert re.findall(r"heat-text[^>]*>([^<]*)<", drawn) == ["100%", "0%"], "each square has its figure in it"
    assert "Priority 3" in drawn
    text = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    assert "First answer 3 2 2 50% 2 0 0" in text
    assert "0% of 2 promises were kept." in seen(operator, "/portal/sla?from=2026-03-01&to=&contract_id=&provider=")
    assert "100% of 1 promises were kept." in seen(operator, "/portal/sla?contract_id=mine&to=2026-02-28")
    assert "No promise was judged in these days." in seen(operator, "/portal/sla?to=2025-12-31")


def test_what_was_missed_leads_to_its_ticket_and_what_is_owed_is_given_once(door: Door, operator: Browser) -> None:
    page = seen(operator, "/portal/sla")
    assert [row.split(" · ")[0].split()[-1] for row in rows_of(page, "missed")] == ["mine-late", "anothers-late"]
    assert 'href="/portal/tickets/mine-late"' in page
    form, _ = [one for one in forms_of(operator.get("/portal/sla")) if one.action == "/portal/sla"]
    before = door.count()
    for _ in range(2):
        given = operator.send(form)
        assert given.headers["location"].startswith("/portal/sla?done=given.")
    assert door.count() == before + 2
    assert "What the terms owe was given." in seen(operator, given.headers["location"])
    other = operator.send(form, command_id="another")
    assert other.status_code == 409
    assert "This was credited already." in other.text


@pytest.mark.parametrize(
    "odd", ["from=2026-03-02&to=2026-03-01", "from=2026-03-02T10:00:00Z", "to=1", "contract_id=a%20b"]
)
def test_days_that_are_none_are_refused_in_words(operator: Browser, odd: str) -> None:
    assert operator.get(f"/portal/sla?{odd}").status_code == 422


def test_a_contract_that_is_not_theirs_is_unknown(door: Door, operator: Browser) -> None:
    assert operator.get("/portal/sla?contract_id=abroad").status_code == 404


# -- a partner -------------------------------------------------------------------------------------------------------


def test_a_partner_sees_what_it_serves_by_level_and_allows_direct_contact(door: Door) -> None:
    door.ok(escalate("L2", "partner", "2026-03-10T17:59:00Z", "mine-late"))
    browser = Browser(door).signed_in(token(door, "partner"))
    page = seen(browser, "/portal/")
    assert "anothers" not in page
    assert "abroad" not in page
    assert sorted(re.findall(r"mine-\w+", " ".join(rows_of(page, "own")))) == ["mine-answered", "mine-soon"]
    assert re.findall(r"mine-\w+", " ".join(rows_of(page, "escalated"))) == ["mine-late"]
    address = "/portal/contracts/mine/authorise"
    answer = browser.send(form_to(browser.get(address), address), by="Petra")
    assert "The provider may speak with the customer directly." in seen(browser, answer.headers["location"])
    assert 'href="/portal/contracts/mine/withdraw"' in seen(browser, "/portal/")
    assert seen(browser, "/portal/contracts/mine/top-up", 403)


def test_no_address_has_a_page_say_what_was_not_done(door: Door, operator: Browser) -> None:
    given = operator.send(
        form_to(operator.get("/portal/contracts/mine/top-up"), "/portal/contracts/mine/top-up"), minutes="90"
    )
    told = given.headers["location"].partition("?")[2]
    assert "The credit was sold." in seen(operator, f"/portal/contracts/mine?{told}")
    for address in (
        "/portal/contracts/mine?done=top-up",
        f"/portal/contracts/anothers?{told}",
        f"/portal/contracts/mine?{told.replace('top-up', 'grant')}",
        f"/portal/contracts/mine?{told}0",
        "/portal/contracts/mine?done=.",
        "/portal/contracts/mine?done=top-up.%C3%A4",
    ):
        assert 'class="banner good"' not in seen(operator, address), address
    another = Browser(door).signed_in(token(door, "operator"))
    assert 'class="banner good"' not in seen(another, f"/portal/contracts/mine?{told}")
    assert "What the terms owe was given." not in seen(operator, "/portal/sla?done=given")
    assert "What the terms owe was given." not in seen(operator, f"/portal/sla?{told.replace('top-up', 'given')}")
