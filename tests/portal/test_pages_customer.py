"""A customer's pages in a real browser: an hour is confirmed, another disputed, and why it was an hour is found."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.http.world import token
from tests.portal.served import Site, complaints_of, faults_of
from tests.words import log_work

PAGES = (
    "/portal/",
    "/portal/?as_of=2026-02-05",
    "/portal/time",
    "/portal/time?as_of=2026-02-05",
    "/portal/time/mine-1",
    "/portal/time/odd",
    "/portal/statements/mine?month=2026-02",
    "/portal/statements/mine-sum",
    "/portal/documents",
    "/portal/account",
)


def statuses(site: Site, contract: str = "mine") -> dict[str, str]:
    found = site.door.see(f"contracts/{contract}/deductions")["items"]
    return {one["deduction_id"]: one["status"] for one in found}


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1440, "light", "en"), (768, "light", "pl"), (360, "dark", "sk")],
)
def test_no_page_has_a_fault_in_any_width_and_scheme(site: Site, width: int, scheme: str, language: str) -> None:
    page = site.signed_in("customer", width, scheme, language=language)
    for address in PAGES:
        page.goto(address)
        assert faults_of(page) == "", address
        assert page.title() != "taken"


@pytest.mark.parametrize("with_script", [True, False])
def test_who_has_never_seen_it_confirms_an_hour_disputes_another_and_finds_why(site: Site, with_script: bool) -> None:
    page = site.signed_in("customer", with_script=with_script)
    page.get_by_role("link", name="Look at what waits").click()
    row = page.get_by_role("row").filter(has_text="Step 3 of mine")
    assert "0:25 worked, 0:30 billed: in steps of 10 minutes" in row.inner_text()
    row.get_by_role("button", name="Confirm").click()
    assert "1 went through." in page.locator(".results").inner_text()
    page.get_by_role("link", name="Step 2 of mine", exact=True).click()
    why = page.get_by_role("region", name="Why it is so").inner_text()
    for said in ("Backups fail", "in steps of 10 minutes", "from care", "Eva"):
        assert said in why
    page.get_by_label("What is not right").fill("Nobody was there")
    page.get_by_role("button", name="Dispute").click()
    assert "Nobody was there" in page.get_by_role("list", name="What happened").inner_text()
    found = statuses(site)
    assert (found["mine-3"], found["mine-2"], found["mine-1"]) == ("confirmed", "disputed", "pending")
    page.goto("/portal/")
    assert "3 entries of time wait for your word" in page.locator("main").inner_text()


def test_some_and_all_of_a_page_are_confirmed_and_the_key_enter_takes_what_is_chosen(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time?status=pending&contract_id=mine")
    assert "4 entries of this page wait for you: 1:50 hours." in page.locator(".confirm").inner_text()
    page.get_by_role("checkbox", name="Choose Step 1 of mine").check()
    page.get_by_label("Your name").press("Enter")
    page.locator(".results", has_text="1 went through.").wait_for()
    assert statuses(site)["mine-1"] == "confirmed"
    assert statuses(site)["odd"] == "pending"
    page.get_by_role("button", name="Confirm all of this page").click()
    page.locator(".results", has_text="3 went through.").wait_for()
    assert set(statuses(site).values()) == {"confirmed"}


def test_a_double_click_and_a_second_tab_confirm_once(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time/mine-1")
    second = page.context.new_page()
    second.goto("/portal/time/mine-1")
    before = site.door.count()
    page.locator("form", has=page.locator("#confirm")).get_by_role("button").dblclick()
    page.wait_for_load_state()
    second.locator("form", has=second.locator("#confirm")).get_by_role("button").click()
    assert second.locator("main [role=alert]").is_visible()
    assert site.door.count() == before + 1
    page.go_back()
    assert statuses(site)["mine-1"] == "confirmed"


def test_what_was_written_when_the_sign_in_ended_is_kept(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time/mine-1")
    page.get_by_label("What is not right").fill("A long text\nof two lines")
    site.door.clock.put("2026-03-11T12:00:00Z")  # type: ignore[attr-defined]
    page.get_by_role("button", name="Dispute").click()
    page.get_by_label("Token").fill(token(site.door, "customer"))
    page.get_by_role("button", name="Sign in").click()
    assert "of two lines" in page.locator("main").inner_text()
    assert faults_of(page) == ""
    page.get_by_role("button", name="Send").click()
    assert statuses(site)["mine-1"] == "disputed"
    assert "A long text\nof two lines" in page.locator(".timeline").inner_text()


def test_a_form_on_another_site_does_nothing(site: Site) -> None:
    page = site.signed_in("customer")
    before = site.door.count()
    form = f'<form method="post" action="{site.address}/portal/time/mine-1"><input name="word" value="confirm"><button>'
    page.route("http://elsewhere.test/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("http://elsewhere.test/")
    with page.expect_response(lambda one: one.request.method == "POST") as answered:
        page.click("button")
    assert answered.value.status == 403
    assert site.door.count() == before


@pytest.mark.parametrize(
    "address",
    ["time/anothers-1", "time/abroad-1", "statements/anothers", "statements/abroad/pdf", "documents/NO-9/lines.csv"],
)
def test_what_is_anothers_is_not_there(site: Site, address: str) -> None:
    page = site.signed_in("customer")
    answer = page.request.get(f"/portal/{address}")
    assert answer.status == 404
    assert "anothers" not in page.request.get("/portal/time").text()


def test_files_are_taken_from_the_statement_and_its_lines_lead_to_why(site: Site) -> None:
    page = site.signed_in("customer")
    page.goto("/portal/time")
    page.get_by_role("row").filter(has_text="Restored the mail").get_by_role("link", name="Statement").click()
    assert page.locator("tr:has(:target)").inner_text().count("−1:10") == 1
    for kind in ("PDF", "CSV"):
        with page.expect_download() as taken:
            page.get_by_role("link", name=kind).click()
        assert taken.value.suggested_filename == f"statement-mine.{kind.lower()}"
    page.locator("tr:has(:target)").get_by_role("link").click()
    assert page.locator("h1").inner_text() == "Restored the mail"


def test_a_page_of_a_list_comes_in_its_place(site: Site) -> None:
    """Without loading the page anew."""
    site.door.all_ok([log_work(10, "2026-03-03T10:00:00Z", entry_id=f"n-{n}", ticket_id="mine-t") for n in range(50)])
    assert site.door.see("contracts", limit=1)
    page = site.signed_in("customer")
    page.goto("/portal/time")
    page.evaluate("window.isTheSame = true")
    page.locator("a[rel=next]").click()
    page.wait_for_url("**cursor=**")
    assert page.evaluate("window.isTheSame")
    assert page.get_by_role("link", name="Step 1 of mine", exact=True).is_visible()
    assert complaints_of(page) == []


def weight(page: Page, address: str) -> tuple[int, int]:
    """The bytes of all that a page needs as it goes over the wire, and the files besides the page itself."""
    sizes: list[int] = []
    page.on(
        "requestfinished",
        lambda one: sizes.append(sum(one.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))),
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return sum(sizes), len(sizes) - 1


def test_the_first_page_is_light_and_needs_nothing_after_it(site: Site) -> None:
    page = site.signed_in("customer")
    fresh = page.context.browser.new_context(base_url=site.address, storage_state=page.context.storage_state())  # type: ignore[union-attr]
    size, files = weight(fresh.new_page(), "/portal/")
    assert size <= 100_000
    assert files <= 4, "the looks, two scripts and an icon, which the page itself names"
    fresh.close()
