"""DATEV's Buchungsstapel by rows worked out by hand: debtors, gross by VAT treatment and month, what cp1252 lacks."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.books.datev import AdviserBooks, check_period, datev
from api.books.datev_mapping import debtor_accounts, read_mapping
from api.books.journal import BookFile
from api.books.revenue import revenues, sold
from ledger.billing.document_texts import Buyer
from ledger.billing.vat import shared_vat
from ledger.events import DocumentLine, VatLine
from ledger.kernel.errors import Refusal
from projections.provider.books import BookedDocument
from tests.books.made import credit_note, invoice, line

MADE = datetime(2026, 5, 2, 8, 30, 15, 250_000, tzinfo=UTC)
VAT = VatLine(1900, "S", 89900, 17081)
FEE = line(1, 89900, [3])
INVOICE = invoice(VAT, gross_cents=106981, lines=[FEE])
FIRST, LAST = date(2026, 1, 1), date(2026, 4, 30)


def changed(document: BookedDocument, **facts: Any) -> BookedDocument:
    return replace(document, fact=msgspec.structs.replace(document.fact, **facts))


CREDITED = changed(credit_note(VAT, gross_cents=106981), lines=[FEE])


def stack(*documents: BookedDocument, accounts: Path | None = None, **buyer: str) -> BookFile:
    """The file over documents of one customer."""
    about = {"customer_id": "cust", "country": "DE", "name": "Möwe GmbH"} | buyer
    buyer = msgspec.convert(about, Buyer)
    signed = {"other": ["a", "b"], "acme": ["first", "cust"]}
    source = AdviserBooks(signed, [sold(one, buyer) for one in documents])
    return datev(source, FIRST, LAST, read_mapping(accounts), MADE)


def rows(file: BookFile) -> list[dict[str, str]]:
    """By the names of the columns, quotation marks taken off."""
    _, names, *found = b"".join(file.pieces).decode("cp1252").split("\r\n")[:-1]
    assert all(row.count(";") == 124 for row in found)
    return [dict(zip(names.split(";"), (cell.strip('"') for cell in row.split(";")), strict=True)) for row in found]


def told(file: BookFile, *columns: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in columns) for row in rows(file)]


def supplied(number: int, cents: int, day: date, **facts: Any) -> DocumentLine:
    return msgspec.structs.replace(line(number, cents, [number]), supplied_on=day, **facts)


AMOUNT = ("Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "Konto", "Gegenkonto (ohne BU-Schlüssel)")
SUPPLY = ("Leistungsdatum", "Datum Zuord. Steuerperiode")
PAPER = ("Belegdatum", "Belegfeld 1", "Belegfeld 2", "Fälligkeit")
EU = "EU-Land u. UStID (Bestimmung)"


def test_the_first_line_is_the_header_and_the_second_names_the_columns() -> None:
    content = b"".join(stack(INVOICE).pieces)
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    header, names, *_ = content.decode("cp1252").split("\r\n")
    assert header == (
        '"EXTF";700;21;"Buchungsstapel";13;20260502083015250;;"SC";"";"";9999999;99999;20260101;4;20260101;20260430;'
        '"2026-01-01 - 2026-04-30";"";1;0;0;"EUR";;"";;;"04";;;"";""'
    )
    assert header.count(";") == 30
    columns = names.split(";")
    assert len(columns) == 125
    assert (columns[19], columns[39]) == ("Beleglink", EU)
    assert columns[113:117] == ["Festschreibung", *SUPPLY, "Fälligkeit"]
    assert b"BU-Schl\xfcssel" in content


def test_an_invoice_and_its_credit_note_are_the_customers_gross_against_revenue() -> None:
    """899.00 and 170.81 of VAT are 1069.81; the second customer who signed has 10002."""
    file = stack(INVOICE, CREDITED)
    assert told(file, *AMOUNT, "WKZ Umsatz", "BU-Schlüssel") == [
        ("1069,81", "S", "10002", "4400", "EUR", ""),
        ("1069,81", "H", "10002", "4400", "EUR", ""),
    ]
    assert told(file, *PAPER) == [
        ("0104", "GR-2026-00007", "", "15042026"),
        ("1004", "GK-2026-00001", "GR-2026-00007", ""),
    ]
    assert told(file, *SUPPLY) == [("01032026", "01032026")] * 2
    assert told(file, "Buchungstext", EU) == [("Möwe GmbH", "")] * 2
    about = [f"Beleginfo - {part} {place}" for place in range(1, 7) for part in ("Art", "Inhalt")]
    assert told(file, *about)[1] == (
        *("Kunde", "cust", "Vertrag", "C-1", "Beleg", "/v1/invoices/GK-2026-00001.pdf"),
        *("Zu", "GR-2026-00007", "Position", "31", "Erfasst", "2026-03-31T10:00:01Z"),
    )
    assert file.notes == ()


def test_vat_belongs_to_the_month_of_the_supply() -> None:
    """100.00 of January and 50.00 of March at 19 %, on an invoice of April: 119.00 and 59.50."""
    lines = [
        supplied(1, 6000, date(2026, 1, 10)),
        supplied(2, 5000, date(2026, 3, 31)),
        supplied(3, 4000, date(2026, 1, 31)),
    ]
    file = stack(invoice(VatLine(1900, "S", 15000, 2850), gross_cents=17850, lines=lines))
    assert told(file, *AMOUNT, *SUPPLY) == [
        ("119,00", "S", "10002", "4400", "31012026", "31012026"),
        ("59,50", "S", "10002", "4400", "31032026", "31032026"),
    ]


def test_what_an_invoice_takes_back_of_an_earlier_month_is_credited() -> None:
    """899.00 of March less 22.25 of January: 1069.81 and −26.48 (4.2275 of VAT); 1043.33 in all, VAT 166.5825."""
    lines = [FEE, supplied(2, -2225, date(2026, 1, 20), kind="reversal")]
    file = stack(invoice(VatLine(1900, "S", 87675, 16658), gross_cents=104333, lines=lines))
    assert told(file, *AMOUNT, "Leistungsdatum") == [
        ("26,48", "H", "10002", "4400", "20012026"),
        ("1069,81", "S", "10002", "4400", "01032026"),
    ]


def test_each_treatment_has_an_account_of_its_own_and_reverse_charge_the_vat_id() -> None:
    """899.00 without VAT and −22.25 with 19 % (−4.23)."""
    abroad = line(1, 89900, [3], rate=0)
    abroad = msgspec.structs.replace(abroad, vat_category="AE")
    back = supplied(2, -2225, date(2026, 1, 20), kind="reversal")
    vat = [VatLine(0, "AE", 89900, 0), VatLine(1900, "S", -2225, -423)]
    file = stack(invoice(*vat, gross_cents=87252, lines=[abroad, back]), vat_id="PL 1234563218")
    assert told(file, *AMOUNT, EU) == [
        ("899,00", "S", "10002", "4336", "PL1234563218"),
        ("26,48", "H", "10002", "4400", ""),
    ]
    outside = msgspec.structs.replace(abroad, vat_category="O", vat_rate_percent_hundredths=None)
    file = stack(invoice(VatLine(None, "O", 89900, 0), gross_cents=89900, lines=[outside]), vat_id="CHE107787577IVA")
    assert told(file, *AMOUNT, EU) == [("899,00", "S", "10002", "4338", "")]


@pytest.mark.parametrize(
    ("nets", "rate", "vat", "shares"),
    [
        ([13, 13], 1900, 5, [3, 2]),  # 2.47 each, 4.94 together
        ([3, 3, 3], 1900, 2, [0, 1, 1]),  # 0.57 each, 1.71 together
        ([5000, 6000], 1900, 2090, [950, 1140]),
        ([-13, -13], 1900, -5, [-3, -2]),
        ([89900, -2225], 1900, 16658, [17081, -423]),  # 170.81 and −4.2275
        ([7, 0], 1900, 1, [1, 0]),
        ([100], 0, 0, [0]),
        ([], 1900, 0, []),
    ],
)
def test_the_vat_of_a_sum_is_shared_out_to_the_cent(nets: list[int], rate: int, vat: int, shares: list[int]) -> None:
    assert shared_vat(nets, rate, vat) == shares


def test_a_document_whose_lines_are_not_its_gross_is_never_written() -> None:
    with pytest.raises(ValueError, match="GR-2026-00007: its lines come to 106981, not to its gross, 106982"):
        revenues(invoice(VAT, gross_cents=106982, lines=[FEE]))


# ---- accounts


def own(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_account_numbers_tax_keys_and_links_are_data(tmp_path: Path) -> None:
    text = """
[header]
consultant = 1234
document_link = 'BEDI "{guid}"'
[revenue]
S1900 = "8000"
[tax_keys]
S1900 = "3"
[debtors]
cust = "20001"
"""
    file = stack(INVOICE, accounts=own(tmp_path, text))
    assert b"".join(file.pieces).decode("cp1252").split(";")[10:12] == ["1234", "99999"]
    assert told(file, *AMOUNT, "BU-Schlüssel") == [("1069,81", "S", "20001", "8000", "3")]
    # The GUID is that of the number (RFC 9562, version 5), the same whenever it is made; quotation marks are doubled.
    assert '"BEDI ""6bffd116-93f9-5f6b-bc88-2b014915ba59"""' in b"".join(file.pieces).decode("cp1252")


def test_a_customer_without_a_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        stack(INVOICE, accounts=own(tmp_path, '[debtors]\n"*" = ""\nfirst = "20001"\n'))
    assert (refused.value.code, refused.value.members["field"]) == ("malformed", "accounts")
    assert refused.value.members["missing"] == ["cust"]


def test_numbers_of_customers_stay_whoever_is_named_later(tmp_path: Path) -> None:
    """Customers in the order of their contracts; who signs again keeps the number."""
    signed = ["a", "b", "a", "c"]
    assert debtor_accounts(read_mapping(), signed) == {"a": "10001", "b": "10002", "c": "10003"}
    named = read_mapping(own(tmp_path, '[debtors]\na = "30000"\n'))
    assert debtor_accounts(named, signed) == {"a": "30000", "b": "10002", "c": "10003"}
    taken = read_mapping(own(tmp_path, '[debtors]\na = "10002"\n'))
    with pytest.raises(Refusal, match=r"\[debtors\] has 10002 for a and for b"):
        debtor_accounts(taken, signed)
    full = read_mapping(own(tmp_path, '[debtors]\n"*" = "69998"\n'))
    with pytest.raises(Refusal, match='"70000" is no debtor: those go from "10000" to "69999"'):
        debtor_accounts(full, signed)


def test_a_rate_that_has_no_account_is_refused_and_named(tmp_path: Path) -> None:
    document = changed(INVOICE, vat=[VatLine(1600, "S", 89900, 14384)], gross_cents=104284)
    document = changed(document, lines=[msgspec.structs.replace(FEE, vat_rate_percent_hundredths=1600)])
    with pytest.raises(Refusal, match=r"\[revenue\] has no account for S1600, the VAT of GR-2026-00007"):
        stack(document)
    assert told(stack(document, accounts=own(tmp_path, '[revenue]\nS1600 = "4340"\n')), *AMOUNT) == [
        ("1042,84", "S", "10002", "4340")
    ]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[header]\nconsultant = 12\n", "accounts.consultant"),
        ("[header]\nclient = true\n", "accounts.client"),
        ('[header]\nchart = "4"\n', "accounts.chart"),
        ("[header]\nchart = 4\n", "accounts.chart"),
        ("[header]\nconsultent = 1234\n", "accounts"),
        ("[header]\ndocument_link = 1\n", "accounts.document_link"),
        ("[header]\naccount_digits = 5\n", "accounts.S1900"),
        ('[accounts]\n"Income" = "4200"\n', "accounts"),
        ('[revenue]\nS1900 = "42"\n', "accounts.S1900"),
        ("[revenue]\nS1900 = 4400\n", "accounts.S1900"),
        ('[revenue]\nS19 = "4400"\n', "accounts.S19"),
        ('[tax_keys]\nAE = "x"\n', "accounts.AE"),
        ('[debtors]\ncust = "4400"\n', "accounts.cust"),
        ('[debtors]\ncust = "70000"\n', "accounts.cust"),
        ("[debtors]\ncust = 10001\n", "accounts.cust"),
        ("revenue = 3\n", "accounts"),
        ("[header\n", "accounts"),
    ],
)
def test_a_faulty_file_of_accounts_is_refused_with_the_field(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_mapping(own(tmp_path, text))
    assert (refused.value.code, refused.value.members["field"]) == ("malformed", field)


def test_two_companies_never_share_a_file() -> None:
    with pytest.raises(Refusal, match="a Buchungsstapel is of one company; name one of acme, other") as refused:
        stack(INVOICE, changed(INVOICE, provider="other", number="OT-2026-00001"))
    assert refused.value.members["field"] == "provider"


# ---- texts


def test_what_the_code_page_lacks_is_replaced_and_said() -> None:
    file = stack(INVOICE, name="Łódź & Söhne – 東京 ﬁt „x“ €")
    assert told(file, "Buchungstext") == [("Lódz & Söhne – ?? ?t „x“ €",)]
    assert file.notes == ("DATEV's code page (cp1252) lacks Ł ź 京 東 ﬁ: 5 characters were replaced.",)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ('A "B"; C', '"A ""B""; C"'),
        ("A\r\nB\tC", '"A  B C"'),
        ("=1+1", '"\'=1+1"'),
        ("x" * 80, f'"{"x" * 58}…"'),
    ],
)
def test_a_name_stays_a_text_in_its_cell(name: str, cell: str) -> None:
    content = b"".join(stack(INVOICE, name=name).pieces).decode("cp1252")
    assert content.count("\r\n") == 3
    assert f";{cell};" in content


def test_a_document_whose_parties_are_gone_is_booked_all_the_same() -> None:
    source = AdviserBooks({"acme": ["cust"]}, [sold(INVOICE, None)])
    file = datev(source, FIRST, LAST, read_mapping(), MADE)
    assert told(file, "Buchungstext", "Konto") == [("cust", "10001")]
    assert file.notes == ("The parties of GR-2026-00007 are no longer kept: their rows have no name and no VAT id.",)


@pytest.mark.parametrize(
    ("from_on", "to_on", "period"),
    [
        (None, None, (date(2026, 1, 1), date(2026, 12, 31))),
        (date(2025, 3, 1), None, (date(2025, 3, 1), date(2025, 12, 31))),
        (None, date(2025, 3, 31), (date(2025, 1, 1), date(2025, 3, 31))),
        (date(2025, 12, 31), date(2025, 12, 31), (date(2025, 12, 31), date(2025, 12, 31))),
    ],
)
def test_a_stack_is_of_a_year_by_default_of_this_one(
    from_on: date | None, to_on: date | None, period: tuple[date, date]
) -> None:
    assert check_period(from_on, to_on, date(2026, 5, 2)) == period
