"""What is wrong with a field, in the reader's words: a word for each code of a fault.

The ledger's own English sentence is made in `ledger/kernel/faults.py`; a page says what to do about it instead, and
leaves out figures that the reader has before them.
"""

from __future__ import annotations

from datetime import date

from api.languages import Labels, word
from api.portal.words.choices import CHOICES
from api.portal.words.formats import Formats
from api.portal.words.typed_numbers import shown_to_reader
from ledger.kernel.faults import FaultFigure, FieldFault

_EMPTY = word("Please fill this in.")
_NUMBER = word("Please enter a whole number.")
_NO_NUMBERS = ("no_whole_number", "no_number")  # of minutes, which are typed as hours too
_DAY = word("Please enter a day.")
_TIME = word("Please enter a day and a time.")
_AMOUNT = word("Please enter an amount with at most two decimals, such as {example}.")
_POSITIVE = word("More than nothing, please.")
_FAR = word("This day lies too far away.")
_COUNTRY = word("Please enter a country's code of two letters.")
_NOT_HERE = word("This can't be given here.")
_CHOICE = word("Please choose one of these: {members}.")
_ORDER = word("The first day lies after the last.")
_NO_RATE = word("No exchange rate is needed here; please leave it empty.")

FIELD_FAULTS: dict[str, str] = {
    "missing": _EMPTY,
    "missing_example": _EMPTY,
    "empty": _EMPTY,
    "no_field": _NOT_HERE,
    "no_parameter": _NOT_HERE,
    "no_parameters": _NOT_HERE,
    "other_parameter": _NOT_HERE,
    "none_of_parameters": _NOT_HERE,
    "given_twice": word("Once only, please."),
    "no_cursor": word("The list has no such page."),
    "no_text": _EMPTY,
    "bad_form": word("Please check how this is written."),
    "bad_character": word("Please leave out characters that nobody sees."),
    "too_short": word("At least {limit} letters, please."),
    "too_long": word("At most {limit} letters, please."),
    "too_many": word("At most {limit}, please."),
    "one_of": _CHOICE,
    "chosen_too_often": word("Please choose one at least, and at most {limit}."),
    "bad_id": word("Letters, digits, dot, dash, underscore only."),
    "reserved_id": word("The ledger gives names like this one itself; please choose another."),
    "bad_mail": word("Please enter a mail address."),
    "bad_country": _COUNTRY,
    "no_country": _COUNTRY,
    "other_country": _COUNTRY,
    "bad_vat_id": word("This number can't be right; please check its digits."),
    "bad_ksef_number": word("Please enter the number as KSeF gave it."),
    "no_whole_number": _NUMBER,
    "no_number": _NUMBER,
    "too_large_a_number": word("This number is too large."),
    "not_above": word("More than {limit}, please."),
    "below": word("{limit} or more, please."),
    "not_below": word("Less than {limit}, please."),
    "above": word("{limit} or less, please."),
    "bad_amount": _AMOUNT,
    "no_amount": _AMOUNT,
    "negative_amount": _POSITIVE,
    "amount_of_nothing": _POSITIVE,
    "bad_rate": word("Please enter a rate with at most six decimals, such as {example}."),
    "rate_of_nothing": _POSITIVE,
    "no_instant": _TIME,
    "no_instant_text": _TIME,
    "no_local_time": _TIME,
    "no_day": _DAY,
    "no_day_text": _DAY,
    "day_asked": _DAY,
    "moment_asked": _DAY,
    "far_day": _FAR,
    "far_instant": _FAR,
    "far_month": _FAR,
    "far_moment": _FAR,
    "skipped_time": word("This time does not exist: the clocks go forward then."),
    "day_to_come": word("This day is still to come."),
    "too_far_ahead": word("This lies too far ahead."),
    "not_ahead": word("That time is over. Please choose a later one."),
    "at_of_outsider": word("Please leave it empty: it counts from now."),
    "wrong_way_round": _ORDER,
    "after_statement": _ORDER,
    "too_many_months": word("At most {limit} months at once, please."),
    "impact_without_urgency": word("Please choose both impact and urgency."),
    "priority_or_impact": word("Please choose a priority, or impact and urgency instead."),
    "start_without_end": word("Please enter both start and finish."),
    "minutes_or_times": word("Please enter the minutes, or start and finish instead."),
    "end_before_start": word("The finish has to lie after the start."),
    "treatment_without_reason": word("Please say why it is not billed."),
    "grant_or_top_up": _EMPTY,
    "minutes_or_amount": word("Please enter minutes or an amount, as the pool is counted."),
    "incomplete_contact": word("For a call this is needed as well."),
    "not_removable": word("This can be changed, but not emptied."),
    "given_by_ledger": word("The ledger gives this itself; please leave it empty."),
    "pool_of_minutes": word("This pool is counted in minutes."),
    "pool_of_money": word("This pool is counted in {currency}."),
    "pool_of_contract": _CHOICE,
    "expires_before_grant": word("The credit would end before it counts."),
    "service_needed": word("Please choose the service."),
    "no_service": word("The contract has no such service."),
    "before_invoice": word("This lies before the day of the invoice."),
    "before_last_of_series": word("This lies before the day on which the last number was given."),
    "before_credit_note": word("This lies before the credit note that opened some of it again."),
    "rate_of_own_currency": _NO_RATE,
    "rate_without_vat": _NO_RATE,
    "ksef_elsewhere": word("KSeF is for sellers in Poland; please leave it empty."),
    "book_wrong_way_round": _ORDER,
    "book_to_come": word("This day is still to come; please say the last day too."),
    "book_of_years": word("Both days are to be of one year."),
    "book_of_currency": word("DATEV takes books in EUR only."),
    "book_of_companies": word("DATEV takes the books of one provider at once."),
}


def fault_in_words(fault: FieldFault | str, labels: Labels, field: str | None = None) -> str:
    """What to do about it; a plain sentence is told in the ledger's own words, after a general one."""
    if isinstance(fault, str):
        return f"{labels('Please check this.')} ({fault})"
    if fault.code in _NO_NUMBERS and field is not None and field.endswith("minutes"):
        return labels("Please enter minutes, or hours as {example}.", example="1:30")
    figures = {name: _in_words(figure, labels, field) for name, figure in fault.values.items()}
    return labels(FIELD_FAULTS[fault.code], **figures)


def _in_words(figure: FaultFigure, labels: Labels, field: str | None) -> str:
    """A figure as the reader writes it; the names of what may be chosen."""
    if isinstance(figure, tuple):
        names = CHOICES.get(field or "", {})
        return ", ".join(labels(names.get(one, one)) for one in figure)
    if isinstance(figure, int):
        return Formats(labels).count(figure)
    if isinstance(figure, date):
        return Formats(labels).day(figure)
    return shown_to_reader(figure, labels.locale)
