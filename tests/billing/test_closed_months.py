"""Closed months (M5): what comes late is booked at the first open instant and says when it was true.

February 2026 ends in Berlin, Warsaw and Prague at 2026-02-28T23:00:00Z: that is the first instant of March.
"""

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.billing.closed_periods import ClosedPeriods
from ledger.events import Fact
from ledger.kernel.aggregate import Stamp
from ledger.kernel.errors import Refusal
from ledger.store import EventStore
from tests.billing.office import Json, Office, lines, office_over, totals

MARCH = "2026-02-28T23:00:00Z"
NOW = datetime(2026, 7, 1, tzinfo=UTC)
DOORS = ("balance", "statement", "charges", "deductions", "invoice-draft")
BOOKED = {
    *("HoursDeducted", "OverageCharged", "ServiceDelivered", "ServiceCharged", "SurchargeCharged", "ChargeReversed"),
    *(
        "CreditGranted",
        "TopUpCharged",
        "CreditDrawn",
        "CreditReturned",
        "DebtSettled",
        "DrawSettled",
        "GrantExpiryBroughtForward",
    ),
    *("CreditReserved", "ReservationReleased", "FeeCharged", "FeeReversed", "ServiceCreditCharged"),
    *("LateChangePenaltyDeducted", "NoShowPenaltyDeducted", "DeductionConfirmed", "DeductionDisputed"),
    *("DisputeUpheld", "DeductionReversed", "SessionBooked", "SessionMoved", "SessionEnded"),
}


def as_of(office: Office, contract: str, day: str) -> list[bytes]:
    """What each door says of a day, byte for byte, apart from how far the views had read."""
    found = []
    for door in DOORS:
        body = office.see(f"contracts/{contract}/{door}", as_of=day)
        del body["position"]
        found.append(json.dumps(body).encode())
    return found


def february(office: Office) -> None:
    """N has a little of everything in February; 10 March is now."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.sign("N", "north-all")
    office.ticket("T", "N", "2026-02-02T09:00:00Z")
    for entry in ("E1", "E2", "E3", "E4"):
        office.work(entry, "T", 30, "2026-02-03T09:00:00Z")
    office.dispute("E2", "2026-02-05T09:00:00Z")
    office.dispute("E3", "2026-02-05T09:00:00Z")
    for session in ("S1", "S2", "S3", "S4"):
        starts = {"starts_at": "2026-02-20T09:00:00Z", "estimate_minutes": 60, "at": "2026-02-10T09:00:00Z"}
        office.ok("book-session", session_id=session, contract_id="N", **starts)
    office.top_up("U0", "N", 60, "2026-02-04T09:00:00Z")


AT: Json = {"at": "2026-02-20T10:00:00Z"}
LATE: dict[str, tuple[str, Json, dict[str, str]]] = {
    # what is told, and when the events that follow from it say that it was true
    "work": ("log-work", {"entry_id": "W", "ticket_id": "T", "minutes": 30, "engineer": "E", **AT}, {
        "CreditDrawn": AT["at"], "HoursDeducted": AT["at"]}),
    "goodwill": ("log-work", {"entry_id": "W", "ticket_id": "T", "minutes": 30, "engineer": "E", **AT,
                 "treatment": "goodwill", "reason": "Sorry"}, {"HoursDeducted": AT["at"]}),
    "service": ("record-service", {"service_id": "V", "contract_id": "N", "service": "audit", **AT}, {
        "ServiceDelivered": AT["at"], "ServiceCharged": AT["at"]}),
    "top-up": ("top-up-credit", {"contract_id": "N", "pool": "care", "top_up_id": "U", "minutes": 60, **AT}, {
        "CreditGranted": AT["at"], "TopUpCharged": AT["at"]}),
    "grant": ("grant-credit", {"contract_id": "N", "pool": "care", "grant_id": "G", "minutes": 60, **AT,
              "source": "goodwill", "reason": "Sorry"}, {"CreditGranted": AT["at"]}),
    "booking": ("book-session", {"session_id": "S", "contract_id": "N", "starts_at": "2026-02-25T09:00:00Z",
                "estimate_minutes": 60, **AT}, {"CreditReserved": AT["at"], "SessionBooked": AT["at"]}),
    "session": ("complete-session", {"session_id": "S1", "minutes": 30, "engineer": "E", **AT}, {
        "CreditDrawn": "2026-02-20T09:00:00Z", "HoursDeducted": "2026-02-20T09:00:00Z", "SessionEnded": AT["at"]}),
    "no-show": ("record-no-show", {"session_id": "S2", **AT}, {
        "CreditDrawn": "2026-02-20T09:00:00Z", "NoShowPenaltyDeducted": "2026-02-20T09:00:00Z"}),
    "late move": ("move-session", {"session_id": "S3", "starts_at": "2026-02-21T09:00:00Z", "by": "customer",
                  "at": "2026-02-20T08:00:00Z"}, {
        "CreditDrawn": "2026-02-20T08:00:00Z", "LateChangePenaltyDeducted": "2026-02-20T08:00:00Z"}),
    "cancellation": ("cancel-session", {"session_id": "S4", "by": "provider", "at": "2026-02-19T08:00:00Z"}, {
        "ReservationReleased": "2026-02-19T08:00:00Z", "SessionEnded": "2026-02-19T08:00:00Z"}),
    "confirmation": ("confirm-deduction", {"deduction_id": "E1", "by": "K", **AT}, {"DeductionConfirmed": AT["at"]}),
    "dispute": ("dispute-deduction", {"deduction_id": "E1", "by": "K", "reason": "No", **AT}, {
        "DeductionDisputed": AT["at"]}),
    "service credit": ("grant-service-credit", {"ticket_id": "T", "target": "reaction", **AT}, {
        "ServiceCreditCharged": AT["at"]}),
    "reversal": ("reverse-deduction", {"deduction_id": "E4", "reason": "Twice", **AT}, {
        "CreditReturned": AT["at"], "DeductionReversed": AT["at"]}),
    "upheld": ("settle-dispute", {"deduction_id": "E2", "outcome": "upheld", "reason": "So", **AT}, {
        "DisputeUpheld": AT["at"]}),
    "not upheld": ("settle-dispute", {"deduction_id": "E3", "outcome": "reversed", "reason": "So", **AT}, {
        "CreditReturned": AT["at"], "DeductionReversed": AT["at"]}),
}  # fmt: skip


def late(office: Office, what: str) -> list[Json]:
    """The events of something that is told after February was closed."""
    name, told, _ = LATE[what]
    first = office.count()
    office.ok(name, **told)
    return [one for one in office.events() if one["position"] > first]


@pytest.mark.parametrize("what", LATE)
def test_what_comes_late_is_effective_at_the_first_open_instant(quick_office: Office, what: str) -> None:
    february(quick_office)
    quick_office.close("2026-02", "north")
    booked = [one for one in late(quick_office, what) if one["type"] in BOOKED]
    assert booked
    assert {one["effective_at"] for one in booked} == {MARCH}


@pytest.mark.parametrize("what", LATE)
def test_what_comes_late_says_when_it_was_true(quick_office: Office, what: str) -> None:
    february(quick_office)
    quick_office.close("2026-02", "north")
    expected = LATE[what][2]
    dated = {one["type"]: one["data"].get("dated") for one in late(quick_office, what) if one["type"] in expected}
    assert dated == expected


def test_the_closed_month_stays_what_it_was_whatever_comes_late(office: Office) -> None:
    """The first answers are those of before the close; a contract that is signed late begins with nothing in it."""
    february(office)
    before = as_of(office, "N", "2026-02-28")
    middle = as_of(office, "N", "2026-02-15")
    office.close("2026-02", "north")
    assert as_of(office, "N", "2026-02-28") == before
    for what in LATE:
        if what not in ("dispute", "goodwill"):  # the same deduction was confirmed; the same entry was logged
            late(office, what)
            assert as_of(office, "N", "2026-02-28") == before, what
    assert as_of(office, "N", "2026-02-15") == middle
    assert as_of(office, "N", "2026-03-01") != before


def test_a_statement_of_the_closed_month_asked_without_a_moment_is_the_same(quick_office: Office) -> None:
    """Also where a reversal gives back to a grant that expired in it."""
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.ticket("T", "P", "2026-02-02T09:00:00Z", channel="email")
    told = {"pool": "server-support", "price": "480.00"}
    quick_office.top_up("U", "P", 480, "2026-02-01T09:00:00Z", expires_on="2026-02-15", **told)
    quick_office.work("E", "T", 60, "2026-02-03T09:00:00Z")
    asked = {"from_": "2026-02-01", "to": "2026-02-28"}
    before = quick_office.walk("contracts/P/statement", **asked)
    assert [(one["kind"], one["change"], one["balance"]) for one in before] == [
        ("top_up", 480, 480),
        ("work", -60, 420),
        ("breakage", -420, 0),
    ]
    quick_office.close("2026-02", "easyredmine")
    quick_office.reverse("E", "2026-02-20T09:00:00Z")
    quick_office.top_up("U2", "P", 480, "2026-02-01T09:00:00Z", expires_on="2026-02-15", **told)
    quick_office.work("E2", "T", 60, "2026-02-03T09:00:00Z")
    assert quick_office.walk("contracts/P/statement", **asked) == before


def test_a_statement_shows_when_late_work_was_done(quick_office: Office) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.sign("L")
    quick_office.ticket("T", "L", "2026-02-02T09:00:00Z")
    quick_office.close("2026-02")
    quick_office.work("E", "T", 50, "2026-02-10T09:00:00Z")
    line = quick_office.walk("contracts/L/statement")[-1]
    assert (line["effective_at"], line["dated"], line["change"]) == (MARCH, "2026-02-10T09:00:00Z", -60)
    assert [quick_office.account("L", "included", as_of=day)["consumed"] for day in ("2026-02-28", "2026-03-01")] == [
        0,
        60,
    ]


def test_charges_show_when_late_work_was_done(quick_office: Office) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.sign("S", "groupios-s", "2026-02-01")
    quick_office.ticket("T", "S", "2026-02-02T09:00:00Z")
    quick_office.work("E1", "T", 15, "2026-02-10T09:00:00Z")
    quick_office.close("2026-02")
    quick_office.work("E2", "T", 15, "2026-02-11T09:00:00Z")
    shown = [(one["reference"], one["effective_at"], one["dated"]) for one in quick_office.walk("contracts/S/charges")]
    assert shown == [("E1", "2026-02-10T09:00:00Z", None), ("E2", MARCH, "2026-02-11T09:00:00Z")]


def test_a_contract_signed_into_a_closed_month_is_charged_and_granted_in_the_open_one(office: Office) -> None:
    """Its fee bears the VAT of the day on which its term began."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.sign("K")
    office.close("2026-01")
    office.close("2026-02")
    office.sign("L", starts_on="2026-02-01")
    term = office.see("contracts/L")["terms"][0]
    assert (term["starts_on"], term["ends_on"]) == ("2026-02-01", "2027-01-31")
    assert office.walk("contracts/L/charges", as_of="2026-02-28") == []
    (charge,) = office.walk("contracts/L/charges")
    assert (charge["amount"], charge["effective_at"]) == ("899.00", MARCH)
    figures = [office.account("L", "included", as_of=day)["available"] for day in ("2026-02-28", "2026-03-01")]
    assert figures == [0, 480]
    events = {one["type"]: one["data"].get("dated") for one in office.events() if one["contract_id"] == "L"}
    assert (events["FeeCharged"], events["CreditGranted"]) == ("2026-01-31T23:00:00Z", "2026-01-31T23:00:00Z")
    office.ticket("T", "L", "2026-02-10T09:00:00Z")
    office.work("E", "T", 50, "2026-02-10T10:00:00Z")
    assert office.see("deductions/E")["draws"] == [{"grant_id": "L.allotment.1", "minutes": 60}]
    assert office.draft("L", "2026-03-31")["lines"][0]["supplied_on"] == "2026-02-01"


def test_a_term_that_is_renewed_into_a_closed_month_is_charged_in_the_open_one(quick_office: Office) -> None:
    """Three months from 1 December end with February; the next term begins on 1 March, which is closed as well."""
    quick_office.clock.put("2026-04-10T12:00:00Z")
    quick_office.sign("C", "north-prepaid", "2025-12-01")
    quick_office.ticket("T", "C", "2025-12-02T09:00:00Z")
    quick_office.work("G", "T", 30, "2025-12-03T09:00:00Z", treatment="goodwill", reason="Sorry")
    before = as_of(quick_office, "C", "2026-03-31")
    quick_office.close("2026-03", "north")
    quick_office.ok("renew-contract", contract_id="C")
    assert as_of(quick_office, "C", "2026-03-31") == before
    figures = [quick_office.account("C", "hours", as_of=day) for day in ("2026-03-31", "2026-04-01")]
    assert [(one["granted"], one["expired"], one["available"]) for one in figures] == [(120, 120, 0), (240, 120, 120)]


# -- pricing by the date of the work -------------------------------------------------------------------------------


def test_late_work_is_priced_by_the_terms_in_force_when_it_was_done(office: Office) -> None:
    """Model L until the end of February, at 89.00 an hour; model M, at 99.00, from March on. Half an hour: 44.50."""
    office.clock.put("2026-03-10T12:00:00Z")
    office.sign("L")
    office.ticket("T", "L", "2026-02-02T09:00:00Z")
    office.work("E1", "T", 480, "2026-02-03T09:00:00Z")
    office.close("2026-02")
    office.ok("change-plan", contract_id="L", plan="groupios-m", from_on="2026-03-01")
    office.work("E2", "T", 30, "2026-02-10T09:00:00Z")
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
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.ticket("T", "P", "2026-02-02T09:00:00Z", channel="email")
    quick_office.top_up("U1", "P", 480, "2026-02-01T09:00:00Z", pool="server-support", expires_on=expires_on)
    quick_office.top_up("U2", "P", 480, "2026-02-01T09:00:00Z", pool="server-support")
    quick_office.work("E1", "T", 60, "2026-02-10T09:00:00Z")
    assert quick_office.see("deductions/E1")["draws"] == [{"grant_id": "U1", "minutes": 60}]
    quick_office.close("2026-02", "easyredmine")
    quick_office.work("E2", "T", 60, "2026-02-10T09:00:00Z")
    assert quick_office.see("deductions/E2")["draws"] == [{"grant_id": drawn, "minutes": 60}]
    account = quick_office.account("P", "server-support")
    assert account["granted"] == account["consumed"] + account["available"] + account["expired"] == 960


@pytest.mark.parametrize(
    ("expires_on", "short_by"), [("2026-02-15", 60), ("2026-02-28", 60), ("2026-03-01", 0), ("2026-03-05", 0)]
)
def test_a_late_booking_does_not_reserve_what_expired_in_a_closed_month(
    quick_office: Office, expires_on: str, short_by: int
) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.top_up("U", "P", 480, "2026-02-01T09:00:00Z", pool="server-support", expires_on=expires_on)
    quick_office.close("2026-02", "easyredmine")
    told = {"session_id": "S", "contract_id": "P", "estimate_minutes": 60, "at": "2026-02-01T10:00:00Z"}
    told["starts_at"] = "2026-02-10T09:00:00Z"
    if short_by:
        assert quick_office.refused("insufficient-credit", "book-session", **told)["short_by"] == short_by
    else:
        quick_office.ok("book-session", **told)


def test_a_session_moves_late_to_no_time_at_which_its_credit_expired_in_a_closed_month(quick_office: Office) -> None:
    quick_office.clock.put("2026-02-10T12:00:00Z")
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.top_up("U", "P", 480, "2026-02-01T09:00:00Z", pool="server-support", expires_on="2026-02-15")
    told = {"starts_at": "2026-02-12T09:00:00Z", "estimate_minutes": 60}
    quick_office.ok("book-session", session_id="S", contract_id="P", at="2026-02-01T10:00:00Z", **told)
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.close("2026-02", "easyredmine")
    moved = {"session_id": "S", "by": "provider", "at": "2026-02-10T09:00:00Z", "starts_at": "2026-02-13T09:00:00Z"}
    assert quick_office.refused("insufficient-credit", "move-session", **moved)["short_by"] == 60


def test_a_reversal_in_a_closed_month_gives_what_expired_in_it_back_as_a_correction(quick_office: Office) -> None:
    """It is booked on 1 March, and the correction runs for 30 days from then."""
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.ticket("T", "P", "2026-02-02T09:00:00Z", channel="email")
    quick_office.top_up("U", "P", 480, "2026-02-01T09:00:00Z", pool="server-support", expires_on="2026-02-15")
    quick_office.work("E", "T", 60, "2026-02-03T09:00:00Z")
    quick_office.close("2026-02", "easyredmine")
    quick_office.reverse("E", "2026-02-10T09:00:00Z")
    found = [
        quick_office.account("P", "server-support", as_of=moment)
        for moment in (MARCH, "2026-03-30T22:59:59Z", "2026-03-30T23:00:00Z")
    ]
    figures = [(one["granted"], one["consumed"], one["expired"], one["available"]) for one in found]
    assert figures == [(540, 0, 480, 60), (540, 0, 480, 60), (540, 0, 540, 0)]


# -- which months --------------------------------------------------------------------------------------------------


def booked_at(office: Office, entry: str, at: str) -> str:
    office.work(entry, "T", 15, at)
    return str(office.see(f"deductions/{entry}")["effective_at"])


def test_a_month_closes_with_all_that_are_open_before_it(office: Office) -> None:
    """Else a word on an earlier month would change what expires in the closed one. Each month has its own totals."""
    office.clock.put("2026-05-10T12:00:00Z")
    office.sign("L")
    office.ticket("T", "L", "2026-01-02T09:00:00Z")
    assert booked_at(office, "A", "2026-01-15T09:00:00Z") == "2026-01-15T09:00:00Z"
    assert booked_at(office, "B", "2026-02-15T09:00:00Z") == "2026-02-15T09:00:00Z"
    office.close("2026-03")
    consumed = {month: of.get("L", {}).get("consumed", {}) for month, of in closed(office).items()}
    assert consumed == {"2026-01": {"included": 15}, "2026-02": {"included": 15}, "2026-03": {}}
    for entry, month in (("D", "2026-01"), ("E", "2026-02"), ("F", "2026-03")):
        assert booked_at(office, entry, f"{month}-15T09:00:00Z") == "2026-03-31T22:00:00Z"  # summer time has begun
    assert booked_at(office, "G", "2026-03-31T21:59:59Z") == "2026-03-31T22:00:00Z"
    assert booked_at(office, "H", "2026-03-31T22:00:00Z") == "2026-03-31T22:00:00Z"
    assert booked_at(office, "I", "2026-04-15T09:00:00Z") == "2026-04-15T09:00:00Z"
    for month in ("2025-12", "2026-01", "2026-02", "2026-03"):
        office.refused("period-closed", "close-period", provider="groupios", month=month)
    office.close("2026-04")
    assert list(closed(office)) == ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_nothing_changes_what_expires_in_a_closed_month(quick_office: Office) -> None:
    """480 that end on 15 March, of which 60 were used in February: 420 expire in March, and stay 420."""
    quick_office.clock.put("2026-04-10T12:00:00Z")
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.ticket("T", "P", "2026-02-02T09:00:00Z", channel="email")
    care = {"pool": "server-support"}
    quick_office.top_up("U", "P", 480, "2026-02-01T09:00:00Z", expires_on="2026-03-15", **care)
    quick_office.work("E", "T", 60, "2026-02-10T09:00:00Z")
    quick_office.close("2026-03", "easyredmine")
    assert closed(quick_office)["2026-03"]["P"]["expired"] == {"server-support": 420}
    before = as_of(quick_office, "P", "2026-03-31")
    quick_office.work("F", "T", 60, "2026-02-11T09:00:00Z")
    quick_office.top_up("V", "P", 480, "2026-02-12T09:00:00Z", expires_on="2026-03-16", **care)
    quick_office.reverse("E", "2026-02-20T09:00:00Z")
    assert as_of(quick_office, "P", "2026-03-31") == before


def test_months_that_an_old_history_closed_out_of_order_stay_closed(quick_office: Office) -> None:
    books, stamp = ClosedPeriods.blank("p"), Stamp("t", "finance", NOW)
    for month in (date(2026, 5, 1), date(2026, 2, 1)):
        books.close("p", month, [], NOW, stamp)
    may = datetime(2026, 5, 3, tzinfo=UTC)
    assert books.first_open(may, "UTC") == datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(Refusal, match="2026-05 is closed already"):
        books.check_open(date(2026, 5, 1))


def test_a_closed_month_binds_its_provider_alone(quick_office: Office) -> None:
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.sign("L")
    quick_office.ticket("T", "L", "2026-02-02T09:00:00Z")
    quick_office.close("2026-02", "north")
    assert booked_at(quick_office, "A", "2026-02-15T09:00:00Z") == "2026-02-15T09:00:00Z"


def test_a_month_is_closed_once_and_not_before_it_is_over(office: Office) -> None:
    office.sign("L")
    office.clock.put("2026-02-28T22:59:59Z")
    before = office.count()
    running = office.refused("invalid-transition", "close-period", provider="groupios", month="2026-02")
    assert (running["month"], running["ends_at"]) == ("2026-02", MARCH)
    office.refused("invalid-transition", "close-period", provider="groupios", month="2027-01")
    assert office.count() == before
    office.clock.put(MARCH)
    office.close("2026-02")
    assert office.refused("period-closed", "close-period", provider="groupios", month="2026-02")["month"] == "2026-02"
    assert office.count() == before + 2  # January was open too


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026-2", "2026-02-01", "02-2026", "", "1800-01"])
def test_a_month_that_is_none_is_malformed(quick_office: Office, month: str) -> None:
    assert quick_office.refused("malformed", "close-period", provider="groupios", month=month)["field"] == "month"


def test_only_the_providers_own_finance_closes_its_months(quick_office: Office) -> None:
    quick_office.sign("L")
    own = quick_office.token("finance", provider="groupios")
    other = quick_office.token("finance", provider="north")
    told = {"provider": "groupios", "month": "2026-02"}
    assert quick_office.refused("not-found", "close-period", other, **told)["status"] == 404
    for role in ("operator", "customer", "partner", "auditor"):
        who = {"customer": "k-L"} if role == "customer" else {"partner": "p"} if role == "partner" else {}
        token = quick_office.token(role, provider="groupios", **who)
        assert quick_office.refused("forbidden", "close-period", token, **told)["status"] == 403
    quick_office.ok("close-period", own, **told)
    assert quick_office.send("close-period", {"provider": "nobody", "month": "2026-02"}).status_code == 404


# -- what can't be booked later ------------------------------------------------------------------------------------


def test_a_contract_ends_and_changes_in_no_closed_month(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    for contract in ("A", "B"):
        office.sign(contract)
    office.close("2026-02")
    before = office.count()
    ending = {"contract_id": "A", "ends_on": "2026-02-27", "reason": "Sold"}
    assert office.refused("period-closed", "terminate-contract", **ending)["month"] == "2026-02"
    changing = {"contract_id": "B", "plan": "groupios-m", "from_on": "2026-02-28"}
    assert office.refused("period-closed", "change-plan", **changing)["field"] == "from_on"
    assert office.count() == before
    closed = [as_of(office, contract, "2026-02-28") for contract in "AB"]
    office.ok("terminate-contract", **ending | {"ends_on": "2026-02-28"})
    office.ok("change-plan", **changing | {"from_on": "2026-03-01"})
    assert [as_of(office, contract, "2026-02-28") for contract in "AB"] == closed


def test_a_document_is_dated_in_no_closed_month(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    for contract in ("A", "B"):
        office.sign(contract)
    office.issue("A", issued_on="2026-02-20")
    office.close("2026-02")
    before = office.count()
    issuing = {"contract_id": "B", "through_on": "2026-02-28"}
    refused = office.refused("period-closed", "issue-invoice", **issuing, issued_on="2026-02-28")
    assert (refused["field"], refused["month"]) == ("issued_on", "2026-02")
    crediting = {"invoice_number": "GR-2026-00001", "reason": "Wrong"}
    office.refused("period-closed", "issue-credit-note", **crediting, issued_on="2026-02-28")
    assert office.count() == before
    assert office.issue("B", "2026-02-28", issued_on="2026-03-01") == "GR-2026-00002"
    assert office.credit("GR-2026-00001", issued_on="2026-03-01") == "GR-CN-2026-00001"


# -- totals --------------------------------------------------------------------------------------------------------


def closed(office: Office) -> dict[str, dict[str, Json]]:
    """The totals of each closed month, by contract."""
    return {
        one["data"]["month"]: {total["contract_id"]: total for total in one["data"]["totals"]}
        for one in office.events()
        if one["type"] == "PeriodClosed"
    }


def test_a_close_carries_the_totals_of_its_month(office: Office) -> None:
    """
    charged    100.00 fee + 60.00 top-up + 250.00 audit                   410.00, invoiced and credited
    granted    6000 with the term + 60 bought                             6060
    consumed   40 + 10 − 40, and 10 of the last second                    20
    expired    of the 60 bought, which end on 20 February, 10 were used   50
    """
    office.clock.put("2026-02-25T12:00:00Z")
    office.sign("N", "north-all", "2026-02-01")
    office.sign("M", "north-all", "2026-01-01")  # it moves in January and in March
    office.ticket("T", "N", "2026-02-02T09:00:00Z")
    office.top_up("U", "N", 60, "2026-02-03T09:00:00Z", expires_on="2026-02-20")
    office.work("E1", "T", 40, "2026-02-04T09:00:00Z")
    office.work("E2", "T", 10, "2026-02-05T09:00:00Z")
    office.ok("record-service", service_id="V", contract_id="N", service="audit", at="2026-02-06T09:00:00Z")
    office.reverse("E1", "2026-02-10T09:00:00Z")
    office.credit(office.issue("N", "2026-02-28"))
    office.clock.put("2026-03-02T12:00:00Z")
    office.work("E3", "T", 10, "2026-02-28T22:59:59Z")
    office.work("E4", "T", 10, MARCH)
    office.top_up("V1", "M", 60, "2026-03-01T09:00:00Z")
    office.close("2026-02", "north")
    found = closed(office)
    assert {month: list(of) for month, of in found.items()} == {"2026-01": ["M"], "2026-02": ["N"]}
    assert found["2026-02"]["N"] == {
        "contract_id": "N",
        "currency": "EUR",
        "charged_cents": 41000,
        "invoiced_cents": 41000,
        "credited_cents": 41000,
        "granted": {"care": 6060},
        "consumed": {"care": 20},
        "expired": {"care": 50},
    }


def test_what_comes_late_is_in_the_totals_of_the_month_that_it_is_booked_in(quick_office: Office) -> None:
    """50 minutes are billed as 60; the fee and the 480 minutes of the year are January's."""
    quick_office.clock.put("2026-03-10T12:00:00Z")
    quick_office.sign("L")
    quick_office.ticket("T", "L", "2026-02-02T09:00:00Z")
    quick_office.close("2026-01")
    quick_office.close("2026-02")
    quick_office.work("E", "T", 50, "2026-02-10T09:00:00Z")
    quick_office.clock.put("2026-04-10T12:00:00Z")
    quick_office.close("2026-03")
    found = closed(quick_office)
    assert (found["2026-01"]["L"]["charged_cents"], found["2026-01"]["L"]["granted"]) == (89900, {"included": 480})
    assert found["2026-02"] == {}
    assert found["2026-03"]["L"]["consumed"] == {"included": 60}


def test_the_totals_of_a_month_carry_what_a_reversal_gave_back_to_credit_that_was_over(quick_office: Office) -> None:
    """480 are bought, 60 used, 420 expire in January. In February the 60 come back: they are over, 60 are granted."""
    quick_office.clock.put("2026-02-10T12:00:00Z")
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.ticket("T", "P", "2026-01-02T09:00:00Z")
    quick_office.top_up("U", "P", 480, "2026-01-05T09:00:00Z", pool="server-support", expires_on="2026-01-31")
    quick_office.work("E", "T", 60, "2026-01-06T09:00:00Z")
    quick_office.close("2026-01", "easyredmine")
    quick_office.reverse("E", "2026-02-05T09:00:00Z")
    quick_office.clock.put("2026-03-01T12:00:00Z")
    quick_office.close("2026-02", "easyredmine")
    account = quick_office.account("P", "server-support", as_of="2026-02-28")
    assert (account["granted"], account["consumed"], account["expired"]) == (540, 0, 480)
    found = closed(quick_office)
    assert found["2026-01"]["P"]["expired"] == {"server-support": 420}
    assert found["2026-02"]["P"]["granted"] == {"server-support": 60}
    assert found["2026-02"]["P"]["consumed"] == {"server-support": -60}
    assert found["2026-02"]["P"]["expired"] == {"server-support": 60}


def test_the_totals_of_a_month_carry_late_credit_that_was_over_when_it_was_told(quick_office: Office) -> None:
    """480 of January that ended in January, told after it was closed: February grants them, and they are over."""
    quick_office.clock.put("2026-02-10T12:00:00Z")
    quick_office.sign("P", "easyredmine-server-support", customer={"country": "CZ"})
    quick_office.close("2026-01", "easyredmine")
    quick_office.top_up("U", "P", 480, "2026-01-05T09:00:00Z", pool="server-support", expires_on="2026-01-20")
    quick_office.clock.put("2026-03-01T12:00:00Z")
    quick_office.close("2026-02", "easyredmine")
    account = quick_office.account("P", "server-support", as_of="2026-02-28")
    assert (account["granted"], account["expired"], account["available"]) == (480, 480, 0)
    total = closed(quick_office)["2026-02"]["P"]
    assert (total["granted"], total["expired"]) == ({"server-support": 480}, {"server-support": 480})
    shown = [(one["kind"], one["change"], one["balance"]) for one in quick_office.walk("contracts/P/statement")]
    assert shown == [("top_up", 480, 480), ("breakage", -480, 0)]


# -- several at the same moment ------------------------------------------------------------------------------------

AFTER = {
    "2026-01": "2026-01-31T23:00:00Z",
    "2026-02": "2026-02-28T23:00:00Z",
    "2026-03": "2026-03-31T22:00:00Z",
    "2026-04": "2026-04-30T22:00:00Z",
    "2026-05": "2026-05-31T22:00:00Z",
    "2026-06": "2026-06-30T22:00:00Z",
    "2026-07": "2026-07-31T22:00:00Z",
    "2026-08": "2026-08-31T22:00:00Z",
}


def test_what_is_told_while_a_month_is_being_closed_is_in_its_totals(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and saving the close, work of the month comes in from elsewhere: the close decides again."""
    now = "2026-03-10T12:00:00Z"
    with office_over(database_url, now) as office, office_over(database_url, now) as other:
        office.sign("L", starts_on="2026-02-01")
        office.ticket("T", "L", "2026-02-02T09:00:00Z")
        read = EventStore.facts_of_provider
        reads: list[int] = []

        def interrupted(store: EventStore, provider: str, topics: Sequence[str], after: int) -> list[tuple[int, Fact]]:
            found = read(store, provider, topics, after)
            reads.append(after)
            if len(reads) == 1:
                other.work("E", "T", 60, "2026-02-10T09:00:00Z")
            return found

        monkeypatch.setattr(EventStore, "facts_of_provider", interrupted)
        office.close("2026-02")
        assert closed(office)["2026-02"]["L"]["consumed"] == {"included": 60}
        assert len(reads) == 2
        assert reads[1] > reads[0] == 0  # what was read is not read again


def test_a_close_and_late_work_at_the_same_moment_put_nothing_into_the_closed_month(database_url: str) -> None:
    """Four threads log 15 minutes a time, each at one of two applications, while months are closed at the other.

    64 entries are 960 minutes: 480 included and 480 beyond them.
    """
    with (
        office_over(database_url, "2026-09-10T12:00:00Z") as one,
        office_over(database_url, "2026-09-10T12:00:00Z") as two,
    ):
        one.sign("L")
        one.ticket("T", "L", "2026-01-02T09:00:00Z")
        begin = threading.Barrier(5)

        def post(office: Office, name: str, told: Json) -> None:
            sent: dict[str, Any] = {"content": json.dumps(told).encode(), "headers": office.headers(office.admin)}
            sent["headers"] |= {"Content-Type": "application/json"}
            while (answer := office.client.post(f"/v1/commands/{name}", **sent)).status_code != 200:
                assert answer.json()["code"] == "conflict", answer.text

        def log(thread: int) -> None:
            begin.wait()
            for n in range(16):
                at = f"2026-{1 + n % 8:02}-15T09:00:00Z"
                told = {"entry_id": f"E{thread}-{n}", "ticket_id": "T", "minutes": 15, "engineer": "E", "at": at}
                post((one, two)[thread % 2], "log-work", told)

        def close() -> None:
            begin.wait()
            for n in range(1, 9):
                post((one, two)[n % 2], "close-period", {"provider": "groupios", "month": f"2026-{n:02}"})

        work: list[Callable[[], None]] = [close, *(lambda thread=thread: log(thread) for thread in range(4))]
        with ThreadPoolExecutor(5) as pool:
            for done in [pool.submit(task) for task in work]:
                done.result()

        two.position = two.count()
        events = two.events()
        open_from = "2025-12-31T23:00:00Z"
        consumed = 0
        for event in events:
            if event["type"] == "PeriodClosed":
                open_from = max(open_from, AFTER[event["data"]["month"]])
                consumed += sum(total["consumed"].get("included", 0) for total in event["data"]["totals"])
            elif event["type"] in BOOKED:
                assert event["effective_at"] >= open_from, event
        account = two.account("L", "included")
        assert (account["consumed"], account["available"]) == (480, 0)
        assert two.account("L", "included", as_of="2026-08-31")["consumed"] == consumed
        over = two.see("contracts/L/balance")["overage"]
        assert (over["minutes"], over["amount"]) == (480, "712.00")
        assert totals(two.draft("L"))[0] == "1611.00"
