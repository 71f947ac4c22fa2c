"""Numbers are read as the reader of the page writes them; what could mean two things is never guessed in a rate."""

import pytest

from api.languages import labels_in
from api.portal.words.refused_fields import fault_in_words
from api.portal.words.typed_numbers import shown_to_reader, told_to_ledger
from ledger.kernel.faults import FieldFault


@pytest.mark.parametrize(
    ("language", "typed", "told"),
    [
        ("de", "1,5", "1.5"),
        ("de", "1.5", "1.5"),
        ("de", "1.234,50", "1234.50"),
        ("de", "1.234", "1234"),
        ("de", "−3", "-3"),
        ("en", "1,234.50", "1234.50"),
        ("en", "1,5", "1,5"),
        ("pl", "1 234,50", "1234.50"),
        ("cs", "1\N{NO-BREAK SPACE}234,5", "1234.5"),
        ("sk", " 12 ", "12"),
        ("sk", "12 34", "12 34"),
        ("de", "1,2,3", "1,2,3"),
        ("de", "1e5", "1e5"),
        ("de", "١", "١"),
    ],
)
def test_a_number_is_read_in_the_readers_way(language: str, typed: str, told: str) -> None:
    assert told_to_ledger("price", typed, labels_in("api.portal", language).locale) == told


def test_a_rate_has_no_groups() -> None:
    german, english = labels_in("api.portal", "de").locale, labels_in("api.portal", "en").locale
    assert told_to_ledger("exchange_rate", "24,315", german) == "24.315"
    assert told_to_ledger("exchange_rate", "24.315", german) == "24.315"
    assert told_to_ledger("exchange_rate", "24,315", english) == "24,315", "refused: nobody knows which is meant"


@pytest.mark.parametrize("field", ["minutes", "estimate_minutes"])
@pytest.mark.parametrize(
    ("typed", "told"),
    [("1:30", "90"), (" 0:05 ", "5"), ("100:00", "6000"), ("90", "90"), ("1:60", "1:60"), ("1:3", "1:3")],
)
def test_minutes_are_taken_as_hours_too(field: str, typed: str, told: str) -> None:
    assert told_to_ledger(field, typed, labels_in("api.portal", "en").locale) == told


def test_only_minutes_are_taken_as_hours() -> None:
    assert told_to_ledger("price", "1:30", labels_in("api.portal", "en").locale) == "1:30"


def test_what_is_no_number_field_stays_as_it_is() -> None:
    assert told_to_ledger("reason", "1,5", labels_in("api.portal", "de").locale) == "1,5"


def test_a_refusal_has_its_numbers_and_choices_in_the_readers_way() -> None:
    german, slovak = labels_in("api.portal", "de"), labels_in("api.portal", "sk")
    assert "4\N{NO-BREAK SPACE}000" in fault_in_words(FieldFault("too_long", {"limit": 4000}), slovak)
    assert "4.000" in fault_in_words(FieldFault("too_long", {"limit": 4000}), german)
    assert "89,00" in fault_in_words(FieldFault("bad_amount", {"example": "89.00"}), german)
    assert "24,315" in fault_in_words(FieldFault("bad_rate", {"example": "24.315"}), german)
    said = fault_in_words(FieldFault("one_of", {"members": ("high", "medium", "low")}), german, "impact")
    assert "Hoch, Mittel, Niedrig" in said
    assert shown_to_reader("2026-03-31", german.locale) == "2026-03-31"
