"""Small rules that lists, tickets and reports share: when a call is due (T5), and how a share is shown (S5, S6)."""

import pytest

from ledger.kernel.values import show_share
from ledger.tickets.steps import is_call_due


@pytest.mark.parametrize(
    ("state", "responses", "after", "due"),
    [
        ("in_progress", 2, 3, False),
        ("in_progress", 3, 3, True),
        ("in_progress", 4, 3, True),
        ("in_progress", 9, None, False),  # the terms want no call
        ("open", 1, 1, True),
        ("waiting", 1, 1, True),
        ("resolved", 3, 3, False),
        ("closed", 3, 3, False),
        ("rejected", 3, 3, False),
    ],
)
def test_a_call_is_due_after_so_many_responses_until_the_ticket_is_over(
    state: str, responses: int, after: int | None, due: bool
) -> None:
    assert is_call_due(state, responses, after) is due


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 7, "0.0000"),
        (7, 7, "1.0000"),
        (2, 3, "0.6667"),
        (1, 3, "0.3333"),
        (1, 20_000, "0.0001"),  # half a part is one
        (1, 20_001, "0.0000"),
        (39, 40, "0.9750"),
        (0, 0, "0.0000"),
    ],
)
def test_a_share_has_four_decimals_rounded_half_up(part: int, whole: int, shown: str) -> None:
    assert show_share(part, whole) == shown
