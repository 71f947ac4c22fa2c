"""A due instant's own account, window by window; when support is open, and hours that end (S3, S4, T11)."""

from tests.sla.desk import Desk, same
from tests.sla.week import FRI, MON, NEXT_MON, SAT, THU, TUE, WED, at, check
from tests.words import change_plan, hold, open_ticket, reprioritise, resume, sign

# -- coverage -------------------------------------------------------------------------------------------------------


def test_a_ticket_says_whether_support_was_and_is_open_and_opens_next(office: Desk) -> None:
    office.tell(open_ticket(at=at(FRI, "16:30:00")), open_ticket("U", at=at(SAT, "10:00:00")))
    assert office.ticket()["coverage"]["opened_inside"] is True
    assert office.ticket("U")["coverage"]["opened_inside"] is False
    table = [
        (at(FRI, "16:59:59"), True, None),
        (at(FRI, "17:00:00"), False, at(NEXT_MON, "09:00:00")),
        (at(NEXT_MON, "08:59:59"), False, at(NEXT_MON, "09:00:00")),
        (at(NEXT_MON, "09:00:00"), True, None),
    ]
    for instant, is_open, following in table:
        coverage = office.ticket(as_of=instant)["coverage"]
        assert coverage["open_now"] is is_open, instant
        assert same(coverage["next_opening_at"], following), instant
        office.clock.put(instant)
        assert office.ticket()["coverage"] == coverage


# -- accounts -------------------------------------------------------------------------------------------------------


def test_an_account_tells_window_by_window_what_counted_and_why(office: Desk) -> None:
    office.tell(open_ticket(at=at(FRI, "15:30:00"), priority=1), hold(at(FRI, "16:00:00")), resume(at(FRI, "16:40:00")))
    account = office.account("resolution")
    check(account, due_at=at(NEXT_MON, "16:10:00"), started_at=at(FRI, "15:30:00"), priority=1, target="resolution")
    rows = [(one["from"], one["to"], one["counted_seconds"]) for one in account["windows"]]
    assert rows == [
        ("2026-02-06T14:30:00Z", "2026-02-06T15:00:00Z", 1800),
        ("2026-02-06T15:00:00Z", "2026-02-06T15:40:00Z", 0),
        ("2026-02-06T15:40:00Z", "2026-02-06T16:00:00Z", 1200),
        ("2026-02-06T16:00:00Z", "2026-02-09T08:00:00Z", 0),
        ("2026-02-09T08:00:00Z", "2026-02-09T15:10:00Z", 25800),
    ]
    reasons = [one["why"] for one in account["windows"]]
    assert "wait" in reasons[1]
    assert "Sat 2026-02-07 closed" in reasons[3]
    assert "Sun 2026-02-08 closed" in reasons[3]


def test_an_account_names_the_holidays_that_it_leaves_out(shared: Desk) -> None:
    shared.tell(sign("easyredmine-priority"))
    shared.tell(open_ticket(at="2026-10-27T16:00:00+01:00", priority=1))
    (closed,) = [one for one in shared.account("resolution")["windows"] if "holiday" in one["why"]]
    assert "Wed 2026-10-28 holiday: Independent Czechoslovak State Day" in closed["why"]
    assert closed["counted_seconds"] == 0


def test_an_account_counts_the_days_of_a_day_target(office: Desk) -> None:
    office.tell(open_ticket(at=at(THU, "10:00:00")))
    windows = office.account("resolution")["windows"]
    counted = [one["why"].rpartition(": ")[2] for one in windows if one["counted_seconds"]]
    assert counted == ["the day it began", "day 1 of 2", "day 2 of 2"]


def test_a_paused_clocks_account_goes_as_far_as_it_ran(office: Desk) -> None:
    office.tell(open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "10:00:00")))
    account = office.account("resolution")
    assert account["due_at"] is None
    assert account["state"] == "paused"
    assert [(one["from"], one["to"], one["counted_seconds"]) for one in account["windows"]] == [
        ("2026-02-02T08:00:00Z", "2026-02-02T09:00:00Z", 3600)
    ]


def test_whole_seconds_add_up_for_a_ticket_opened_between_two_of_them(office: Desk) -> None:
    office.tell(open_ticket(at=at(FRI, "16:30:00.6"), priority=1))
    account = office.account("reaction")
    check(account, due_at=at(NEXT_MON, "09:30:00.6"))
    assert sum(one["counted_seconds"] for one in account["windows"]) == 3600


def test_whole_seconds_add_up_around_a_wait_between_two_of_them(office: Desk) -> None:
    office.tell(
        open_ticket(at=at(MON, "09:00:00"), priority=1), hold(at(MON, "10:00:00.7")), resume(at(MON, "10:30:00.2"))
    )
    account = office.account("resolution")
    check(account, due_at=at(TUE, "09:29:59.5"))
    assert [one["counted_seconds"] for one in account["windows"]] == [3600, 0, 23400, 0, 1800]


def test_days_closed_in_an_always_open_calendar_are_left_out_of_the_account_too(shared: Desk) -> None:
    coverage = {"always": True, "overrides": {TUE: [], THU: [["12:00", "24:00"]]}}
    target = {"kind": "covered", "minutes": 3 * 1440}
    shared.tell(sign("dytron-sla", agreed={"coverage": coverage, "sla.resolution.1": target}))
    shared.tell(open_ticket(at=at(MON, "12:00:00"), priority=1))
    account = shared.account("resolution")
    check(account, due_at=at(SAT, "00:00:00"))  # 12, none, 24, 12 and 24 hours
    assert sum(one["counted_seconds"] for one in account["windows"]) == 3 * 86400
    assert [one["why"] for one in account["windows"] if "closed by agreement" in one["why"]]


# -- hours that end -------------------------------------------------------------------------------------------------


def test_hours_agreed_for_a_few_days_only_promise_nothing_after_them(shared: Desk) -> None:
    coverage = {"overrides": {MON: [["09:00", "10:00"]], TUE: [["09:00", "10:00"]]}}
    shared.tell(sign("dytron-sla", agreed={"coverage": coverage, "sla.reaction.1": 90}))
    shared.tell(
        open_ticket("A", at="2026-01-20T09:00:00+01:00", priority=1),
        open_ticket("B", at=at(TUE, "09:00:00"), priority=1),
    )
    check(shared.target("reaction", "A"), started_at=at(MON, "09:00:00"), due_at=at(TUE, "09:30:00"))
    assert shared.ticket("B")["sla"] == []
    check(shared.ticket("B")["coverage"], opened_inside=True, open_now=False, next_opening_at=None)


def test_a_day_agreed_in_the_far_future_stops_no_view(desk: Desk) -> None:
    agreed = {"coverage": {"overrides": {"9999-12-31": [["09:00", "10:00"]]}}, "sla.reaction.1": 60}
    response = desk.send(sign("dytron-sla", agreed=agreed))
    if response.status_code == 200:
        desk.tell(open_ticket(at=at(MON, "09:00:00"), priority=1))
        assert desk.ticket()["sla"] == []
    else:
        assert response.json()["code"] == "malformed"


def test_the_terms_at_the_opening_judge_a_ticket_for_good(office: Desk) -> None:
    office.tell(open_ticket("OLD", at=at(MON, "10:00:00")))
    office.tell(change_plan("dial-region", WED, "C"))
    office.tell(
        open_ticket("NEW", at=at(WED, "10:00:00"), priority=2), reprioritise(at(WED, "11:00:00"), "OLD", priority=2)
    )
    check(office.target("reaction", "OLD"), due_at=at(MON, "14:00:00"))
    check(office.target("reaction", "NEW"), due_at=at(THU, "10:00:00"))
    rows = office.compliance("C", "plan", "target")
    assert [(row["plan"], row["target"]) for row in rows] == [
        ("dial-office", "reaction"),
        ("dial-office", "resolution"),
        ("dial-region", "reaction"),
    ]
