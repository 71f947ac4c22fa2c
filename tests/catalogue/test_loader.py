"""Loading: one's own folder, every fault at once, and published versions that stay."""

import re
from pathlib import Path

import pytest

from ledger.kernel.errors import Refusal
from ledger.plans.loader import Catalogue, CatalogueError, Fault, digest, load_catalogue

PROVIDER = """
[provider]
id = "harbour"
name = "Harbour IT"
country = "DE"
timezone = "Europe/Berlin"
currency = "EUR"
language = "de"
invoice_series = { invoice = "HB-{year}-{number:05}", credit_note = "HB-CN-{year}-{number:05}" }
"""
CARE = """
[plans.harbour-care]
version = 1
name = "Harbour Care"
fee = "100.00"
"""


def load(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    return load_catalogue(folder)


def faults(folder: Path, **files: str) -> list[tuple[str, str, str]]:
    """File, key and message of every fault; the file by its name alone."""
    with pytest.raises(CatalogueError) as raised:
        load(folder, **files)
    assert str(raised.value).splitlines() == [str(fault) for fault in raised.value.faults]
    return [(Path(fault.file).name, fault.key, fault.message) for fault in raised.value.faults]


def keys(folder: Path, **files: str) -> list[str]:
    return [key for _, key, _ in faults(folder, **files)]


def test_own_plans_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    catalogue = load(tmp_path, own=PROVIDER + CARE)
    assert len(catalogue.plans()) == 18
    assert catalogue.provider("harbour").name == "Harbour IT"
    terms = catalogue.plan("harbour-care").agree({})
    assert (terms.provider, terms.timezone, terms.currency, terms.fee) == ("harbour", "Europe/Berlin", "EUR", "100.00")


def test_own_plans_may_be_of_a_provider_that_another_file_describes(tmp_path: Path) -> None:
    catalogue = load(tmp_path, a='provider = "harbour"\n' + CARE, b=PROVIDER)
    assert catalogue.plan("harbour-care").provider.name == "Harbour IT"


def test_the_newest_version_is_sold_and_older_ones_stay(tmp_path: Path) -> None:
    newer = CARE.replace("[plans.harbour-care]", '[plans."harbour-care@2"]').replace("version = 1", "version = 2")
    catalogue = load(tmp_path, own=PROVIDER + CARE + newer.replace("100.00", "120.00"))
    assert catalogue.plan("harbour-care").agree({}).fee == "120.00"
    assert catalogue.plan("harbour-care", 1).agree({}).fee == "100.00"
    assert [plan.version for plan in catalogue.versions() if plan.id == "harbour-care"] == [1, 2]


@pytest.mark.parametrize("plan", ["nothing-like-it", "", "groupios-L", "x" * 10_000, "\ud800", "groupios-l@1"])
def test_an_unknown_plan_is_refused(catalogue: Catalogue, plan: str) -> None:
    with pytest.raises(Refusal) as refused:
        catalogue.plan(plan)
    assert (refused.value.code, refused.value.status) == ("unknown-plan", 404)
    assert len(refused.value.detail.encode()) < 300


def test_an_unknown_version_or_provider_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(Refusal, match="no plan groupios-l in version 9"):
        catalogue.plan("groupios-l", 9)
    with pytest.raises(Refusal, match="no provider nobody"):
        catalogue.provider("nobody")


def test_every_fault_of_every_file_is_reported_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        a="this is = = no toml",
        b='surprise = 1\nprovider = "nobody"\n[plans.x]\nversion = 0\nfees = "1"\n',
        c=PROVIDER.replace('"DE"', '"Germany"') + CARE.replace('"100.00"', "100.5"),
        d='provider = 7\nplans = "none"\n',
    )
    assert [(file, key) for file, key, _ in found] == [
        ("a.toml", ""),
        ("b.toml", "surprise"),
        ("c.toml", "provider.country"),
        ("b.toml", "provider"),
        ("b.toml", "plans.x.version"),
        ("b.toml", "plans.x.name"),
        ("b.toml", "plans.x.fees"),
        ("c.toml", "plans.harbour-care.fee"),
        ("d.toml", "provider"),
        ("d.toml", "plans"),
    ]
    assert "is no TOML" in found[0][2]
    assert found[5][2] == 'is missing, such as "example"'


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("overage = { tiers = [{ rate = 89.5 }] }", "overage.tiers.0.rate"),
        ("overage = { tiers = [] }", "overage.tiers"),
        ('pools.hours = { kind = "minutes", allotment = "5.00" }', "pools.hours.allotment"),
        ('pools.hours = { kind = "hours" }', "pools.hours"),
        ('pools.hours = { kind = "minutes", allotment_minutes = true }', "pools.hours.allotment_minutes"),
        ('on_site = { kind = "from_subscriptions" }', "on_site.minimum"),
        ('channels = ["fax"]', "channels.0"),
        ('channel_scopes.fax = { kind = "only", scopes = [] }', "channel_scopes.fax"),
        ('coverage = { timezone = "Mars/Base", always = true }', "coverage.timezone"),
        ('coverage = { timezone = "UTC", always = true, country = "Utopia" }', "coverage.country"),
        ('coverage = { timezone = "UTC", always = true, country = "DE", region = "XX" }', "coverage.region"),
        ('coverage = { timezone = "UTC", hours.mon = [["17:00", "09:00"]] }', "coverage.hours.mon"),
        ('sla.reaction.5 = { kind = "elapsed", minutes = 60 }', "sla.reaction.5"),
        ('sla.reaction.1 = { kind = "covered", minutes = 60 }', "coverage"),
        ('increment_minutes = "15"', "increment_minutes"),
        ("term_months = nan", "term_months"),
        ('timezone = "UTC"', "timezone"),
        ('plan = "other"', "plan"),
        ('readings."overage.scopes" = "by ticket"', "readings.overage.scopes"),
        ('open = [{ name = "fee", type = "text", unit = "-", meaning = "-" }]', "open.0.type"),
        ('open = [{ name = "fees", type = "money", unit = "-", meaning = "-" }]', "open.0.name"),
        ('open = [{ name = "currency", type = "money", unit = "-", meaning = "-" }]', "open.0.name"),
        ('open = [{ name = "coverage", type = "target", unit = "-", meaning = "-" }]', "open.0.name"),
        ('open = [{ name = "on_site.surcharge", type = "money", unit = "-", meaning = "-" }]', "open.0.name"),
        ('open = [{ name = "overage.tiers.0.rate", type = "money", unit = "-", meaning = "-" }]', "open.0.name"),
        ('open = [{ name = "rates.Training", type = "rate", unit = "-", meaning = "-" }]', "open.0.name"),
    ],
)
def test_a_fault_names_its_key(tmp_path: Path, said: str, key: str) -> None:
    care = CARE.replace('fee = "100.00"', said)
    assert set(keys(tmp_path, own=PROVIDER + care)) == {f"plans.harbour-care.{key}".removesuffix(".")}


def test_open_figures_that_overlap_are_a_fault(tmp_path: Path) -> None:
    names = ("coverage.hours.mon", "coverage", "fee", "fee")
    types = ("coverage", "coverage", "money", "money")
    said = [f'{{ name = "{n}", type = "{t}", unit = "-", meaning = "-" }}' for n, t in zip(names, types, strict=True)]
    found = keys(tmp_path, own=PROVIDER + CARE + f"open = [{', '.join(said)}]")
    assert found == ["plans.harbour-care.open.0.name", "plans.harbour-care.open.3.name"]


def test_a_required_figure_may_be_what_the_terms_lack(tmp_path: Path) -> None:
    said = 'penalty = { notice_minutes = 60 }\nopen = [{ name = "penalty.minutes", type = "integer", unit = "minutes", '
    without = faults(tmp_path, own=PROVIDER + CARE + said + 'meaning = "the penalty" }]')
    assert [key for _, key, _ in without] == ["plans.harbour-care.penalty.minutes"]
    plan = load(tmp_path, own=PROVIDER + CARE + said + 'meaning = "-", required = true }]').plan("harbour-care")
    with pytest.raises(Refusal) as refused:
        plan.agree({})
    assert refused.value.members["missing"] == ["penalty.minutes"]
    penalty = plan.agree({"penalty.minutes": 30}).penalty
    assert penalty is not None
    assert (penalty.notice_minutes, penalty.minutes) == (60, 30)


def test_a_version_is_described_once_also_between_the_folders(tmp_path: Path) -> None:
    again = 'provider = "groupios"\n[plans.groupios-l]\nversion = 1\nname = "Modell L"\n'
    twice = CARE.replace("[plans.harbour-care]", '[plans."harbour-care@1"]')
    found = faults(tmp_path, a=PROVIDER + CARE + twice, b=again)
    assert [(file, key) for file, key, _ in found] == [
        ("a.toml", "plans.harbour-care@1"),
        ("b.toml", "plans.groupios-l"),
    ]
    assert found[1][2].endswith("is described already, by ledger/plans/published/groupios.toml: plans.groupios-l")


def test_a_heading_agrees_with_its_version_and_is_an_id(tmp_path: Path) -> None:
    third = CARE.replace("[plans.harbour-care]", '[plans."harbour-care@3"]')
    shouted = CARE.replace("[plans.harbour-care]", "[plans.CARE]")
    assert keys(tmp_path, own=PROVIDER + third + shouted) == ["plans.harbour-care@3.version", "plans.CARE"]


def test_two_files_say_the_same_of_a_provider(tmp_path: Path) -> None:
    assert len(load(tmp_path, a=PROVIDER + CARE, b=PROVIDER).providers()) == 6
    found = faults(tmp_path, b=PROVIDER.replace("Harbour IT", "Harbour Ltd"))
    assert [(file, key) for file, key, _ in found] == [("b.toml", "provider")]


def test_no_two_series_can_meet_in_a_number(tmp_path: Path) -> None:
    taken = PROVIDER.replace("HB-{year}", "GR-{year}").replace("HB-CN", "GR")
    assert keys(tmp_path, own=taken) == ["provider.invoice_series.invoice", "provider.invoice_series.credit_note"]
    assert keys(tmp_path, own=PROVIDER.replace("HB-{year}", "hb/{year}")) == ["provider.invoice_series.invoice"]


def test_a_folder_or_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "latin.toml").write_bytes(b'provider = "Caf\xe9"')
    (tmp_path / "deep.toml").write_text("x = " + "[" * 5000 + "]" * 5000)
    assert [(file, key) for file, key, _ in faults(tmp_path)] == [
        ("deep.toml", ""),
        ("folder.toml", ""),
        ("latin.toml", ""),
    ]
    assert faults(tmp_path / "nowhere") == [("nowhere", "", "can't be read: No such file or directory")]


def test_a_published_version_may_be_explained_but_not_edited(tmp_path: Path) -> None:
    plan = load(tmp_path, own=PROVIDER + CARE).plan("harbour-care")
    line = f'"harbour-care@1" = "{digest(plan)}"\n'
    load(tmp_path, digests=line, own=PROVIDER + "# Why it costs what it costs.\n" + CARE + 'source = ["100 € a year"]')
    dearer = faults(tmp_path, own=PROVIDER + CARE.replace("100.00", "110.00"))
    assert [(file, key) for file, key, _ in dearer] == [("digests.toml", "harbour-care@1")]
    assert 'Undo the edit and describe the change as [plans."harbour-care@2"]' in dearer[0][2]
    gone = faults(tmp_path, own=PROVIDER)
    assert gone == [
        ("digests.toml", "harbour-care@1", "is published, but no file describes it any more. Bring it back.")
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [("100.00", "100.01"), ("Harbour Care", "Harbor Care"), ("Harbour IT", "Harbour Ltd"), ("HB-{", "HX-{")],
)
def test_whatever_binds_is_in_the_digest(tmp_path: Path, before: str, after: str) -> None:
    published = digest(load(tmp_path, own=PROVIDER + CARE).plan("harbour-care"))
    edited = load(tmp_path, own=(PROVIDER + CARE).replace(before, after)).plan("harbour-care")
    assert re.fullmatch("[0-9a-f]{64}", published)
    assert digest(edited) != published


def test_names_are_words_that_bind_nobody_and_the_last_file_has_the_last_one(tmp_path: Path) -> None:
    told = '[names]\ncare-hours = { de = "Betreuung", en = "care" }\n'
    other = 'provider = "harbour"\n[names]\ncare-hours = { de = "Pflege" }\ntraining = { de = "Schulung" }\n'
    catalogue = load(tmp_path, a=PROVIDER + told + CARE, b=other)
    assert catalogue.names("harbour") == {"care-hours": {"de": "Pflege"}, "training": {"de": "Schulung"}}
    assert catalogue.names("groupios")["included"]["de"] == "Inklusivzeit"
    assert digest(catalogue.plan("harbour-care")) == digest(load(tmp_path, a=PROVIDER + CARE).plan("harbour-care"))
    assert load_catalogue().names("harbour") == {}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ('care = "Betreuung"', "names.care"),
        ('care = { german = "Betreuung" }', "names.care.german"),
        ('care = { de = "" }', "names.care.de"),
        ('Care = { de = "Betreuung" }', "names.Care"),
    ],
)
def test_a_name_has_a_key_and_a_language(tmp_path: Path, said: str, key: str) -> None:
    assert keys(tmp_path, own=f"{PROVIDER}[names]\n{said}\n{CARE}") == [key]


def test_a_fault_of_a_whole_file_has_no_key_in_its_line() -> None:
    assert str(Fault("plans/x.toml", "", "is no TOML")) == "plans/x.toml: is no TOML"
