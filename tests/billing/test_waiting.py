"""Charges that wait while they are disputed, and documents that are not made because nothing is due."""

import pytest

from ledger.billing.draft import Draft
from ledger.billing.events import VatLine
from tests.billing.office import Office, billed, lines, totals
from tests.billing.sold import FEB, march, model_l, nothing, tiers
from tests.books.made import line
from tests.words import dispute, issue, log_work, open_ticket, reverse, settle, sign, top_up

# -- disputes and reversals -----------------------------------------------------------------------------------------


def test_a_disputed_charge_waits_and_comes_after_it_was_upheld(office: Office) -> None:
    """17.53 at 19 % are 3.3307; 90.00 are 17.10."""
    tiers(office)
    office.ok(dispute("E1"))
    draft = office.draft("C")
    assert (lines(draft), draft["waiting"]) == ([("overage", "E2", 15, "17.53")], ["E1.overage.1"])
    first = office.invoice(office.number(issue("C")))
    assert (lines(first), totals(first)) == ([("overage", "E2", 15, "17.53")], ("17.53", "3.33", "20.86"))
    refused = office.refused("nothing-to-invoice", issue("C", "2026-12-31"))
    assert refused["waiting"] == ["E1.overage.1"]

    office.ok(settle("upheld", "E1"))
    second = office.invoice(office.number(issue("C")))
    assert lines(second) == [("included", "E1", 240, "0.00"), ("overage", "E1", 60, "90.00")]
    assert [line["confirmation"] for line in second["lines"]] == ["upheld", "upheld"]
    assert totals(second) == ("90.00", "17.10", "107.10")


def test_a_dispute_that_ends_in_a_reversal_leaves_nothing_on_any_document(quick_office: Office) -> None:
    tiers(quick_office)
    quick_office.ok(dispute("E1"))
    quick_office.ok(settle("reversed", "E1"))
    draft = quick_office.draft("C")
    assert (lines(draft), draft["waiting"]) == ([("overage", "E2", 15, "17.53")], [])
    assert quick_office.charges("C") == {
        "E1.overage.1": None,
        "E1.overage.1.reversal": None,
        "E2.overage.1": None,
    }


def test_what_was_disputed_after_it_was_invoiced_stays_on_its_invoice(quick_office: Office) -> None:
    tiers(quick_office)
    quick_office.ok(issue("C"))
    quick_office.ok(dispute("E1"))
    refused = quick_office.refused("nothing-to-invoice", issue("C", "2026-12-31"))
    assert refused["waiting"] == []
    quick_office.ok(settle("reversed", "E1"))
    assert lines(quick_office.draft("C")) == [("reversal", "E1", -240, "0.00"), ("reversal", "E1", -60, "-90.00")]


def test_what_is_reversed_before_it_was_invoiced_is_on_no_document(office: Office) -> None:
    model_l(office)
    office.ok(reverse("E2"))
    draft = office.draft("L")
    assert lines(draft) == [("fee", "L.fee.1", 1, "899.00"), ("included", "E1", 60, "0.00")]
    office.ok(issue("L"))
    nothing(office, "L")
    assert office.charges("L") == {"L.fee.1": "GR-2026-00001", "E2.overage.1": None, "E2.overage.1.reversal": None}


# -- nothing to invoice ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [{}, {"as_of": "2026-03-19"}, {"known_at": "2026-04-02T12:00:00Z"}])
def test_a_draft_without_lines_is_answered(quick_office: Office, query: dict[str, str]) -> None:
    march(quick_office)
    quick_office.ok(issue("S", "2026-05-31"))
    draft = quick_office.draft("S", None, **query)
    assert (draft["lines"], draft["vat"], draft["waiting"], totals(draft)) == ([], [], [], ("0.00", "0.00", "0.00"))


def test_an_empty_draft_makes_no_invoice(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
    nothing(quick_office, "S")


def test_only_lines_of_zero_make_no_invoice(quick_office: Office) -> None:
    quick_office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
    quick_office.ok(open_ticket("T", contract_id="S", at=FEB))
    quick_office.ok(log_work(50, "2026-02-02T10:00:00Z", entry_id="G", treatment="goodwill", reason="Sorry"))
    assert lines(quick_office.draft("S")) == [("included", "G", 60, "0.00")]
    nothing(quick_office, "S")


@pytest.mark.parametrize("price", [None, "22.24", "22.25"])
def test_a_total_that_is_not_above_zero_makes_no_invoice(quick_office: Office, price: str | None) -> None:
    """The reversal of 22.25 alone, with 22.24 beside it, and with 22.25."""
    model_l(quick_office)
    quick_office.ok(issue("L"))
    quick_office.ok(reverse("E2"))
    if price is not None:
        quick_office.ok(
            top_up(60, "2026-11-02T09:00:00Z", top_up_id="U", contract_id="L", pool="included", price=price)
        )
    nothing(quick_office, "L")


def test_a_cent_above_zero_makes_an_invoice(quick_office: Office) -> None:
    model_l(quick_office)
    quick_office.ok(issue("L"))
    quick_office.ok(reverse("E2"))
    quick_office.ok(top_up(60, "2026-11-02T09:00:00Z", top_up_id="U", contract_id="L", pool="included", price="22.26"))
    assert totals(quick_office.invoice(quick_office.number(issue("L")))) == ("0.01", "0.00", "0.01")


@pytest.mark.parametrize(
    ("net_cents", "vat_cents", "is_billable"),
    [
        (1, 0, True),
        (100, 19, True),
        (0, 0, False),
        (0, 19, False),  # VAT alone is nothing that was supplied
        (-1, 20, False),
        (1, -1, False),  # nothing is left to pay
        (1, -2, False),
    ],
)
def test_an_invoice_has_a_net_and_a_total_above_zero(net_cents: int, vat_cents: int, is_billable: bool) -> None:
    found = Draft([line(1, net_cents, [1])], [VatLine(1900, "S", net_cents, vat_cents)], [])
    assert found.is_billable is is_billable


def test_issuing_twice_finds_nothing_the_second_time(office: Office) -> None:
    model_l(office)
    office.ok(issue("L"))
    nothing(office, "L")
    office.ok(sign("groupios-l", contract_id="L2", customer=billed("L2")))
    assert office.number(issue("L2")) == "GR-2026-00002", "a refused one takes no number"
