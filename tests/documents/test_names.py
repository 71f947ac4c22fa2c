"""No key of the terms reaches a reader: every plan's pools and services have names in the five languages, and where a
catalogue has none, a word stands in their place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from lxml import etree  # type: ignore[import-untyped]

from api.documents.labels import labels_for
from api.documents.page import document_page
from api.documents.statement import statement_page
from api.languages import LANGUAGES
from ledger.billing.lines import FREE, LineText
from ledger.billing.naming import names_in
from ledger.events import DocumentLine
from ledger.plans.catalogue import Names, Plan
from ledger.plans.loader import load_catalogue
from tests.documents.samples import DOMESTIC, GERMAN_BUYER, GERMAN_SELLER, cii, parties, quarter_hour
from tests.documents.test_statement import FEBRUARY, LUMP, PERIOD, behind

CATALOGUE = load_catalogue()
# A key that is a word of the language itself: `training` in English.
IS_A_WORD = {"training", "support", "deployment", "intervention", "methodology", "configuration", "maintenance"}


def keys_of(plan: Plan) -> tuple[set[str], set[str]]:
    """The pools and the services of a plan, those that are left to the agreement too."""
    opened = [figure.name.split(".") for figure in plan.open]
    pools = {*plan.terms.get("pools", {}), *(path[1] for path in opened if path[0] == "pools")}
    services = {*plan.terms.get("services", []), *plan.terms.get("rates", {})}
    return pools, services | {path[1] for path in opened if path[0] == "rates"}


def line(text: LineText, names: Names, **facts: Any) -> DocumentLine:
    """A line as a draft makes it of its text."""
    return msgspec.structs.replace(
        quarter_hour(1, kind=text.kind),
        description=text.description(names),
        template=text.template,
        values=text.values,
        service=text.service,
        names=names_in(text.values, text.service, names),
        **facts,
    )


def lines_over(pool: str, service: str | None, names: Names) -> list[DocumentLine]:
    """Lines of every kind that speaks of a pool, a service or a target; without a deduction they say their words."""
    values = {"pool": pool, "entry": "W-1", "grant": "G-1"}
    texts = [
        LineText("included", FREE["pool"], 15, "minute", 0, 60, values, basis="pool"),
        LineText("top_up", "Credit {grant} for {pool}", 15, "minute", 8900, 60, values),
    ]
    if service:
        values = {"service": service, "entry": "W-1"}
        texts.append(LineText("service", "Service {service}, entry {entry}", 1, "piece", 8900, 1, values, service))
    for target in ("reaction", "resolution"):
        template = "Credit for the missed {target} of ticket {ticket}, {percent} % of the fee"
        values = {"target": target, "ticket": "T-1", "percent": "10"}
        texts.append(LineText("service_credit", template, -1, "piece", 1000, 1, values))
    return [line(text, names, deduction_id=None) for text in texts]


def texts_of(page: Any) -> str:
    return json.dumps(page, ensure_ascii=False)


@pytest.mark.parametrize("plan", CATALOGUE.versions(), ids=lambda plan: plan.id)
def test_every_pool_and_service_of_a_shipped_plan_has_a_name_in_each_language(plan: Plan) -> None:
    names = CATALOGUE.names(plan.provider.id)
    pools, services = keys_of(plan)
    for key in pools | services:
        assert set(LANGUAGES) <= set(names[key]), key
        assert all(names[key].values()), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("plan", CATALOGUE.plans(), ids=lambda plan: plan.id)
def test_no_key_stands_on_page_statement_or_e_invoice_of_a_plan(plan: Plan, language: str) -> None:
    names = CATALOGUE.names(plan.provider.id)
    pools, services = keys_of(plan)
    known = parties(GERMAN_SELLER, GERMAN_BUYER)
    for pool in sorted(pools):
        for service in sorted(services) or [None]:
            document = msgspec.structs.replace(DOMESTIC, language=language, lines=lines_over(pool, service, names))
            deduction = behind("V-1", 0, 0, "not_required", service=service, pool=pool)
            period = replace(PERIOD, pools=[replace(LUMP, pool=pool)], deductions={"V-1": deduction}, outside=[])
            statement = replace(FEBRUARY, period=period, language=language, names=names)
            tree = etree.fromstring(cii(document, known))
            described = [text for text in tree.itertext() if text.strip()]
            printed = texts_of(
                [document_page(document, known)["groups"], statement_page(statement)["pools"], described]
            )
            for key in {pool, service, "reaction", "resolution"} - {None}:
                if language != "en" or key not in IS_A_WORD | {"reaction", "resolution"}:
                    assert not _stands(str(key), printed, names, language), (key, printed)
            assert names[pool][language] in printed
            assert service is None or names[service][language] in printed


def _stands(key: str, printed: str, names: Names, language: str) -> bool:
    """Whether a key is printed, apart from where it is part of a name that is printed: `Support` of Supportzeit."""
    for name in names.values():
        printed = printed.replace(name.get(language, key), "")
    return key in printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_without_a_name_is_a_word(language: str) -> None:
    known = parties(GERMAN_SELLER, GERMAN_BUYER)
    lines = lines_over("zzz_pool", "zzz_service", {})
    document = msgspec.structs.replace(DOMESTIC, language=language, lines=lines)
    deduction = behind("V-1", 0, 0, "not_required", service="zzz_service", pool="zzz_pool")
    period = replace(PERIOD, pools=[replace(LUMP, pool="zzz_pool")], deductions={"V-1": deduction})
    statement = replace(FEBRUARY, period=period, language=language, names={})
    page, account = document_page(document, known), statement_page(statement)
    assert "zzz" not in texts_of([page, account]) + cii(document, known).decode()
    words = labels_for(language)
    assert account["pools"][0]["title"] == words("Credit")
    assert words("prepaid support") in texts_of(page)
    assert words("as agreed") in texts_of(page)
    assert "zzz" not in "".join(one.description for one in lines)


def test_a_line_keeps_its_names_whatever_the_catalogue_says_later() -> None:
    names = {"training": {"de": "Schulung", "en": "training"}}
    kept = lines_over("pool", "training", names)[2]
    assert kept.names == names
    assert kept.description == "Service training, entry W-1"


def test_a_name_that_the_language_lacks_is_english() -> None:
    kept = lines_over("care", None, {"care": {"de": "Betreuung", "en": "care hours"}})
    document = msgspec.structs.replace(DOMESTIC, language="sk", lines=kept)
    assert "(care hours)" in texts_of(document_page(document, parties(GERMAN_SELLER, GERMAN_BUYER)))
