"""What a token may see: every read door, for every role, on its own side, a neighbour's, and abroad."""

from datetime import datetime, timedelta

import pytest

from ledger.kernel.errors import Refusal
from ledger.store.tokens import list_tokens, revoke_token
from tests.cli.run import support_ledger
from tests.http.door import NOW, Door, opened, problem
from tests.http.test_roles import ROLES, sees
from tests.http.world import MINE, OF, OPENED, SIDES, TEN, WHO, token
from tests.words import amend, book, close, log_work, open_ticket, sign

DOORS = {
    "contracts/{}": "unknown-contract",
    "contracts/{}/terms": "unknown-contract",
    "contracts/{}/balance": "unknown-contract",
    "contracts/{}/statement": "unknown-contract",
    "contracts/{}/deductions": "unknown-contract",
    "contracts/{}/charges": "unknown-contract",
    "contracts/{}/grants": "unknown-contract",
    "contracts/{}/burn-down": "unknown-contract",
    "contracts/{}/sessions": "unknown-contract",
    "deductions/{}-e": "unknown-deduction",
    "sessions/{}-s": "unknown-session",
    "sessions/{}-s/history": "unknown-session",
    "tickets/{}-t": "unknown-ticket",
    "tickets/{}-t/history": "unknown-ticket",
    "tickets/{}-t/sla/reaction/trace": "unknown-ticket",
}
LISTS = {
    "contracts": "contract_id",
    "tickets": "contract_id",
    "grants": "contract_id",
    "sessions": "contract_id",
    "balances": "contract_id",
    "deductions": "contract_id",
    "charges": "contract_id",
    "invoice-drafts": "contract_id",
}
INSIDE = ("invoice-drafts",)  # the provider's own
TODAY = datetime.fromisoformat(NOW).date()


@pytest.fixture
def sides(door: Door) -> Door:
    """A contract with a ticket, work and a booked session on each side."""
    door.all_ok(
        [
            line
            for side in SIDES
            for line in (
                sign(contract_id=side, **OF[side]),
                open_ticket(f"{side}-t", contract_id=side, at=OPENED),
                log_work(30, TEN, entry_id=f"{side}-e", ticket_id=f"{side}-t"),
                book(60, "2026-03-10T10:00:00Z", "2026-03-02T09:00:00Z", f"{side}-s", contract_id=side),
            )
        ]
    )
    return door


def test_every_read_door_shows_what_a_token_may_see_and_hides_the_rest(sides: Door) -> None:
    found, expected = {}, {}
    for role in ROLES:
        reader = token(sides, role)
        for door, code in DOORS.items():
            for side in SIDES:
                response = sides.get(door.format(side), reader)
                found[role, door, side] = "shown" if response.status_code == 200 else problem(response)["code"]
                expected[role, door, side] = "shown" if sees[side][role] else code
    assert found == expected


def test_lists_hold_what_a_token_may_see_and_no_more(sides: Door) -> None:
    found, expected = {}, {}
    for role in ROLES:
        reader = token(sides, role)
        for path, field in LISTS.items():
            if path in INSIDE and role in ("customer", "partner"):
                assert sides.unseen(path, reader)["code"] == "forbidden"
                continue
            found[role, path] = {item[field] for item in sides.walk(path, reader, limit=1)}
            expected[role, path] = {side for side in SIDES if sees[side][role]}
    assert found == expected


def test_figures_over_many_contracts_count_what_a_token_may_see_and_no_more(sides: Door) -> None:
    """A ticket each whose reaction was judged long ago, and one each whose reaction is awaited just now."""
    started = (TODAY - timedelta(days=10)).isoformat()
    fresh = [
        line
        for side in SIDES
        for line in (
            sign(contract_id=f"{side}-2", starts_on=started, **OF[side]),
            open_ticket(f"{side}-2-t", contract_id=f"{side}-2", at=sides.clock().isoformat()),
        )
    ]
    sides.all_ok(fresh)
    for role in ROLES:
        reader = token(sides, role)
        own = {side for side in SIDES if sees[side][role]}
        rows = sides.see("sla/compliance", reader, group_by="contract")["items"]
        assert {row["contract"] for row in rows} == own | {f"{side}-2" for side in own}
        (total,) = sides.see("sla/compliance", reader)["items"]
        assert (total["met"] + total["breached"], total["running"]) == (len(own), len(own))
        risks = sides.see("sla/at-risk", reader, share="1")["items"]
        assert {risk["ticket_id"] for risk in risks} == {f"{side}-2-t" for side in own}
        for side in SIDES:
            response = sides.get("sla/compliance", reader, contract_id=side)
            assert response.status_code == (200 if side in own else 404)
        south = sides.see("sla/compliance", reader, provider="south", group_by="contract")["items"]
        assert {row["contract"] for row in south} == {name for name in ("abroad", "abroad-2") if "abroad" in own}


def test_filters_do_not_widen_what_a_token_sees(sides: Door) -> None:
    for role in ROLES:
        reader = token(sides, role)
        own = {side for side in SIDES if sees[side][role]}
        south = sides.walk("contracts", reader, provider="south")
        assert {one["contract_id"] for one in south} == own & {"abroad"}
        same_id = sides.walk("contracts", reader, customer_id="kunde")
        assert {one["contract_id"] for one in same_id} == own & {"mine", "abroad"}
        granted = sides.walk("grants", reader, customer_id="kunde", provider="south")
        assert {one["contract_id"] for one in granted} == own & {"abroad"}
        booked = sides.walk("sessions", reader, customer_id="kunde")
        assert {one["contract_id"] for one in booked} == own & {"mine", "abroad"}
        neighbour = sides.walk("contracts", reader, customer_id="nachbar")
        assert {one["contract_id"] for one in neighbour} == own & {"anothers"}
        for side in SIDES:
            response = sides.get("tickets", reader, contract_id=side)
            assert (response.status_code == 200) == sees[side][role]


def test_a_customer_and_a_partner_read_nothing_that_names_somebody_else(sides: Door) -> None:
    for role in ("customer", "partner"):
        reader = token(sides, role)
        texts = [sides.get(path, reader, limit=500).text for path in LISTS]
        texts += [sides.get(door.format("mine"), reader).text for door in DOORS]
        for text in texts:
            assert "nachbar" not in text
            assert "laden" not in text
            assert "south" not in text
            assert "abroad" not in text


def test_nothing_is_read_without_a_token(sides: Door) -> None:
    paths = [door.format("mine") for door in DOORS]
    paths += [*LISTS, "plans", "plans/groupios-l", "events", "events/1", "sla/compliance", "sla/at-risk"]
    for path in paths:
        for odd in (
            None,
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Basic eDp5",
            f"Basic {sides.admin}",
            f"Bearer {'x' * 9000}",
        ):
            response = sides.client.get(f"/v1/{path}", headers={"Authorization": odd} if odd else {})
            assert problem(response)["code"] == "unauthenticated", (path, odd)
            assert response.headers["www-authenticate"] == "Bearer"


def test_health_and_the_api_description_need_no_token_and_tell_nothing_of_tenants(sides: Door) -> None:
    for path in ("/health/live", "/health/ready", "/openapi.json"):
        response = sides.client.get(path)
        assert response.status_code == 200
        assert not {"nachbar", "mine-t", "north at"} & set(response.text.split('"'))
    assert sides.client.get("/health/live").json() == {"status": "alive"}
    assert sides.client.get("/health/ready").json() == {"status": "ready"}


def test_metrics_are_for_those_who_run_the_ledger(sides: Door) -> None:
    for role in ("", *ROLES):
        response = sides.client.get("/metrics", headers=sides.headers(token(sides, role)))
        if role in ("", "customer", "partner"):
            assert problem(response)["status"] == (403 if role else 401)
            continue
        assert response.status_code == 200
        assert f"ledger_events_position {sides.count()}.0\n" in response.text
        assert response.headers["content-type"].startswith("text/plain")


def test_events_are_for_finance_auditor_and_admin(sides: Door) -> None:
    everything = sides.count()
    streams = {event["stream"]: event["position"] for event in sides.events()}
    for role in ROLES:
        reader = token(sides, role)
        if role in ("operator", "customer", "partner"):
            assert sides.unseen("events", reader)["code"] == "forbidden"
            assert sides.unseen("events/1", reader)["code"] == "forbidden"
            continue
        found = sides.walk("events", reader, limit=3)
        assert len({event["position"] for event in found}) == len(found)
        assert {event["contract_id"] for event in found} == {side for side in SIDES if sees[side][role]}
        if role != "finance":
            assert [event["position"] for event in found] == list(range(1, everything + 1))
        for side in SIDES:
            response = sides.get(f"events/{streams[f'ticket:{side}-t']}", reader)
            assert response.status_code == (200 if sees[side][role] else 404)
    for position in (0, sides.count() + 1, 2**62):
        assert sides.unseen(f"events/{position}")["code"] == "not-found"
    for odd in ("-1", "x", "1.5", str(2**63)):
        assert sides.unseen(f"events/{odd}")["code"] == "malformed"


# ---- people with the same id, and tokens that name no provider


def test_a_customer_id_at_two_providers_is_two_people(sides: Door) -> None:
    names = {}
    for provider, contract in (("north", "mine"), ("south", "abroad")):
        reader = sides.token("customer", provider=provider, customer="kunde")
        (item,) = sides.walk("contracts", reader)
        assert item["contract_id"] == contract
        names[provider] = item["customer"]["name"]
    assert names == {"north": "kunde at north", "south": "kunde at south"}
    partner = sides.token("partner", provider="south", partner="haus")
    assert [item["contract_id"] for item in sides.walk("contracts", partner)] == ["abroad"]


def test_amending_one_of_them_leaves_the_other_alone(sides: Door) -> None:
    sides.ok(amend({"name": "Neu GmbH", "country": "AT"}, "mine"))
    customers = {item["contract_id"]: item["customer"] for item in sides.walk("contracts")}
    assert (customers["mine"]["name"], customers["mine"]["country"]) == ("Neu GmbH", "AT")
    assert (customers["abroad"]["name"], customers["abroad"]["country"]) == ("kunde at south", "DE")


def test_a_token_of_a_customer_or_partner_names_a_provider_that_knows_it(sides: Door, database_url: str) -> None:
    def create(role: str, party: str, *more: str) -> str:
        done = support_ledger(database_url, "token", "create", "--role", role, f"--{role}", party, *more)
        assert (done.status, done.out) == (1, "")
        return done.err

    for role, party in (("customer", "kunde"), ("partner", "haus")):
        assert create(role, party).startswith("malformed: provider: is needed for a customer or partner")
        assert create(role, "nobody", "--provider", "groupios") == (
            f"malformed: {role}: groupios has no contract of a {role} nobody\n"
        )
        with pytest.raises(Refusal, match="provider: is needed"):
            sides.token(role, **{role: party})


def test_a_token_without_provider_of_an_earlier_version_opens_nothing(sides: Door) -> None:
    """Whoever signed a customer of that id first would have been read by it."""
    reader = sides.token("customer", provider="north", customer="kunde")
    assert sides.get("contracts", reader).status_code == 200
    with sides.store.database.transaction() as transaction:
        transaction.execute("UPDATE access_tokens SET provider = NULL WHERE customer = 'kunde'")
    assert sides.unseen("contracts", reader)["code"] == "unauthenticated"


# ---- new, revoked and expired tokens


def test_a_new_and_a_revoked_token_are_known_at_once(sides: Door) -> None:
    for role in ROLES:
        reader = token(sides, role)
        assert sides.get("contracts/mine", reader).status_code == 200
        newest = list_tokens(sides.store.database)[-1]
        assert (newest.role, newest.revoked_at) == (role, None)
        revoke_token(sides.store.database, newest.token_id)
        assert sides.unseen("contracts/mine", reader)["code"] == "unauthenticated"
        assert sides.unseen("contracts", reader)["code"] == "unauthenticated"
        refusal = problem(sides.send(close(ticket_id="mine-t"), reader))
        assert refusal["code"] == "unauthenticated"
        refusal = problem(sides.send_lines([close(ticket_id="mine-t")], reader))
        assert refusal["code"] == "unauthenticated"


def test_a_token_ends_with_the_day_before_its_last(sides: Door) -> None:
    for days, status in ((-1, 401), (0, 401), (2, 200)):
        reader = sides.token("auditor", expires_on=TODAY + timedelta(days=days))
        assert sides.get("contracts/mine", reader).status_code == status


def test_a_token_outlives_the_process(database_url: str) -> None:
    with opened(database_url) as door:
        door.all_ok([sign(contract_id="mine", **OF[MINE])])
        reader = door.token("customer", **WHO["customer"])
    with opened(database_url) as door:
        assert [item["contract_id"] for item in door.walk("contracts", reader)] == ["mine"]


def test_only_the_hash_of_a_token_is_stored(door: Door) -> None:
    reader = door.token("auditor")
    rows = door.store.database.query("SELECT * FROM access_tokens")
    assert reader not in str(rows)
    assert reader.encode() not in b"".join(bytes(row[1]) for row in rows)
