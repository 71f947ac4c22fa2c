"""The files of all documents of the demo year: what can be made keeps the published rules, the rest says why."""

from collections.abc import Iterator

import facturx
import pytest

from tests.books.year import Year, year_in
from tests.documents.rules import check_e_invoice
from tests.documents.test_verification import digest_of, links

FORMS = (None, "cii", "en16931", "ksef")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    with year_in(f"sqlite:///{tmp_path_factory.mktemp('year') / 'ledger.db'}") as told:
        yield told


def test_every_file_of_every_document_keeps_the_rules_or_names_what_it_lacks(year: Year) -> None:
    documents = year.door.walk("invoices")
    assert len(documents) == 19  # 18 invoices and a credit note
    refused: set[tuple[str | None, str]] = set()
    for document in documents:
        path = f"invoices/{document['number']}"
        for form in FORMS:
            answer = year.door.get(f"{path}.xml", form=form)
            if answer.status_code == 200:
                check_e_invoice(answer.content)
            elif form != "ksef" or document["seller"]["country"] == "PL":
                refused |= {(form, name) for name in answer.json()["missing"]}
            else:
                assert answer.json()["field"] == "form"
        pdf = year.door.get(f"{path}.pdf")
        assert pdf.status_code == 200, pdf.text
        if document["seller"]["country"] == "PL":  # the code on the page is that of the file of the door beside it
            sent = year.door.get(f"{path}.xml").content
            assert [link.rsplit("/")[-1] for link in links(pdf.content)] == [digest_of(sent)]
        _, inside = facturx.get_xml_from_pdf(pdf.content, check_xsd=False, check_schematron=False)
        check_e_invoice(inside)
    # Some German customers of the year have no reference, which XRechnung asks for and nothing else does.
    assert refused == {(None, "customer.buyer_reference"), ("cii", "customer.buyer_reference")}
