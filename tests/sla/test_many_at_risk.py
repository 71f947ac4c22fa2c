"""What is at risk is looked at in parts: a long list is whole and in order, however it is cut."""

from projections.sla.at_risk import PART
from tests.sla.desk import Desk
from tests.words import open_ticket, sign


def test_more_targets_than_are_looked_at_together_are_all_listed_nearest_due_first(desk: Desk) -> None:
    desk.clock.put("2026-03-02T09:00:00+01:00")
    desk.tell(sign("dial-office"))
    count = PART + 5
    desk.tell(
        *(
            open_ticket(f"T{n}", at=f"2026-03-02T08:{n % 60:02}:{n // 60:02}+01:00", priority=2, contract_id="C")
            for n in range(count)
        )
    )
    for query in ({"within_minutes": 5_000_000}, {"share": "1"}):
        whole = desk.walk("sla/at-risk", limit=500, **query)
        assert len({(one["ticket_id"], one["target"]) for one in whole}) == len(whole) >= count
        assert [one["due_at"] for one in whole] == sorted(one["due_at"] for one in whole)
        assert desk.walk("sla/at-risk", limit=97, **query) == whole
    assert desk.walk("sla/at-risk", limit=97, share="0") == []
