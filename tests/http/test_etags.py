"""ETags, and waiting for one's own writes."""

from threading import Timer

from api.limits import Limits
from tests.http.door import Door, opened, problem
from tests.http.world import alone
from tests.words import grant, sign

# -- ETags ----------------------------------------------------------------------------------------------------------


def test_an_etag_saves_the_body_until_something_changes(door: Door) -> None:
    door.all_ok([sign("north-prepaid", customer=alone("C"))])
    paths = ["contracts", "contracts/C", "contracts/C/balance", "contracts/C/statement", "events", "plans"]
    for path in paths:
        first = door.get(path)
        etag = first.headers["etag"]
        assert etag.startswith('"')
        assert "authorization" in first.headers["vary"].lower()
        for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            again = door.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
            assert "content-type" not in again.headers
        for unknown in ('"x"', etag.strip('"'), ""):
            assert door.get(path, headers={"If-None-Match": unknown}).status_code == 200
    before = {path: door.get(path).headers["etag"] for path in paths}
    door.all_ok([grant(60, "2026-01-05T09:00:00Z", grant_id="g", pool="hours")])
    for path in paths:
        again = door.get(path, headers={"If-None-Match": before[path]})
        assert again.status_code == 200, path
        assert again.headers["etag"] != before[path]


def test_a_refusal_has_no_etag_and_is_never_called_unchanged(door: Door) -> None:
    response = door.get("contracts/none", headers={"If-None-Match": "*"})
    assert response.status_code == 404
    assert "etag" not in response.headers


def test_a_csv_has_an_etag_of_its_own(door: Door) -> None:
    door.all_ok([sign("north-prepaid", customer=alone("C"))])
    as_json, as_csv = (
        door.get("contracts/C/statement"),
        door.get("contracts/C/statement", headers={"Accept": "text/csv"}),
    )
    assert as_json.headers["etag"] != as_csv.headers["etag"]
    again = door.get("contracts/C/statement", headers={"Accept": "text/csv", "If-None-Match": as_csv.headers["etag"]})
    assert again.status_code == 304


# -- min_position ---------------------------------------------------------------------------------------------------


def test_a_position_beyond_the_history_is_waited_for_and_then_refused(database_url: str) -> None:
    with opened(database_url) as door:
        door.all_ok([sign("north-prepaid", customer=alone("C"))])
        door.see("contracts/C")  # the views have read it, however long that took
    with opened(database_url, limits=Limits(patience_seconds=0.05)) as door:
        for path in ("contracts", "contracts/C", "contracts/C/balance", "tickets", "events", "plans", "deductions/x"):
            response = door.get(path, min_position=door.position + 1)
            assert problem(response)["code"] == "not-caught-up", path
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) >= 1
            assert response.json()["position"] == door.position
        for wrong in (-1, "x", 2**63):
            assert door.unseen("contracts", min_position=wrong)["field"] == "min_position"


def test_a_read_waits_until_the_views_have_what_was_written(door: Door) -> None:
    state = door.client.app.state.ledger
    state.stop.set()
    state.follower.join()
    door.all_ok([sign("north-prepaid", customer=alone("C"))])
    assert door.unseen("contracts/C", min_position=0)["code"] == "unknown-contract"
    later = Timer(0.2, state.projector.catch_up)
    later.start()
    found = door.see("contracts/C")
    later.join()
    assert found["contract_id"] == "C"
    assert found["position"] == door.position == 4
