"""Wrong tokens: the more of them an address sends, the later it is told so. Nothing else changes, least of all for
those who send good ones from the same address.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from ledger.kernel.clock import Clock

STEP_SECONDS, MOST_SECONDS = 0.02, 1.0
FORGOTTEN_AFTER = timedelta(minutes=15)
MOST_ADDRESSES = 10_000


@dataclass(slots=True)
class WrongTokens:
    """How many each address has sent, of the addresses that sent some last."""

    clock: Clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    most_addresses: int = MOST_ADDRESSES
    _sent: OrderedDict[str, tuple[int, datetime]] = field(default_factory=OrderedDict)

    async def wait(self, address: str) -> None:
        """Counts one more, and waits as long as its answer takes: 20 ms, 40 ms … a second."""
        sender, now = _network(address), self.clock()
        count, last = self._sent.pop(sender, (0, now))
        count = count + 1 if now - last < FORGOTTEN_AFTER else 1
        self._sent[sender] = (count, now)
        if len(self._sent) > self.most_addresses:
            self._sent.popitem(last=False)
        await self.sleep(min(count * STEP_SECONDS, MOST_SECONDS))


def _network(address: str) -> str:
    """Who has one address of IPv6 has 2⁶⁴ of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    return str(ip_network((int(found), 64), strict=False)) if isinstance(found, IPv6Address) else address
