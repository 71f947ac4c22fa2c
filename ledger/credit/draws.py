"""What a deduction drew, by grant, and how later credit moves it (C4). Pure; quantities in the account's unit."""

from __future__ import annotations

from collections.abc import Mapping


def settled(draws: Mapping[str | None, int], grant_id: str, quantity: int) -> dict[str | None, int]:
    """The draws after a grant took over so much of what was owed, which stands under None until then.

    420 from A and 60 owed, of which B settles 40: 420 from A, 20 owed, 40 from B. What is nought is gone.
    """
    moved = {**draws, None: draws[None] - quantity}
    moved[grant_id] = moved.get(grant_id, 0) + quantity
    return {grant: drawn for grant, drawn in moved.items() if drawn}


def owed_again(draws: Mapping[str | None, int], grant_id: str, quantity: int) -> dict[str | None, int]:
    """The opposite: so much that a grant had taken over is owed as before."""
    moved = {**draws, grant_id: draws[grant_id] - quantity}
    moved[None] = moved.get(None, 0) + quantity
    return {grant: drawn for grant, drawn in moved.items() if drawn}
