"""What is wrong with a field, in the reader's words: the ledger's own (`ledger/kernel/wording.py`) are English.

The ledger tells a fault by a sentence alone, so it is known by that sentence, and its figures stand where they stand.
"""

from __future__ import annotations

import re

from api.languages import PLACE, Labels, word
from api.portal.words.choices import CHOICES
from api.portal.words.typed_numbers import shown_to_reader

_EMPTY = word("Please fill this in.")
_NUMBER = word("Please enter a whole number.")
_OVER = word("That time is over. Please choose a later one.")
_AMOUNT = word("Please enter an amount with at most two decimals, such as {example}.")
_POSITIVE = word("More than nothing, please.")
_FAR = word("This day lies too far away.")
_COUNTRY = word("Please enter a country's code of two letters.")

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
    "a Buchungsstapel is of one company; name one of {providers}.": word(
        "DATEV takes the books of one provider at once."
    ),
    "must lie ahead of now, {now}": _OVER,
    "give it directly, or impact and urgency instead": word("Please choose a priority, or impact and urgency instead."),
    "impact and urgency go together": word("Please choose both impact and urgency."),
    "give them, or started_at and ended_at instead": word("Please enter the minutes, or start and finish instead."),
    "started_at and ended_at go together": word("Please enter both start and finish."),
    "must lie after started_at": word("The finish has to lie after the start."),
    "{treatment} needs one": word("Please say why it is not billed."),
    "give it, or top_up_id instead": _EMPTY,
    "give minutes or an amount, as the pool's unit asks": word(
        "Please enter minutes or an amount, as the pool is counted."
    ),
    "pool {pool} is counted in minutes": word("This pool is counted in minutes."),
    "pool {pool} is counted in {currency}": word("This pool is counted in {currency}."),
    "{day} begins before the grant counts, at {moment}": word("The credit would end before it counts."),
    "these terms price work by kind of service: one of {members}": word("Please choose the service."),
    "these terms have no service {service}; they have {members}": word("The contract has no such service."),
    "an amount is a decimal with at most two decimals, such as {example}": _AMOUNT,
    'money is a string such as "{example}"': _AMOUNT,
    'is negative; it is an amount such as "{example}"': _POSITIVE,
    'must be more than 0.00, such as "{example}"': _POSITIVE,
    "must be more than 0, such as {example}": _POSITIVE,
    "must be a rate of at most six decimals, such as {example}": word(
        "Please enter a rate with at most six decimals, such as {example}."
    ),
    "is an instant with an offset ({instant}) or a day ({day})": word("Please enter a day."),
    "is a day, such as {example}": word("Please enter a day."),
    "must be an instant such as {example}": word("Please enter a day and a time."),
    "must be a day such as {example}": word("Please enter a day."),
    "lies outside {first} to {last}": _FAR,
    "{what} lies between {first} and {last}": _FAR,
    "contains the character {character}, which no text may carry": word(
        "Please leave out characters that nobody sees."
    ),
    "ids ending in .penalty.N, .allotment.N or .correction are the ledger's own": word(
        "The ledger gives names like this one itself; please choose another."
    ),
    "is given by the ledger; leave it out": word("The ledger gives this itself; please leave it empty."),
    "leave it out: what you say counts from when it is heard, {now}": word(
        "Please leave it empty: it counts from now."
    ),
    "can't be taken away": word("This can be changed, but not emptied."),
    "is a country's code by ISO 3166: two capital letters, such as {example}": _COUNTRY,
    "is no country's code by ISO 3166{rest}": _COUNTRY,
    "is no {kind}, such as {example}: its form or its check digits are wrong": word(
        "This number can't be right; please check its digits."
    ),
    "is a number that KSeF gave, such as {example}": word("Please enter the number as KSeF gave it."),
    "KSeF is for sellers in Poland; without this field the credit note is issued": word(
        "KSeF is for sellers in Poland; please leave it empty."
    ),
}
_KNOWN = [
    (re.compile(PLACE.sub(r"(?P<\1>.+)", re.escape(english).replace(r"\{", "{").replace(r"\}", "}"))), said)
    for english, said in FAULTS.items()
]


def fault_in_words(detail: str, labels: Labels, field: str | None = None) -> str:
    """What to do about it; a fault that has no words here is told in the ledger's own, after a general sentence."""
    for pattern, said in _KNOWN:
        if found := pattern.fullmatch(detail):
            return labels(said, **{name: _in_words(text, labels, field) for name, text in found.groupdict().items()})
    general = labels("Please check this.")
    return f"{general} ({detail})"


def _in_words(text: str, labels: Labels, field: str | None) -> str:
    """A figure as the reader writes it; the names of what may be chosen."""
    names = CHOICES.get(field or "")
    if names is not None:
        return ", ".join(labels(names.get(one, one)) for one in re.split(", | or ", text))
    return shown_to_reader(text, labels.locale)
