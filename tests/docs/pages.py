"""Where the documents are, and the tables in them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README, API = ROOT / "README.md", DOCS / "api.md"
COMMANDS_PAGE, EVENTS_PAGE = DOCS / "commands.md", DOCS / "events.md"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").glob("*.md")])
Rows = list[list[str]]


def table_after(page: Path, mark: str) -> Rows:
    """The body of the table that follows a mark in a page."""
    text = page.read_text("utf-8")
    assert text.count(mark) == 1, f"{page.name} has {mark} {text.count(mark)} times"
    lines = text.partition(mark)[2].lstrip().partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
