"""What every letter to a customer has in common: sender, window, facts beside it, foot of the page.

The words and figures come ready to be set; `letter.typ` places them, and the template of each kind what follows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from importlib import resources
from typing import Any

import typst

from api.documents.fonts import FONTS, drawable, faces
from api.documents.identifiers import identifiers
from api.documents.texts import clean
from api.languages import Labels
from ledger.billing.document_texts import Buyer, PostalAddress, Seller

_FILES = resources.files("api.documents")


def template(name: str) -> bytes:
    """The letter's template with that of a kind below it."""
    return b"".join((_FILES / f"{part}.typ").read_bytes() for part in ("letter", name))


def letter_of(
    seller: Seller, buyer: Buyer, labels: Labels, *, title: str, number: str, dated: date, facts: list[tuple[str, str]]
) -> dict[str, Any]:
    """The letter's part of a page. `title` is a word in English, `facts` are ready to be set."""
    abroad = buyer.country != seller.country  # only a letter across a border names the countries
    seller_country, buyer_country = (_country(party.country, labels) if abroad else "" for party in (seller, buyer))
    return {
        "lang": labels.language,
        "faces": faces(buyer.country),
        "date": [dated.year, dated.month, dated.day],
        "title": labels(title),
        "number": number,
        "seller": seller.name,
        "sender_line": " · ".join([seller.name, *_address(seller.address, "")]),
        "letterhead": [*_address(seller.address, seller_country), *_present(seller.phone, seller.email)],
        "recipient": [buyer.name, *_address(buyer.address, buyer_country)],
        "facts": [list(fact) for fact in facts],
        "footer": _footer(seller, labels),
        "unprinted": labels("A square □ stands for a letter that can't be printed here."),
        "page_of": labels("Page {page} of {pages}"),
    }


def laid_out(kind: bytes, page: dict[str, Any], dated: date, attached: tuple[str, bytes] | None = None) -> bytes:
    """The page as PDF/A-3b; with a file of that name and content in UTF-8 as an alternative rendering of it.

    The same page gives the same bytes: `dated` is the document's own day, and only the fonts that typst brings along
    are used. Texts reach the template as JSON and are set as they are; nothing in them is run as code.
    """
    # PDF/A forbids a character that no font draws. Such a one is shown as a white square, the page says so, and the
    # rest stays.
    page = each_text(page, clean)
    shown = each_text(page, drawable)
    shown["unprinted"] = page["unprinted"] if shown != page else ""
    return _compiled(kind, shown, dated, attached)


def widest(columns: int, rows: Iterable[Sequence[str]]) -> list[str]:
    """The longest text of each column: figures are set in digits of one width, so that it is the widest as well."""
    longest = [""] * columns
    for row in rows:
        longest = [max(pair, key=len) for pair in zip(longest, row, strict=True)]
    return longest


def each_text(value: Any, change: Any) -> Any:
    """The same record with `change` done to every text in it."""
    if isinstance(value, dict):
        return {key: each_text(member, change) for key, member in value.items()}
    if isinstance(value, list):
        return [each_text(member, change) for member in value]
    return change(value) if isinstance(value, str) else value


def _compiled(kind: bytes, page: dict[str, Any], dated: date, attached: tuple[str, bytes] | None) -> bytes:
    name, content = attached or ("", b"")
    return typst.compile(
        kind,
        sys_inputs={"document": json.dumps(page), "attached": name, "content": content.decode()},
        pdf_standards=["a-3b"],
        font_paths=FONTS,
        timestamp=datetime.combine(dated, time(), UTC),
    )


def _footer(seller: Seller, labels: Labels) -> list[list[str]]:
    """Three columns at the foot of each page: who the seller is, whom to ask, how the authorities know it."""
    known = identifiers(seller, labels)
    if seller.managing_directors:
        known.append((labels("Managing directors"), ", ".join(seller.managing_directors)))
    return [
        [seller.name, *_address(seller.address, "")],
        _present(seller.contact, seller.phone, seller.email),
        [*_present(seller.registration), *(f"{label[0].upper()}{label[1:]}: {value}" for label, value in known)],
    ]


def _address(address: PostalAddress | None, country: str) -> list[str]:
    if address is None:
        return []
    return _present(address.line1, address.line2, f"{address.postcode} {address.city}", country)


def _country(code: str, labels: Labels) -> str:
    return str(labels.locale.territories.get(code, code))


def _present(*texts: str | None) -> list[str]:
    return [text for text in texts if text]
