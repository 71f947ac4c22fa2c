"""DATEV's debtors: whose account each number is, as on the last document."""

import csv
from datetime import date
from pathlib import Path

import pytest

from api.books.datev import AdviserBooks
from api.books.datev_debtors import datev_debtors
from api.books.datev_mapping import read_mapping
from api.books.journal import BookFile
from api.books.revenue import sold
from ledger.billing.document_texts import Buyer, PostalAddress
from ledger.kernel.errors import Refusal
from projections.provider.books import BookedDocument
from tests.books.test_datev import CREDITED, INVOICE, MADE, changed, own

MOVED = changed(INVOICE, number="GR-2026-00008")
OTHER = changed(INVOICE, number="GR-2026-00009", customer_id="first")
BUYERS = {
    "GR-2026-00007": Buyer(customer_id="cust", name="Möwe GmbH", country="DE"),
    "GR-2026-00008": Buyer(
        customer_id="cust",
        name="Möwe AG",
        country="AT",
        vat_id="ATU 13585627",
        email="post@moewe.example",
        address=PostalAddress(line1="Ring 1", line2="Hof 2", postcode="1010", city="Wien"),
    ),
    "GR-2026-00009": Buyer(customer_id="first", name="=Łódź", country="CH", vat_id="CHE107787577IVA"),
}


def debtors(*documents: BookedDocument, accounts: Path | None = None) -> BookFile:
    found = [sold(one, BUYERS.get(one.fact.number)) for one in documents]
    source = AdviserBooks({"acme": ["first", "cust"]}, found)
    return datev_debtors(source, date(2026, 1, 1), read_mapping(accounts), MADE)


def rows(file: BookFile) -> list[dict[str, str]]:
    names, *found = b"".join(file.pieces).decode("cp1252").split("\r\n")[1:-1]
    assert all(row.count(";") == 253 for row in (names, *found))
    filled = [
        {name: cell for name, cell in row.items() if cell} for row in csv.DictReader([names, *found], delimiter=";")
    ]
    return filled


def test_a_customer_stands_there_once_as_on_the_last_document() -> None:
    file = debtors(INVOICE, MOVED, OTHER)
    header = b"".join(file.pieces).decode("cp1252").split("\r\n")[0]
    assert header == (
        '"EXTF";700;16;"Debitoren/Kreditoren";5;20260502083015250;;"SC";"";"";9999999;99999;20260101;4;;;"";"";;;;"";;"";'
        ';;"04";;;"";""'
    )
    assert header.count(";") == 30
    assert rows(file) == [
        {
            "Konto": "10001",
            "Name (Adressattyp Unternehmen)": "'=Lódz",
            "Adressattyp": "2",
            "Kurzbezeichnung": "first",
            "Land": "CH",
            "Kundennummer": "first",
        },
        {
            "Konto": "10002",
            "Name (Adressattyp Unternehmen)": "Möwe AG",
            "Adressattyp": "2",
            "Kurzbezeichnung": "cust",
            "EU-Land": "AT",
            "EU-UStID": "U13585627",
            "Adressart": "STR",
            "Straße": "Ring 1",
            "Postleitzahl": "1010",
            "Ort": "Wien",
            "Land": "AT",
            "Adresszusatz": "Hof 2",
            "E-Mail": "post@moewe.example",
            "Kundennummer": "cust",
        },
    ]
    assert file.notes == ("DATEV's code page (cp1252) lacks Ł ź: 2 characters were replaced.",)


def test_who_is_no_longer_kept_on_the_last_document_stands_there_as_on_the_one_before() -> None:
    file = debtors(MOVED, CREDITED)
    assert [(row["Konto"], row["Name (Adressattyp Unternehmen)"]) for row in rows(file)] == [("10002", "Möwe AG")]
    assert "GK-2026-00001" in file.notes[0]
    (unknown,) = rows(debtors(CREDITED))
    assert (unknown["Konto"], unknown["Name (Adressattyp Unternehmen)"]) == ("10002", "cust")


def test_a_customer_without_a_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        debtors(INVOICE, accounts=own(tmp_path, '[debtors]\n"*" = ""\n'))
    assert refused.value.members["missing"] == ["cust"]
