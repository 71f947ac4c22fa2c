"""The statement's door as PDF: the ledger's own figures, the two times, the languages, and who may read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from api.limits import Limits
from tests.clock import Clock
from tests.http.door import Door, opened, problem
from tests.http.test_roles import ROLES, sees
from tests.http.world import OF, OPENED, SIDES, TEN, token
from tests.words import (
    amend,
    confirm,
    credit_note,
    dispute,
    grant,
    issue,
    log_work,
    open_ticket,
    record_service,
    reverse,
    reverse_credit,
    settle,
    sign,
)

PDF = {"Accept": "application/pdf"}
MOEWE = {
    "customer_id": "moewe",
    "name": "Möwe Logistik GmbH",
    "country": "DE",
    "address": {"line1": "Hafenstraße 4", "postcode": "20457", "city": "Hamburg"},
}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url) as door:
        yield door


def text_of(door: Door, contract: str, token: str | None = None, **query: Any) -> str:
    """The whole text of the PDF, on one line with plain spaces."""
    response = door.get(f"contracts/{contract}/statement", token, PDF, **query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"] == f'inline; filename="statement-{contract}.pdf"'
    reader = PdfReader(BytesIO(response.content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def tell_year(door: Door) -> None:
    """50 billed as 60 leave 420; 460 billed as 465 take them, and 45 over at 89.00 are 66.75; 30 of goodwill expire."""
    door.ok(sign("groupios-l", customer=MOEWE))
    door.all_ok([open_ticket("t", channel="email", kind="incident", at="2026-01-12T09:00:00+01:00")])
    door.all_ok(
        [
            log_work(50, "2026-01-12T10:00:00+01:00", entry_id="e1", ticket_id="t"),
            log_work(460, "2026-02-02T10:00:00+01:00", entry_id="e2", ticket_id="t"),
        ]
    )
    told = {"pool": "included", "grant_id": "g", "reason": "#panic() $x$", "expires_on": "2026-03-01"}
    door.ok(grant(30, "2026-02-10T10:00:00+01:00", **told))


def test_a_period_opens_with_what_was_owned_before_it_and_shows_its_overage(door: Door) -> None:
    tell_year(door)
    text = text_of(door, "C", from_="2026-02-01", to="2026-02-28", as_of="2026-03-31")
    for expected in (
        "groupios (sample data) · Musterstraße 1 · 00000 Musterstadt",
        "Möwe Logistik GmbH Hafenstraße 4 20457 Hamburg",
        "Vertrag C Kundennummer moewe Zeitraum 01.02.2026 – 28.02.2026 Stand 31.03.2026",
        "Guthaben: Inklusivzeit",
        "01.02.2026 Anfangssaldo 7:00 02.02.2026 Arbeit 7:40 7:45 Keine Bestätigung nötig -7:00 0:00",
        "Zeitbuchung e2 · Ticket t: Nothing works · Bearbeitet von: Eva · 7:40 geleistet, 7:45 abgerechnet",
        "10.02.2026 Kulanz 0:30 0:30",
        "Zugang g · #panic() $x$",
        "28.02.2026 Endsaldo 0:30",
        "02.02.2026 Zeit über das Guthaben hinaus 0:45 89,00 € 66,75 €",
        "Summe des Zeitraums 0:45 66,75 €",
    ):
        assert expected in text, expected
    assert "e1" not in text
    march = text_of(door, "C", from_="2026-03-01", as_of="2026-03-31")
    assert "01.03.2026 Anfangssaldo 0:30 01.03.2026 Ungenutzt verfallen -0:30 0:00" in march
    assert "31.03.2026 Endsaldo 0:00" in march
    assert "66,75" not in march
    empty = text_of(door, "C", from_="2026-04-01", as_of="2026-04-30")
    assert "Anfangssaldo 0:00 Keine Bewegungen in diesem Zeitraum. 30.04.2026 Endsaldo 0:00" in empty


def test_credit_that_had_expired_and_is_taken_back_has_a_line_that_says_so(door: Door) -> None:
    door.ok(sign("groupios-l", customer=MOEWE))
    door.ok(grant(30, "2026-02-10T10:00:00+01:00", pool="included", grant_id="g", expires_on="2026-03-01"))
    door.ok(reverse_credit("g", "2026-04-07T10:00:00+02:00"))
    text = text_of(door, "C")
    assert text.count("Ungenutzt verfallen") == text.count("Verfall aufgehoben") == 1
    assert text_of(door, "C", to="2026-04-06").count("Verfall aufgehoben") == 0


def test_an_overage_names_its_invoice_once_there_is_one(door: Door) -> None:
    tell_year(door)
    assert "noch nicht abgerechnet" in text_of(door, "C", to="2026-02-28")
    number = door.ok(issue("C", "2026-02-28"))["number"]
    assert f"Rechnung {number}" in text_of(door, "C", to="2026-02-28")
    assert "noch nicht abgerechnet" in text_of(door, "C", as_of="2026-02-28")


def test_the_words_of_the_customer_stand_as_they_were_at_the_moment_asked(database_url: str) -> None:
    """Prepaid 120: 25 minutes are billed as 30; confirmed by the customer, on behalf, disputed, and reversed.

    What customers say counts from when it is heard (C18).
    """
    clock = Clock("2026-02-10T10:00:00Z")
    with opened(database_url, clock) as door:
        door.ok(sign("north-prepaid", customer=MOEWE))
        customer = door.token("customer", provider="north", customer="moewe")
        door.all_ok([open_ticket("t", at="2026-01-12T09:00:00Z")])
        for day in range(1, 5):
            door.all_ok([log_work(25, f"2026-02-0{day}T10:00:00Z", entry_id=f"e{day}", ticket_id="t")])
        door.ok(confirm("e1", by="Kim"), customer)
        door.ok(confirm("e2", "2026-02-10T10:00:00Z", by="Eva"))
        door.ok(dispute("e3", by="Kim", reason="Not us"), customer)
        clock.put("2026-03-01T10:00:00Z")
        early, late = text_of(door, "C", as_of="2026-02-09"), text_of(door, "C", as_of="2026-02-28")
        assert early.count("Arbeit 0:25 0:30 Bestätigung ausstehend -0:30") == 4
        for expected in (
            "01.02.2026 Arbeit 0:25 0:30 Bestätigt -0:30 1:30",
            "02.02.2026 Arbeit 0:25 0:30 In Ihrem Namen bestätigt -0:30 1:00",
            "03.02.2026 Arbeit 0:25 0:30 Beanstandet -0:30 0:30",
            "04.02.2026 Arbeit 0:25 0:30 Bestätigung ausstehend -0:30 0:00",
        ):
            assert expected in late, expected
        known = door.events()[-1]["recorded_at"]
        door.ok(settle("reversed", "e3", "2026-02-12T10:00:00Z", reason="Right"))
        after = text_of(door, "C", as_of="2026-02-28")
        assert "03.02.2026 Arbeit 0:25 0:30 Storniert -0:30 0:30" in after
        assert "12.02.2026 Storno 0:30 0:30" in after
        assert text_of(door, "C", as_of="2026-02-28", known_at=known) == late


def test_silence_is_a_yes_once_the_days_of_the_terms_are_over(door: Door) -> None:
    door.ok(sign("north-tiers", customer=MOEWE))
    door.all_ok(
        [open_ticket("t", at=OPENED), log_work(15, "2026-02-02T10:00:00Z", entry_id="e", ticket_id="t", pool="care")]
    )
    assert "Bestätigung ausstehend" in text_of(door, "C")
    later = door.clock() + timedelta(days=2)  # the day runs from the entry's record
    assert "Durch Fristablauf bestätigt" in text_of(door, "C", as_of=later.isoformat())


def test_pools_stand_apart_and_one_can_be_asked_for(door: Door) -> None:
    """Of extra's 15 minutes 15 are used; 15 more are overage of that pool at 90.00 an hour: 22.50."""
    door.ok(sign("north-tiers", customer=MOEWE))
    door.ok(grant(15, "2026-01-05T09:00:00Z", pool="extra", grant_id="g"))
    door.all_ok(
        [open_ticket("t", at=OPENED), log_work(30, "2026-02-02T10:00:00Z", entry_id="e", ticket_id="t", pool="extra")]
    )
    both = text_of(door, "C", as_of="2026-02-28")
    assert "Guthaben: Betreuung" in both
    assert "28.02.2026 Endsaldo 4:00 Guthaben 2" in both
    assert "Summe des Zeitraums 0:15 22,50 €" in both
    care = text_of(door, "C", as_of="2026-02-28", pool="care")
    assert care.count("Endsaldo") == 1
    assert "22,50" not in care
    assert "Summe des Zeitraums 0:15 22,50 €" in text_of(door, "C", as_of="2026-02-28", pool="extra")


def test_money_and_the_customers_language_and_the_providers_where_there_is_none(door: Door) -> None:
    """1000.00 less 30 minutes at 100.10, 50.05, and a visit of 333.33: 616.62."""
    door.ok(sign("north-sum", customer={**MOEWE, "language": "pl"}))
    door.all_ok(
        [open_ticket("t", at=OPENED), log_work(30, "2026-02-02T10:00:00Z", entry_id="e", ticket_id="t", service="help")]
    )
    door.ok(record_service("visit", contract_id="C", service_id="v", at="2026-02-03T10:00:00Z"))
    text = text_of(door, "C", as_of="2026-02-28")
    for expected in ("Wyciąg C", "-50,05 € 949,95 €", "-333,33 € 616,62 €", "Saldo końcowe 616,62 €"):
        assert expected in text, expected
    door.ok(sign("north-sum", contract_id="D", customer={**MOEWE, "customer_id": "other"}))
    assert "Endsaldo 1.000,00 €" in text_of(door, "D", as_of="2026-02-28")
    door.ok(amend({"language": "cs"}, "D"))
    assert "Konečný zůstatek 1 000,00 €" in text_of(door, "D", as_of="2026-02-28")


def test_a_contract_without_credit_has_a_statement_of_its_overage(door: Door) -> None:
    """20 minutes are billed as 30 at 149.00 an hour: 74.50."""
    door.ok(sign("groupios-s", customer=MOEWE))
    door.all_ok(
        [open_ticket("t", at=OPENED, channel="email", kind="incident"), log_work(20, TEN, entry_id="e", ticket_id="t")]
    )
    text = text_of(door, "C", as_of="2026-02-28")
    assert "Guthaben:" not in text
    assert "02.02.2026 Zeit über das Guthaben hinaus 0:30 149,00 € 74,50 €" in text
    assert "Keine Bewegungen in diesem Zeitraum." in text_of(door, "C", as_of="2026-01-31")


def test_what_was_forgotten_is_left_out_and_figures_stay(door: Door) -> None:
    tell_year(door)
    with door.store.database.transaction() as transaction:
        transaction.execute("DELETE FROM party_keys WHERE provider = ?", ("groupios",))
    text = text_of(door, "C", as_of="2026-02-28")
    assert "Möwe" not in text
    assert "Eva" not in text
    assert "panic" not in text
    assert "Kundennummer moewe" in text
    assert "28.02.2026 Endsaldo 0:30" in text


def test_the_same_question_has_the_same_bytes_and_an_etag_of_its_own(door: Door) -> None:
    tell_year(door)
    path, query = "contracts/C/statement", {"as_of": "2026-02-28"}
    first = door.get(path, headers=PDF, **query)
    assert door.get(path, headers=PDF, **query).content == first.content
    assert first.headers["etag"] != door.get(path, **query).headers["etag"]
    again = door.get(path, headers=PDF | {"If-None-Match": first.headers["etag"]}, **query)
    assert again.status_code == 304
    date = PdfReader(BytesIO(first.content)).metadata
    assert date is not None
    assert str(date["/CreationDate"]).startswith("D:20260228000000")
    asked = door.get(path, headers=PDF, to="2026-02-15")
    date = PdfReader(BytesIO(asked.content)).metadata
    assert date is not None
    assert str(date["/CreationDate"]).startswith("D:20260215000000")


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("application/pdf", "application/pdf"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "application/json"),
        ("application/json;q=0.5, Application/PDF", "application/pdf"),
        ("application/pdf;q=0.2, text/csv;q=0.9", "text/csv; charset=utf-8"),
        ("application/pdf;q=0, */*", "application/json"),
        ("application/pdf;q=x", "application/json"),
        (";;,,q=", "application/json"),
    ],
)
def test_the_form_is_the_one_that_the_client_likes_best(tmp_path: Any, accept: str, answered: str) -> None:
    with opened(f"sqlite:///{tmp_path / 'ledger.db'}") as door:
        door.ok(sign("north-prepaid", customer=MOEWE))
        assert door.get("contracts/C/statement", headers={"Accept": accept}).headers["content-type"] == answered
        content = door.client.get("/openapi.json").json()["paths"]["/v1/contracts/{contract_id}/statement"]
        answers = content["get"]["responses"]["200"]["content"]
        assert set(answers) == {"application/json", "text/csv", "application/x-ndjson", "application/pdf"}


def test_a_period_that_begins_after_its_last_day_is_refused(door: Door) -> None:
    door.ok(sign("north-prepaid", customer=MOEWE))
    for query in ({"from_": "2026-02-02", "to": "2026-02-01"}, {"from_": "2026-03-01", "as_of": "2026-02-28"}):
        found = problem(door.get("contracts/C/statement", headers=PDF, **query))
        assert (found["status"], found["code"], found["field"]) == (422, "malformed", "from")
    assert problem(door.get("contracts/none/statement", headers=PDF))["code"] == "unknown-contract"


def test_who_may_read_a_statement_may_read_it_as_pdf_and_nobody_else(door: Door) -> None:
    door.all_ok([sign(contract_id=side, **OF[side]) for side in SIDES])
    for role in ROLES:
        reader = token(door, role)
        for side in SIDES:
            response = door.get(f"contracts/{side}/statement", reader, PDF, as_of="2026-02-28")
            assert response.status_code == (200 if sees[side][role] else 404), (role, side)
            if response.status_code == 404:
                assert problem(response)["code"] == "unknown-contract"
    assert door.get("contracts/mine/statement", "", PDF).status_code == 401


def test_what_no_credit_bears_is_on_the_statement_with_its_invoice(door: Door) -> None:
    """90 minutes at 1350.00 an hour are 2025.00; 20 flat minutes and 15 of goodwill cost nothing."""
    german = {**MOEWE, "language": "de"}
    door.ok(
        sign(
            "dytron-pay",
            contract_id="P",
            customer=german,
            agreed={"rates.training": {"kind": "hourly", "rate": "1350.00"}},
        )
    )
    door.all_ok(
        [
            open_ticket("t", contract_id="P", at=OPENED),
            log_work(90, TEN, entry_id="e", ticket_id="t", service="training"),
        ]
    )
    text = text_of(door, "P", as_of="2026-02-28")
    assert "1:30 1.350,00 CZK 2.025,00 CZK" in text
    assert "noch nicht abgerechnet" in text
    number = door.ok(issue("P", "2026-02-28"))["number"]
    assert f"Rechnung {number}" in text_of(door, "P")
    door.ok(sign("easyredmine-priority", contract_id="F", customer=german | {"customer_id": "flat"}))
    door.all_ok([open_ticket("f", contract_id="F", at=OPENED), log_work(20, TEN, entry_id="g", ticket_id="f")])
    door.all_ok([log_work(15, TEN, entry_id="h", ticket_id="f", treatment="goodwill", reason="Sorry")])
    text = text_of(door, "F", as_of="2026-02-28")
    assert "Durch die Pauschale gedeckt 0:20 0,00 €" in text
    assert "Kulanz 0:15 0,00 €" in text
    assert "Summe des Zeitraums 0:35 0,00 €" in text


def test_a_statement_too_long_for_a_pdf_asks_for_a_shorter_period(database_url: str) -> None:
    with opened(database_url, limits=Limits(longest_pdf_lines=2)) as door:
        tell_year(door)
        answer = door.get("contracts/C/statement", headers={"Accept": "application/pdf"})
        assert (answer.status_code, answer.json()["field"]) == (422, "from")
        assert door.get("contracts/C/statement", headers={"Accept": "text/csv"}).status_code == 200


def test_free_time_names_the_invoice_that_shows_it_whatever_came_after(door: Door) -> None:
    """GR-1 shows 30 minutes of goodwill; GR-2 shows them given back, and is credited; then GR-1 is credited too."""
    door.ok(sign("groupios-l", customer=MOEWE))
    door.all_ok([open_ticket("t", at=OPENED, channel="email", kind="incident")])
    door.all_ok([log_work(30, TEN, entry_id="g", ticket_id="t", treatment="goodwill", reason="Sorry")])
    first = door.ok(issue("C", "2026-12-31"))["number"]
    door.ok(reverse("g", reason="Twice"))
    door.all_ok([log_work(600, TEN, entry_id="w", ticket_id="t")])
    second = door.ok(issue("C", "2026-12-31"))["number"]
    assert door.see("deductions/g")["documents"] == [first, second]
    entry = "Zeitbuchung g · Ticket t: Nothing works · Bearbeitet von: Eva"
    free = f"Kulanz 0:30 0,00 € {entry} · Storniert · Rechnung {first}"
    assert free in text_of(door, "C")
    door.ok(credit_note(second, reason="Wrong"))
    assert free in text_of(door, "C")
    door.ok(credit_note(first, reason="Wrong"))
    assert free not in text_of(door, "C")
    assert free.replace(f"Rechnung {first}", "noch nicht abgerechnet") in text_of(door, "C")
