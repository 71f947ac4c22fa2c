"""What a number of a party is called: in the reader's language, and as the party's own country calls it.

Three numbers tell parties apart: the VAT id (BT-31, BT-48), the tax number that is none (BT-32), and the number in a
register (BT-30, BT-47). Countries call them by names of their own, some by the same: DIČ is the VAT id of Czechia and
the tax number of Slovakia. So a reader from elsewhere is told both.
"""

from __future__ import annotations

import re

from api.documents.document_parties import compact
from api.languages import Labels
from ledger.billing.document_texts import Buyer, Seller
from ledger.kernel import patterns

WORDS = {"vat_id": "VAT ID", "tax_number": "tax number", "registration_number": "registration number"}
# By country: the language in which its own names are enough, and those names.
OWN_NAMES: dict[str, tuple[str, dict[str, str]]] = {
    "AT": ("de", {"vat_id": "UID", "registration_number": "Firmenbuchnummer"}),
    "CH": ("de", {"vat_id": "MWST-Nr.", "registration_number": "UID"}),
    "CZ": ("cs", {"vat_id": "DIČ", "tax_number": "DIČ", "registration_number": "IČO"}),
    "DE": ("de", {"vat_id": "USt-IdNr.", "tax_number": "Steuernummer", "registration_number": "Registernummer"}),
    "GB": ("en", {"vat_id": "VAT registration number", "tax_number": "UTR", "registration_number": "company number"}),
    "PL": ("pl", {"vat_id": "NIP / nr VAT UE", "tax_number": "NIP"}),
    "SK": ("sk", {"vat_id": "IČ DPH", "tax_number": "DIČ", "registration_number": "IČO"}),
}


def identifiers(party: Seller | Buyer, labels: Labels) -> list[tuple[str, str]]:
    """The numbers that a party has, each with its label.

    A tax number that the VAT id repeats is told once where both bear one name: a NIP or DIČ, but not Slovakia's three.
    """
    numbers = {"registration_number": party.registration_number, "vat_id": party.vat_id, "tax_number": party.tax_number}
    names = OWN_NAMES.get(party.country, ("", {}))[1]
    is_one = names.get("tax_number", "-") in names.get("vat_id", "")
    if is_one and _bare(party.vat_id, party.country) == _bare(party.tax_number, party.country):
        del numbers["tax_number"]
    return [(label(kind, party.country, labels), number) for kind, number in numbers.items() if number]


def is_nip(text: str) -> bool:
    return re.fullmatch(patterns.NIP, text) is not None


def nip_of(vat_id: str | None) -> str:
    """The NIP is a Polish VAT id without its country: 5260250274 of `PL 526 025 02 74`. Empty where there is none."""
    return compact(vat_id or "").removeprefix("PL")


def _bare(number: str | None, country: str) -> str:
    return "".join(one for one in compact(number or "") if one.isalnum()).removeprefix(country)


def label(kind: str, country: str, labels: Labels) -> str:
    """`IČO` to a Czech reader of a Czech number, `Registernummer (IČO)` to a German one."""
    word = labels(WORDS[kind])
    language, names = OWN_NAMES.get(country, ("", {}))
    own = names.get(kind, word)
    if labels.language == language or own == word:
        return own
    return f"{word} ({own})"
