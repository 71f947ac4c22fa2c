"""A clock that stands where it was put: what the ledger, its store and its readers are given for the time."""

from datetime import UTC, datetime, timedelta


class Clock:
    """With a tick it goes on by that much whenever somebody asks, so that no two things happen at once."""

    def __init__(self, now: str, tick: timedelta = timedelta()) -> None:
        self.put(now)
        self.tick = tick

    def put(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self) -> datetime:
        self.now += self.tick
        return self.now.astimezone(UTC)
