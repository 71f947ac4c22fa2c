"""What is wrong with a field, wherever a form can learn of it: a code with its figures. Pure.

The English sentence is made from them here and nowhere else, to be read after the field's name; other languages have
words of their own for a code. A fault that no form can have (of a command line, a mapping, an agreement) is told by a
plain sentence where it is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SENTENCES: dict[str, str] = {
    # Of one value by itself.
    "missing": "is missing",
    "missing_example": "is missing, such as {example}",
    "empty": "is empty",
    "no_field": "is no field here",
    "no_parameter": "is no parameter here",
    "no_parameters": "is no parameter here; there are none",
    "other_parameter": "is no parameter here; {meant} is meant",
    "none_of_parameters": "is no parameter here; there are {members}",
    "given_twice": "is given twice",
    "no_cursor": "is not one that this list gave",
    "no_text": "must be a text, such as {example}",
    "bad_form": "is not written as it has to be",
    "bad_character": "contains the character {character}, which no text may carry",
    "too_short": "has less than {limit} letters",
    "too_long": "has more than {limit} letters",
    "too_many": "has more than {limit} members",
    "one_of": "is one of {members}",
    "chosen_too_often": "is chosen at least once, and at most {limit} times",
    "bad_id": "is made of A-Z, a-z, 0-9, '.', '_' and '-', such as {example}",
    "reserved_id": "ids ending in .penalty.N, .allotment.N or .correction are the ledger's own",
    "bad_mail": "must be a mail address, such as {example}",
    "bad_country": "is a country's code by ISO 3166: two capital letters, such as {example}",
    "no_country": "is no country's code by ISO 3166, such as {example}",
    "other_country": "is no country's code by ISO 3166; {meant} is meant",
    "bad_vat_id": "is no {kind}, such as {example}: its form or its check digits are wrong",
    "bad_ksef_number": "is a number that KSeF gave, such as {example}",
    # Numbers and amounts.
    "no_whole_number": "must be a whole number, such as {example}",
    "no_number": "must be a number, such as {example}",
    "too_large_a_number": "is too large a number",
    "not_above": "must be more than {limit}",
    "below": "must be {limit} or more",
    "not_below": "must be less than {limit}",
    "above": "must be {limit} or less",
    "bad_amount": "an amount is a decimal with at most two decimals, such as {example}",
    "no_amount": 'money is a string such as "{example}"',
    "negative_amount": 'is negative; it is an amount such as "{example}"',
    "amount_of_nothing": 'must be more than 0.00, such as "{example}"',
    "bad_rate": "must be a rate of at most six decimals, such as {example}",
    "rate_of_nothing": "must be more than 0, such as {example}",
    # Days and instants.
    "no_instant": "must be an instant with an offset, such as {example}",
    "no_instant_text": "must be an instant such as {example}",
    "no_local_time": "must be a day and a time, such as {example}",
    "no_day": "must be a day, such as {example}",
    "no_day_text": "must be a day such as {example}",
    "day_asked": "is a day, such as {example}",
    "moment_asked": "is an instant with an offset ({instant}) or a day ({day})",
    "far_day": "a day lies between {first} and {last}",
    "far_instant": "an instant lies between {first} and {last}",
    "far_month": "a month lies between {first} and {last}",
    "far_moment": "lies outside {first} to {last}",
    "skipped_time": "{time} does not exist on {day}: the clocks go forward then",
    "day_to_come": "{day} lies ahead of today, {today}",
    "too_far_ahead": "{moment} lies more than a day ahead of {now}",
    "not_ahead": "must lie ahead of now, {now}",
    "at_of_outsider": "leave it out: what you say counts from when it is heard, {now}",
    "wrong_way_round": "{first} lies after {last}",
    "after_statement": "lies after the last day of the statement, {last}",
    "too_many_months": "lies more than {limit} months before the last day",
    # Of several fields together.
    "impact_without_urgency": "impact and urgency go together",
    "priority_or_impact": "give it directly, or impact and urgency instead",
    "start_without_end": "started_at and ended_at go together",
    "minutes_or_times": "give them, or started_at and ended_at instead",
    "end_before_start": "must lie after started_at",
    "treatment_without_reason": "{treatment} needs one",
    "grant_or_top_up": "give it, or top_up_id instead",
    "minutes_or_amount": "give minutes or an amount, as the pool's unit asks",
    "incomplete_contact": "a phone contact needs {fields} as well",
    "not_removable": "can't be taken away",
    # What the ledger knows besides.
    "given_by_ledger": "is given by the ledger; leave it out",
    "pool_of_minutes": "pool {pool} is counted in minutes",
    "pool_of_money": "pool {pool} is counted in {currency}",
    "pool_of_contract": "is one of the contract's: {members}",
    "expires_before_grant": "{day} begins before the grant counts, at {moment}",
    "service_needed": "these terms price work by kind of service: one of {members}",
    "no_service": "these terms have no service {service}; they have {members}",
    "before_invoice": "{day} lies before the invoice itself, {issued}",
    "before_last_of_series": "{day} lies before {last}, when the last {kind} of the series was issued.",
    "before_credit_note": "{day} lies before {reopened}, when a credit note opened some of this again",
    "rate_of_own_currency": "converts nothing: documents from {country} are in {currency}; leave it out",
    "rate_without_vat": "converts nothing: the document bears no VAT; leave it out",
    "ksef_elsewhere": "KSeF is for sellers in Poland; without this field the credit note is issued",
    # Books.
    "book_wrong_way_round": "{first} lies after the last day, {last}.",
    "book_to_come": "{day} lies ahead; name the last day too.",
    "book_of_years": "lies in {last}, {first} in {year}; a Buchungsstapel is of one year.",
    "book_of_currency": "{provider} charges in {currency}; a Buchungsstapel is in EUR.",
    "book_of_companies": "a Buchungsstapel is of one company; name one of {providers}.",
}


class Alternatives(tuple[str, ...]):
    """Names to choose from that a sentence tells as `a, b or c`; a plain tuple is told as `a, b, c`."""

    __slots__ = ()


FaultFigure = str | int | date | tuple[str, ...]


@dataclass(slots=True, frozen=True)
class FieldFault:
    """`code` is one of SENTENCES, `values` fill its places.

    >>> FieldFault("too_long", {"limit": 4000}).sentence
    'has more than 4,000 letters'
    """

    code: str
    values: Mapping[str, FaultFigure] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code].format(**self.told)

    @property
    def told(self) -> dict[str, str]:
        """The figures as they stand in the sentence."""
        return {name: _told(figure) for name, figure in self.values.items()}


@dataclass(slots=True, frozen=True)
class PlacedFault:
    """A fault at its field; `field` is its path in the body, e.g. `customer.country`."""

    field: str
    fault: FieldFault | str

    @property
    def detail(self) -> str:
        return sentence_of(self.fault)


class FaultError(ValueError):
    """What a check of a value finds."""

    def __init__(self, fault: FieldFault | str) -> None:
        super().__init__(sentence_of(fault))
        self.fault = fault


class FieldFaultError(FaultError):
    """What a check over several fields finds: `field`, counted from the checked object, is the one to look at."""

    def __init__(self, field: str, fault: FieldFault | str) -> None:
        super().__init__(fault)
        self.field = field


def sentence_of(fault: FieldFault | str) -> str:
    return fault if isinstance(fault, str) else fault.sentence


def _told(figure: FaultFigure) -> str:
    if isinstance(figure, Alternatives) and len(figure) > 1:
        return f"{', '.join(figure[:-1])} or {figure[-1]}"
    if isinstance(figure, tuple):
        return ", ".join(figure)
    return f"{figure:,}" if isinstance(figure, int) else str(figure)
