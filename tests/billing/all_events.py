"""What is read for a draft, held against all events of the contract: issuing folds these, and both are one."""

import asyncio
from datetime import date

from ledger.billing.charges import BILLED_TOPICS, BillingAccount, billing_account
from ledger.billing.draft import Draft, draft
from ledger.billing.invoice import LineTexts, texts_of
from ledger.billing.vat import treatment
from ledger.plans.catalogue import Catalogue
from projections.billing.open_account import open_account
from projections.reader import open_reader, resolve_as_of
from tests.billing.office import Office

DAYS = (date(2026, 1, 14), date(2026, 2, 28), date(2027, 12, 31))


def check_as_of_all_events(office: Office, url: str, contract: str) -> None:
    """The draft through any day, with its texts, and whom it is to."""
    office.see(f"contracts/{contract}")  # the views have read all

    async def asked() -> BillingAccount:
        reader = open_reader(url, office.clock)
        async with reader.snapshot() as snapshot:
            as_of = await resolve_as_of(snapshot, None, None, "UTC", contract)
            account, _ = await open_account(snapshot, contract, as_of)
        await reader.close()
        return account

    opened = asyncio.run(asked())
    whole = billing_account(office.store.facts_of(contract, BILLED_TOPICS), office.clock())
    assert _parties(opened) == _parties(whole)
    catalogue: Catalogue = office.client.app.state.ledger.catalogue
    for through_on in DAYS:
        assert _drafted(opened, through_on, catalogue) == _drafted(whole, through_on, catalogue)


def _parties(account: BillingAccount) -> tuple[object, ...]:
    told = (account.provider, account.timezone, account.currency, account.customer_id, account.partner_id)
    return (*told, account.country, account.language, account.party)


def _drafted(account: BillingAccount, through_on: date, catalogue: Catalogue) -> tuple[Draft, LineTexts]:
    taxed = treatment(catalogue.provider(account.provider).country, account.country, None)
    found = draft(account, through_on, taxed, account.moment, catalogue.names(account.provider))
    return found, texts_of(account, found.lines)
