"""The customer and the partner as a command names them, and what of the customer is personal and therefore sealed."""

from __future__ import annotations

from typing import Any

from ledger.contracts.vat_ids import normal_vat_id
from ledger.kernel.errors import malformed
from ledger.work.fields import Agreed, Body, Country, Id, Language, Mail, Name

PERSONAL = {"name", "vat_id", "tax_number", "registration_number", "email", "address", "buyer_reference"}


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


def checked_party(party: dict[str, Any], country: str) -> dict[str, Any]:
    """What is sealed of a customer, the VAT id in its normal form. Raises Refusal malformed where it has none (M4)."""
    if "vat_id" not in party:
        return party
    try:
        return party | {"vat_id": normal_vat_id(party["vat_id"], country)}
    except ValueError as error:
        raise malformed("customer.vat_id", str(error)) from None
