"""docs/architecture.md is true: its rooms and concepts, and the walks, whose functions and events are the product's."""

import ast
import re
from pathlib import Path

import pytest

from tests.docs.ledgers import Ledgers
from tests.docs.pages import DOCS, ROOT, Rows, table_after
from tests.test_architecture import ROOMS
from tests.words import contract, log_work

PAGE = DOCS / "architecture.md"
WALKS = ("log 50 minutes", "balance as of 31 March")


def walk(name: str) -> Rows:
    return table_after(PAGE, f"<!-- walk: {name} -->")


def test_the_rooms_stand_in_the_order_of_their_arrows() -> None:
    assert re.findall(r"^\| \[`(\w+)`\]", PAGE.read_text("utf-8"), re.MULTILINE)[: len(ROOMS)] == list(ROOMS)
    assert len(table_after(PAGE, "<!-- list: rooms -->")) == len(ROOMS)


def test_a_newcomer_learns_no_more_than_25_concepts() -> None:
    assert len(table_after(PAGE, "<!-- list: concepts -->")) <= 25


def test_the_files_that_a_change_touches_are_there() -> None:
    """A name before the link to a file tells what is in it: `PointEvery` stands in the first file of its row."""
    changes = table_after(PAGE, "<!-- list: changes -->")
    links = [link for *_, files in changes for link in re.findall(r"\]\(\.\./([^)]+)\)", files)]
    assert len(changes) >= 4
    assert links
    assert [link for link in links if not (ROOT / link).is_file()] == []
    for link, name in re.findall(r"\]\(\.\./([^)]+\.py)\) \(`(\w+)`\)", " ".join(row[-1] for row in changes)):
        assert re.search(rf"^(class |def |async def )?{name}\b", (ROOT / link).read_text("utf-8"), re.MULTILINE), link


@pytest.mark.parametrize("name", WALKS)
def test_each_function_of_a_walk_stands_in_its_file(name: str) -> None:
    for file, function, *_ in walk(name):
        (path,) = re.findall(r"\[([\w/.]+)\]\(\.\./\1\)", file)
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        assert function.strip("`") in {node.name for node in ast.walk(tree) if isinstance(node, kinds)}, path


def test_the_walk_of_a_command_tells_every_event_in_its_order(tmp_path: Path) -> None:
    books = Ledgers(tmp_path)
    books.ok(contract("groupios-l"), log_work(465, entry_id="E1"))
    assert books.account().available == 15
    (answer,) = books.ok(log_work(50, entry_id="E2"))
    assert [kind for _, kind, _ in answer.events] == [row[3].strip("`") for row in walk(WALKS[0]) if row[3]]
    (charged,) = books.deduction("E2").overage
    assert (charged.minutes, charged.rate, charged.amount) == (45, "89.00", "66.75")
    books.close()
