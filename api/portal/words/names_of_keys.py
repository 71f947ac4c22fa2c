"""What a page calls what is known by a key: pools and services in the reader's language, plans and providers as they
call themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.state import State
from ledger.billing.naming import name_of
from ledger.kernel.errors import Refusal
from ledger.plans.catalogue import Catalogue, Names


@dataclass(slots=True, frozen=True)
class NamesOfKeys:
    """The names of the providers of some contracts; a key that has none is shown as the ledger has it."""

    by_contract: Mapping[str, Names]
    language: str

    def named(self, contract_id: str, key: str | None) -> str:
        """`care` is `Betreuung`; nothing is said of no key."""
        return self.of(contract_id)(key) if key is not None else ""

    def of(self, contract_id: str) -> Callable[[str], str]:
        """The same for the keys of one contract."""
        names = self.by_contract.get(contract_id, {})
        return lambda key: name_of(key, names, self.language) or key


@dataclass(slots=True, frozen=True)
class NamesOfSellers:
    """The catalogue's names of providers and plans; what it does not have (any more) is shown by its id."""

    catalogue: Catalogue

    def provider(self, provider_id: str) -> str:
        """`north` is `North`."""
        known = self.catalogue.providers().get(provider_id)
        return known.name if known is not None else provider_id

    def plan(self, plan_id: str) -> str:
        """`north-all` is `Everything`, as its newest version says."""
        try:
            return self.catalogue.plan(plan_id).name
        except Refusal:
            return plan_id


def names_of(state: State, providers: Mapping[str, str], language: str) -> NamesOfKeys:
    """The catalogue's names for what the contracts of some providers know by a key."""
    return NamesOfKeys({one: state.catalogue.names(provider) for one, provider in providers.items()}, language)
