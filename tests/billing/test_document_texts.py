"""What of seller and buyer is sealed with a document, letter by letter: it is kept for ever, and told by events."""

import msgspec

from ledger.billing.document_texts import DocumentTexts, buyer_of, read_document_texts, seller_of
from ledger.contracts.parties import CustomerParty
from ledger.events import CreditNoteIssued, EncodedLines, InvoiceIssued
from ledger.kernel.mapper import encode
from ledger.plans.catalogue import InvoiceSeries, Provider, ProviderParty
from tests.golden.samples import SAMPLES

SERIES = InvoiceSeries(invoice="HS-{year}-{number:05}", credit_note="HC-{year}-{number:05}")
HOUSE = {"name": "Haus GmbH", "timezone": "Europe/Berlin", "currency": "EUR", "language": "de"}
PROVIDER = Provider(id="house", country="DE", invoice_series=SERIES, **HOUSE)
ADDRESS = {"line1": "Ring 1", "line2": None, "postcode": "10115", "city": "Berlin"}


def test_a_seller_is_kept_without_what_the_catalogue_does_not_say() -> None:
    party = ProviderParty.model_validate({"name": "Haus GmbH", "address": ADDRESS, "payment_days": 30})
    assert msgspec.json.encode(seller_of(PROVIDER, party)) == (
        b'{"country":"DE","name":"Haus GmbH","address":{"line1":"Ring 1","postcode":"10115","city":"Berlin"},'
        b'"managing_directors":[]}'
    )


def test_a_buyer_is_kept_as_a_command_told_it() -> None:
    told = CustomerParty(name="Kundin AG", address=ADDRESS, buyer_reference="R-1")
    assert msgspec.json.encode(buyer_of("K", "AT", told)) == (
        b'{"customer_id":"K","country":"AT","name":"Kundin AG",'
        b'"address":{"line1":"Ring 1","line2":null,"postcode":"10115","city":"Berlin"},"buyer_reference":"R-1"}'
    )
    assert buyer_of("K", "AT", CustomerParty()) is None


def test_where_the_key_is_gone_nothing_is_read() -> None:
    assert read_document_texts(None) == DocumentTexts()


def test_lines_that_were_encoded_beforehand_are_stored_letter_by_letter_as_others_are() -> None:
    for name in ("InvoiceIssued@1", "CreditNoteIssued@1"):
        issued = SAMPLES[name]
        assert isinstance(issued, InvoiceIssued | CreditNoteIssued)
        beforehand = msgspec.structs.replace(issued, lines=EncodedLines(issued.lines))
        assert beforehand == issued
        assert encode(beforehand) == encode(issued)
        assert encode(msgspec.structs.replace(beforehand, number="HS-2")) == encode(
            msgspec.structs.replace(issued, number="HS-2")
        )
