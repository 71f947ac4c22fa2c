"""The shape of the code: which package may import which, what no file names, and how long a file gets."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("ledger", "projections", "api")
LONGEST_FILE, LONGEST_TEST = 300, 400
PROVIDERS = re.compile(r"eurolinux|groupios|tuxguard|dytron|cloudempiere|redmine", re.IGNORECASE)
_COLUMN = r"[\w.*]+(\s+as\s+\w+)?"
SQL = re.compile(
    r"\bSELECT\s.+\sFROM\s|\b(INSERT INTO|DELETE FROM|CREATE TABLE|ORDER BY)\s|\bUPDATE\s+\S+\s+SET\s"
    r"|\bWITH\s+\w+\s+AS\s|\bJOIN\s+\S+(\s+AS)?\s+\S*\s*ON\s"
    rf"|(?i:^\s*select\s+{_COLUMN}(\s*,\s*{_COLUMN})*\s+from\s)",
    re.DOTALL,
)
CLOCK = re.compile(r"\.(now|utcnow|today|time_ns)\(|time\.time\(")
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
    assert "ledger.kernel.errors" in set(imports(ROOT / "ledger" / "contracts" / "contract.py"))


def test_the_ledger_knows_neither_its_views_nor_the_outside() -> None:
    assert wrong_arrows("ledger", "projections", "api") == []


def test_views_do_not_know_the_outside() -> None:
    assert wrong_arrows("projections", "api") == []


# -- rooms ---------------------------------------------------------------------------------------------------------

# Each knows those before it and none behind; `events` gathers what the rooms record, `door` alone knows all subjects.
ROOMS = (
    "kernel",
    "store",
    "plans",
    "work",
    "contracts",
    "tickets",
    "credit",
    "sessions",
    "lifecycle",
    "sla",
    "billing",
)
ROOMS += ("events", "door")


def rooms_behind(package: str) -> dict[str, set[str]]:
    """For each room of a package (a folder, or a file beside them) the rooms that it imports."""
    found: dict[str, set[str]] = {}
    above = package.split("/")
    for path in files_of(package):
        inside = path.relative_to(ROOT / package).parts
        room = inside[0].removesuffix(".py")
        parts = [module.split(".") for module in imports(path)]
        known = {one[len(above)] for one in parts if one[: len(above)] == above and len(one) > len(above)}
        found.setdefault(room, set()).update(known - {room})
    found.pop("__init__", None)
    return {room: known & found.keys() for room, known in found.items()}


def test_arrows_between_the_rooms_of_the_ledger_run_down() -> None:
    arrows = rooms_behind("ledger")
    assert arrows.keys() == set(ROOMS)
    up = [(room, other) for room, known in arrows.items() for other in known if ROOMS.index(other) > ROOMS.index(room)]
    assert up == []


@pytest.mark.parametrize("package", [*OURS, "api/portal"])
def test_no_arrows_between_rooms_run_in_a_circle(package: str) -> None:
    TopologicalSorter(rooms_behind(package)).prepare()  # raises CycleError, which names the rooms of a circle


def test_what_stands_beside_the_rooms_of_views_is_shared_by_them_and_knows_none() -> None:
    arrows = rooms_behind("projections")
    rooms = {name for name in arrows if (ROOT / "projections" / name).is_dir()}
    up = {name: known & rooms for name, known in arrows.items() if name not in rooms and known & rooms}
    assert rooms
    assert up.keys() == {"all_views"}  # which lists the views


def test_what_answers_are_made_of_stands_in_the_room_of_models() -> None:
    beside = [path for path in (ROOT / "api/http").glob("*.py") if not path.stem.startswith("__")]
    told = re.compile(r"_models$|^class \w+\(AnswerModel", re.MULTILINE)
    assert beside
    assert [named(path) for path in beside if told.search(path.stem) or told.search(path.read_text("utf-8"))] == []


def test_events_import_nothing_of_ours_but_the_kernel() -> None:
    found = [
        f"{named(path)} imports {module}"
        for path in files_of("ledger")
        if path.name.endswith("events.py") and path.parent.name != "ledger"
        for module in imports(path)
        if module.split(".")[0] in OURS
    ]
    allowed = re.compile(r"imports ledger\.(kernel\.(fact|ids|values|words)|\w+\.(\w+_)?events)(\.\w+)?")
    assert found
    assert [arrow for arrow in found if not allowed.search(arrow)] == []


def test_an_aggregate_alone_records_its_facts() -> None:
    found = [
        f"{named(path)}:{node.lineno}"
        for package in OURS
        for path in files_of(package)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record"
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "self")
    ]
    assert found == []


# -- what stands in one place --------------------------------------------------------------------------------------


def texts(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
            yield node.lineno, "".join(map(str, parts))


def test_sql_stands_in_the_store_and_with_the_views_alone() -> None:
    found = [
        f"{named(path)}:{number}"
        for path in files_of("ledger", "api")
        if not named(path).startswith("ledger/store/")
        for number, text in texts(path)
        if SQL.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("SELECT 1 FROM t", True),
        ("select a,\n b from t", True),
        ("CREATE TABLE t (a TEXT)", True),
        ("{…} AS d JOIN contracts c ON c.id = d.id", True),
        ("WITH t AS (SELECT 1)", True),
        ("Select a plan from the list.", False),
        ("in the order by which they came", False),
    ],
)
def test_sql_is_seen(text: str, is_found: bool) -> None:
    assert (SQL.search(text) is not None) == is_found


def test_the_machines_clock_is_asked_in_one_place() -> None:
    found = {named(path) for path in files_of(*OURS) if CLOCK.search(path.read_text(encoding="utf-8"))}
    assert found == {"ledger/kernel/clock.py"}


# Where a name that is worked out is the point, and why.
NAMES_WORKED_OUT = {
    "ledger/kernel/aggregate.py": "a decorator marks the methods that apply a fact, and the class gathers its own",
    "projections/tables.py": "the columns and the key of a table are declared once: as the fields of its row",
    "api/cli/options.py": "the library reads a command's options from the signature of its function",
}
FOUND_BY_NAME = {"getattr", "setattr", "delattr", "hasattr"}  # harmless with a name that stands there
LOOKED_UP = {"globals", "locals", "vars", "eval", "exec", "__import__", "import_module", "attrgetter", "methodcaller"}
LOOKED_UP |= {"resolve_name", "__getattribute__"}
LOOKED_IN = {"__module__", "__dict__", "__globals__"}


def worked_out(code: ast.AST) -> Iterator[ast.expr]:
    """Calls that look something up by a name, and such functions under another name: passed on, or put aside."""
    called = set[ast.expr]()
    for node in ast.walk(code):  # a call comes before what is called
        if isinstance(node, ast.Call):
            called.add(node.func)
            name = last_name(node.func)
            if name in LOOKED_UP or (name in FOUND_BY_NAME and not isinstance(node.args[1], ast.Constant)):
                yield node
        elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
            name, is_by_itself = last_name(node), node not in called
            if (
                name in LOOKED_IN
                or ast.unparse(node) == "sys.modules"
                or (is_by_itself and name in LOOKED_UP | FOUND_BY_NAME)
            ):
                yield node


def last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def test_nothing_is_found_by_the_name_of_a_module_or_an_attribute() -> None:
    """`getattr` with a name that is worked out, `__dict__`, `globals`: what is meant is written down instead."""
    found = {
        f"{named(path)}:{node.lineno}: {ast.unparse(node)}": named(path)
        for path in files_of(*OURS)
        for node in worked_out(tree(path))
    }
    assert [line for line, file in found.items() if file not in NAMES_WORKED_OUT] == []
    assert set(found.values()) == set(NAMES_WORKED_OUT), "what is excused is still there"


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ("getattr(row, name)", True),
        ("getattr(row, f'{name}_at')", True),
        ("getattr(error, 'code', 0)", False),
        ("setattr(row, name, 1)", True),
        ("row.__dict__[name]", True),
        ("globals()[name]", True),
        ("operator.attrgetter(name)(row)", True),
        ("row.__getattribute__(name)", True),
        ("pkgutil.resolve_name('ledger.billing.vat:vat_of')", True),
        ("load = importlib.import_module; load('ledger.billing.vat')", True),
        ("sys.modules.get('ledger.billing.vat')", True),
        ("map(getattr, rows, names)", True),
        ("row.name", False),
    ],
)
def test_a_name_that_is_worked_out_is_seen(code: str, is_found: bool) -> None:
    assert any(worked_out(ast.parse(code))) == is_found


def test_nothing_of_ours_imports_the_tests() -> None:
    assert [arrow for package in OURS for arrow in wrong_arrows(package, "tests")] == []


def test_only_the_store_the_mapper_and_the_aggregate_know_the_engine() -> None:
    engine = [arrow.split(" ")[0] for package in OURS for arrow in wrong_arrows(package, "eventsourcing")]
    allowed = re.compile(r"ledger/(store/.*|kernel/mapper|kernel/aggregate)\.py")
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


DOORS = ("api/cli/main.py", "api/cli/demo.py", "api/http/routers")  # their functions have the names of what is asked


def defined(path: Path) -> Iterator[str]:
    """The public classes, functions, types and constants of a module."""
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            within = [one for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
            names = [one.id for one in within if one.id[:1].isupper()]
        else:
            names = []
        yield from (name for name in names if not name.startswith("_"))


def test_one_name_is_one_thing() -> None:
    """Constants too, once another module imports one; what a single file says of itself is found there alone."""
    places: dict[str, list[str]] = {}
    for path in files_of(*OURS):
        if not named(path).startswith(DOORS):
            for name in defined(path):
                places.setdefault(name, []).append(named(path))
    imported = {module for path in files_of(*OURS) for module in imports(path)}
    modules = {
        path: path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in map(named, files_of(*OURS))
    }
    found = {
        name: files
        for name, files in places.items()
        if len(files) > 1 and (not name.isupper() or any(f"{modules[file]}.{name}" in imported for file in files))
    }
    assert found == {}


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
