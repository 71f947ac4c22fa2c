"""The customer and the partner as a command names them, and what of the customer is personal and therefore sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from pydantic import Field

from ledger.contracts.vat_ids import normal_vat_id
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FaultError
from ledger.kernel.structs import looked_at
from ledger.work.fields import Agreed, Body, Country, Id, Language, Mail, Name


class Address(Body):
    line1: Name = Field(description="Street and number, or what stands for them.")
    line2: Name | None = Field(default=None, description="What else the address needs.")
    postcode: Name = Field(description="The postcode.")
    city: Name = Field(description="The place.")


# What a customer tells of itself, when a contract is signed and when it is amended.
PartyName = Annotated[Name, Field(description="The name, as documents print it.")]
PartyCountry = Annotated[Country, Field(description="The country, as two letters.")]
VatId = Annotated[Name, Field(description="The VAT id, with its prefix.")]
TaxNumber = Annotated[Name, Field(description="A tax number that is no VAT id.")]
RegistrationNumber = Annotated[Name, Field(description="The number in a register of companies.")]
PartyMail = Annotated[Mail, Field(description="An address for mail.")]
CustomerAddress = Annotated[Address, Field(description="The postal address, for documents.")]
BuyerReference = Annotated[Name, Field(description="What invoices have to say for the customer, such as a Leitweg-ID.")]
DocumentLanguage = Annotated[Language, Field(description="The language of documents; the provider's if absent.")]


class Customer(Body):
    """`coverage` are support hours of the customer's own, which hold where the contract agrees on none (S3)."""

    customer_id: Id = Field(description="The customer's id at the provider.")
    name: PartyName
    country: PartyCountry
    vat_id: VatId | None = None
    tax_number: TaxNumber | None = None
    registration_number: RegistrationNumber | None = None
    email: PartyMail | None = None
    address: CustomerAddress | None = None
    buyer_reference: BuyerReference | None = None
    language: DocumentLanguage | None = None
    coverage: Agreed | None = Field(
        default=None, description="Support hours of its own, which hold where the contract agrees on none."
    )


class Partner(Body):
    partner_id: Id = Field(description="The partner's id at the provider.")
    name: Name = Field(description="The partner's name.")


@looked_at
class CustomerParty(msgspec.Struct, frozen=True, omit_defaults=True):
    """What of a customer is personal: it is sealed, and stands on documents."""

    name: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    registration_number: str | None = None
    email: str | None = None
    address: dict[str, str | None] | None = None
    buyer_reference: str | None = None


def takes_over(told_at: datetime, known_from: datetime, moment: datetime) -> bool:
    """Whether what is told of a customer for one instant stands, at a moment, instead of what is known from another.

    Each is whole. The latest counts that is effective by then, and of one instant what was told last (M2).
    """
    return known_from <= told_at <= moment


PERSONAL = set(CustomerParty.__struct_fields__)


def read_party(opened: Any) -> CustomerParty:
    """What was sealed of a customer; empty where their key is gone."""
    return msgspec.convert(opened or {}, CustomerParty)


def checked_party(party: CustomerParty, country: str) -> CustomerParty:
    """The party with its VAT id in the normal form. Raises Refusal malformed where it has none (M4)."""
    if party.vat_id is None:
        return party
    try:
        return msgspec.structs.replace(party, vat_id=normal_vat_id(party.vat_id, country))
    except FaultError as error:
        raise malformed("customer.vat_id", error.fault) from None
