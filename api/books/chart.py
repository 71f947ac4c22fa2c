"""The chart of accounts, and how an account is named in each format.

Money, in its currency. Debits are positive, so what is owed and what was earned stand negative:

    Assets:Accrued:{provider}:{contract}            charged, not on an invoice yet
    Assets:Receivable:{provider}:{contract}         on an invoice, with VAT
    Income:{Kind}:{provider}:{contract}             Fee, LumpSum, TopUp, Overage, Service, Surcharge, ServiceCredit; net
    Liabilities:VAT:{category and rate}:{provider}  S1900 is the standard category at 19 %

Credit, in minutes (`MIN`) or, for a pool of money, in its currency:

    Equity:Credit:{provider}:{contract}:{pool}:Granted | Available | Reserved | Consumed | Expired

Credit accounts are memoranda. The five of a pool always come to nothing together: that is rule C16, granted =
available + reserved + consumed + expired, with `Granted` negative. So each of the others shows the very figure of the
contract's balance, and no pool of money adds to assets, debts or income a second time: they stand in the charges. That
is why they are neither assets nor liabilities, although a provider owes what is available.

`Equity:Opening` takes the other side of opening balances.

An id is data and may hold what a format forbids. Each format has an escape of its own that can be undone, so two ids
never become one account. What it forbids: Beancount all but letters, digits and `-`, with a capital or a digit first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

CREDIT = "Credit"
EXPIRED = "Expired"
MINUTES = "MIN"
NAMES_AT_HAND = 5_000
_UNSAFE = re.compile(r"[^A-Za-z0-9-]|-(?=x)")


class Account(NamedTuple):
    """`words` are ours, `ids` the ledger's, `leaf` says which of a pool's accounts it is."""

    words: tuple[str, ...]
    ids: tuple[str, ...] = ()
    leaf: str = ""


OPENING = Account(("Equity", "Opening"))


def accrued(provider: str, contract_id: str) -> Account:
    return Account(("Assets", "Accrued"), (provider, contract_id))


def receivable(provider: str, contract_id: str) -> Account:
    return Account(("Assets", "Receivable"), (provider, contract_id))


def income(provider: str, contract_id: str, family: str) -> Account:
    """By kind of charge: `top_up` is `Income:TopUp`. A reversal's family is that of what it takes back."""
    kind = "".join(part.capitalize() for part in family.split("_"))
    return Account(("Income", kind), (provider, contract_id))


def vat(provider: str, category: str, rate_percent_hundredths: int | None) -> Account:
    """VAT owed, by category and rate: `S` at 19 % is `S1900`, at 7 % `S0700`; without a rate no digits."""
    rate = "" if rate_percent_hundredths is None else f"{rate_percent_hundredths:04d}"
    return Account(("Liabilities", "VAT", category + rate), (provider,))


def credit(provider: str, contract_id: str, pool: str, leaf: str) -> Account:
    return Account(("Equity", CREDIT), (provider, contract_id, pool), leaf)


@lru_cache(NAMES_AT_HAND)
def plain_name(account: Account) -> str:
    """As hledger and CSV show it: ids as they are, anything that no id may hold as `%` and two digits."""
    ids = (quote(one, safe="") for one in account.ids)
    return ":".join([*account.words, *ids, *([account.leaf] if account.leaf else [])])


@lru_cache(NAMES_AT_HAND)
def beancount_name(account: Account) -> str:
    """Ids behind `Id-`, with `-x` and the character's hexadecimal number and `-` for what Beancount forbids.

    >>> beancount_name(accrued("acme", "C_1"))
    'Assets:Accrued:Id-acme:Id-C-x5f-1'

    A `-` before an `x` is escaped too, so that what looks like an escape always is one: `a_b` is `Id-a-x5f-b`, and
    the id `a-x5f-b` is `Id-a-x2d-x5f-b`.
    """
    ids = ("Id-" + _UNSAFE.sub(lambda found: f"-x{ord(found.group()):x}-", one) for one in account.ids)
    return ":".join([*account.words, *ids, *([account.leaf] if account.leaf else [])])
