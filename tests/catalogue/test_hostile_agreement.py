"""Values that nobody means to agree: each is refused, whatever figure it is sent for, and none is an exception."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.kernel.errors import Refusal
from ledger.plans.loader import load_catalogue

OPEN_PLAN = load_catalogue().plan("dytron-sla")  # it leaves everything open


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = [
    nested(100_000),
    {"kind": nested(50)},
    {"kind": "elapsed", "minutes": 10**5000},
    -(10**400),
    float("nan"),
    float("inf"),
    {"rate": float("nan")},
    "\x00",
    "1.00\x00",
    {"\x00": 1},
    {"\ud800": "\ud800"},
    "9" * 1_000_000,
    "١٢٠٠",
    list(range(100_000)),
    {str(number): number for number in range(100_000)},
    {"kind": {"kind": "hourly"}},
    {"timezone": None, "hours": None},
    {"tiers": {"rate": "1.00"}},
    object(),
    b"1.00",
]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_value_is_refused_for_every_figure(value: object) -> None:
    for figure in OPEN_PLAN.open:
        with pytest.raises(Refusal) as refused:
            OPEN_PLAN.agree({figure.name: value})
        assert refused.value.code == "malformed"
        assert len(refused.value.detail.encode()) < 1000


def test_more_figures_than_any_plan_leaves_open_are_malformed() -> None:
    with pytest.raises(Refusal) as refused:
        OPEN_PLAN.agree({f"rates.service-{number}": 1 for number in range(101)})
    assert (refused.value.code, refused.value.members["field"]) == ("malformed", "agreed")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["minutes", "flat"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "minutes", "rate", "hours", "tiers"]) | st.text(), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(agreed=st.dictionaries(st.sampled_from([figure.name for figure in OPEN_PLAN.open]), JSON, max_size=4))
def test_whatever_is_agreed_gives_terms_or_a_refusal(agreed: dict[str, object]) -> None:
    with suppress(Refusal):
        OPEN_PLAN.agree(agreed)
