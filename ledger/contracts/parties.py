"""The customer and the partner as a command names them, and what of the customer is personal and therefore sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from ledger.contracts.vat_ids import normal_vat_id
from ledger.kernel.errors import malformed
from ledger.kernel.faults import FaultError
from ledger.work.fields import Agreed, Body, Country, Id, Language, Mail, Name


class Address(Body):
    line1: Name
    line2: Name | None = None
    postcode: Name
    city: Name


class Customer(Body):
    """`vat_id` has its prefix, `tax_number` is the one that is no VAT id, `registration_number` that of a register.

    `coverage` are support hours of the customer's own, which hold where the contract agrees on none (S3).
    """

    customer_id: Id
    name: Name
    country: Country
    vat_id: Name | None = None
    tax_number: Name | None = None
    registration_number: Name | None = None
    email: Mail | None = None
    address: Address | None = None
    buyer_reference: Name | None = None
    language: Language | None = None
    coverage: Agreed | None = None


class Partner(Body):
    partner_id: Id
    name: Name


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
