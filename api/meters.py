"""What a serving process counts for a monitor: requests, how long they took, refusals, batches.

Plain counts of the process, moved with every request; `api.http.routers.metrics` tells them as Prometheus reads them.
Nothing of who asked or of what is in them: routes and codes are those of the program.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Distribution:
    """How often a figure was up to each bound, with the sum of all."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, figure: float) -> None:
        self.counts[bisect_left(self.bounds, figure)] += 1
        self.total += figure

    def buckets(self) -> list[tuple[str, float]]:
        """As Prometheus has them: each bound with all that lies up to it."""
        up_to, found = 0, []
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            up_to += count
            found.append((bound, float(up_to)))
        return found


@dataclass(slots=True)
class Meters:
    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)  # by method, route and status
    seconds: defaultdict[str, Distribution] = field(default_factory=lambda: defaultdict(lambda: Distribution(SECONDS)))
    refusals: Counter[str] = field(default_factory=Counter)  # by code, lines of JSON Lines too
    batches: Distribution = field(default_factory=lambda: Distribution(BATCH_SIZES))  # saved together


METERS = Meters()  # a process has one monitor
