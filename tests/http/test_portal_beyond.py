"""A customer's first page says what becomes of work when the credit is used up: as the ledger does with it."""

import pytest

from ledger.credit.beyond import Beyond, beyond_credit
from ledger.plans.terms import Terms
from tests.clock import Clock
from tests.http.browsing import browser_of
from tests.http.door import Door, opened
from tests.http.world import MINE, OF, OPENED
from tests.words import log_work, open_ticket, sign, terminate

OWED = "When the credit is used up, no session can be booked."
TIERS = "Time beyond the credit is charged: the first 1:00 hours of the contract: €90.00 an hour; then €70.10 an hour."


def home(door: Door, language: str = "en") -> str:
    assert door.see("contracts", limit=1)
    page = browser_of(door, "customer", provider="north", customer="kunde").get("/portal/", accept_language=language)
    return " ".join(page.text.split())


@pytest.mark.parametrize(
    ("plan", "minutes", "said", "is_owed", "is_charged"),
    [
        ("north-prepaid", 130, OWED, True, False),
        ("north-tiers", 255, TIERS, False, True),
        ("north-all", 6010, OWED, True, False),
    ],
)
def test_it_is_as_the_ledger_does_with_what_no_credit_bears(
    database_url: str, plan: str, minutes: int, said: str, is_owed: bool, is_charged: bool
) -> None:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok([sign(contract_id=MINE, **{**OF[MINE], "plan": plan})])
        assert said in home(door)
        door.all_ok(
            [
                open_ticket("T", contract_id=MINE, at=OPENED),
                log_work(minutes, "2026-02-02T10:00:00Z", entry_id="E", ticket_id="T"),
            ]
        )
        (worked,) = door.see(f"contracts/{MINE}/deductions")["items"]
        assert any(draw["grant_id"] is None for draw in worked["draws"]) == is_owed
        assert bool(worked["overage"]) == is_charged


def test_it_is_said_in_the_readers_language_and_not_of_a_contract_that_is_over(database_url: str) -> None:
    with opened(database_url, Clock("2026-03-10T18:00:00Z")) as door:
        door.all_ok([sign(contract_id=MINE, **{**OF[MINE], "plan": "north-tiers"})])
        assert "Zeit über das Guthaben hinaus wird berechnet: die ersten 1:00" in home(door, "de")
        door.ok(terminate("2026-03-01", contract_id=MINE))
        assert "Time beyond the credit" not in home(door)


def terms_with(**told: object) -> Terms:
    """The least that terms say, and what is told."""
    about = {"plan": "p", "version": 1, "name": "P", "provider": "x", "country": "DE", "timezone": "Europe/Berlin"}
    return Terms.model_validate({**about, "currency": "EUR", **told})


MINUTES, MONEY = {"kind": "minutes"}, {"kind": "money"}
PRICED = {"overage": {"tiers": [{"rate": "90.00"}]}}
SOLD = {"services": ["help"], "rates": {"help": {"kind": "hourly", "rate": "100.00"}}}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({}, "flat"),
        (PRICED, "overage"),
        ({"pools": {"a": MINUTES}}, "owed"),
        ({"pools": {"a": MINUTES}, **PRICED}, "overage"),
        ({"pools": {"a": MONEY}}, "flat"),
        ({"pools": {"a": MONEY}, **PRICED}, "overage"),
        (SOLD, "rates"),
        ({"pools": {"a": MONEY}, **SOLD}, "owed"),
        ({"pools": {"a": MINUTES}, **SOLD}, "rates"),
    ],
)
def test_the_terms_say_what_becomes_of_work(told: dict[str, object], kind: Beyond) -> None:
    assert beyond_credit(terms_with(**told)).kind == kind
