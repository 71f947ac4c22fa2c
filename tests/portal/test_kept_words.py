"""What somebody wrote before a sign-in ended is read back in the words of the form that it was written in."""

import re
from pathlib import Path

from api import portal
from api.languages import labels_in
from api.portal.words.kept_words import LABELS, kept_in_words

TEMPLATES = Path(str(portal.__file__)).parent / "templates"
FIELDS = re.compile(
    r'forms\.(?:field|choice|text|radios)\("([a-z_.0-9]+)"|\b(?:line|moment|pick)\("[a-z]+", "([a-z_.0-9]+)"'
)
ASKS = {
    "token",
    "from",
    "to_on",
    "from_on",
    "customer_id",
    "state",
    "form",
}  # of the sign-in, and of forms that only ask
CHOSEN_OF_A_LIST = {"position"}


def test_every_field_that_a_form_has_is_read_back_by_its_label() -> None:
    found = {a or b for one in TEMPLATES.rglob("*.html") for a, b in FIELDS.findall(one.read_text())}
    assert found - ASKS - CHOSEN_OF_A_LIST - set(LABELS) == set()
    assert len(found) > 25


def test_only_what_a_person_filled_in_is_read_back_and_a_choice_by_its_word() -> None:
    kept = [
        ("command_id", "kept-1"),
        ("word", "settle"),
        ("outcome", "upheld"),
        ("reason", "We were <there>"),
        ("by", ""),
        ("deduction_id", "E-1"),
        ("chosen", "yes"),
    ]
    assert kept_in_words(kept, labels_in("api.portal", "de")) == [
        ("Antwort", "Es bleibt, wie es ist"),
        ("Grund", "We were <there>"),
        ("Eintrag", "E-1"),
    ]
