"""What is wrong with a field, in the reader's words: the ledger's own (`ledger/kernel/wording.py`) are English.

The ledger tells a fault by a sentence alone, so it is known by that sentence, and its figures stand where they stand.
"""

from __future__ import annotations

import re

from api.languages import PLACE, Labels, word

_EMPTY = word("Please fill this in.")
_NUMBER = word("Please enter a whole number.")

# The ledger's sentence, with its places, and what a page says instead.
FAULTS: dict[str, str] = {
    "is missing": _EMPTY,
    "is empty": _EMPTY,
    'must be a text, such as "example"': _EMPTY,
    "is no field here": word("This can't be given here."),
    "has less than {limit} letters": word("At least {limit} letters, please."),
    "has more than {limit} letters": word("At most {limit} letters, please."),
    "has more than {limit} members": word("At most {limit}, please."),
    "must be a whole number, such as 50": _NUMBER,
    "must be a number, such as 50": _NUMBER,
    "is too large a number": word("This number is too large."),
    "must be more than {limit}": word("More than {limit}, please."),
    "must be {limit} or more": word("{limit} or more, please."),
    "must be less than {limit}": word("Less than {limit}, please."),
    "must be {limit} or less": word("{limit} or less, please."),
    "is one of {members}": word("Please choose one of these: {members}."),
    "must be an instant with an offset, such as {example}": word("Please enter a day and a time."),
    "must be a day and a time, such as {example}": word("Please enter a day and a time."),
    "{time} does not exist on {day}: the clocks go forward then": word(
        "This time does not exist: the clocks go forward then."
    ),
    "must be a day, such as {example}": word("Please enter a day."),
    "must be a mail address, such as {example}": word("Please enter a mail address."),
    "is made of A-Z, a-z, 0-9, '.', '_' and '-', such as {example}": word(
        "Letters, digits, dot, dash, underscore only."
    ),
    "is chosen at least once, and at most {limit} times": word("Please choose one at least, and at most {limit}."),
    "a phone contact needs {fields} as well": word("For a call this is needed as well."),
    "is not written as it has to be": word("Please check how this is written."),
    "{moment} lies more than a day ahead of {now}": word("This lies too far ahead."),
    "{first} lies after {last}": word("The first day lies after the last."),
    "{first} lies after the last day, {last}.": word("The first day lies after the last."),
    "{day} lies ahead of today, {today}": word("This day is still to come."),
    "{day} lies ahead; name the last day too.": word("This day is still to come; please say the last day too."),
    "{day} lies before the invoice itself, {issued}": word("This lies before the day of the invoice."),
    "{day} lies before {last}, when the last {kind} of the series was issued.": word(
        "This lies before the day on which the last number was given."
    ),
    "{day} lies before {reopened}, when a credit note opened some of this again": word(
        "This lies before the credit note that opened some of it again."
    ),
    "lies more than {limit} months before the last day": word("At most {limit} months at once, please."),
    "lies in {last}, {first} in {year}; a Buchungsstapel is of one year.": word("Both days are to be of one year."),
    "{provider} charges in {currency}; a Buchungsstapel is in EUR.": word("DATEV takes books in EUR only."),
}
_KNOWN = [
    (re.compile(PLACE.sub(r"(?P<\1>.+)", re.escape(english).replace(r"\{", "{").replace(r"\}", "}"))), said)
    for english, said in FAULTS.items()
]


def fault_in_words(detail: str, labels: Labels) -> str:
    """What to do about it; a fault that has no words here is told in the ledger's own, after a general sentence."""
    for pattern, said in _KNOWN:
        if found := pattern.fullmatch(detail):
            return labels(said, **found.groupdict())
    general = labels("Please check this.")
    return f"{general} ({detail})"
