"""The documents are true: lists are those of the code, pages made from it are fresh, links lead somewhere.

What README shows, and the figures of the tables, are looked at in `tests/docs`.
"""

import re
from pathlib import Path

import pytest

from api.application import create_app
from ledger.door.registry import COMMANDS
from ledger.kernel.access import ROLES
from ledger.kernel.errors import STATUS
from ledger.kernel.settings import Settings
from tests.docs.pages import API, COMMANDS_PAGE, DOCS, PAGES, ROOT, table_after
from tests.generate_docs import MADE

# -- docs/commands.md, docs/events.md, docs/api.md, docs/rules.md: lists -----------------------------------------------


def test_every_command_stands_on_the_page_of_commands() -> None:
    told, _, _ = COMMANDS_PAGE.read_text("utf-8").partition("## Records")
    assert sorted(re.findall(r"^### (.*)$", told, re.MULTILINE)) == sorted(COMMANDS)


def test_a_command_is_told_with_its_fields_who_sends_it_what_it_is_about_and_what_it_creates() -> None:
    _, _, rest = COMMANDS_PAGE.read_text("utf-8").partition("### record-service\n")
    assert rest.partition("\n\n#")[0].endswith(
        "- fields: `contract_id`, `service_id`, `service`, `quantity?`, `note?`, `at?`\n"
        "- sent by: operator\n"
        "- about: `contract:{contract_id}`\n"
        "- creates: `service_id`, in the name space `entry`"
    )


def test_every_read_stands_with_its_parameters() -> None:
    told = {}
    for row in table_after(API, "<!-- list: reads -->"):
        for path in re.findall(r"`(/[^`]*)`", row[0]):
            told[path] = set(re.findall(r"`(\w+)`", row[1]))
    expected = {}
    for path, methods in create_app(Settings(catalogue=None)).openapi()["paths"].items():
        if not path.startswith("/v1/commands"):
            (operation,) = methods.values()
            named = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
            expected[path] = named - {"limit", "cursor", "min_position"}
    assert told == expected


def test_every_refusal_stands_with_its_status() -> None:
    told = {code: int(row[0]) for row in table_after(API, "<!-- list: refusals -->") for code in _quoted(row[1])}
    raised = {code for code in STATUS if any(re.search(rf'"{code}"(?!:)', text) for text in _sources())}
    # Some are said by the web framework's status alone.
    assert told == {code: STATUS[code] for code in raised | {"method-not-allowed"}}


def test_every_role_stands_in_the_list() -> None:
    assert [row[0] for row in table_after(API, "<!-- list: roles -->")] == [f"`{role}`" for role in ROLES]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


def _sources() -> list[str]:
    folders = ("ledger", "projections", "api")
    return [path.read_text("utf-8") for name in folders for path in (ROOT / name).rglob("*.py")]


@pytest.mark.parametrize("page", MADE, ids=lambda page: page.name)
def test_a_page_that_is_made_from_the_code_is_what_the_code_says(page: Path) -> None:
    assert page.read_text("utf-8") == MADE[page](), "run `make docs`"


def test_every_rule_that_the_code_names_is_explained() -> None:
    explained = set(re.findall(r"^\| ([CTSM]\d+) \|", (DOCS / "rules.md").read_text("utf-8"), re.MULTILINE))
    named = {rule for text in _sources() for rule in re.findall(r"(?<![\w`.-])([CTSM][1-9]\d?)(?![\w`-])", text)}
    assert named - explained == set()


# -- all pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_within_the_documents_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if target.startswith("https://"):
            continue
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in _anchors(linked)):
            broken.append(target)
    assert broken == []


def _anchors(page: Path) -> set[str]:
    """Headings as links name them: lower case, without punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_place_on_somebodys_machine(page: Path) -> None:
    assert re.findall(r"(?<![\w.])/(?:home|root|work|tmp|Users)/\S*", page.read_text("utf-8")) == []


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("[0-9]*.md")), ids=lambda page: page.stem)
def test_a_decision_says_its_context_what_was_decided_what_follows_and_what_was_not_chosen(page: Path) -> None:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert headings[1:] == ["Context", "Decision", "Consequences", "Not chosen"]
    assert headings[0].startswith(f"{int(page.name[:4])}. ")
    assert f"({page.name})" in (DOCS / "decisions" / "README.md").read_text("utf-8")
