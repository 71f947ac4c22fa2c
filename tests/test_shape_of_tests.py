"""The shape of the tests: one vocabulary of commands, three senders in one place, a clock that is given, no patch."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from ledger.door.registry import COMMANDS
from tests.test_architecture import OURS, ROOT, files_of, named, told, tree

TESTS = [path for path in files_of("tests") if path != Path(__file__)]
WORDS, SENDERS = "tests/words.py", "tests/senders.py"

# Whose subject is a body, or a request, that no word says: what is damaged, too large, unknown, of another type, and
# the bodies that the OpenAPI document shows.
RAW_BODIES = {
    *("tests/http/bad_values.py", "tests/http/test_hostile.py", "tests/http/test_wording.py"),
    *("tests/http/test_writing.py", "tests/http/test_examples.py"),
}
RAW_REQUESTS = {"tests/http/test_answers.py", "tests/http/test_bounds.py", "tests/http/test_writing.py"}
RAW_LINES = {"tests/cli/test_commands.py", "tests/http/test_bounds.py"} | RAW_BODIES
MEASURED = "tests/bench/writing.py"  # what the write door itself costs, without whoever asks it
Found = Iterator[ast.AST]


def places(found: Callable[[Path], Found], *allowed: str) -> list[str]:
    return [
        f"{named(path)}:{node.lineno}: {ast.unparse(node)[:80]}"  # type: ignore[attr-defined]
        for path in TESTS
        if named(path) not in allowed
        for node in found(path)
    ]


@cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Each with what is called, as it is written."""
    return [(ast.unparse(node.func), node) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def texts_of(call: ast.Call) -> list[str]:
    """The texts among its arguments, an f-string by its first part."""
    found = []
    for one in (*call.args, *(keyword.value for keyword in call.keywords)):
        first = one.values[0] if isinstance(one, ast.JoinedStr) and one.values else one
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.append(first.value)
    return found


# -- one vocabulary ------------------------------------------------------------------------------------------------


def test_a_step_is_built_by_the_words_alone() -> None:
    def found(path: Path) -> Found:
        return (node for name, node in calls(path) if name.split(".")[-1] in ("Step", "do"))

    assert places(found, WORDS) == []


def test_no_command_is_written_out_where_a_word_says_it() -> None:
    def found(path: Path) -> Found:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Dict):
                members = dict(zip((key and ast.unparse(key) for key in node.keys), node.values, strict=True))
                if ast.unparse(members.get("'command'", ast.Constant(None))) != "None":
                    yield node

    assert places(found, WORDS, *RAW_LINES) == []


def test_no_function_says_again_what_a_word_says() -> None:
    """Beside a vocabulary a second one grows where helpers rename its words; a test gives what is not usual itself."""

    def found(path: Path) -> Found:
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "Step":
                last = node.body[-1]
                said = last.value if isinstance(last, ast.Return) else None
                if isinstance(said, ast.Call) and isinstance(said.func, ast.Name):
                    yield node

    assert places(found, WORDS) == []


def test_every_command_has_a_word() -> None:
    said = {text for name, node in calls(ROOT / WORDS) if name in ("do", "on_ticket") for text in texts_of(node)}
    assert COMMANDS.keys() <= said


# -- three senders -------------------------------------------------------------------------------------------------


def test_only_the_senders_ask_the_write_door() -> None:
    def found(path: Path) -> Found:
        for name, node in calls(path):
            receiver, _, method = name.rpartition(".")
            asks = method == "submit" and receiver.split(".")[-1].split("(")[0] in ("ledger", "_ledger", "Ledger")
            if asks or name in ("import_lines", "parse_line"):
                yield node

    assert places(found, SENDERS, MEASURED) == []
    parsers = [
        f"{named(path)}" for path in TESTS for module in _imported(path) if module == "ledger.door.parsing.parse"
    ]
    assert parsers == [SENDERS]


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_the_senders_post_commands() -> None:
    """Whatever else speaks to that path is about the request itself: its method, its type, its size."""

    def found(path: Path) -> Found:
        for name, node in calls(path):
            if name.split(".")[-1] in ("post", "put", "request", "stream") and name != "post":
                yield from [node] if any(text.startswith("/v1/commands") for text in texts_of(node)) else []

    assert places(found, SENDERS, *RAW_REQUESTS) == []


def test_a_body_goes_out_raw_only_where_the_test_is_about_it() -> None:
    def found(path: Path) -> Found:
        return (node for name, node in calls(path) if name.split(".")[-1] == "send_raw")

    assert places(found, SENDERS, *RAW_BODIES) == []


# -- what is given -------------------------------------------------------------------------------------------------


def test_no_test_asks_the_machine_what_time_it_is() -> None:
    asked = re.compile(r"datetime\.(now|utcnow|today)|date\.today|time\.time$|freeze")

    def found(path: Path) -> Found:
        return (node for name, node in calls(path) if asked.search(name))

    assert places(found) == []


def test_no_test_patches_our_code() -> None:
    """Settings, limits, clock, catalogue and store are given. What is the machine's or another's may be set."""

    def found(path: Path) -> Found:
        others = {
            name.split(".")[0] for node in ast.walk(tree(path)) if isinstance(node, ast.Import) for name in told(node)
        }
        for name, node in calls(path):
            if name.split(".")[-1] in ("setattr", "delattr", "object", "patch") and node.args:
                patched = ast.unparse(node.args[0]).split(".")[0]
                if patched not in others - set(OURS):
                    yield node

    assert places(found) == []


# -- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_the_name_of_a_test_is_a_sentence(path: Path) -> None:
    found = [
        node.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.name.startswith("test_") and node.name.count("_") < 3
    ]
    assert found == []
