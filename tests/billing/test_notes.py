"""What was done, on documents: in words, under the ticket's title, with how its time was rounded and its rate.

A document keeps these words as they were when it was issued, under a key of its own.
"""

from io import BytesIO
from typing import Any

import pytest
from lxml import etree  # type: ignore[import-untyped]
from pypdf import PdfReader

from tests.billing.office import Office, billed
from tests.http.door import Json
from tests.words import credit_note, issue, log_work, open_ticket, record_service, reverse, sign

FEB = "2026-02-02T09:00:00Z"
RESTORED, TUNED = "Datenbank «orders» wiederhergestellt", "Index added, see the runbook"
CII = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}


def used_up(office: Office, language: str = "en") -> None:
    """425 minutes are billed as 435 of the 480 included; then 50 as 60, of which 15 lie beyond: 22.25."""
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | {"language": language}))
    office.ok(open_ticket("T", contract_id="L", title="Orders are gone", at=FEB))
    office.ok(log_work(425, "2026-02-02T10:00:00Z", entry_id="A"))
    office.ok(log_work(50, "2026-02-03T10:00:00Z", entry_id="B", note=RESTORED, engineer="Tomáš"))


def told(document: Json, *names: str) -> list[list[Any]]:
    return [[line[name] for name in names] for line in document["lines"]]


def page_of(office: Office, number: str) -> str:
    pdf = office.get(f"invoices/{number}.pdf")
    assert pdf.status_code == 200, pdf.text
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf.content)).pages)


def descriptions(office: Office, number: str) -> list[str]:
    root = etree.fromstring(office.get(f"invoices/{number}.xml").content)
    return [found.text for found in root.iterfind(".//ram:SpecifiedTradeProduct/ram:Description", CII)]


def test_draft_and_invoice_say_what_was_done_and_how_its_time_was_reckoned(office: Office) -> None:
    used_up(office)
    draft = office.draft("L")
    invoice = office.invoice(office.number(issue("L")))
    names = ("kind", "deduction_id", "note", "ticket_title", "worked_minutes", "billed_minutes", "increment_minutes")
    rows = [
        ["fee", None, None, None, None, None, None],
        ["included", "A", None, "Orders are gone", 425, 435, 15],
        ["overage", "B", RESTORED, "Orders are gone", 50, 60, 15],
        ["included", "B", RESTORED, "Orders are gone", 50, 60, 15],
    ]
    assert sorted(told(invoice, *names), key=str) == sorted(rows, key=str)
    assert told(draft, *names) == told(invoice, *names)
    assert told(invoice, "included_minutes", "charged_before_minutes").count([480, None]) == 1


@pytest.mark.parametrize(
    ("language", "ticket", "rounded", "rated"),
    [
        *[
            (
                "en",
                "Ticket T: Orders are gone",
                "0:50 worked, 1:00 billed: steps of 15 minutes",
                "beyond the 8 hours inc",
            )
        ],
        *[
            (
                "de",
                "Ticket T: Orders",
                "0:50 geleistet, 1:00 abgerechnet: Schritte von 15 Minuten",
                "hinaus (8 Stunden)",
            )
        ],
        *[("pl", "Zgłoszenie T: Orders", "1:00 rozliczono: zaokrąglenie, jednostka 15 minut", "w cenie (8 godzin)")],
        *[("cs", "T: Orders", "0:50 odpracováno, 1:00 započítáno: zaokrouhleno, krok 15 minut", "čas (8 hodin)")],
        *[("sk", "T: Orders", "0:50 odpracované, 1:00 účtované: zaokrúhlené, krok 15 minút", "čas (8 hodín)")],
    ],
)
def test_the_page_and_the_e_invoice_say_it_in_the_readers_language(
    quick_office: Office, language: str, ticket: str, rounded: str, rated: str
) -> None:
    used_up(quick_office, language)
    number = quick_office.number(issue("L"))
    page = page_of(quick_office, number)
    assert [page.count(text) for text in (RESTORED, ticket, rounded, rated)] == [1, 1, 1, 1], page
    overage = next(text for text in descriptions(quick_office, number) if rated in text)
    assert rounded in overage
    assert overage.endswith(f" · {RESTORED}")


def test_the_rate_of_a_later_tier_says_what_was_charged_before_it(quick_office: Office) -> None:
    """groupios S: 60 minutes of each ticket at 149.00, the rest at 129.00."""
    quick_office.ok(sign("groupios-s", contract_id="S", customer=billed("S") | {"language": "en"}))
    quick_office.ok(open_ticket("A", contract_id="S", at=FEB))
    quick_office.ok(log_work(61, "2026-02-02T10:00:00Z", entry_id="E", ticket_id="A", note=TUNED))
    number = quick_office.number(issue("S"))
    assert told(quick_office.invoice(number), "quantity", "note", "included_minutes", "charged_before_minutes") == [
        *([60, TUNED, None, None], [15, TUNED, None, 60])
    ]
    first, second = descriptions(quick_office, number)
    assert first.endswith(f"1:01 worked, 1:15 billed: steps of 15 minutes · 1:00 at €149.00 · {TUNED}")
    assert second.endswith(f"0:15 at €129.00, beyond 1 hour charged before · {TUNED}")
    page = page_of(quick_office, number)
    assert [page.count(text) for text in (TUNED, "1:01 worked", "1:00 at €149.00", "1 hour charged before")] == [1] * 4


def test_a_service_says_what_was_done(quick_office: Office) -> None:
    quick_office.ok(sign("north-sum", customer=billed("C")))
    quick_office.ok(record_service("visit", 1, FEB, service_id="V", note="A day at the branch"))
    invoice = quick_office.invoice(quick_office.number(issue()))
    assert ["V", "A day at the branch", None] in told(invoice, "deduction_id", "note", "increment_minutes")


def test_a_document_keeps_its_words_when_the_customer_is_forgotten_and_a_credit_note_has_them_too(
    quick_office: Office,
) -> None:
    used_up(quick_office)
    number = quick_office.number(issue("L"))
    before = quick_office.invoice(number)["lines"], page_of(quick_office, number), descriptions(quick_office, number)
    with quick_office.store.database.transaction() as connection:
        connection.execute("DELETE FROM party_keys WHERE party LIKE 'customer:%' OR party LIKE 'staff:%'")
    after = quick_office.invoice(number)["lines"], page_of(quick_office, number), descriptions(quick_office, number)
    assert before == after
    note = quick_office.number(credit_note(number))
    assert told(quick_office.invoice(note), "note", "ticket_title") == told(
        quick_office.invoice(number), "note", "ticket_title"
    )
    with quick_office.store.database.transaction() as connection:
        connection.execute("DELETE FROM party_keys WHERE party LIKE 'document:%'")
    assert told(quick_office.invoice(number), "note", "ticket_title") == [[None, None]] * 4


def test_what_takes_time_back_says_what_that_time_was_for_and_reckons_nothing(quick_office: Office) -> None:
    used_up(quick_office)
    quick_office.ok(issue("L"))
    quick_office.ok(reverse("B"))
    quick_office.ok(log_work(600, "2026-02-04T10:00:00Z", entry_id="D"))
    number = quick_office.number(issue("L"))
    taken_back = [line for line in quick_office.invoice(number)["lines"] if line["deduction_id"] == "B"]
    assert {(line["kind"], line["note"]) for line in taken_back} == {("reversal", RESTORED)}
    assert "0:50 worked" not in page_of(quick_office, number)
    assert not any("0:50 worked" in text for text in descriptions(quick_office, number))


def test_letters_that_no_font_draws_are_named_before_issuing_and_hold_nothing_up(quick_office: Office) -> None:
    """Whoever wrote them: an engineer's name, a note, a ticket's title, the customer's; and a credit note's reason."""
    sign_a = "\N{CUNEIFORM SIGN A}"
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | {"name": sign_a, "language": "en"}))
    quick_office.ok(open_ticket("T", contract_id="L", title=f"水 {sign_a}", at=FEB))
    quick_office.ok(log_work(50, "2026-02-02T10:00:00Z", entry_id="A", note=f"👍 {sign_a}", engineer=sign_a))
    quick_office.ok(log_work(10, "2026-02-03T10:00:00Z", entry_id="B", note="水と👍", engineer="สมชาย"))
    named = ["customer.name", "lines.2.engineer", "lines.2.note", "lines.2.ticket_title"]
    assert quick_office.draft("L")["missing"] == [f"{name} in letters that can be printed" for name in named]
    invoice = quick_office.number(issue("L"))
    credit = quick_office.number(credit_note(invoice, reason=sign_a))
    assert quick_office.invoice(credit)["missing"] == [
        "customer.name in letters that can be printed",
        "reason in letters that can be printed",
    ]
    for number in (invoice, credit):
        assert "A square □ stands for a letter that can't be printed here." in page_of(quick_office, number)
