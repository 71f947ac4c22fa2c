"""Commands on a contract's parties: the customer's data, and the partner's word on direct contact. Find, ask, save."""

from __future__ import annotations

from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer, model_validator

from ledger.contracts.finding import OnContract, contract_of, the_contract
from ledger.contracts.parties import PERSONAL, Address, checked_party
from ledger.kernel.access import FINANCE, OPERATOR, PARTNER
from ledger.kernel.errors import Refusal
from ledger.kernel.wording import FieldFaultError
from ledger.work.case import Case
from ledger.work.declaration import command
from ledger.work.fields import AnyId, Body, Country, Instant, Language, Mail, Name


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
        members = dict(self)
        return {name for name in self.model_fields_set if members[name] is None}

    @model_validator(mode="after")
    def _keeps_what_it_needs(self) -> AmendedCustomer:
        for name in ("customer_id", "name", "country"):
            if name in self.removed:
                raise FieldFaultError(name, "can't be taken away")
        return self

    @model_serializer(mode="wrap")
    def _with_removed(self, given: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is taken away is part of the content by which two commands are the same."""
        return {**given(self), **dict.fromkeys(self.removed)}


class AmendCustomer(OnContract):
    customer: AmendedCustomer
    at: Instant | None = None


class DirectContact(OnContract):
    by: Name
    at: Instant | None = None


@command("amend-customer", AmendCustomer, roles=OPERATOR | FINANCE, about=the_contract)
def amend_customer(case: Case, body: AmendCustomer) -> None:
    """The customer's data from then on: the members given replace those known; documents issued before keep theirs."""
    contract, given = contract_of(case), body.customer
    if given.customer_id not in (None, contract.customer_id):
        raise Refusal(
            "invalid-transition", "A contract's customer does not become somebody else.", field="customer.customer_id"
        )
    assert contract.party is not None
    party = case.open(contract.party) or {}
    party |= given.model_dump(include=PERSONAL, exclude_none=True)
    country = given.country or contract.country
    party = checked_party({name: value for name, value in party.items() if name not in given.removed}, country)
    language = None if "language" in given.removed else given.language or contract.language
    contract.amend_customer(country, language, case.seal_customer(party), case.at(body.at), case.stamp)


@command("authorise-direct-contact", DirectContact, roles=OPERATOR | PARTNER, about=the_contract)
def authorise_direct_contact(case: Case, body: DirectContact) -> None:
    """The partner allows the provider to speak with the end customer (T3)."""
    _direct_contact(case, body, allowed=True)


@command("withdraw-direct-contact", DirectContact, roles=OPERATOR | PARTNER, about=the_contract)
def withdraw_direct_contact(case: Case, body: DirectContact) -> None:
    """The partner takes that permission back (T3)."""
    _direct_contact(case, body, allowed=False)


def _direct_contact(case: Case, body: DirectContact, *, allowed: bool) -> None:
    by = case.seal_partner(body.by) if case.scope.partner_id else case.seal_staff(body.by)
    contract_of(case).allow_direct_contact(allowed, by, case.at(body.at), case.stamp)
