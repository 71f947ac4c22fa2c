"""The shape of the code: which package may import which, what no file names, and how long a file gets."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("ledger", "projections", "api")
LONGEST_FILE, LONGEST_TEST = 300, 400
PROVIDERS = re.compile(r"eurolinux|groupios|tuxguard|dytron|cloudempiere|redmine", re.IGNORECASE)
SKIPPED = {".venv", ".git", "build", "dist", "node_modules", "tests"}


def files_of(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere in it, relative ones by their full name."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def told(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]


def wrong_arrows(package: str, *forbidden: str) -> list[str]:
    return [
        f"{named(path)} imports {module}"
        for path in files_of(package)
        for module in imports(path)
        if any(module == name or module.startswith(f"{name}.") for name in forbidden)
    ]


def test_there_is_something_to_look_at() -> None:
    assert len(files_of("ledger")) > 20
    assert "ledger.kernel.errors" in set(imports(ROOT / "ledger" / "contract.py"))


def test_the_ledger_knows_neither_its_views_nor_the_outside() -> None:
    assert wrong_arrows("ledger", "projections", "api") == []


def test_views_do_not_know_the_outside() -> None:
    assert wrong_arrows("projections", "api") == []


def test_events_import_nothing_of_ours_but_events() -> None:
    found = [(named(path), m) for path in files_of("ledger/events") for m in imports(path) if m.split(".")[0] in OURS]
    assert [(path, module) for path, module in found if not module.startswith("ledger.events")] == []


def test_nothing_of_ours_imports_the_tests() -> None:
    assert [arrow for package in OURS for arrow in wrong_arrows(package, "tests")] == []


def test_only_the_store_the_mapper_and_the_aggregate_know_the_engine() -> None:
    engine = [arrow.split(" ")[0] for package in OURS for arrow in wrong_arrows(package, "eventsourcing")]
    allowed = re.compile(r"ledger/(store/.*|mapper|aggregate)\.py")
    assert [path for path in engine if not allowed.fullmatch(path)] == []


def test_no_import_of_ours_hides_behind_type_checking() -> None:
    """An arrow that is needed for types alone is a wrong arrow."""
    hidden = [
        f"{named(path)}: {ast.unparse(inner)}"
        for path in files_of(*OURS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
        if getattr(inner, "level", 0) or any(name.split(".")[0] in OURS for name in told(inner))
    ]
    assert hidden == []


def test_code_knows_kinds_of_rule_and_no_provider() -> None:
    files = [path for path in ROOT.rglob("*.py") if not SKIPPED & set(path.relative_to(ROOT).parts)]
    found = [
        f"{named(path)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PROVIDERS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("path", files_of(*OURS), ids=named)
def test_a_module_opens_with_what_it_is_for_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip() and path.name == "__init__.py":
        return
    assert ast.get_docstring(tree(path)), "a module opens with what it is for and what it leaves to others"
    length = len(text.splitlines())
    assert length <= LONGEST_FILE, "a file this long holds two ideas"


@pytest.mark.parametrize("path", files_of("tests"), ids=named)
def test_a_file_of_tests_is_as_readable_as_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(tree(path)) or not text.strip(), "a file of tests opens with what it is about"
    assert len(text.splitlines()) <= LONGEST_TEST, "a file this long is about two subjects"


def test_the_ledger_computes_without_floats() -> None:
    found = [
        f"{named(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in files_of("ledger")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    ]
    assert found == []


def test_the_distribution_holds_every_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(settings["tool"]["setuptools"]["packages"])
    assert {".".join(path.relative_to(ROOT).parent.parts) for path in files_of(*OURS)} == listed
