"""What a document lacks, in words; which of it finance can tell here and now, and which stands elsewhere.

It is named by `ledger/billing/missing.py`, which says who tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.languages import Labels, word
from ledger.billing.missing import NO_EXCHANGE_RATE, MissingDatum, Whose

MISSING: Mapping[Whose, Mapping[str | None, str]] = {
    "customer": {
        None: word("the customer's data, which are no longer kept"),
        "name": word("the customer's name"),
        "address": word("the customer's address"),
        "vat_id": word("the customer's VAT id"),
        "tax_number": word("the customer's tax number"),
        "registration_number": word("the customer's registration number"),
        "email": word("the customer's e-mail address"),
        "buyer_reference": word("the customer's reference for invoices"),
    },
    "parties": {None: word("the provider's own data")},
    "provider": {
        None: word("the provider's own data"),
        "name": word("the provider's name"),
        "address": word("the provider's address"),
        "vat_id": word("the provider's VAT id"),
        "registration_number": word("the provider's registration number"),
        "registration": word("the provider's register court"),
        "managing_directors": word("the provider's managing directors"),
        "contact": word("the provider's contact person"),
        "phone": word("the provider's phone number"),
        "email": word("the provider's e-mail address"),
        "iban": word("the provider's IBAN"),
        "vat_rate": word("the rate of VAT of the provider's country"),
    },
    "document": {"exchange_rate": word("the exchange rate")},
}
OF_LINES = {
    "description": word("the description of line {line}"),
    "engineer": word("the name of the engineer of line {line}"),
    "note": word("the note of line {line}"),
    "ticket_title": word("the ticket's title of line {line}"),
}
# What amend-customer takes of what can be missing of a customer, by the names of its fields.
FIELDS: Mapping[str, Sequence[str]] = {
    "name": ("customer.name",),
    "address": (
        *("customer.address.line1", "customer.address.line2"),
        *("customer.address.postcode", "customer.address.city"),
    ),
    "vat_id": ("customer.vat_id",),
    "tax_number": ("customer.tax_number",),
    "registration_number": ("customer.registration_number",),
    "email": ("customer.email",),
    "buyer_reference": ("customer.buyer_reference",),
}


@dataclass(slots=True, frozen=True)
class MissingInWords:
    """`english` is the word for it, with a place for the number of the line where it is of one."""

    datum: MissingDatum
    english: str

    @property
    def line(self) -> str:
        return str(self.datum.line or "")

    @property
    def fields(self) -> Sequence[str]:
        """The fields of `amend-customer` that tell it; none where it is told elsewhere."""
        return FIELDS.get(self.datum.member or "", ()) if self.datum.whose == "customer" else ()

    @property
    def is_of_provider(self) -> bool:
        return self.datum.whose in ("provider", "parties")

    @property
    def is_exchange_rate(self) -> bool:
        return self.datum == NO_EXCHANGE_RATE


def missing_in_words(missing: Iterable[MissingDatum]) -> list[MissingInWords]:
    """What has no word is shown as the ledger calls it."""
    return [MissingInWords(one, _word(one) or one.name) for one in missing]


def _word(datum: MissingDatum) -> str | None:
    if datum.line is not None:
        return OF_LINES.get(datum.member or "")
    return MISSING[datum.whose].get(datum.member)


def missing_listed(missing: Iterable[MissingDatum], labels: Labels) -> str:
    return ", ".join(labels(one.english, line=one.line) for one in missing_in_words(missing))
