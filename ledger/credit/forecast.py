"""When credit runs out, and what of it will be lost, if it is used as it was lately. Pure; docs/running-out.md.

Time goes by whole days of the provider from today on, use goes on evenly, and grants are used in the order of C2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from ledger.kernel.values import half_up

PACE_DAYS = 90  # the pace is that of so many days, today included
LEAST_DAYS = 14  # of fewer there is too little to tell
FURTHEST_DAYS = 3653  # ten years: who would believe a later day


@dataclass(slots=True, frozen=True)
class LiveGrant:
    """A grant of which something remains; `ends_on` is the first day on which it no longer counts, None for never."""

    grant_id: str
    remaining: int
    counts_from_on: date
    ends_on: date | None


@dataclass(slots=True, frozen=True)
class UseAhead:
    """What is recorded already for a later day: it takes so much of a grant then; negative where it gives back."""

    grant_id: str
    on: date
    quantity: int


@dataclass(slots=True, frozen=True)
class Forecast:
    """`pace` in the pool's unit a day and `lost` by grant are None where there is too little to tell.

    `runs_out_on` is None there too, and where nothing is used, where all ends before it is used, or in ten years.
    """

    pace: Fraction | None
    over_days: int
    runs_out_on: date | None
    lost: dict[str, int | None]


def forecast(
    today: date, consumed: int, over_days: int, grants: Sequence[LiveGrant], ahead: Sequence[UseAhead] = ()
) -> Forecast:
    """What follows if `consumed` of the last `over_days` goes on; `grants` in the order in which they are used (C2).

    90 consumed in 90 days are 1 a day: of 60 that end in 31 days 29 are lost, and 400 without an end last from then on
    until the 431st day. More given back than used is a pace of 0. What is dated `ahead` comes on top, on its day: of
    60 left 60 are used by tomorrow where 60 are recorded for then.
    """
    ending = [grant for grant in grants if grant.ends_on is not None]
    if over_days < LEAST_DAYS:
        return Forecast(None, over_days, None, {grant.grant_id: None for grant in ending})
    if consumed <= 0:
        rest = {grant.grant_id: grant.remaining for grant in grants}
        for use in ahead:
            rest[use.grant_id] = max(0, rest[use.grant_id] - use.quantity)
        empty_on = max(use.on for use in ahead) if ahead and not any(rest.values()) else None
        return Forecast(Fraction(0), over_days, empty_on, {grant.grant_id: rest[grant.grant_id] for grant in ending})
    left, empty_after = _use(today, consumed, over_days, grants, ahead)
    # Half-up to the unit, since nothing smaller is in the books.
    lost: dict[str, int | None] = {grant.grant_id: half_up(left[grant.grant_id], over_days) for grant in ending}
    runs_out_on = None
    if empty_after is not None and empty_after <= FURTHEST_DAYS * consumed:
        runs_out_on = today + timedelta(days=empty_after // consumed)
    return Forecast(Fraction(consumed, over_days), over_days, runs_out_on, lost)


def _use(
    today: date, consumed: int, over_days: int, grants: Sequence[LiveGrant], ahead: Sequence[UseAhead]
) -> tuple[dict[str, int], int | None]:
    """What is left of each grant when it is used up or ends, and how long it takes until the credit in reach is used.

    Exact in integers: credit in parts of a unit, `over_days` of them, and time in parts of a day, `consumed` of them,
    so that one part of credit is used in one part of time. From one change to the next: a grant is used up, ends,
    another begins, or what is dated ahead takes its part.
    """
    left = {grant.grant_id: grant.remaining * over_days for grant in grants}
    begins = {grant.grant_id: max(0, (grant.counts_from_on - today).days) * consumed for grant in grants}
    ends = {one.grant_id: (one.ends_on - today).days * consumed for one in grants if one.ends_on is not None}
    coming = sorted((max(0, (use.on - today).days) * consumed, use.grant_id, use.quantity * over_days) for use in ahead)
    now, is_used_up, empty_after = 0, 0 not in begins.values(), None
    while True:
        while coming and coming[0][0] <= now:
            _, taken_of, quantity = coming.pop(0)
            left[taken_of] = max(0, left[taken_of] - quantity)
            is_used_up = is_used_up or left[taken_of] == 0
        usable = [one for one, rest in left.items() if rest > 0 and now < ends.get(one, now + 1)]
        used = next((one for one in usable if begins[one] <= now), None)
        beginnings = [begins[one] for one in usable if begins[one] > now]
        if used is None:
            if is_used_up and empty_after is None:
                empty_after = now
            changes = [*beginnings, *(at for at, _, _ in coming[:1])]
            if not changes:
                return left, empty_after
            now, is_used_up = min(changes), False
            continue
        changes = [*beginnings, *(at for at, _, _ in coming[:1]), *([ends[used]] if used in ends else [])]
        until = min([now + left[used], *changes])
        left[used] -= until - now
        now, is_used_up = until, left[used] == 0
