"""The bodies of commands on contracts and their customers."""

from __future__ import annotations

from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from ledger.kernel.fields import (
    Agreed,
    AnyId,
    Body,
    Command,
    Count,
    Country,
    Day,
    Id,
    Instant,
    Language,
    Mail,
    Name,
    Text,
)


class Address(Body):
    line1: Name
    line2: Name | None = None
    postcode: Name
    city: Name


class Customer(Body):
    customer_id: Id
    name: Name
    country: Country
    vat_id: Name | None = None
    tax_number: Name | None = None
    email: Mail | None = None
    address: Address | None = None
    buyer_reference: Name | None = None
    language: Language | None = None
    coverage: Agreed | None = None


class AmendedCustomer(Body):
    """`null` takes away what a customer need not have; without it a member stays as it is."""

    customer_id: AnyId | None = None
    name: Name | None = None
    country: Country | None = None
    vat_id: Name | None = None
    tax_number: Name | None = None
    email: Mail | None = None
    address: Address | None = None
    buyer_reference: Name | None = None
    language: Language | None = None

    @property
    def removed(self) -> set[str]:
        return {name for name in self.model_fields_set if getattr(self, name) is None}

    @model_validator(mode="after")
    def _keeps_what_it_needs(self) -> AmendedCustomer:
        for name in ("customer_id", "name", "country"):
            if name in self.removed:
                raise ValueError(f"{name}: can't be taken away")
        return self

    @model_serializer(mode="wrap")
    def _with_removed(self, given: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is taken away is part of the content by which two commands are the same."""
        return {**given(self), **dict.fromkeys(self.removed)}


class Partner(Body):
    partner_id: Id
    name: Name


class SignContract(Command):
    contract_id: Id
    plan: AnyId
    starts_on: Day
    customer: Customer
    partner: Partner | None = None
    subscriptions: Count | None = None
    agreed: Agreed = {}


class RenewContract(Command):
    contract_id: AnyId
    starts_on: Day | None = None
    at: Instant | None = None


class AmendCustomer(Command):
    contract_id: AnyId
    customer: AmendedCustomer
    at: Instant | None = None


class ChangePlan(Command):
    contract_id: AnyId
    plan: AnyId
    from_on: Day
    agreed: Agreed = {}


class TerminateContract(Command):
    contract_id: AnyId
    ends_on: Day
    reason: Text


class AuthoriseDirectContact(Command):
    contract_id: AnyId
    by: Name
    at: Instant | None = None


class WithdrawDirectContact(Command):
    contract_id: AnyId
    by: Name
    at: Instant | None = None
