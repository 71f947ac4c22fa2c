"""Commands on a contract's parties: the customer's data, and the partner's word on direct contact. Find, ask, save."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

import msgspec
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from ledger.contracts.finding import OnContract, contract_of, the_contract
from ledger.contracts.parties import (
    PERSONAL,
    BuyerReference,
    CustomerAddress,
    DocumentLanguage,
    PartyCountry,
    PartyMail,
    PartyName,
    RegistrationNumber,
    TaxNumber,
    VatId,
    checked_party,
    read_party,
)
from ledger.contracts.state import CustomerData
from ledger.kernel.access import FINANCE, OPERATOR, PARTNER
from ledger.kernel.errors import Refusal
from ledger.kernel.faults import FieldFault, FieldFaultError
from ledger.work.case import Case
from ledger.work.declaration import command
from ledger.work.fields import AnyId, Body, EffectiveAt, Name


class AmendedCustomer(Body):
    """`null` takes away what a customer need not have; without it a member stays as it is."""

    customer_id: AnyId | None = Field(default=None, description="The customer's id at the provider.")
    name: PartyName | None = None
    country: PartyCountry | None = None
    vat_id: VatId | None = None
    tax_number: TaxNumber | None = None
    registration_number: RegistrationNumber | None = None
    email: PartyMail | None = None
    address: CustomerAddress | None = None
    buyer_reference: BuyerReference | None = None
    language: DocumentLanguage | None = None

    @property
    def given(self) -> set[str]:
        return self.model_fields_set - {"customer_id"}

    @property
    def removed(self) -> set[str]:
        members = dict(self)
        return {name for name in self.model_fields_set if members[name] is None}

    @model_validator(mode="after")
    def _keeps_what_it_needs(self) -> AmendedCustomer:
        for name in ("customer_id", "name", "country"):
            if name in self.removed:
                raise FieldFaultError(name, FieldFault("not_removable"))
        return self

    @model_serializer(mode="wrap")
    def _with_removed(self, given: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What is taken away is part of the content by which two commands are the same."""
        return {**given(self), **dict.fromkeys(self.removed)}


class AmendCustomer(OnContract):
    customer: AmendedCustomer = Field(description="What of its data changes; null takes a member away.")
    at: EffectiveAt | None = None


class DirectContact(OnContract):
    by: Name = Field(description="Who at the partner says so.")
    at: EffectiveAt | None = None


@command("amend-customer", AmendCustomer, roles=OPERATOR | FINANCE, about=the_contract)
def amend_customer(case: Case, body: AmendCustomer) -> None:
    """The customer's data from `at` on: the members given replace those known; documents of before keep theirs.

    What was told already of a later moment stays as it was told.
    """
    contract, given, at = contract_of(case), body.customer, case.at(body.at)
    if given.customer_id not in (None, contract.customer_id):
        raise Refusal(
            "invalid-transition", "A contract's customer does not become somebody else.", field="customer.customer_id"
        )
    now = contract.customer_at(at)
    told_then = now.given if now.effective_at == at else frozenset()
    _amend(case, now, given, given.given, told_then | given.given, at)
    for later in contract.customers_after(at):
        _amend(case, later, given, given.given - later.given, later.given, later.effective_at)


def _amend(
    case: Case, known: CustomerData, customer: AmendedCustomer, replaced: set[str], given: Set[str], at: datetime
) -> None:
    """Records the data known with the members that are `replaced`."""
    given_members = customer.model_dump(include=PERSONAL & replaced)
    told = {name: given_members.get(name) for name in PERSONAL & replaced}
    party = msgspec.structs.replace(read_party(case.open(known.party)), **told)
    country = customer.country if customer.country and "country" in replaced else known.country
    language = customer.language if "language" in replaced else known.language
    sealed = case.seal_customer(checked_party(party, country))
    contract_of(case).amend_customer(country, language, sealed, set(given), at, case.stamp)


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
