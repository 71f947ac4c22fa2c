"""What a page names is called by its name and leads there: choices, what is held back, what a month's checks count."""

import re
from collections.abc import Iterator

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, browser_of, forms_of
from tests.http.door import Door, opened
from tests.http.world import ANOTHERS, MINE, OF, OPENED, SIDES, TEN, token
from tests.words import book, close_month, complete, dispute, issue, log_work, open_ticket, sign

NOW = "2026-03-10T18:00:00Z"


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """A contract of each side with an entry of 25 minutes."""
    with opened(database_url, Clock(NOW)) as door:
        for side in SIDES:
            door.all_ok(
                [
                    sign(contract_id=side, **OF[side]),
                    open_ticket(f"{side}-t", contract_id=side, title="Backups fail", at=OPENED),
                    log_work(25, TEN, entry_id=f"{side}-e", ticket_id=f"{side}-t", note=f"Restored for {side}"),
                ]
            )
        yield door


@pytest.fixture
def finance(door: Door) -> Browser:
    return Browser(door).signed_in(token(door, "finance"))


def seen(browser: Browser, address: str, status: int = 200) -> str:
    browser.door.see("contracts", limit=1)
    page = browser.get(address)
    assert page.status_code == status, page.text
    return page.text


def options_of(page: str, field: str) -> list[str]:
    """The words that may be chosen in a field."""
    chosen = page.partition(f'name="{field}"')[2].partition("</select>")[0]
    return [" ".join(one.split()) for one in re.findall(r"<option[^>]*>([^<]*)<", chosen)]


# -- promises kept ---------------------------------------------------------------------------------------------------


def test_promises_are_narrowed_by_choice(door: Door) -> None:
    page = seen(browser_of(door, "admin"), "/portal/sla")
    assert options_of(page, "contract_id")[1:] == [
        "abroad · kunde at south",
        "anothers · nachbar at north",
        "mine · kunde at north",
    ]
    assert {"North", "South"} <= {*options_of(page, "provider")}
    own = seen(Browser(door).signed_in(token(door, "operator")), "/portal/sla")
    assert options_of(own, "contract_id")[1:] == ["anothers · nachbar at north", "mine · kunde at north"]
    assert 'name="provider"' not in own, "it has but one"


def test_an_unknown_provider_is_told_at_its_field(door: Door) -> None:
    page = seen(browser_of(door, "admin"), "/portal/sla?provider=nobody", 422)
    assert 'id="asked-provider-error"' in page
    assert "north, " in page
    assert "No promise was judged" not in page, "nothing is narrowed by it"


def test_an_unknown_contract_is_told_at_its_field(door: Door) -> None:
    operator = Browser(door).signed_in(token(door, "operator"))
    for other in ("abroad", "nowhere"):
        page = seen(operator, f"/portal/sla?contract_id={other}", 404)
        assert f"There is no contract {other}." in page
        assert 'id="asked-contract_id-error"' in page
        assert 'action="/portal/sla?contract_id=' not in page, "what is given there is of what is shown"


# -- drafts and closing ----------------------------------------------------------------------------------------------


def test_what_a_dispute_holds_back_is_a_link_by_its_name(door: Door, finance: Browser) -> None:
    door.ok(dispute(f"{MINE}-e", NOW, by="K", reason="Not us"))
    page = seen(finance, f"/portal/drafts/{MINE}")
    held = page.partition('id="held"')[2].partition("</section>")[0]
    assert re.findall(r'<a href="([^"]*)">([^<]*)</a>', held) == [
        (f"/portal/time/{MINE}-e", f"Restored for {MINE}"),
        (f"/portal/time?status=disputed&amp;contract_id={MINE}", "All that is disputed"),
    ]


def test_a_session_without_a_note_is_called_by_its_start_where_it_is_but_named(door: Door, finance: Browser) -> None:
    starts_at = "2026-03-09T09:00:00Z"  # 10:00 in its zone
    booked = book(60, starts_at, "2026-03-02T09:00:00Z", "mine-s", contract_id=MINE)
    door.all_ok([booked, complete(60, "2026-03-09T10:00:00Z", session_id="mine-s")])
    assert door.see("contracts", limit=1)
    customer = Browser(door).signed_in(token(door, "customer"))
    (form,) = [one for one in forms_of(customer.get("/portal/time")) if one.action.startswith("/portal/time")]
    answer = customer.send(form, ("one", "mine-s"))
    assert '<span class="name">mine-s · Session on 9 Mar 2026, 10:00</span>' in answer.text

    door.all_ok(
        [
            book(60, "2026-03-10T08:00:00Z", "2026-03-02T09:00:00Z", "mine-u", contract_id=MINE),
            complete(60, "2026-03-10T09:00:00Z", session_id="mine-u"),
            dispute("mine-u", NOW, by="K", reason="Not us"),
        ]
    )
    held = seen(finance, f"/portal/drafts/{MINE}").partition('id="held"')[2].partition("</section>")[0]
    assert '<a href="/portal/time/mine-u">Session on 10 Mar 2026, 09:00</a>' in held


def test_the_checks_of_a_month_lead_to_what_waits_at_its_provider(door: Door) -> None:
    door.all_ok([dispute(f"{side}-e", NOW, by="K", reason="Not us") for side in (ANOTHERS, "abroad")])
    admin = browser_of(door, "admin")
    page = seen(admin, "/portal/periods/north/2026-02")
    (address,) = re.findall(r'href="(/portal/unanswered\?status=disputed[^"]*)"', page)
    listed = seen(admin, address.replace("&amp;", "&"))
    assert f"/portal/time/{ANOTHERS}-e" in listed
    assert "/portal/time/abroad-e" not in listed
    assert seen(admin, "/portal/unanswered?status=disputed").count("/portal/time/abroad-e") == 1


def test_sums_of_months_have_columns_where_a_month_is_closed(door: Door, finance: Browser) -> None:
    assert "Charged, net" not in seen(finance, "/portal/periods")
    door.ok(close_month("2026-01", "north"))
    assert "Charged, net" in seen(finance, "/portal/periods")


# -- tickets and lines -----------------------------------------------------------------------------------------------


def test_a_ticket_without_a_promise_says_so_in_every_list(door: Door) -> None:
    door.ok(open_ticket("mine-u", contract_id=MINE, title="No clock", at=OPENED, priority=4))
    for role, address in (("operator", "tickets?which=all"), ("operator", f"contracts/{MINE}"), ("partner", "")):
        page = seen(Browser(door).signed_in(token(door, role)), f"/portal/{address}")
        assert "No time is promised." in page.partition("mine-u")[2], address


def test_the_line_of_an_invoice_leads_to_its_ticket_and_tells_its_time_once(door: Door, finance: Browser) -> None:
    number = door.ok(issue(MINE, "2026-02-28"))["number"]
    lines = [seen(finance, f"/portal/documents/{number}/lines/{line}") for line in (1, 2)]
    (page,) = [one for one in lines if f"Restored for {MINE}" in one]
    assert '<a href="/portal/tickets/mine-t">Backups fail (mine-t)</a>' in page.replace("\u2068", "").replace(
        "\u2069", ""
    )
    assert page.count("Time (h:mm)") == 1
