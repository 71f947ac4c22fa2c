"""The week in which tickets live, and what their clocks are held against.

`dial-office` promises, Mon–Fri 9–17 in Berlin: reaction in 60 (priority 1) or 240 (2) covered minutes or one business
day (3); resolution in 480 covered minutes (1), 1440 minutes on the clock (2), two business days (3) or by the end of
the next (4). February 2026 has no holiday; the 2nd is a Monday.
"""

from tests.http.door import Json
from tests.sla.desk import same
from tests.words import hold, open_ticket, resume

MON, TUE, WED, THU, FRI, SAT, SUN = (f"2026-02-{day:02}" for day in range(2, 9))
NEXT_MON, NEXT_TUE = "2026-02-09", "2026-02-10"


def at(day: str, clock: str) -> str:
    return f"{day}T{clock}+01:00"


def check(clock: Json, **told: object) -> None:
    """What a clock shows; instants may be told in any offset."""
    for name, value in told.items():
        if name.endswith("_at") and isinstance(value, str):
            assert same(clock[name], value), f"{name} is {clock[name]}, not {value}"
        else:
            assert clock[name] == value, f"{name} is {clock[name]}, not {value}"


WAITED = [
    open_ticket(at=at(MON, "09:00:00"), priority=1),
    hold(at(MON, "09:20:00")),
    resume(at(MON, "11:20:30")),
]
