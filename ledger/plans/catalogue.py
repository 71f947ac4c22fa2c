"""What a catalogue consists of: providers, plans in their versions, and what identifies a published one.

`loader` makes these from the files; `agreement` puts the figures that a plan leaves open into its terms.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator
from stdnum import iban
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from ledger.kernel import patterns
from ledger.kernel.errors import Refusal
from ledger.plans.agreement import agree, quoted
from ledger.plans.paths import RAW
from ledger.plans.terms import OpenFigure, Slug, Strict, Terms, ZoneName

# A prefix, then always year and number: two series can only meet in a number where their prefixes are equal.
SeriesPattern = Annotated[str, StringConstraints(pattern=patterns.SERIES)]
PlanText = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
# Key of a pool or a service → language → what documents call it.
Names = Mapping[str, Mapping[str, str]]
FullName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Printed = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class InvoiceSeries(Strict):
    """Patterns of document numbers: `GR-{year}-{number:05}` makes GR-2026-00001."""

    invoice: SeriesPattern
    credit_note: SeriesPattern


class Provider(Strict):
    """Who sells the plans; its zone and currency are those of every plan. `language` is ISO 639-1."""

    id: Slug
    name: PlanText
    country: Annotated[str, StringConstraints(pattern=patterns.COUNTRY)]
    timezone: ZoneName
    currency: Annotated[str, StringConstraints(pattern=patterns.CURRENCY)]
    language: Annotated[str, StringConstraints(pattern=patterns.LANGUAGE)]
    invoice_series: InvoiceSeries


class PartyAddress(Strict):
    line1: Printed
    line2: Printed | None = None
    postcode: Printed
    city: Printed


class ProviderParty(Strict):
    """Who issues a provider's documents: what the law and the formats ask of the seller (M3, M4).

    `vat_id` has its prefix, `tax_number` is the one that is no VAT id, `registration_number` is that of the register
    which `registration` names; `managing_directors` stand on the letter where the law wants them (§ 35a GmbHG).

    `payment_days` after the day of issue an invoice is due; a document is kept for `retention_years` after the end
    of the year in which it was issued. `ksef_verification` is where Polish documents are checked, if not where all are.
    """

    name: Printed
    address: PartyAddress
    email: Printed | None = None
    phone: Printed | None = None
    contact: Printed | None = None
    vat_id: Printed | None = None
    tax_number: Printed | None = None
    registration_number: Printed | None = None
    registration: Printed | None = None
    managing_directors: Annotated[list[FullName], Field(max_length=12)] = Field(default_factory=list)
    iban: Printed | None = None
    bic: Printed | None = None
    bank: Printed | None = None
    ksef_verification: Annotated[str, StringConstraints(pattern=patterns.WEB_ADDRESS)] | None = None
    payment_days: Annotated[int, Field(ge=0, le=365)] = 14
    retention_years: Annotated[int, Field(ge=1, le=100)] = 10

    @field_validator("iban")
    @classmethod
    def _iban(cls, value: str | None) -> str | None:
        return None if value is None else _checked(iban.validate, value, "is no IBAN, such as DE89370400440532013000")

    @field_validator("vat_id")
    @classmethod
    def _vat_id(cls, value: str | None) -> str | None:
        return (
            None
            if value is None
            else _checked(eu_vat.validate, value, "is no VAT id of a member state, such as ATU13585627")
        )


def _checked(validate: Callable[[str], str], value: str, fault: str) -> str:
    try:
        return validate(value)
    except ValidationError:
        raise ValueError(fault) from None


@dataclass(frozen=True)
class Plan:
    """A published offer. `terms` are its raw terms as far as published, without what it and its provider say already.

    `source` quotes the sentences it rests on; `readings` tells by path which reading of them was chosen.
    """

    id: str
    version: int
    provider: Provider
    name: str
    source: list[str]
    readings: dict[str, str]
    open: list[OpenFigure]
    terms: RAW

    def agree(self, agreed: Mapping[str, object], customer_coverage: Mapping[str, object] | None = None) -> Terms:
        """Whole terms with the agreed figures in them; refuses `malformed` and `not-agreed` (see `agreement`)."""
        published = published_terms(self.provider, self.id, self.version, self.name, self.terms)
        return agree(published, self.open, agreed, customer_coverage)


def published_terms(provider: Provider, plan_id: str, version: int, name: str, terms: RAW) -> RAW:
    """Raw terms with what every contract must know of its plan and provider."""
    return {
        **terms,
        "plan": plan_id,
        "version": version,
        "name": name,
        "provider": provider.id,
        "country": provider.country,
        "timezone": provider.timezone,
        "currency": provider.currency,
    }


def digest(plan: Plan) -> str:
    """SHA-256, in hex, of what binds: provider, names, terms and open figures, as canonical JSON.

    Comments, quoted sentences and readings explain and do not bind: they may be improved without a new version.
    What is listed here is listed by name, so that a field added to the models later leaves old digests as they are.
    """
    provider = plan.provider
    binding = {
        "plan": plan.id,
        "version": plan.version,
        "name": plan.name,
        "terms": plan.terms,
        "open": [[figure.name, figure.type, figure.unit, figure.meaning, figure.required] for figure in plan.open],
        "provider": [provider.id, provider.name, provider.country, provider.timezone, provider.currency],
        "language": provider.language,
        "invoice_series": [provider.invoice_series.invoice, provider.invoice_series.credit_note],
    }
    return hashlib.sha256(json.dumps(binding, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True)
class Catalogue:
    """All plans in all their versions, and who sells them."""

    _plans: dict[tuple[str, int], Plan]
    _providers: dict[str, Provider]
    _parties: dict[str, ProviderParty] = field(default_factory=dict)
    _names: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def plan(self, plan_id: str, version: int | None = None) -> Plan:
        """A plan, in its newest version unless one is named; refuses `unknown-plan`."""
        versions = [known for name, known in self._plans if name == plan_id]
        wanted = max(versions, default=0) if version is None else version
        if wanted not in versions:
            which = f"plan {quoted(plan_id)}" + (f" in version {version}" if versions else "")
            raise Refusal("unknown-plan", f"The catalogue has no {which}.", plan=quoted(plan_id))
        return self._plans[plan_id, wanted]

    def plans(self) -> list[Plan]:
        """The newest version of each plan, ordered by id."""
        return [self.plan(plan_id) for plan_id in sorted({plan_id for plan_id, _ in self._plans})]

    def versions(self) -> list[Plan]:
        """Every version of every plan, ordered by id and version."""
        return [self._plans[key] for key in sorted(self._plans)]

    def providers(self) -> dict[str, Provider]:
        return dict(self._providers)

    def provider(self, provider_id: str) -> Provider:
        """A provider; refuses `not-found`."""
        if provider_id not in self._providers:
            raise Refusal("not-found", f"The catalogue has no provider {quoted(provider_id)}.")
        return self._providers[provider_id]

    def party(self, provider_id: str) -> ProviderParty | None:
        """Who issues the provider's documents, where a file says so."""
        return self._parties.get(provider_id)

    def names(self, provider_id: str) -> Names:
        """What documents of a provider call its pools and services; they are words, and bind nobody."""
        return self._names.get(provider_id, {})
