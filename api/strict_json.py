"""JSON decoded once and more strictly than most readers do.

What two readers could take for two different things is refused: a name given twice, NaN, bad UTF-8, a lone
surrogate. Needs nothing of the ledger's rules, so that a client starts quickly.
"""

from __future__ import annotations

import codecs
import json
import math
from typing import Any

from ledger.kernel.errors import Refusal, malformed

COMMAND_LIMIT = 1_000_000  # bytes of one command


def without_mark(beginning: bytes) -> bytes:
    """A body, or the first of many lines, without the byte order mark that some programs put before it."""
    return beginning.removeprefix(codecs.BOM_UTF8)


def decode_json(raw: bytes, what: str = "The body") -> Any:
    """JSON as the standard has it: no NaN, no bad UTF-8, no endless nesting; and no name twice in one object.

    Raises Refusal not-json, which says `what` is none, or malformed for a field that is given twice: readers would not
    agree on which one counts.
    """
    given_twice: list[str] = []

    def to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            given_twice.append(_first_repeated(pairs))
        return fields

    try:
        text = raw.decode("utf-8")
        decoded = json.loads(
            text, object_pairs_hook=to_object, parse_int=_whole, parse_float=_finite, parse_constant=_no_number
        )
        if "\\u" in text:
            _check_surrogates(decoded)
    except (ValueError, RecursionError) as error:
        if b"\0" in raw[:4]:  # no text of JSON begins with one, and every one that was written in these does
            written_in = "UTF-32" if json.detect_encoding(raw).startswith("utf-32") else "UTF-16"
            raise Refusal("not-json", f"The text is written in {written_in}; JSON is written in UTF-8.") from None
        raise Refusal("not-json", f"{what} is not JSON: {_wrong(error)}.") from None
    if given_twice:
        raise malformed(given_twice[0][:80], "is given twice")
    return decoded


def _wrong(error: ValueError | RecursionError) -> str:
    """In our words: a reader's own sentences are about its rules."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno} begins nothing that may stand there"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is no UTF-8"
    if isinstance(error, UnicodeEncodeError):
        return "a text has half of a surrogate pair, which is no letter"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _whole(digits: str) -> int:
    """No figure of ours has more digits than Python reads at once; a larger one is out of range like a float."""
    try:
        return int(digits)
    except ValueError:
        raise ValueError("a number is out of range") from None


def _first_repeated(pairs: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    raise LookupError("every name is given once")


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _finite(digits: str) -> float:
    """No amount or duration of ours is a float; the field that gets one refuses it by its name."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


def _check_surrogates(decoded: Any) -> None:
    """An escape can name half a character, which no UTF-8 holds. Raises UnicodeEncodeError, a ValueError."""
    waiting = [decoded]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            value.encode()
        elif isinstance(value, dict):
            waiting.extend(value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
