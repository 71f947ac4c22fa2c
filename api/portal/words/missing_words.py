"""What a document lacks, in words; which of it finance can tell here and now, and which stands elsewhere.

The names are those of `api/documents/missing.py`: `customer.address` is told of a customer by `amend-customer`,
`provider.…` stands in the catalogue, `exchange_rate` is given when the invoice is issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.documents.missing import IN_LETTERS
from api.languages import word

MISSING = {
    "customer": word("the customer's data, which are no longer kept"),
    "customer.name": word("the customer's name"),
    "customer.address": word("the customer's address"),
    "customer.vat_id": word("the customer's VAT id"),
    "customer.tax_number": word("the customer's tax number"),
    "customer.registration_number": word("the customer's registration number"),
    "customer.email": word("the customer's e-mail address"),
    "customer.buyer_reference": word("the customer's reference for invoices"),
    "parties": word("the provider's own data"),
    "provider": word("the provider's own data"),
    "provider.name": word("the provider's name"),
    "provider.address": word("the provider's address"),
    "provider.vat_id": word("the provider's VAT id"),
    "provider.registration_number": word("the provider's registration number"),
    "provider.registration": word("the provider's register court"),
    "provider.managing_directors": word("the provider's managing directors"),
    "provider.contact": word("the provider's contact person"),
    "provider.phone": word("the provider's phone number"),
    "provider.email": word("the provider's e-mail address"),
    "provider.iban": word("the provider's IBAN"),
    "provider.vat_rate": word("the rate of VAT of the provider's country"),
    "exchange_rate": word("the exchange rate"),
}
OF_LINES = {
    "description": word("the description of line {line}"),
    "engineer": word("the name of the engineer of line {line}"),
    "note": word("the note of line {line}"),
    "ticket_title": word("the ticket's title of line {line}"),
}
# What amend-customer takes of what can be missing, by the names of its fields.
FIELDS = {
    "customer.name": ("customer.name",),
    "customer.address": (
        *("customer.address.line1", "customer.address.line2"),
        *("customer.address.postcode", "customer.address.city"),
    ),
    "customer.vat_id": ("customer.vat_id",),
    "customer.tax_number": ("customer.tax_number",),
    "customer.registration_number": ("customer.registration_number",),
    "customer.email": ("customer.email",),
    "customer.buyer_reference": ("customer.buyer_reference",),
}


@dataclass(slots=True, frozen=True)
class MissingDatum:
    """`english` is the word for it, `line` the number of the line where it is of one. `in_letters`: it is there, in
    letters that no printed page has.
    """

    name: str
    english: str
    line: str = ""
    in_letters: bool = False

    @property
    def fields(self) -> Sequence[str]:
        """The fields of `amend-customer` that tell it; none where it is told elsewhere."""
        return FIELDS.get(self.name, ())

    @property
    def is_of_provider(self) -> bool:
        return self.name.partition(".")[0] in ("provider", "parties")


def missing_in_words(names: Iterable[str]) -> list[MissingDatum]:
    return [_told(name.removesuffix(f" {IN_LETTERS}"), name.endswith(IN_LETTERS)) for name in names]


def _told(name: str, in_letters: bool) -> MissingDatum:
    """What has no word is shown as the ledger calls it."""
    head, _, rest = name.partition(".")
    if head == "lines":
        line, _, member = rest.partition(".")
        return MissingDatum(name, OF_LINES.get(member, name), line, in_letters)
    return MissingDatum(name, MISSING.get(name, name), in_letters=in_letters)
