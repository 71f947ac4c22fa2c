"""The texts of a document, opened, from records by hand."""

from typing import Any

import msgspec

from ledger.billing.document_texts import DocumentTexts


def document_texts(seller: dict[str, Any], buyer: dict[str, Any], **more: Any) -> DocumentTexts:
    return msgspec.convert({"seller": seller, "buyer": buyer, **more}, DocumentTexts)
