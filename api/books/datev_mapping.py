"""Whose books they are for DATEV, and the number of each account: `datev.toml`, and a file of one's own over it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.kernel.errors import malformed

REST = "*"  # no customer has this id
_TREATMENT = re.compile(r"S\d{4}|AE|O", re.ASCII)
_BOUNDS = {"consultant": (1001, 9_999_999), "client": (1, 99_999), "account_digits": (4, 8)}
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class AdviserMapping:
    """`revenue` and `tax_keys` are by VAT treatment (`treatment_name`), `debtors` by customer."""

    consultant: int
    client: int
    chart: str
    account_digits: int
    document_link: str
    revenue: Mapping[str, str]
    tax_keys: Mapping[str, str]
    debtors: Mapping[str, str]

    def revenue_account(self, treatment: str, number: str) -> str:
        """Refuses `malformed` where none is given: what bears another rate must not go to the account of this one."""
        found = self.revenue.get(treatment)
        if found is None:
            raise malformed("accounts", f"[revenue] has no account for {treatment}, the VAT of {number}.")
        return found


def treatment_name(category: str, rate_percent_hundredths: int | None) -> str:
    """`S1900` is the standard category at 19 %; reverse charge and what is not taxable have no rate."""
    return f"S{rate_percent_hundredths:04d}" if category == "S" else category


def debtor_accounts(mapping: AdviserMapping, customers: Iterable[str]) -> dict[str, str]:
    """The account of each customer; `customers` are all of the provider's, in the order of their first contracts.

    Who is named in the mapping is counted too, so that naming somebody later moves nobody else. A customer without a
    number is left out. Refuses `malformed` where two would share one, or the range is used up.
    """
    accounts, first = dict(mapping.debtors), mapping.debtors.get(REST, "")
    accounts.pop(REST, None)
    for place, customer in enumerate(dict.fromkeys(customers)):
        if first and customer not in accounts:
            accounts[customer] = str(int(first) + place)
            _check_debtor(mapping.account_digits, customer, accounts[customer])
    owners: dict[str, str] = {}
    for customer, account in accounts.items():
        if owners.setdefault(account, customer) != customer:
            raise malformed("accounts", f"[debtors] has {account} for {owners[account]} and for {customer}.")
    return accounts


def read_mapping(own: Path | None = None) -> AdviserMapping:
    """The mapping as shipped, with what a file of one's own says over it. Refuses `malformed` with the field."""
    shipped = tomllib.loads((_HERE / "datev.toml").read_text(encoding="utf-8"))
    given = _read(own) if own is not None else {}
    unknown = sorted({*given} - {*shipped} | {*given.get("header", {})} - {*shipped["header"]})
    if unknown:
        raise malformed("accounts", f"{own} says {unknown[0]}, which means nothing; see api/books/datev.toml.")
    tables = {name: shipped[name] | given.get(name, {}) for name in shipped}
    for name, (least, most) in _BOUNDS.items():
        value = tables["header"][name]
        if type(value) is not int or not least <= value <= most:
            raise malformed(f"accounts.{name}", f"is a whole number from {least} to {most}.")
    if not isinstance(tables["header"]["document_link"], str):
        raise malformed("accounts.document_link", "is a text, such as 'BEDI \"{guid}\"'.")
    _check_text(tables["header"], "chart", r"[0-9]{2}", 'is the two digits of a chart of accounts, such as "04"')
    mapping = AdviserMapping(**tables.pop("header"), **tables)
    _check_accounts(mapping)
    return mapping


def _check_accounts(mapping: AdviserMapping) -> None:
    digits = mapping.account_digits
    for table in (mapping.revenue, mapping.tax_keys):
        for treatment in table:
            if _TREATMENT.fullmatch(treatment) is None:
                raise malformed(f"accounts.{treatment}", 'is no VAT treatment; those are such as "S1900", AE and O.')
    for treatment in mapping.revenue:
        _check_text(mapping.revenue, treatment, f"[0-9]{{{digits}}}", f'is a number of {digits} digits, such as "4400"')
    for treatment in mapping.tax_keys:
        _check_text(mapping.tax_keys, treatment, r"[0-9]{1,4}", 'is a BU-Schlüssel of up to four digits, such as "3"')
    for customer, account in mapping.debtors.items():
        if not (customer == REST and account == ""):
            _check_debtor(digits, customer, account)


def _check_debtor(digits: int, customer: str, account: object) -> None:
    """DATEV knows a debtor by the number: one digit more than other accounts, from 1 to 6 in front."""
    least, most = 10**digits, 7 * 10**digits - 1
    is_number = isinstance(account, str) and re.fullmatch(r"[0-9]{1,9}", account) is not None
    if not is_number or not least <= int(str(account)) <= most:
        raise malformed(f"accounts.{customer}", f'"{account}" is no debtor: those go from "{least}" to "{most}".')


def _check_text(table: Mapping[str, Any], name: str, pattern: str, meaning: str) -> None:
    value = table[name]
    if not isinstance(value, str) or re.fullmatch(pattern, value) is None:
        raise malformed(f"accounts.{name}", f"{meaning}.")


def _read(own: Path) -> dict[str, Any]:
    try:
        given = tomllib.loads(own.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise malformed("accounts", f"{own} can't be read: {error}") from None
    if not all(isinstance(table, dict) for table in given.values()):
        raise malformed("accounts", f"{own} has values outside its tables, such as [header] and [debtors].")
    return given
