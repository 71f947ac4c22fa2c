"""The shipped catalogue, loaded once for all tests of this folder."""

import pytest

from ledger.plans.loader import Catalogue, load_catalogue
from ledger.plans.terms import Terms

LUMP_SUM = {"pools.lump-sum.allotment": "50000.00"}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def terms(catalogue: Catalogue) -> dict[str, Terms]:
    """Each plan's terms with only those figures agreed that can't be done without."""
    return {plan.id: plan.agree(LUMP_SUM if plan.id == "dytron-sbp" else {}) for plan in catalogue.plans()}
