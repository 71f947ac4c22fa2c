"""Closed months (M5): what comes late is booked at the first open instant and says when it was true.

February 2026 ends in Berlin, Warsaw and Prague at 2026-02-28T23:00:00Z: that is the first instant of March.
"""

import pytest

from tests.billing.months import BOOKED, MARCH, as_of
from tests.billing.office import Json, Office, billed, lines
from tests.words import (
    Step,
    book,
    cancel,
    change_plan,
    close_month,
    complete,
    confirm,
    dispute,
    grant,
    log_work,
    move,
    no_show,
    open_ticket,
    record_service,
    renew,
    reverse,
    reverse_credit,
    reverse_service_credit,
    service_credit,
    settle,
    sign,
    top_up,
)


def february(office: Office) -> None:
    """N has a little of everything in February; 10 March is now."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    office.ok(open_ticket("T", contract_id="N", at="2026-02-02T09:00:00Z"))
    for entry in ("E1", "E2", "E3", "E4"):
        office.ok(log_work(30, "2026-02-03T09:00:00Z", entry_id=entry))
    office.ok(dispute("E2", "2026-02-05T09:00:00Z"))
    office.ok(dispute("E3", "2026-02-05T09:00:00Z"))
    for session in ("S1", "S2", "S3", "S4"):
        office.ok(book(60, STARTED, "2026-02-10T09:00:00Z", session, contract_id="N"))
    office.ok(top_up(60, "2026-02-04T09:00:00Z", top_up_id="U0", contract_id="N", pool="care"))
    office.ok(open_ticket("T0", contract_id="N", at="2026-02-02T09:00:00Z"))
    office.ok(service_credit("reaction", "2026-02-06T09:00:00Z", "T0"))


DONE, STARTED = "2026-02-20T10:00:00Z", "2026-02-20T09:00:00Z"
TOLD_LATE: dict[str, tuple[Step, dict[str, str]]] = {
    # what is told, and when the events that follow from it say that it was true
    "work": (log_work(30, DONE, entry_id="W"), {"CreditDrawn": DONE, "HoursDeducted": DONE}),
    "goodwill": (log_work(30, DONE, entry_id="W", treatment="goodwill", reason="Sorry"), {"HoursDeducted": DONE}),
    "service": (
        record_service("audit", at=DONE, service_id="V", contract_id="N"),
        {"ServiceDelivered": DONE, "ServiceCharged": DONE},
    ),
    "top-up": (
        top_up(60, DONE, top_up_id="U", contract_id="N", pool="care"),
        {"CreditGranted": DONE, "TopUpCharged": DONE},
    ),
    "grant": (grant(60, DONE, grant_id="G", contract_id="N", pool="care"), {"CreditGranted": DONE}),
    "booking": (
        book(60, "2026-02-25T09:00:00Z", DONE, contract_id="N"),
        {"CreditReserved": DONE, "SessionBooked": DONE},
    ),
    "session": (
        complete(30, DONE, "S1"),
        {"CreditDrawn": STARTED, "HoursDeducted": STARTED, "SessionEnded": DONE},
    ),
    "no-show": (no_show(DONE, "S2"), {"CreditDrawn": STARTED, "NoShowPenaltyDeducted": STARTED}),
    "late move": (
        move("2026-02-21T09:00:00Z", "2026-02-20T08:00:00Z", session_id="S3"),
        {"CreditDrawn": "2026-02-20T08:00:00Z", "LateChangePenaltyDeducted": "2026-02-20T08:00:00Z"},
    ),
    "cancellation": (
        cancel("2026-02-19T08:00:00Z", "provider", "S4"),
        {"ReservationReleased": "2026-02-19T08:00:00Z", "SessionEnded": "2026-02-19T08:00:00Z"},
    ),
    "confirmation": (confirm("E1", DONE), {"DeductionConfirmed": DONE}),
    "dispute": (dispute("E1", DONE), {"DeductionDisputed": DONE}),
    "service credit": (service_credit("reaction", DONE), {"ServiceCreditCharged": DONE}),
    "top-up taken back": (reverse_credit("U0", DONE), {"GrantTakenBack": DONE, "TopUpReversed": DONE}),
    "service credit taken back": (
        reverse_service_credit("reaction", DONE, "T0"),
        {"ServiceCreditReversed": DONE},
    ),
    "reversal": (reverse("E4", DONE), {"CreditReturned": DONE, "DeductionReversed": DONE}),
    "upheld": (settle("upheld", "E2", DONE), {"DisputeUpheld": DONE}),
    "not upheld": (settle("reversed", "E3", DONE), {"CreditReturned": DONE, "DeductionReversed": DONE}),
}


def late(office: Office, what: str) -> list[Json]:
    """The events of something that is told after February was closed."""
    first = office.count()
    office.ok(TOLD_LATE[what][0])
    return [one for one in office.events() if one["position"] > first]


@pytest.mark.parametrize("what", TOLD_LATE)
def test_what_comes_late_is_effective_at_the_first_open_instant(quick_office: Office, what: str) -> None:
    february(quick_office)
    quick_office.ok(close_month("2026-02", "north"))
    booked = [one for one in late(quick_office, what) if one["type"] in BOOKED]
    assert booked
    assert {one["effective_at"] for one in booked} == {MARCH}


@pytest.mark.parametrize("what", TOLD_LATE)
def test_what_comes_late_says_when_it_was_true(quick_office: Office, what: str) -> None:
    february(quick_office)
    quick_office.ok(close_month("2026-02", "north"))
    expected = TOLD_LATE[what][1]
    dated = {one["type"]: one["data"].get("dated") for one in late(quick_office, what) if one["type"] in expected}
    assert dated == expected


def test_the_closed_month_stays_what_it_was_whatever_comes_late(office: Office) -> None:
    """The first answers are those of before the close; a contract that is signed late begins with nothing in it."""
    february(office)
    before = as_of(office, "N", "2026-02-28")
    middle = as_of(office, "N", "2026-02-15")
    office.ok(close_month("2026-02", "north"))
    assert as_of(office, "N", "2026-02-28") == before
    for what in TOLD_LATE:
        if what not in ("dispute", "goodwill"):  # the same deduction was confirmed; the same entry was logged
            late(office, what)
            assert as_of(office, "N", "2026-02-28") == before, what
    assert as_of(office, "N", "2026-02-15") == middle
    assert as_of(office, "N", "2026-03-01") != before


def test_a_statement_of_the_closed_month_asked_without_a_moment_is_the_same(quick_office: Office) -> None:
    """Also where a reversal gives back to a grant that expired in it."""
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(open_ticket("T", contract_id="P", at="2026-02-02T09:00:00Z", channel="email"))
    told = {"pool": "server-support", "price": "480.00"}
    quick_office.ok(
        top_up(480, "2026-02-01T09:00:00Z", top_up_id="U", contract_id="P", expires_on="2026-02-15", **told)
    )
    quick_office.ok(log_work(60, "2026-02-03T09:00:00Z", entry_id="E"))
    asked = {"from_": "2026-02-01", "to": "2026-02-28"}
    before = quick_office.walk("contracts/P/statement", **asked)
    assert [(one["kind"], one["change"], one["balance"]) for one in before] == [
        ("top_up", 480, 480),
        ("work", -60, 420),
        ("breakage", -420, 0),
    ]
    quick_office.ok(close_month("2026-02", "easyredmine"))
    quick_office.ok(reverse("E", "2026-02-20T09:00:00Z"))
    quick_office.ok(
        top_up(480, "2026-02-01T09:00:00Z", top_up_id="U2", contract_id="P", expires_on="2026-02-15", **told)
    )
    quick_office.ok(log_work(60, "2026-02-03T09:00:00Z", entry_id="E2"))
    assert quick_office.walk("contracts/P/statement", **asked) == before


def test_a_statement_shows_when_late_work_was_done(quick_office: Office) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    quick_office.ok(open_ticket("T", contract_id="L", at="2026-02-02T09:00:00Z"))
    quick_office.ok(close_month("2026-02", "groupios"))
    quick_office.ok(log_work(50, "2026-02-10T09:00:00Z", entry_id="E"))
    line = quick_office.walk("contracts/L/statement")[-1]
    assert (line["effective_at"], line["dated"], line["change"]) == (MARCH, "2026-02-10T09:00:00Z", -60)
    assert [quick_office.account("L", "included", as_of=day)["consumed"] for day in ("2026-02-28", "2026-03-01")] == [
        0,
        60,
    ]


def test_charges_show_when_late_work_was_done(quick_office: Office) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(sign("groupios-s", "2026-02-01", contract_id="S", customer=billed("S")))
    quick_office.ok(open_ticket("T", contract_id="S", at="2026-02-02T09:00:00Z"))
    quick_office.ok(log_work(15, "2026-02-10T09:00:00Z", entry_id="E1"))
    quick_office.ok(close_month("2026-02", "groupios"))
    quick_office.ok(log_work(15, "2026-02-11T09:00:00Z", entry_id="E2"))
    shown = [(one["reference"], one["effective_at"], one["dated"]) for one in quick_office.walk("contracts/S/charges")]
    assert shown == [("E1", "2026-02-10T09:00:00Z", None), ("E2", MARCH, "2026-02-11T09:00:00Z")]


def test_a_contract_signed_into_a_closed_month_is_charged_and_granted_in_the_open_one(office: Office) -> None:
    """Its fee bears the VAT of the day on which its term began."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="K", customer=billed("K")))
    office.ok(close_month("2026-01", "groupios"))
    office.ok(close_month("2026-02", "groupios"))
    office.ok(sign("groupios-l", "2026-02-01", contract_id="L", customer=billed("L")))
    term = office.see("contracts/L")["terms"][0]
    assert (term["starts_on"], term["ends_on"]) == ("2026-02-01", "2027-01-31")
    assert office.walk("contracts/L/charges", as_of="2026-02-28") == []
    (charge,) = office.walk("contracts/L/charges")
    assert (charge["amount"], charge["effective_at"]) == ("899.00", MARCH)
    figures = [office.account("L", "included", as_of=day)["available"] for day in ("2026-02-28", "2026-03-01")]
    assert figures == [0, 480]
    events = {one["type"]: one["data"].get("dated") for one in office.events() if one["contract_id"] == "L"}
    assert (events["FeeCharged"], events["CreditGranted"]) == ("2026-01-31T23:00:00Z", "2026-01-31T23:00:00Z")
    office.ok(open_ticket("T", contract_id="L", at="2026-02-10T09:00:00Z"))
    office.ok(log_work(50, "2026-02-10T10:00:00Z", entry_id="E"))
    assert office.see("deductions/E")["draws"] == [{"grant_id": "L.allotment.1", "minutes": 60}]
    assert office.draft("L", "2026-03-31")["lines"][0]["supplied_on"] == "2026-02-01"


def test_a_term_that_is_renewed_into_a_closed_month_is_charged_in_the_open_one(quick_office: Office) -> None:
    """Three months from 1 December end with February; the next term begins on 1 March, which is closed as well."""
    quick_office.clock.put("2026-04-10T12:00:00Z")
    quick_office.ok(sign("north-prepaid", "2025-12-01", customer=billed("C")))
    quick_office.ok(open_ticket("T", at="2025-12-02T09:00:00Z"))
    quick_office.ok(log_work(30, "2025-12-03T09:00:00Z", entry_id="G", treatment="goodwill", reason="Sorry"))
    before = as_of(quick_office, "C", "2026-03-31")
    quick_office.ok(close_month("2026-03", "north"))
    quick_office.ok(renew("C"))
    assert as_of(quick_office, "C", "2026-03-31") == before
    figures = [quick_office.account("C", "hours", as_of=day) for day in ("2026-03-31", "2026-04-01")]
    assert [(one["granted"], one["expired"], one["available"]) for one in figures] == [(120, 120, 0), (240, 120, 120)]


def test_late_work_is_priced_by_the_terms_in_force_when_it_was_done(office: Office) -> None:
    """Model L until the end of February, at 89.00 an hour; model M, at 99.00, from March on. Half an hour: 44.50."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(open_ticket("T", contract_id="L", at="2026-02-02T09:00:00Z"))
    office.ok(log_work(480, "2026-02-03T09:00:00Z", entry_id="E1"))
    office.ok(close_month("2026-02", "groupios"))
    office.ok(change_plan("groupios-m", "2026-03-01", "L"))
    office.ok(log_work(30, "2026-02-10T09:00:00Z", entry_id="E2"))
    deduction = office.see("deductions/E2")
    assert (deduction["draws"], deduction["overage"]) == ([], [{"minutes": 30, "rate": "89.00", "amount": "44.50"}])
    charges = {one["charge_id"]: (one["amount"], one["effective_at"]) for one in office.walk("contracts/L/charges")}
    assert charges["E2.overage.1"] == ("44.50", MARCH)
    assert lines(office.draft("L", "2026-02-28"))[-1] == ("included", "E1", 480, "0.00")
    found = office.draft("L", "2026-03-31")["lines"]
    assert [(one["net"], one["supplied_on"]) for one in found if one["deduction_id"] == "E2"] == [
        ("44.50", "2026-02-10")
    ]


@pytest.mark.parametrize(
    ("expires_on", "drawn"),
    [
        ("2026-02-15", "U2"),  # it ran out in the closed month
        ("2026-02-28", "U2"),
        ("2026-03-01", "U1"),  # its end is the first open instant
        ("2026-03-05", "U1"),
    ],
)
def test_late_work_does_not_draw_on_what_expired_in_a_closed_month(
    quick_office: Office, expires_on: str, drawn: str
) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(open_ticket("T", contract_id="P", at="2026-02-02T09:00:00Z", channel="email"))
    quick_office.ok(
        top_up(
            480, "2026-02-01T09:00:00Z", top_up_id="U1", contract_id="P", pool="server-support", expires_on=expires_on
        )
    )
    quick_office.ok(top_up(480, "2026-02-01T09:00:00Z", top_up_id="U2", contract_id="P", pool="server-support"))
    quick_office.ok(log_work(60, "2026-02-10T09:00:00Z", entry_id="E1"))
    assert quick_office.see("deductions/E1")["draws"] == [{"grant_id": "U1", "minutes": 60}]
    quick_office.ok(close_month("2026-02", "easyredmine"))
    quick_office.ok(log_work(60, "2026-02-10T09:00:00Z", entry_id="E2"))
    assert quick_office.see("deductions/E2")["draws"] == [{"grant_id": drawn, "minutes": 60}]
    account = quick_office.account("P", "server-support")
    assert account["granted"] == account["consumed"] + account["available"] + account["expired"] == 960


@pytest.mark.parametrize(
    ("credit_at", "effective_at", "dated"),
    [
        ("2026-02-15T09:00:00Z", MARCH, None),  # the debt itself is booked then
        ("2026-03-05T09:00:00Z", "2026-03-05T09:00:00Z", None),
    ],
)
def test_a_debt_dated_into_a_closed_month_is_settled_in_the_open_one(
    quick_office: Office, credit_at: str, effective_at: str, dated: str | None
) -> None:
    """The credit was there already, and not valid when the work was done."""
    prepaid(quick_office)
    quick_office.ok(top_up(480, credit_at, top_up_id="U", contract_id="P", pool="server-support"))
    quick_office.ok(close_month("2026-02", "easyredmine"))
    quick_office.ok(log_work(60, "2026-02-10T09:00:00Z", entry_id="E"))
    assert settled(quick_office) == (effective_at, dated)
    assert owned(quick_office, "2026-02-28") == (480 if credit_at < MARCH else 0)
    assert owned(quick_office, "2026-03-01") == (420 if credit_at < MARCH else -60)
    assert owned(quick_office, "2026-03-05") == 420


def test_a_debt_of_a_closed_month_is_settled_by_late_credit_at_the_first_open_instant(quick_office: Office) -> None:
    prepaid(quick_office)
    quick_office.ok(log_work(60, "2026-02-10T09:00:00Z", entry_id="E"))
    quick_office.ok(close_month("2026-02", "easyredmine"))
    quick_office.ok(top_up(480, "2026-02-15T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support"))
    assert settled(quick_office) == (MARCH, "2026-02-15T09:00:00Z")
    assert [owned(quick_office, day) for day in ("2026-02-28", "2026-03-01")] == [-60, 420]


def prepaid(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    office.ok(open_ticket("T", contract_id="P", at="2026-02-02T09:00:00Z", channel="email"))


def settled(office: Office) -> tuple[str, str | None]:
    """When the one debt that there is was settled, and when that was true where its month was closed."""
    (one,) = [one for one in office.events() if one["type"] == "DebtSettled"]
    return one["effective_at"], one["data"].get("dated")


def owned(office: Office, day: str) -> int:
    (account,) = office.see("contracts/P/balance", as_of=day)["accounts"]
    return int(account["available"])


@pytest.mark.parametrize(
    ("expires_on", "settled_by"),
    [
        ("2026-02-15", None),  # it ran out in the closed month
        ("2026-02-28", None),
        ("2026-03-01", None),  # it is over at the first open instant, when it would settle
        ("2026-03-02", "U"),
    ],
)
def test_late_credit_that_expired_in_a_closed_month_settles_no_debt(
    quick_office: Office, expires_on: str, settled_by: str | None
) -> None:
    prepaid(quick_office)
    quick_office.ok(log_work(60, "2026-02-10T09:00:00Z", entry_id="E"))
    quick_office.ok(close_month("2026-02", "easyredmine"))
    quick_office.ok(
        top_up(
            480, "2026-02-01T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", expires_on=expires_on
        )
    )
    assert quick_office.see("deductions/E")["draws"] == [{"grant_id": settled_by, "minutes": 60}]


@pytest.mark.parametrize(
    ("expires_on", "short_by"), [("2026-02-15", 60), ("2026-02-28", 60), ("2026-03-01", 0), ("2026-03-05", 0)]
)
def test_a_late_booking_does_not_reserve_what_expired_in_a_closed_month(
    quick_office: Office, expires_on: str, short_by: int
) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(
        top_up(
            480, "2026-02-01T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", expires_on=expires_on
        )
    )
    quick_office.ok(close_month("2026-02", "easyredmine"))
    booking = book(60, "2026-02-10T09:00:00Z", "2026-02-01T10:00:00Z", contract_id="P")
    if short_by:
        assert quick_office.refused("insufficient-credit", booking)["short_by"] == short_by
    else:
        quick_office.ok(booking)


def test_a_session_moves_late_to_no_time_at_which_its_credit_expired_in_a_closed_month(quick_office: Office) -> None:
    quick_office.clock.put("2026-02-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(
        top_up(
            480, "2026-02-01T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", expires_on="2026-02-15"
        )
    )
    quick_office.ok(book(60, "2026-02-12T09:00:00Z", "2026-02-01T10:00:00Z", contract_id="P"))
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(close_month("2026-02", "easyredmine"))
    moved = move("2026-02-13T09:00:00Z", "2026-02-10T09:00:00Z", "provider")
    assert quick_office.refused("insufficient-credit", moved)["short_by"] == 60


def test_a_reversal_in_a_closed_month_gives_what_expired_in_it_back_as_a_correction(quick_office: Office) -> None:
    """It is booked on 1 March, and the correction runs for 30 days from then."""
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    quick_office.ok(open_ticket("T", contract_id="P", at="2026-02-02T09:00:00Z", channel="email"))
    quick_office.ok(
        top_up(
            480, "2026-02-01T09:00:00Z", top_up_id="U", contract_id="P", pool="server-support", expires_on="2026-02-15"
        )
    )
    quick_office.ok(log_work(60, "2026-02-03T09:00:00Z", entry_id="E"))
    quick_office.ok(close_month("2026-02", "easyredmine"))
    quick_office.ok(reverse("E", "2026-02-10T09:00:00Z"))
    found = [
        quick_office.account("P", "server-support", as_of=moment)
        for moment in (MARCH, "2026-03-30T22:59:59Z", "2026-03-30T23:00:00Z")
    ]
    figures = [(one["granted"], one["consumed"], one["expired"], one["available"]) for one in found]
    assert figures == [(540, 0, 480, 60), (540, 0, 480, 60), (540, 0, 540, 0)]
