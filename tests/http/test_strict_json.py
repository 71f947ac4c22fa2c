"""Bodies are decoded once: what every reader of JSON takes for the same is read, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.strict_json import decode_json
from ledger.kernel.errors import Refusal

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=30,
)


@given(VALUES, st.booleans())
def test_whatever_json_can_say_is_read_as_it_was_said(value: Any, ascii_only: bool) -> None:
    decoded = decode_json(json.dumps(value, ensure_ascii=ascii_only).encode())
    assert decoded == value
    assert json.dumps(decoded) == json.dumps(value)


@given(st.dictionaries(TEXTS, NUMBERS, min_size=1), st.data())
def test_a_name_given_twice_is_found_however_deep_and_however_it_is_written(
    fields: dict[str, Any], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(fields)))
    members = [f"{json.dumps(key)}: {value!r}" for key, value in fields.items()]
    members.insert(data.draw(st.integers(0, len(members))), f"{json.dumps(name, ensure_ascii=False)}: 1")
    for body in ("{%s}", '[0, {"a": {%s}}]', '{"x": [{%s}], "y": {}}'):
        with pytest.raises(Refusal) as refusal:
            decode_json((body % ", ".join(members)).encode())
        assert (refusal.value.code, refusal.value.members["field"]) == ("malformed", name[:80])


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2',
        b'{"a": {"b": 1, "b": 2}, "c": NaN}',
        b'{"a": {"b": 1, "b": 2}} x',
        b'{"a": {"b": 1, "b": 2}, "c": "\\ud800"}',
    ],
)
def test_what_is_no_json_is_said_first(body: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        decode_json(body)
    assert refusal.value.code == "not-json"


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e999"])
def test_a_number_that_nobody_can_hold_is_refused_in_our_words(number: str) -> None:
    with pytest.raises(Refusal) as refusal:
        decode_json(f'{{"minutes": {number}}}'.encode())
    assert refusal.value.detail == "The body is not JSON: a number is out of range."


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'"\\\\ud800"', "\\ud800"),  # a backslash and five letters
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"-0", 0),
        (b"1E2", 100.0),
        (b" [ ] \r\n\t", []),
        (b"18446744073709551616", 2**64),
        (b"1e-400", 0.0),
    ],
)
def test_rare_forms_are_read_as_the_standard_has_them(body: bytes, value: Any) -> None:
    assert decode_json(body) == value


@pytest.mark.parametrize("body", [b'["\\ud800"]', b'{"\\udc00": 1}', b'[{"a": ["\\ud800\\u0041"]}]', b'"\\uD800x"'])
def test_half_a_character_is_found_wherever_it_stands(body: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        decode_json(body)
    assert refusal.value.code == "not-json"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"\xff", "byte 1 is no UTF-8"),
        (b'{"a":1,}', "line 1, column 8 begins nothing that may stand there"),
        (b'{"a":\n}', "line 2, column 1 begins nothing that may stand there"),
        (b'"\\ud800"', "a text has half of a surrogate pair, which is no letter"),
        (b"[" * 100_000, "it is nested too deeply"),
    ],
)
def test_what_is_no_json_is_told_in_our_words(body: bytes, wrong: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode_json(body)
    assert refused.value.detail == f"The body is not JSON: {wrong}."
