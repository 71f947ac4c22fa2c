"""How books are written in each format, by lines worked out by hand; and that names stay apart."""

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from api.books.beancount import beancount
from api.books.chart import accrued, beancount_name, plain_name
from api.books.entries import document_transaction
from api.books.flat import flat
from api.books.hledger import hledger
from ledger.events import NationalVat, VatLine
from ledger.kernel.values import to_micros
from tests.books.made import HARD_IDS, book, credit_note, fee, invoice, line, written

VAT = VatLine(1900, "S", 89900, 17081)
IDS = st.from_regex(r"[A-Za-z0-9._-]{1,8}", fullmatch=True)


# ---- names


def test_ids_that_look_alike_are_accounts_of_their_own() -> None:
    assert len({beancount_name(accrued("acme", one)) for one in HARD_IDS}) == len(HARD_IDS)
    assert len({plain_name(accrued("acme", one)) for one in HARD_IDS}) == len(HARD_IDS)
    assert beancount_name(accrued("acme", "a_b")) == "Assets:Accrued:Id-acme:Id-a-x5f-b"
    assert beancount_name(accrued("acme", "a-x5f-b")) == "Assets:Accrued:Id-acme:Id-a-x2d-x5f-b"
    assert beancount_name(accrued("acme", "a-b")) == "Assets:Accrued:Id-acme:Id-a-b"
    assert plain_name(accrued("acme", "a_b.C-1")) == "Assets:Accrued:acme:a_b.C-1"
    assert plain_name(accrued("acme", "a:b  c")) == "Assets:Accrued:acme:a%3Ab%20%20c"


@given(st.lists(IDS | st.text(min_size=1, max_size=8), min_size=2, max_size=2))
def test_every_name_leads_back_to_its_ids(ids: list[str]) -> None:
    name = beancount_name(accrued(*ids))
    assert re.fullmatch(r"Assets:Accrued(:[A-Z0-9][A-Za-z0-9-]*){2}", name)
    back = [
        re.sub(r"-x([0-9a-f]+)-", lambda found: chr(int(found[1], 16)), part.removeprefix("Id-"))
        for part in name.split(":")[2:]
    ]
    assert back == ids


# ---- Beancount, hledger


def test_a_beancount_journal() -> None:
    made = book(fee(), document_transaction(invoice(VAT, gross_cents=106981, lines=[line(1, 89900, [3])])))
    assert written(beancount(made)) == (
        'option "title" "Support Contract Ledger, up to position 40"\n'
        'option "operating_currency" "EUR"\n'
        "\n"
        "2026-03-31 commodity EUR\n"
        "2026-03-31 open Assets:Accrued:Id-acme:Id-C-1 EUR\n"
        "2026-04-01 open Assets:Receivable:Id-acme:Id-C-1 EUR\n"
        "2026-03-31 open Income:Fee:Id-acme:Id-C-1 EUR\n"
        "2026-04-01 open Liabilities:VAT:S1900:Id-acme EUR\n"
        "\n"
        '2026-03-31 * "fee C-1.fee.1" ^position-3\n'
        "  position: 3\n"
        '  effective: "2026-03-31T10:00:00Z"\n'
        '  recorded: "2026-03-31T10:00:01Z"\n'
        '  contract: "C-1"\n'
        "  Assets:Accrued:Id-acme:Id-C-1  899.00 EUR\n"
        "  Income:Fee:Id-acme:Id-C-1  -899.00 EUR\n"
        "\n"
        '2026-04-01 * "invoice GR-2026-00007" ^position-20 ^position-3\n'
        "  position: 20\n"
        '  effective: "2026-03-31T22:00:00Z"\n'
        '  recorded: "2026-03-31T10:00:01Z"\n'
        '  contract: "C-1"\n'
        "  Assets:Receivable:Id-acme:Id-C-1  1069.81 EUR\n"
        "  Assets:Accrued:Id-acme:Id-C-1  -899.00 EUR\n"
        "  Liabilities:VAT:S1900:Id-acme  -170.81 EUR\n"
        "\n"
        "2026-04-01 balance Assets:Accrued:Id-acme:Id-C-1  899.00 ~ 0.00 EUR\n"
        "2026-04-01 balance Income:Fee:Id-acme:Id-C-1  -899.00 ~ 0.00 EUR\n"
        "2026-05-01 balance Assets:Accrued:Id-acme:Id-C-1  0.00 ~ 0.00 EUR\n"
        "2026-05-01 balance Assets:Receivable:Id-acme:Id-C-1  1069.81 ~ 0.00 EUR\n"
        "2026-05-01 balance Liabilities:VAT:S1900:Id-acme  -170.81 ~ 0.00 EUR\n"
    )


def test_an_hledger_journal_that_opens_with_a_balance() -> None:
    issued = document_transaction(invoice(VAT, gross_cents=106981, lines=[line(1, 89900, [3])]))
    taken_back = document_transaction(credit_note(VAT, gross_cents=106981))
    made = book(fee(), issued, taken_back, from_on=date(2026, 4, 1))
    assert written(hledger(made)) == (
        "; Support Contract Ledger, up to position 40\n"
        "decimal-mark .\n"
        "\n"
        "commodity 1000.00 EUR\n"
        "account Assets:Accrued:acme:C-1\n"
        "account Assets:Receivable:acme:C-1\n"
        "account Equity:Opening\n"
        "account Income:Fee:acme:C-1\n"
        "account Liabilities:VAT:S1900:acme\n"
        "\n"
        "2026-04-01 * opening balance\n"
        "    Assets:Accrued:acme:C-1  899.00 EUR\n"
        "    Equity:Opening  -899.00 EUR\n"
        "\n"
        "2026-04-01 * opening balance\n"
        "    Income:Fee:acme:C-1  -899.00 EUR\n"
        "    Equity:Opening  899.00 EUR\n"
        "\n"
        "2026-04-01 * (20) invoice GR-2026-00007\n"
        "    ; position:20, effective:2026-03-31T22:00:00Z, recorded:2026-03-31T10:00:01Z, contract:C-1, behind:3\n"
        "    Assets:Receivable:acme:C-1  1069.81 EUR\n"
        "    Assets:Accrued:acme:C-1  -899.00 EUR\n"
        "    Liabilities:VAT:S1900:acme  -170.81 EUR\n"
        "\n"
        "2026-04-10 * (31) credit-note GK-2026-00001\n"
        "    ; position:31, effective:2026-04-09T22:00:00Z, recorded:2026-03-31T10:00:01Z, contract:C-1\n"
        "    Assets:Receivable:acme:C-1  -1069.81 EUR = 0.00 EUR  ; about:GR-2026-00007\n"
        "    Assets:Accrued:acme:C-1  899.00 EUR = 899.00 EUR  ; about:GR-2026-00007\n"
        "    Liabilities:VAT:S1900:acme  170.81 EUR = 0.00 EUR  ; about:GR-2026-00007\n"
    )


def test_vat_in_the_currency_of_the_providers_country_stands_beside_it() -> None:
    """170.81 EUR at 24.315 CZK are 4153.24515, so 4153.25 CZK; the credit note has the invoice's rate."""
    stated = NationalVat("CZK", "24.315", [415325])
    documents = [
        replace(one, fact=msgspec.structs.replace(one.fact, national_vat=stated))
        for one in (invoice(VAT, gross_cents=106981), credit_note(VAT, gross_cents=106981))
    ]
    made = book(*(document_transaction(one) for one in documents))
    noted = [(row["account"], row["note"]) for row in csv.DictReader(written(flat(made)).splitlines())]
    assert [note for account, note in noted if account.startswith("Liabilities:VAT")] == [
        "4153.25 CZK at 24.315",
        "GR-2026-00007 (4153.25 CZK at 24.315)",
    ]
    assert '    about: "4153.25 CZK at 24.315"' in written(beancount(made))
    assert "  ; about:GR-2026-00007 (4153.25 CZK at 24.315)" in written(hledger(made))


# ---- CSV


def test_no_id_becomes_a_formula_in_a_spreadsheet() -> None:
    lines = written(flat(book(fee("-2-3", 5)))).split("\r\n")
    assert lines == [
        "position,effective_on,effective_at,recorded_at,dated_at,contract_id,kind,reference,account,amount,commodity,note",
        "3,2026-03-31,2026-03-31T10:00:00Z,2026-03-31T10:00:01Z,,'-2-3,fee,'-2-3.fee.1,"
        "Assets:Accrued:acme:-2-3,0.05,EUR,",
        "3,2026-03-31,2026-03-31T10:00:00Z,2026-03-31T10:00:01Z,,'-2-3,fee,'-2-3.fee.1,Income:Fee:acme:-2-3,-0.05,EUR,",
        "",
    ]


def test_what_came_late_says_in_every_form_when_it_was_true() -> None:
    late = replace(fee(), dated=to_micros(datetime(2026, 2, 10, 9, tzinfo=UTC)))
    told = "2026-02-10T09:00:00Z"
    assert f'  dated: "{told}"' in written(beancount(book(late)))
    assert f", dated:{told}, contract:C-1" in written(hledger(book(late)))
    rows = csv.DictReader(written(flat(book(late))).splitlines())
    assert [row["dated_at"] for row in rows] == [told, told]
