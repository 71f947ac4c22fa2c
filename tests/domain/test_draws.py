"""How later credit moves a draw: one rule for the deduction and for its view (C4)."""

import pytest

from ledger.credit.draws import settled


@pytest.mark.parametrize(
    ("before", "by", "quantity", "after"),
    [
        ({"A": 420, None: 60}, "B", 40, {"A": 420, None: 20, "B": 40}),
        ({"A": 420, None: 60}, "B", 60, {"A": 420, "B": 60}),
        ({"A": 420, None: 60}, "A", 60, {"A": 480}),
        ({None: 60, "B": 30}, "B", 10, {None: 50, "B": 40}),
        ({None: 1}, "B", 1, {"B": 1}),
    ],
    ids=["in part", "whole", "by a grant drawn on before", "by the same grant again", "all of it owed"],
)
def test_a_settlement_moves_what_was_owed_to_the_grant(
    before: dict[str | None, int], by: str, quantity: int, after: dict[str | None, int]
) -> None:
    assert settled(before, by, quantity) == after
    assert list(settled(before, by, quantity)) == list(after), "draws keep their order"
