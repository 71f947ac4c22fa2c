"""A clock that stands where it was put: what the ledger, its store and its readers are given for the time."""

from datetime import UTC, datetime


class Clock:
    def __init__(self, now: str) -> None:
        self.put(now)

    def put(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self) -> datetime:
        return self.now.astimezone(UTC)
