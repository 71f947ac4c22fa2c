"""Value added tax: which category and rate a line bears (M4). Pure; the rates are data.

Rates are hundredths of a percent: 19 % is 1900. Categories are those of EN 16931: S standard rate, AE reverse
charge, O not taxable.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from ledger.billing.events import NationalVat, VatCategory, VatLine
from ledger.contracts.vat_ids import is_eu_vat_id, is_in_eu, vat_id_country
from ledger.kernel.faults import FaultError, FieldFault
from ledger.kernel.values import half_up, parse_cents

PERCENT_HUNDREDTHS = 10_000


class NoRateError(ValueError):
    """No rate is known for a country at a date."""


@dataclass(slots=True, frozen=True)
class VatTreatment:
    """How a supply to a customer is taxed; `home` is the country whose rate category S bears."""

    category: VatCategory
    home: str

    def rate(self, supplied_on: date) -> int | None:
        """Hundredths of a percent at the date of supply: DE on 2026-03-01 is 1900; None where nothing is taxable.

        Raises NoRateError where the data have no rate for the country and day.
        """
        if self.category == "S":
            return standard_rate(self.home, supplied_on)
        return 0 if self.category == "AE" else None


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("ledger.billing").joinpath("vat.toml").read_text("utf-8"))


@cache
def _rates(country: str) -> list[tuple[date, int]]:
    entries = _data()["rates"].get(country, [])
    return sorted((entry["from"], parse_cents(entry["percent"])) for entry in entries)


def standard_rate(country: str, day: date) -> int:
    """The standard rate in force on a day. Raises NoRateError."""
    rates = _rates(country)
    index = bisect_right([start for start, _ in rates], day) - 1
    if index < 0:
        raise NoRateError(f"no rate of VAT is known for {country} on {day}")
    return rates[index][1]


def national_currency(country: str) -> str | None:
    """What VAT is owed in where the provider is; None of a country that the data don't know."""
    currency: str | None = _data()["currencies"].get(country)
    return currency


def needs_exchange_rate(vat: Iterable[VatLine], country: str, currency: str) -> bool:
    """Whether the law of the provider's country wants this VAT in its own currency too (M4): 21.00 EUR from CZ does.

    Reverse charge and what is not taxable bear no VAT, so that nothing is asked for.
    """
    is_asked = country in _data()["stated_nationally"]["countries"] and currency != national_currency(country)
    return is_asked and any(line.amount_cents for line in vat)


def check_converts(country: str, currency: str) -> None:
    """Raises FaultError where a document of this currency is in the country's own, or none is known for the country."""
    own = national_currency(country)
    if own is None or own == currency:
        raise FaultError(FieldFault("rate_of_own_currency", {"country": country, "currency": currency}))


def national_vat(vat: Sequence[VatLine], country: str, currency: str, exchange_rate: str) -> NationalVat:
    """VAT in the country's own currency: 31.91 EUR at 24.315 CZK are 775.89165, so 775.89 CZK.

    `exchange_rate` is what one unit of the document's currency costs, with at most six places. Raises FaultError where
    nothing is converted by it: the document is in that currency, or bears no VAT.
    """
    check_converts(country, currency)
    if not any(line.amount_cents for line in vat):
        raise FaultError(FieldFault("rate_without_vat"))
    own = national_currency(country)
    assert own is not None
    whole, _, places = exchange_rate.partition(".")
    millionths = int(whole + places.ljust(6, "0"))
    return NationalVat(own, exchange_rate, [half_up(line.amount_cents * millionths, 1_000_000) for line in vat])


def treatment(provider_country: str, customer_country: str, vat_id: str | None) -> VatTreatment:
    """Domestic; reverse charge for a business in another member state; not taxable outside the EU (M4).

    A customer in another member state without a VAT id of one pays the provider's domestic rate.
    """
    if customer_country == provider_country:
        return VatTreatment("S", provider_country)
    if not is_in_eu(customer_country):
        return VatTreatment("O", provider_country)
    is_business = is_in_eu(provider_country) and vat_id is not None and is_eu_vat_id(vat_id)
    if is_business and vat_id_country(vat_id or "") != provider_country:
        return VatTreatment("AE", provider_country)
    return VatTreatment("S", provider_country)


def vat_lines(lines: Iterable[tuple[int | None, VatCategory, int]]) -> list[VatLine]:
    """VAT per rate and category on the sum of the lines' net cents, half-up once: 22.25 at 19 % is 4.23."""
    sums: dict[tuple[VatCategory, int | None], int] = {}
    for rate, category, net_cents in lines:
        sums[category, rate] = sums.get((category, rate), 0) + net_cents
    return [
        VatLine(rate, category, net_cents, vat_of(net_cents, rate or 0))
        for (category, rate), net_cents in sorted(sums.items(), key=lambda item: (item[0][0], -(item[0][1] or 0)))
    ]


def vat_of(net_cents: int, rate_percent_hundredths: int) -> int:
    """Half-up to the cent: 22.25 at 19 % is 4.23 (4.2275)."""
    return half_up(net_cents * rate_percent_hundredths, PERCENT_HUNDREDTHS)


def shared_vat(nets: list[int], rate_percent_hundredths: int, vat_cents: int) -> list[int]:
    """VAT of each part, half-up, and what their sum lacks or has too much taken from where rounding went furthest.

    At 19 % 0.13 and 0.13 bear 0.02 each, together 0.05 (0.0494): the first gets 0.03. So every part is as near to its
    own VAT as the sum allows, and an account that takes VAT out of the gross finds it again, to a cent at worst.
    """
    shares = [vat_of(net, rate_percent_hundredths) for net in nets]
    rest = vat_cents - sum(shares)
    step = 1 if rest > 0 else -1
    lacking = [
        net * rate_percent_hundredths - share * PERCENT_HUNDREDTHS for net, share in zip(nets, shares, strict=True)
    ]
    for place in sorted(range(len(nets)), key=lambda n: -step * lacking[n])[: abs(rest)]:
        shares[place] += step
    return shares
