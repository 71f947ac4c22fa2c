"""One line of a document in CII: quantity, price with its base, net as the ledger has it, and the way to the minute.

Minutes are unit `MIN` with the price of their base quantity (89.00 for 60 MIN), pieces are unit `H87`. A line that
takes something back has a negative quantity, which EN 16931 allows; its price never is negative (BR-27).
"""

from __future__ import annotations

from collections.abc import Mapping

from drafthorse.models.product import ProductCharacteristic  # type: ignore[import-untyped]
from drafthorse.models.tradelines import LineItem  # type: ignore[import-untyped]

from api.documents.document_parties import Parties
from api.documents.figures import decimal_of, hours, percent_of
from api.documents.labels import kind_of, ticket_named
from api.documents.reckoning import description_of
from api.documents.texts import clean
from api.languages import Labels
from ledger.events import DocumentLine

UNIT_CODES = {"minute": "MIN", "piece": "H87"}  # UN/ECE recommendations 20 and 21


def line_item(line: DocumentLine, currency: str, parties: Parties, labels: Labels) -> LineItem:
    item = LineItem()
    unit = UNIT_CODES[line.unit]
    item.document.line_id = str(line.line)
    item.product.name = kind_of(line, labels)
    item.product.description = clean(description_of(line, currency, parties, labels))
    for name, value in _attributes(line, parties.titles, labels):
        item.product.characteristics.add(ProductCharacteristic(description=name, value=value))
    item.agreement.net.amount = decimal_of(line.unit_price_cents)
    item.agreement.net.basis_quantity = (line.price_base, unit)
    item.delivery.billed_quantity = (line.quantity, unit)
    tax = item.settlement.trade_tax
    tax.type_code = "VAT"
    tax.category_code = line.vat_category
    if line.vat_category != "O":  # BR-O-05
        tax.rate_applicable_percent = percent_of(line.vat_rate_percent_hundredths or 0)
    item.settlement.period.start = line.starts_on or line.supplied_on
    item.settlement.period.end = line.ends_on or line.supplied_on
    item.settlement.monetary_summation.total_amount = decimal_of(line.net_cents)
    return item


def _attributes(line: DocumentLine, titles: Mapping[str, str], labels: Labels) -> list[tuple[str, str]]:
    """Item attributes (BG-32): what a reader needs to find the line's work in the ledger. No names of persons."""
    attributes = (
        ("Ticket", ticket_named(line.ticket_id, titles) if line.ticket_id else None),
        ("Deduction", line.deduction_id),
        ("Session", line.session_id),
        ("Worked", None if line.worked_minutes is None else hours(line.worked_minutes)),
        ("Billed", None if line.billed_minutes is None else hours(line.billed_minutes)),
        ("Ledger entries", ", ".join(str(position) for position in line.events)),
    )
    return [(labels(name), value) for name, value in attributes if value]
