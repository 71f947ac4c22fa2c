"""The bodies of commands on contracts and their customers."""

from __future__ import annotations

from ledger.commands.fields import (
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
    customer_id: AnyId | None = None
    name: Name | None = None
    country: Country | None = None
    vat_id: Name | None = None
    tax_number: Name | None = None
    email: Mail | None = None
    address: Address | None = None
    buyer_reference: Name | None = None
    language: Language | None = None


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
