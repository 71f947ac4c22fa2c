"""The QR code by which anybody checks a Polish document that reached them outside KSeF ("KOD I").

It leads to an address with the seller's NIP, the day of issue and the SHA-256 of the FA(3) file. That file is made here
as it is for the XML door, byte for byte; sending it to KSeF is left to others, and so is the number that KSeF gives.
"""

from __future__ import annotations

import tomllib
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from io import BytesIO
from typing import Any

import segno
from ksef_client.documents.fa3 import FA3XmlValidationError

from api.documents.document_parties import DocumentEvent, Parties
from api.documents.identifiers import nip_of
from api.documents.ksef import FIRST_DAY, ksef_xml
from api.documents.missing import missing_for_ksef
from api.languages import Labels

NUMBER_UNKNOWN = "OFFLINE"  # what stands below the code as long as KSeF's number is not known


def verification_of(document: DocumentEvent, parties: Parties, labels: Labels) -> dict[str, Any]:
    """The code as SVG, what it leads to, and what stands beside and below it; nothing where there is no FA(3)."""
    address = verification_address(document, parties)
    if address is None:
        return {}
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False)
    return {
        "svg": drawn.getvalue().decode(),
        "address": address,
        "number": NUMBER_UNKNOWN,
        "words": labels("Scan the code to check this document in KSeF."),
    }


def verification_address(document: DocumentEvent, parties: Parties) -> str | None:
    """`https://…/invoice/5260250274/02-02-2026/` and the file's digest; None of what FA(3) does not take."""
    seller = parties.seller
    if seller.country != "PL" or document.issued_on < FIRST_DAY or missing_for_ksef(document, parties):
        return None
    try:
        digest = sha256(ksef_xml(document, parties)).digest()
    except FA3XmlValidationError:  # no such file can be sent, so that there is nothing to check
        return None
    nip = nip_of(seller.vat_id)
    hashed = urlsafe_b64encode(digest).decode().rstrip("=")
    base = seller.ksef_verification or _published()
    return f"{base.rstrip('/')}/invoice/{nip}/{document.issued_on:%d-%m-%Y}/{hashed}"


@cache
def _published() -> str:
    told = tomllib.loads(resources.files("api.documents").joinpath("ksef.toml").read_text("utf-8"))
    return str(told["verification"])
