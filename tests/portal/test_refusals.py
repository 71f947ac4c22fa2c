"""Refusals in the reader's language: every code has its sentence, with its figures as the reader writes them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from api.languages import LANGUAGES, labels_in
from api.portal.words.refusal_words import SAYINGS, Reason, reasons_of
from ledger.billing.missing import NO_EXCHANGE_RATE, MissingDatum, MissingPartyData
from ledger.kernel.errors import STATUS, Refusal, malformed, malformed_fields
from ledger.kernel.faults import FieldFault, PlacedFault
from ledger.kernel.wording import worded_fault

ZONE = "Europe/Berlin"
DETAIL = "The ledger's own sentence."


def said(code: str, language: str = "en", command: str | None = None, **members: Any) -> list[Reason]:
    return reasons_of(Refusal(code, DETAIL, **members), labels_in("api.portal", language), ZONE, command)


def sentence(code: str, language: str = "en", command: str | None = None, **members: Any) -> str:
    (reason,) = said(code, language, command, **members)
    return reason.sentence.replace("\N{NO-BREAK SPACE}", " ")


def test_every_code_of_the_ledger_has_a_sentence_and_no_other_code_has() -> None:
    assert SAYINGS.keys() == STATUS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", STATUS)
def test_a_refusal_without_figures_is_told_in_words_without_gaps(code: str, language: str) -> None:
    assert not re.search(r"[{}]", sentence(code, language))


@pytest.mark.parametrize("code", STATUS)
def test_what_no_sentence_fits_keeps_the_ledgers_own_behind(code: str) -> None:
    told = sentence(code)
    if told.startswith(("This can't be done as", "Please check", "The ledger did not accept")):
        assert DETAIL in told


@pytest.mark.parametrize(
    ("expected", "code", "language", "command", "members"),
    [
        (
            "6:40 hours are needed, 6:20 hours are available: 0:20 hours are missing.",
            *("insufficient-credit", "en", "book-session"),
            {"short_by": 20, "available": 380, "needed": 400},
        ),
        (
            "Gebraucht werden 1.500,00 €, verfügbar sind 380,50 €: es fehlen 1.119,50 €.",
            *("insufficient-credit", "de", None),
            {"short_by": "1119.50", "available": "380.50", "needed": "1500.00", "currency": "EUR"},
        ),
        (
            "Der Termin hat 17.03.2026, 14:05 (Europe/Berlin) begonnen; er lässt sich nicht mehr ändern.",
            *("invalid-transition", "de", "move-session"),
            {"starts_at": "2026-03-17T13:05:00Z"},
        ),
        (
            "The session begins at 17 Mar 2026, 14:05 (Europe/Berlin); nobody can have missed it yet.",
            *("invalid-transition", "en", "record-no-show", {"starts_at": "2026-03-17T13:05:00Z"}),
        ),
        (
            "Das Ticket ist geschlossen; das geht jetzt nicht.",
            "invalid-transition",
            "de",
            "close-ticket",
            {"state": "closed"},
        ),
        (
            "Stav schůzky: zrušená; už ji nelze změnit.",
            *("invalid-transition", "cs", "cancel-session", {"state": "cancelled"}),
        ),
        (
            "Stan obciążenia: potwierdzono; nie czeka na odpowiedź klienta.",
            *("nothing-to-confirm", "pl", "confirm-deduction", {"state": "confirmed"}),
        ),
        (
            "Zmluva ponúka: Telefón, E-mail; neponúka: Chat.",
            *("channel-not-covered", "sk", "open-ticket", {"channel": "chat", "offered": ["phone", "email"]}),
        ),
        (
            "Over Phone the contract takes some matters only. Please say what it is about.",
            *("channel-not-covered", "en", "open-ticket", {"channel": "phone", "scope": None}),
        ),
        ("Der Monat März 2026 ist abgeschlossen.", "period-closed", "de", None, {"month": "2026-03"}),
        (
            "There is nothing to invoice up to 31 Mar 2026.",
            "nothing-to-invoice",
            "en",
            None,
            {"through_on": "2026-03-31"},
        ),
        (
            "It has to be at least 10:00 hours, in steps of 5:00 hours; 0:50 hours is not.",
            *("below-minimum", "en", "top-up-credit", {"minimum": 600, "step": 300, "minutes": 50}),
        ),
        ("The contract does not include work on site.", "on-site-not-covered", "en", "log-work", {"minimum": 50}),
    ],
)
def test_a_sentence_has_the_figures_as_the_reader_writes_them(
    expected: str, code: str, language: str, command: str | None, members: dict[str, Any]
) -> None:
    assert sentence(code, language, command, **members) == expected


def test_what_is_missing_is_told_in_words_and_a_line_by_its_number() -> None:
    missing = [
        MissingDatum("customer", "vat_id"),
        MissingDatum("document", "note", 3, in_letters=True),
        MissingDatum("provider", "bic", in_letters=True),
    ]
    (found,) = reasons_of(MissingPartyData(DETAIL, missing), labels_in("api.portal", "en"), ZONE)
    assert found == Reason("Missing: the customer's VAT id, the note of line 3, provider.bic.", None)
    (found,) = reasons_of(MissingPartyData(DETAIL, [NO_EXCHANGE_RATE]), labels_in("api.portal", "en"), ZONE)
    assert found == Reason("Missing: the exchange rate.", "exchange_rate")


def test_a_refusal_stands_at_its_field() -> None:
    assert (
        said("insufficient-credit", command="move-session", short_by=1, available=0, needed=1)[0].field == "starts_at"
    )
    assert said("channel-not-covered", channel="chat", offered=["phone"])[0].field == "channel"
    assert said("period-closed", field="at", month="2026-03")[0].field == "at"
    assert said("nothing-to-confirm", state="confirmed")[0].field is None


def test_every_malformed_field_is_told_by_itself() -> None:
    faults = [PlacedFault("reason", FieldFault("empty")), PlacedFault("minutes", FieldFault("below", {"limit": 1}))]
    found = reasons_of(malformed_fields(faults), labels_in("api.portal", "de"), ZONE)
    assert found == [
        Reason("Bitte ausfüllen.", "reason", "Reason"),
        Reason("Bitte 1 oder mehr.", "minutes", "Minutes"),
    ]


def test_minutes_are_asked_for_as_they_may_be_typed() -> None:
    for field, expected in (
        ("estimate_minutes", "Bitte Minuten eingeben, oder Stunden wie 1:30."),
        ("quantity", "Bitte geben Sie eine ganze Zahl an."),
    ):
        (found,) = reasons_of(
            malformed(field, FieldFault("no_number", {"example": 60})), labels_in("api.portal", "de"), ZONE
        )
        assert found.sentence == expected


def test_a_fault_without_words_of_ours_is_told_in_the_ledgers() -> None:
    found = reasons_of(malformed("pool", "has another unit"), labels_in("api.portal", "en"), ZONE)
    assert found == [Reason("Please check this. (has another unit)", "pool", "Pool")]


@pytest.mark.parametrize(
    ("kind", "context", "expected"),
    [
        ("missing", {}, "Please fill this in."),
        ("string_too_short", {"min_length": 1}, "Please fill this in."),
        ("string_too_short", {"min_length": 3}, "At least 3 letters, please."),
        ("string_too_long", {"max_length": 2000}, "At most 2,000 letters, please."),
        ("int_parsing", {}, "Please enter a whole number."),
        ("int_parsing_size", {}, "This number is too large."),
        ("greater_than", {"gt": 0}, "More than 0, please."),
        ("greater_than_equal", {"ge": 1}, "1 or more, please."),
        ("less_than_equal", {"le": 6000}, "6,000 or less, please."),
        ("less_than", {"lt": 5}, "Less than 5, please."),
        ("literal_error", {"expected": "'phone' or 'email'"}, "Please choose one of these: phone, email."),
        ("datetime_parsing", {}, "Please enter a day and a time."),
        ("timezone_aware", {}, "Please enter a day and a time."),
        ("date_parsing", {}, "Please enter a day."),
        ("extra_forbidden", {}, "This can't be given here."),
        ("string_pattern_mismatch", {"pattern": "unknown"}, "Please check how this is written."),
    ],
)
def test_a_broken_rule_is_told_in_words(kind: str, context: dict[str, Any], expected: str) -> None:
    refusal = malformed("x", worded_fault({"type": kind, "ctx": context}))
    assert reasons_of(refusal, labels_in("api.portal", "en"), ZONE) == [Reason(expected, "x")]


def test_a_figure_is_never_read_as_a_place() -> None:
    assert sentence("unknown-ticket", ticket_id="{ticket_id}") == "There is no ticket {ticket_id}."
