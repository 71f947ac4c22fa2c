"""What a document comes to for a tax adviser: gross amounts by VAT treatment and month of supply. Pure.

An invoice of March over work of January and February is two amounts at 19 %, one a month: VAT is owed for the month of
the supply, not of the invoice (§ 13 UStG). Together they are the document's gross to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import msgspec

from api.books.datev_mapping import treatment_name
from ledger.billing.document_texts import Buyer
from ledger.billing.vat import shared_vat
from ledger.events import CreditNoteIssued, DocumentLine, InvoiceIssued, VatLine
from projections.provider.books import BookedDocument


@dataclass(slots=True, frozen=True)
class Revenue:
    """Debits of the customer are positive. `supplied_on` is the last day of supply of its lines, all of one month."""

    treatment: str
    supplied_on: date
    gross_cents: int


@dataclass(slots=True, frozen=True)
class SoldDocument:
    """An issued document for a tax adviser: what its lines come to stands in place of them, for they may be many.

    `buyer` is the customer as it stands there, if it is still kept.
    """

    position: int
    recorded_at: int
    fact: InvoiceIssued | CreditNoteIssued
    revenues: tuple[Revenue, ...]
    buyer: Buyer | None


def sold(document: BookedDocument, buyer: Buyer | None) -> SoldDocument:
    """Raises ValueError as `revenues` does."""
    fact = msgspec.structs.replace(document.fact, lines=[])
    return SoldDocument(document.position, document.recorded_at, fact, tuple(revenues(document)), buyer)


def revenues(document: BookedDocument) -> list[Revenue]:
    """In the order of the document's VAT, then by month; of a credit note all signs are turned.

    Raises ValueError where they are not the document's gross.
    """
    fact = document.fact
    sign = 1 if isinstance(fact, InvoiceIssued) else -1
    found = [one for vat in fact.vat for one in _of_one_rate(fact.lines, vat)]
    total = sum(one.gross_cents for one in found)
    if total != fact.gross_cents:
        raise ValueError(f"{fact.number}: its lines come to {total}, not to its gross, {fact.gross_cents}")
    return [Revenue(one.treatment, one.supplied_on, sign * one.gross_cents) for one in found if one.gross_cents]


def _of_one_rate(lines: list[DocumentLine], vat: VatLine) -> list[Revenue]:
    """Net by month, and the VAT of the sum shared out among the months."""
    same = (vat.category, vat.rate_percent_hundredths)
    months: dict[tuple[int, int], list[DocumentLine]] = defaultdict(list)
    for line in lines:
        if (line.vat_category, line.vat_rate_percent_hundredths) == same:
            months[line.supplied_on.year, line.supplied_on.month].append(line)
    groups = [months[month] for month in sorted(months)]
    nets = [sum(line.net_cents for line in group) for group in groups]
    shares = shared_vat(nets, vat.rate_percent_hundredths or 0, vat.amount_cents)
    return [
        Revenue(treatment_name(*same), max(line.supplied_on for line in group), net + share)
        for group, net, share in zip(groups, nets, shares, strict=True)
    ]
