"""docs/catalogue.md: its examples load, its faults are those that are shown, and it leaves out no key."""

import re
from pathlib import Path

import pytest

from ledger.plans.loader import Catalogue, CatalogueError, load_catalogue
from ledger.plans.terms import Terms

DOCUMENT = Path(__file__).parents[2] / "docs" / "catalogue.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)


def load(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return load_catalogue(folder)


def test_the_documents_example_loads_and_can_be_signed(tmp_path: Path) -> None:
    plan = load(tmp_path, harbour=blocks("toml")[0]).plan("harbour-care")
    terms = plan.agree({"fee": "1440.00", "rates.training": "90.00"})
    assert (terms.fee, terms.pools["included"].kind, terms.sla.reaction["1"].kind) == ("1440.00", "minutes", "covered")


def test_the_documents_faults_are_those_that_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plans").mkdir()
    with pytest.raises(CatalogueError) as raised:
        load(Path("plans"), faulty=blocks("toml")[1])
    assert str(raised.value) == blocks("text")[-1].strip()


def test_the_documents_program_prints_lines_for_the_digests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plans").mkdir()
    load(Path("plans"), harbour=blocks("toml")[0])
    exec(blocks("python")[0], {})
    load(Path("plans"), digests=capsys.readouterr().out)


def test_the_document_names_every_key_of_the_terms() -> None:
    text = DOCUMENT.read_text("utf-8")
    elsewhere = {"plan", "provider"}
    assert [name for name in Terms.model_fields if name not in elsewhere and f"`{name}`" not in text] == []
