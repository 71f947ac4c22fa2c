"""Credit notes: an invoice is answered line for line, once; what was not reversed goes back to the draft."""

from tests.billing.office import Office, billed, lines, taxes, totals
from tests.words import amend, credit_note, dispute, issue, log_work, open_ticket, reverse, settle, sign, top_up

FEB = "2026-02-02T09:00:00Z"
SAME = ("line", "kind", "quantity", "unit", "unit_price", "price_base", "net", "vat_rate", "vat_category", "charge_id")


def invoiced(office: Office) -> str:
    """899.00 for the fee, 60 and 420 minutes included, 22.25 beyond them: 921.25, 175.04, 1096.29."""
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(open_ticket("T", contract_id="L", at=FEB))
    office.ok(log_work(50, "2026-02-02T10:00:00Z", entry_id="E1"))
    office.ok(log_work(425, "2026-02-03T10:00:00Z", entry_id="E2"))
    return office.number(issue("L"))


ALL = [
    ("fee", "L.fee.1", 1, "899.00"),
    ("included", "E1", 60, "0.00"),
    ("included", "E2", 420, "0.00"),
    ("overage", "E2", 15, "22.25"),
]


def test_a_credit_note_answers_its_invoice_line_for_line(office: Office) -> None:
    number = invoiced(office)
    note = office.invoice(office.number(credit_note(number)))
    assert (note["number"], note["kind"], note["corrects"]) == ("GR-CN-2026-00001", "credit-note", number)
    assert (note["reason"], note["due_on"]) == ("Wrong", None)
    assert lines(note) == ALL
    assert (taxes(note), totals(note)) == ([("S", "19.00", "921.25", "175.04")], ("921.25", "175.04", "1096.29"))
    found = office.invoice(number)
    assert found["credited_by"] == "GR-CN-2026-00001"
    assert [[line[name] for name in SAME] for line in note["lines"]] == [
        [line[name] for name in SAME] for line in found["lines"]
    ]
    for line, answered in zip(found["lines"], note["lines"], strict=True):
        assert answered["events"] == [*line["events"], found["event"]], (
            "it rests on what the invoice rests on, and on it"
        )
    assert (note["customer"], note["seller"]) == (found["customer"], found["seller"])


def test_an_invoice_is_credited_once(office: Office) -> None:
    number = invoiced(office)
    office.ok(credit_note(number))
    before = office.count()
    refused = office.refused("already-credited", credit_note(number, reason="Again"))
    assert refused["credited_by"] == "GR-CN-2026-00001"
    assert office.count() == before


def test_an_unknown_number_and_a_credit_note_are_not_credited(office: Office) -> None:
    note = office.number(credit_note(invoiced(office)))
    before = office.count()
    office.refused("unknown-invoice", credit_note("GR-2026-00002", reason="Wrong"))
    office.refused("unknown-invoice", credit_note("L", reason="Wrong"))
    office.refused("invalid-transition", credit_note(note, reason="Wrong"))
    assert office.count() == before
    assert office.unseen("invoices/GR-2026-00002")["code"] == "unknown-invoice"


def test_what_was_credited_goes_back_to_the_draft_and_is_billed_anew(office: Office) -> None:
    office.ok(credit_note(invoiced(office)))
    draft = office.draft("L")
    assert (lines(draft), totals(draft)) == (ALL, ("921.25", "175.04", "1096.29"))
    assert office.charges("L") == {"L.fee.1": None, "E2.overage.1": None}
    assert office.number(issue("L")) == "GR-2026-00002"
    assert office.charges("L") == {"L.fee.1": "GR-2026-00002", "E2.overage.1": "GR-2026-00002"}
    assert office.number(credit_note("GR-2026-00002")) == "GR-CN-2026-00002"
    assert lines(office.draft("L")) == ALL


def test_a_reversed_charge_whose_reversal_is_open_meets_it_and_neither_is_billed(office: Office) -> None:
    number = invoiced(office)
    office.ok(reverse("E2"))
    assert lines(office.draft("L")) == [("reversal", "E2", -420, "0.00"), ("reversal", "E2", -15, "-22.25")]
    office.ok(credit_note(number))
    assert lines(office.draft("L")) == ALL[:2]
    assert totals(office.invoice(office.number(issue("L")))) == ("899.00", "170.81", "1069.81")
    assert office.charges("L", invoiced="false") == {"E2.overage.1": None, "E2.overage.1.reversal": None}


def test_a_reversal_after_the_credit_note_is_the_same(quick_office: Office) -> None:
    quick_office.ok(credit_note(invoiced(quick_office)))
    quick_office.ok(reverse("E2"))
    assert lines(quick_office.draft("L")) == ALL[:2]


def reversed_elsewhere(office: Office) -> tuple[str, str]:
    """The first invoice bears 921.25; the second 100.00 for a top-up and the reversal of 22.25: 77.75."""
    first = invoiced(office)
    office.ok(reverse("E2", "2026-11-01T09:00:00Z"))
    office.ok(top_up(60, "2026-11-01T10:00:00Z", top_up_id="U", contract_id="L", pool="included", price="100.00"))
    return first, office.number(issue("L"))


def test_an_original_that_is_credited_after_its_reversal_was_billed_elsewhere_keeps_the_sums(office: Office) -> None:
    """
    charges          899.00 + 22.25 − 22.25 + 100.00  =  999.00
                     invoices           credit notes     draft     sum
    both issued      921.25 + 77.75                        0.00    999.00
    first credited   921.25 + 77.75     921.25           921.25    999.00
    second as well   921.25 + 77.75     921.25 + 77.75   999.00    999.00
    """
    first, second = reversed_elsewhere(office)
    assert [office.invoice(number)["net"] for number in (first, second)] == ["921.25", "77.75"]
    office.refused("nothing-to-invoice", issue("L", "2026-12-31"))
    office.ok(credit_note(first))
    assert office.draft("L")["net"] == "921.25"
    office.ok(credit_note(second))
    assert office.draft("L")["net"] == "999.00"
    assert lines(office.draft("L")) == [
        ("fee", "L.fee.1", 1, "899.00"),
        ("top_up", "U.price", 60, "100.00"),
        ("included", "E1", 60, "0.00"),
    ]


def test_crediting_the_document_of_the_reversal_first_keeps_the_sums(office: Office) -> None:
    """
    second credited   921.25 + 77.75   −   77.75            +    77.75   =   999.00
    first as well     921.25 + 77.75   −   77.75 − 921.25   +   999.00   =   999.00
    """
    first, second = reversed_elsewhere(office)
    office.ok(credit_note(second))
    assert lines(office.draft("L")) == [
        ("top_up", "U.price", 60, "100.00"),
        ("reversal", "E2", -420, "0.00"),
        ("reversal", "E2", -15, "-22.25"),
    ]
    office.ok(credit_note(first))
    assert office.draft("L")["net"] == "999.00"


def test_minutes_that_are_shown_come_to_what_was_used_when_the_original_is_credited(quick_office: Office) -> None:
    """Of E2 nothing was used in the end: shown +420, credited −420, given back −420, so shown once more +420."""
    first, _ = reversed_elsewhere(quick_office)
    quick_office.ok(credit_note(first))
    shown = 0
    documents = [*quick_office.invoices("L"), quick_office.draft("L")]
    for document in documents:
        sign = -1 if document["kind"] == "credit-note" else 1
        shown += sign * sum(line["quantity"] for line in document["lines"] if line["deduction_id"] == "E2")
    assert shown == 0


def test_what_is_disputed_when_its_invoice_is_credited_waits(quick_office: Office) -> None:
    """240 minutes are included and 60 at 90.00 an hour beyond them; the other entry is 15 at 70.10: 17.525."""
    quick_office.ok(sign("north-tiers", customer=billed("C")))
    quick_office.ok(open_ticket("T", at=FEB))
    quick_office.ok(log_work(300, "2026-02-02T10:00:00Z", entry_id="E1"))
    quick_office.ok(log_work(15, "2026-02-03T10:00:00Z", entry_id="E2"))
    number = quick_office.number(issue("C"))
    assert quick_office.invoice(number)["net"] == "107.53"
    quick_office.ok(dispute("E1"))
    quick_office.ok(credit_note(number))
    draft = quick_office.draft("C")
    assert (lines(draft), draft["waiting"]) == ([("overage", "E2", 15, "17.53")], ["E1.overage.1"])
    quick_office.ok(settle("upheld", "E1"))
    assert quick_office.draft("C")["net"] == "107.53"


def test_a_credit_note_keeps_the_rates_and_the_parties_of_its_invoice(quick_office: Office) -> None:
    """Issued at 19 % to Germany; by then the customer sits in Austria and has a VAT id."""
    number = invoiced(quick_office)
    moved = {"name": "Moved GmbH", "country": "AT", "vat_id": "ATU13585627"}
    quick_office.ok(amend(moved, "L"))
    note = quick_office.invoice(quick_office.number(credit_note(number)))
    assert (taxes(note), note["customer"]["name"]) == ([("S", "19.00", "921.25", "175.04")], "Customer L")
    assert taxes(quick_office.draft("L")) == [("AE", "0.00", "921.25", "0.00")]


def test_what_a_credit_note_opened_again_stands_on_no_document_of_an_earlier_day(office: Office) -> None:
    """The books of 31 January would have it twice."""
    office.clock.put("2026-02-03T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    first = office.number(issue("L", "2026-01-31", issued_on="2026-01-20"))
    office.ok(credit_note(first))
    told = {"contract_id": "L", "through_on": "2026-01-31"}
    assert office.refused("malformed", issue(issued_on="2026-01-31", **told))["field"] == "issued_on"
    assert office.refused("malformed", issue(issued_on="2026-02-02", **told))["field"] == "issued_on"
    assert office.number(issue("L", "2026-01-31", issued_on="2026-02-03")) == "GR-2026-00002"


def test_time_that_a_credit_note_opened_again_is_on_no_document_of_an_earlier_day_either(quick_office: Office) -> None:
    quick_office.clock.put("2026-03-01T12:00:00Z")
    quick_office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
    quick_office.ok(open_ticket("T", contract_id="S", at="2026-01-02T09:00:00Z"))
    quick_office.ok(log_work(30, "2026-01-05T09:00:00Z", entry_id="G", treatment="goodwill", reason="Sorry"))
    quick_office.ok(log_work(60, "2026-01-05T10:00:00Z", entry_id="W1"))
    number = quick_office.number(issue("S"))
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(credit_note(number))
    quick_office.ok(reverse("W1"))
    quick_office.ok(log_work(60, "2026-03-02T10:00:00Z", entry_id="W2"))
    told = {"contract_id": "S", "through_on": "2026-03-31", "issued_on": "2026-03-05"}
    assert quick_office.refused("malformed", issue(**told))["field"] == "issued_on"


def test_a_total_that_asks_for_nothing_once_vat_is_added_makes_no_invoice(office: Office) -> None:
    """23.00 without VAT and −22.25 with 19 % (−4.2275): net 0.75, gross −3.48."""
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | {"country": "AT"}))
    office.ok(open_ticket("T", contract_id="L", at=FEB))
    office.ok(log_work(495, "2026-02-03T10:00:00Z", entry_id="E"))
    office.ok(issue("L"))
    office.ok(amend({"vat_id": "ATU13585627"}, "L"))
    office.ok(reverse("E"))
    office.ok(top_up(60, "2026-11-01T10:00:00Z", top_up_id="U", contract_id="L", pool="included", price="23.00"))
    assert totals(office.draft("L")) == ("0.75", "-4.23", "-3.48")
    office.refused("nothing-to-invoice", issue("L", "2026-12-31"))
    office.ok(top_up(60, "2026-11-01T11:00:00Z", top_up_id="V", contract_id="L", pool="included", price="3.49"))
    assert totals(office.invoice(office.number(issue("L")))) == ("4.24", "-4.23", "0.01")


def test_vat_of_a_reversal_goes_back_once_whichever_invoice_is_credited(office: Office) -> None:
    """22.25 at 19 % on the first, its reversal on the second; with a VAT id since, the first is credited."""
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L") | {"country": "AT"}))
    office.ok(open_ticket("T", contract_id="L", at=FEB))
    office.ok(log_work(495, "2026-02-03T10:00:00Z", entry_id="E"))
    first = office.number(issue("L"))
    office.ok(reverse("E", "2026-11-01T09:00:00Z"))
    office.ok(top_up(60, "2026-11-01T10:00:00Z", top_up_id="U", contract_id="L", pool="included", price="100.00"))
    second = office.number(issue("L"))
    office.ok(amend({"vat_id": "ATU13585627"}, "L"))
    office.ok(credit_note(first))
    draft = office.draft("L")
    assert [(line["charge_id"], line["vat_category"], line["net"]) for line in draft["lines"] if line["charge_id"]] == [
        ("L.fee.1", "AE", "899.00"),
        ("E.overage.1", "S", "22.25"),
    ]
    office.ok(credit_note(second))
    assert [(one["category"], one["net"]) for one in office.draft("L")["vat"]] == [("AE", "999.00")]


def test_a_document_of_an_earlier_day_counts_from_the_end_of_that_day(office: Office) -> None:
    """At noon of 20 January its charges were open still; on 21 January they are not."""
    office.clock.put("2026-02-03T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(issue("L", "2026-01-31", issued_on="2026-01-20"))
    told = {"contract_id": "L", "through_on": "2026-01-31"}
    assert lines(office.draft("L", "2026-01-31", as_of="2026-01-20T12:00:00Z")) == [("fee", "L.fee.1", 1, "899.00")]
    assert lines(office.draft("L", "2026-01-31", as_of="2026-01-21T00:00:00+01:00")) == []
    office.refused("nothing-to-invoice", issue(**told))


def test_an_invoice_is_due_when_its_providers_days_are_over(quick_office: Office) -> None:
    quick_office.ok(sign("south-all", contract_id="S", customer=billed("S") | {"country": "PL"}))
    assert quick_office.invoice(quick_office.number(issue("S")))["due_on"] == "2026-12-02"  # 30 days from 2 November
    quick_office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    assert quick_office.invoice(quick_office.number(issue("N")))["due_on"] == "2026-11-16"  # 14, where none are said
