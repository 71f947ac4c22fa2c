"""The year of examples/year.jsonl in a database, its doors open, and its books in any form."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from api.books.exporting import export
from projections.reader import open_reader
from tests.http.door import Door, Json, opened
from tests.views.ledgers import fed

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LAST_DAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Year:
    url: str
    door: Door

    def books(
        self,
        form: str = "csv",
        from_: date | None = None,
        to: date | None = LAST_DAY,
        provider: str | None = None,
        accounts: Path | None = None,
        now: datetime = NOW,
    ) -> bytes:
        return asyncio.run(self._books(form, from_, to, provider, accounts, now))

    async def _books(self, *asked: Any) -> bytes:
        reader = open_reader(self.url)
        try:
            return b"".join((await export(reader, *asked)).pieces)
        finally:
            await reader.close()

    def contracts(self) -> list[Json]:
        return self.door.walk("contracts")

    def figures(self, as_of: str) -> dict[tuple[str, str, str, str], int]:
        """Every figure that the doors show: provider, contract, pool, name of the figure; nought left out."""
        found = {}
        for contract in self.contracts():
            key = (contract["provider"], contract["contract_id"])
            for account in self.door.see(f"contracts/{key[1]}/balance", as_of=as_of)["accounts"]:
                for name in ("granted", "available", "reserved", "consumed", "expired"):
                    amount = account[name]
                    value = amount if isinstance(amount, int) else int(amount.replace(".", ""))
                    found[*key, account["pool"], name] = value
        return {key: value for key, value in found.items() if value}


@contextmanager
def year_in(url: str) -> Iterator[Year]:
    with fed(url) as ledger:
        ledger.feed()
        ledger.projector.catch_up()
    with opened(url, catalogue=None) as door:
        yield Year(url, door)


def pool_figures(balances: dict[str, int]) -> dict[tuple[str, str, str, str], int]:
    """The credit accounts of some books as the doors name their figures; what was granted stands negative there."""
    found = {}
    for account, amount in balances.items():
        if account.startswith("Equity:Credit:"):
            provider, contract, pool, leaf = account.split(":")[2:]
            found[provider, contract, pool, leaf.lower()] = -amount if leaf == "Granted" else amount
    return {key: value for key, value in found.items() if value}
