"""Issued documents by hand: every figure is a literal worked out on paper, never the code's own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from api.documents.cii import invoice_xml
from api.documents.document_parties import DocumentEvent, Parties, parties_of
from api.documents.missing import is_xrechnung
from ledger.events import CreditNoteIssued, DocumentLine, InvoiceIssued, NationalVat, Sealed, VatLine
from tests.documents.texts import document_texts

SEALED = Sealed("0123456789abcdef", b"\x00nonce-and-parties")
HEAD: dict[str, Any] = {
    "contract_id": "C-1",
    "effective_at": datetime(2026, 2, 2, 9, 0, tzinfo=UTC),
    "token_id": "t-1",
    "role": "finance",
    "provider": "house",
    "issued_on": date(2026, 2, 2),
    "customer_id": "K-1",
    "parties": SEALED,
    "retained_until": date(2037, 1, 1),
}
DUE: dict[str, Any] = {"due_on": date(2026, 2, 16), "through_on": date(2026, 1, 31)}

GERMAN_SELLER = {
    "name": "Haus GmbH",
    "country": "DE",
    "address": {"line1": "Musterweg 1", "postcode": "10115", "city": "Berlin"},
    "email": "rechnung@haus.example",
    "phone": "+49 30 1234567",
    "contact": "Jürgen Weiß",
    "vat_id": "DE123456788",
    "tax_number": "37/123/45678",
    "registration_number": "HRB 12345 B",
    "registration": "Amtsgericht Charlottenburg",
    "managing_directors": ["Erika Weiß", "Jürgen Haus"],
    "iban": "DE02 1203 0000 0000 2020 51",
    "bic": "BYLADEM1001",
    "bank": "Musterbank",
}
POLISH_SELLER = {
    "name": "Dom Sp. z o.o.",
    "country": "PL",
    "address": {"line1": "ul. Wzorowa 5", "line2": "lok. 2", "postcode": "00-001", "city": "Łódź"},
    "email": "faktury@dom.example",
    "vat_id": "PL5260250274",
    "registration_number": "KRS 0000123456",
    "registration": "Sąd Rejonowy dla Łodzi",
    "iban": "PL61109010140000071219812874",
    "bank": "Bank Wzorowy",
}
CZECH_SELLER = {
    "name": "Dům s.r.o.",
    "country": "CZ",
    "address": {"line1": "Příkladná 7", "postcode": "110 00", "city": "Praha"},
    "vat_id": "CZ25123891",
    "registration_number": "25123891",
    "registration": "Městský soud v Praze, C 12345",
    "iban": "CZ6508000000192000145399",
}
SLOVAK_SELLER = {
    "name": "Dom s.r.o.",
    "country": "SK",
    "address": {"line1": "Vzorová 9", "postcode": "811 01", "city": "Košice"},
    "vat_id": "SK2022749619",
    "tax_number": "2022749619",
    "registration_number": "36123456",
    "iban": "SK3112000000198742637541",
}
GERMAN_BUYER = {
    "customer_id": "K-1",
    "name": "Kundin AG",
    "country": "DE",
    "address": {"line1": "Hauptstraße 2", "line2": "Hof 3", "postcode": "50667", "city": "Köln"},
    "vat_id": "DE136695976",
    "email": "einkauf@kundin.example",
    "buyer_reference": "04011000-12345-34",
}
POLISH_BUYER = {
    "customer_id": "K-2",
    "name": "Zażółć Gęślą S.A.",
    "country": "PL",
    "address": {"line1": "ul. Jaźni 1", "postcode": "30-002", "city": "Kraków"},
    "vat_id": "PL1234563218",
    "email": "biuro@zazolc.example",
}
SWISS_BUYER = {
    "customer_id": "K-3",
    "name": "Käse & Söhne AG",
    "country": "CH",
    "address": {"line1": "Bergweg 4", "postcode": "8001", "city": "Zürich"},
    "vat_id": "CHE-123.456.788 MWST",
}
CZECH_BUYER = {
    "customer_id": "K-4",
    "name": "Žluťoučký kůň a.s.",
    "country": "CZ",
    "address": {"line1": "Úpění 8", "postcode": "602 00", "city": "Brno"},
    "vat_id": "CZ699001237",
    "registration_number": "69900123",
}
SLOVAK_BUYER = {
    "customer_id": "K-5",
    "name": "Ľahký vánok s.r.o.",
    "country": "SK",
    "address": {"line1": "Dĺžka 6", "postcode": "040 01", "city": "Žilina"},
    "vat_id": "SK2021853504",
}


def parties(seller: dict[str, Any], buyer: dict[str, Any], **more: Any) -> Parties:
    return parties_of(
        document_texts(seller, buyer, **({"engineers": {"W-1": "Anna Nowak", "W-2": "Petr Říha"}} | more))
    )


def cii(document: DocumentEvent, known: Parties) -> bytes:
    """CII as it is made by default: XRechnung for a German buyer."""
    return invoice_xml(document, known, as_xrechnung=is_xrechnung(document, known.buyer.country))


def line(number: int, kind: str, description: str, **facts: Any) -> DocumentLine:
    base = {"unit": "minute", "price_base": 60, "vat_rate_percent_hundredths": 1900, "vat_category": "S"}
    when = {"supplied_on": date(2026, 1, 20), "events": [10 + number]}
    return DocumentLine(line=number, kind=kind, description=description, **{**base, **when, **facts})


def fee(number: int, cents: int, kind: str = "fee", **facts: Any) -> DocumentLine:
    year = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "supplied_on": date(2026, 1, 1)}
    price = {"unit": "piece", "quantity": 1, "price_base": 1, "unit_price_cents": cents, "net_cents": cents}
    return line(number, kind, "Support L, annual fee", **{**price, **year, **facts})


def quarter_hour(number: int, kind: str = "overage", **facts: Any) -> DocumentLine:
    """15 minutes at 89.00 an hour are 22.25."""
    work = {"quantity": 15, "unit_price_cents": 8900, "net_cents": 2225, "worked_minutes": 10, "billed_minutes": 15}
    tied = {"ticket_id": "T-2", "deduction_id": "W-2", "charge_id": "W-2.overage", "confirmation": "confirmed"}
    return line(number, kind, "Router does not answer", **{**work, **tied, **facts})


# Fee 899.00, 45 minutes over at 89.00 are 66.75 beside 15 included, 15 minutes over are 22.25: net 988.00.
# 19 % of 988.00 are 187.72.
DOMESTIC_LINES = [
    fee(1, 89900),
    line(
        2,
        "overage",
        "Backup restored",
        quantity=45,
        unit_price_cents=8900,
        net_cents=6675,
        ticket_id="T-1",
        deduction_id="W-1",
        worked_minutes=50,
        billed_minutes=60,
        confirmation="pending",
    ),
    line(
        3,
        "included",
        "Backup restored",
        quantity=15,
        unit_price_cents=0,
        net_cents=0,
        ticket_id="T-1",
        deduction_id="W-1",
        basis="pool",
        worked_minutes=50,
        billed_minutes=60,
        confirmation="pending",
    ),
    quarter_hour(4),
]
DOMESTIC_TOTALS: dict[str, Any] = {
    "language": "de",
    "currency": "EUR",
    "customer_country": "DE",
    "lines": DOMESTIC_LINES,
    "vat": [VatLine(1900, "S", 98800, 18772)],
    "net_cents": 98800,
    "vat_cents": 18772,
    "gross_cents": 117572,
}
DOMESTIC = InvoiceIssued(**HEAD, **DUE, **DOMESTIC_TOTALS, number="HS-2026-00001")
CREDITED = CreditNoteIssued(
    **{**HEAD, **DOMESTIC_TOTALS, "issued_on": date(2026, 3, 3)},
    number="HSK-2026-00001",
    corrects="HS-2026-00001",
    corrects_issued_on=date(2026, 2, 2),
    reason=SEALED,
)

# 899.00 and 22.25 are 921.25, without VAT.
UNTAXED: dict[str, Any] = {"currency": "EUR", "net_cents": 92125, "vat_cents": 0, "gross_cents": 92125}
REVERSE: dict[str, Any] = {"vat_category": "AE", "vat_rate_percent_hundredths": 0}
OUTSIDE: dict[str, Any] = {"vat_category": "O", "vat_rate_percent_hundredths": None}
REVERSE_TOTALS: dict[str, Any] = {
    **UNTAXED,
    "lines": [fee(1, 89900, **REVERSE), quarter_hour(2, **REVERSE)],
    "vat": [VatLine(0, "AE", 92125, 0)],
}
OUTSIDE_TOTALS: dict[str, Any] = {
    **UNTAXED,
    "lines": [fee(1, 89900, **OUTSIDE), quarter_hour(2, **OUTSIDE)],
    "vat": [VatLine(None, "O", 92125, 0)],
}
REVERSE_CHARGE = InvoiceIssued(
    **HEAD, **DUE, **REVERSE_TOTALS, number="HS-2026-00002", customer_country="PL", language="pl"
)
OUTSIDE_EU = InvoiceIssued(
    **HEAD, **DUE, **OUTSIDE_TOTALS, number="HS-2026-00003", customer_country="CH", language="en"
)

# 899.00 less 22.25 less 10.00 are 866.75; 19 % are 164.6825, half-up 164.68.
TAKEN_BACK = InvoiceIssued(
    **HEAD,
    **DUE,
    number="HS-2026-00004",
    customer_country="DE",
    language="de",
    currency="EUR",
    lines=[
        fee(1, 89900),
        quarter_hour(2, kind="reversal", quantity=-15, net_cents=-2225),
        line(
            3,
            "service_credit",
            "Reaction time missed",
            quantity=-1,
            unit="piece",
            price_base=1,
            unit_price_cents=1000,
            net_cents=-1000,
            ticket_id="T-2",
        ),
    ],
    vat=[VatLine(1900, "S", 86675, 16468)],
    net_cents=86675,
    vat_cents=16468,
    gross_cents=103143,
)

# A reversal of 22.25 with its 19 % (4.2275) beside 899.00 that bear none: 876.75 and VAT of -4.23.
MIXED = InvoiceIssued(
    **HEAD,
    **DUE,
    number="HS-2026-00006",
    customer_country="PL",
    language="en",
    currency="EUR",
    lines=[fee(1, 89900, **REVERSE), quarter_hour(2, kind="reversal", quantity=-15, net_cents=-2225)],
    vat=[VatLine(0, "AE", 89900, 0), VatLine(1900, "S", -2225, -423)],
    net_cents=87675,
    vat_cents=-423,
    gross_cents=87252,
)

# 1234.50 and 30 minutes at 200.00 are 1334.50; 23 % are 306.935, half-up 306.94.
PLN: dict[str, Any] = {"vat_rate_percent_hundredths": 2300}
POLISH_TOTALS: dict[str, Any] = {
    "customer_country": "PL",
    "language": "pl",
    "currency": "PLN",
    "lines": [
        fee(1, 123450, **PLN),
        quarter_hour(2, quantity=30, unit_price_cents=20000, net_cents=10000, billed_minutes=30, **PLN),
        quarter_hour(3, kind="included", quantity=50, unit_price_cents=0, net_cents=0, basis="pool", **PLN),
    ],
    "vat": [VatLine(2300, "S", 133450, 30694)],
    "net_cents": 133450,
    "vat_cents": 30694,
    "gross_cents": 164144,
}
POLISH = InvoiceIssued(**HEAD, **DUE, **POLISH_TOTALS, number="DM-2026-00001")
POLISH_CREDITED = CreditNoteIssued(
    **{**HEAD, **POLISH_TOTALS, "issued_on": date(2026, 3, 3)},
    number="DMK-2026-00001",
    corrects="DM-2026-00001",
    corrects_issued_on=date(2026, 2, 2),
    reason=SEALED,
)
# A service credit of 10.00 that an invoice took off is owed after all, beside 899.00. 23 % of 909.00 are 209.07.
OF_A_CREDIT: dict[str, Any] = {
    "ticket_id": "T-2",
    "starts_on": None,
    "ends_on": None,
    "template": "Reversal of {charge}, billed on {invoice}",
    "values": {"charge": "T.reaction.credit", "invoice": "DM-2026-00001"},
    "description": "Reversal of T.reaction.credit, billed on DM-2026-00001",
}
OWED_AFTER_ALL = InvoiceIssued(
    **HEAD,
    **DUE,
    number="DM-2026-00004",
    customer_country="PL",
    language="pl",
    currency="PLN",
    lines=[fee(1, 89900, **PLN), msgspec.structs.replace(fee(2, 1000, "reversal", **PLN), **OF_A_CREDIT)],
    vat=[VatLine(2300, "S", 90900, 20907)],
    net_cents=90900,
    vat_cents=20907,
    gross_cents=111807,
)
POLISH_TO_GERMANY = InvoiceIssued(
    **HEAD, **DUE, **REVERSE_TOTALS, number="DM-2026-00002", customer_country="DE", language="de"
)
POLISH_TO_SWITZERLAND = InvoiceIssued(
    **HEAD, **DUE, **OUTSIDE_TOTALS, number="DM-2026-00003", customer_country="CH", language="en"
)

# 22.25 at 21 % are 4.6725, half-up 4.67; at 24.315 CZK for 1 EUR they are 113.55105, half-up 113.55.
CZECH_IN_EUR = InvoiceIssued(
    **HEAD,
    **DUE,
    number="CD-2026-00002",
    customer_country="CZ",
    language="cs",
    currency="EUR",
    lines=[quarter_hour(1, vat_rate_percent_hundredths=2100)],
    vat=[VatLine(2100, "S", 2225, 467)],
    net_cents=2225,
    vat_cents=467,
    gross_cents=2692,
    national_vat=NationalVat("CZK", "24.315", [11355]),
)

# 10,000.00 and 20 minutes at 1,500.00 are 10,500.00; 21 % are 2,205.00.
CZK: dict[str, Any] = {"vat_rate_percent_hundredths": 2100}
CZECH = InvoiceIssued(
    **HEAD,
    **DUE,
    number="CD-2026-00001",
    customer_country="CZ",
    language="cs",
    currency="CZK",
    lines=[
        fee(1, 1000000, **CZK),
        quarter_hour(2, quantity=20, unit_price_cents=150000, net_cents=50000, billed_minutes=20, **CZK),
    ],
    vat=[VatLine(2100, "S", 1050000, 220500)],
    net_cents=1050000,
    vat_cents=220500,
    gross_cents=1270500,
)

# Two services at 60.00 and 15 minutes at 75.00 are 138.75; 23 % are 31.9125, half-up 31.91.
SLOVAK = InvoiceIssued(
    **HEAD,
    **DUE,
    number="SD-2026-00001",
    customer_country="SK",
    language="sk",
    currency="EUR",
    lines=[
        fee(1, 6000, kind="service", quantity=2, net_cents=12000, starts_on=None, ends_on=None, **PLN),
        quarter_hour(2, unit_price_cents=7500, net_cents=1875, **PLN),
    ],
    vat=[VatLine(2300, "S", 13875, 3191)],
    net_cents=13875,
    vat_cents=3191,
    gross_cents=17066,
)

# 120 quarter hours at 22.25 are 2,670.00; 19 % are 507.30.
LONG = InvoiceIssued(
    **HEAD,
    **DUE,
    number="HS-2026-00005",
    customer_country="DE",
    language="de",
    currency="EUR",
    lines=[quarter_hour(n, ticket_id=f"T-{n // 4}", deduction_id=f"W-{n}") for n in range(1, 121)],
    vat=[VatLine(1900, "S", 267000, 50730)],
    net_cents=267000,
    vat_cents=50730,
    gross_cents=317730,
)

CASES: dict[str, tuple[DocumentEvent, Parties]] = {
    "domestic": (DOMESTIC, parties(GERMAN_SELLER, GERMAN_BUYER)),
    "credit-note": (CREDITED, parties(GERMAN_SELLER, GERMAN_BUYER, reason="Falscher Tarif")),
    "reverse-charge": (REVERSE_CHARGE, parties(GERMAN_SELLER, POLISH_BUYER)),
    "outside-eu": (OUTSIDE_EU, parties(GERMAN_SELLER, SWISS_BUYER)),
    "taken-back": (TAKEN_BACK, parties(GERMAN_SELLER, GERMAN_BUYER)),
    "mixed": (MIXED, parties(GERMAN_SELLER, POLISH_BUYER)),
    "polish": (POLISH, parties(POLISH_SELLER, POLISH_BUYER)),
    "polish-credit-note": (POLISH_CREDITED, parties(POLISH_SELLER, POLISH_BUYER, reason="Błędna stawka")),
    "owed-after-all": (OWED_AFTER_ALL, parties(POLISH_SELLER, POLISH_BUYER)),
    "polish-to-switzerland": (POLISH_TO_SWITZERLAND, parties(POLISH_SELLER, SWISS_BUYER)),
    "czech": (CZECH, parties(CZECH_SELLER, CZECH_BUYER)),
    "czech-in-eur": (CZECH_IN_EUR, parties(CZECH_SELLER, CZECH_BUYER)),
    "slovak": (SLOVAK, parties(SLOVAK_SELLER, SLOVAK_BUYER)),
    "long": (LONG, parties(GERMAN_SELLER, GERMAN_BUYER)),
}
