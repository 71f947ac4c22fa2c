"""Who gets what at each address of the portal: every role, on a deduction of its own, a neighbour's, and abroad.

The addresses are those that the application has, so that a new one is in the table or this fails.
"""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from api.portal.app import create_portal
from tests.clock import Clock
from tests.http.browsing import Browser, Fields
from tests.http.door import Door, opened
from tests.http.test_roles import ROLES, sees, table
from tests.http.world import OF, OPENED, SIDES, TEN, token
from tests.words import issue, log_work, open_ticket, sign

# `-` is a role that is refused what it may not do, `sees` one that gets it for what it sees. A form that is carried out
# answers 200, or leads on (303). Whether a role may send a command, tests/http/test_roles.py says for the door itself.
MAY_ASK = """
                            operator  finance  customer  partner  auditor  admin
GET_/                       yes       yes      yes       yes      yes      yes
GET_/account                yes       yes      yes       yes      yes      yes
POST_/account               yes       yes      yes       yes      yes      yes
GET_/time                   yes       yes      yes       yes      yes      yes
POST_/time                  yes       -        yes       -        -        yes
GET_/time/{deduction_id}    yes       yes      yes       yes      yes      yes
POST_/time/{deduction_id}   yes       -        yes       -        -        yes
GET_/urgent                 yes       yes      yes       yes      yes      yes
GET_/credit/low             yes       yes      yes       yes      yes      yes
GET_/credit/expiring        yes       yes      yes       yes      yes      yes
GET_/contracts              yes       yes      yes       yes      yes      yes
GET_/contracts/{contract_id} yes      yes      yes       yes      yes      yes
GET_/contracts/{contract_id}/{action} yes yes  -         -        -        yes
POST_/contracts/{contract_id}/{action} yes yes -         -        -        yes
GET_/sla                    yes       yes      yes       yes      yes      yes
POST_/sla                   yes       yes      -         -        -        yes
GET_/statements/{contract_id}       yes yes yes yes yes yes
GET_/statements/{contract_id}/csv   yes yes yes yes yes yes
GET_/statements/{contract_id}/pdf   yes yes yes yes yes yes
GET_/documents              yes       yes      yes       yes      yes      yes
GET_/documents/{number}/lines.csv   yes yes yes - yes yes
POST_/sign-out              yes       yes      yes       yes      yes      yes
"""
FOR_ANYBODY = {"GET_/sign-in", "POST_/sign-in", "POST_/appearance", "GET_/static/{name}"}
STATEMENTS = {f"GET_/statements/{{contract_id}}{file}" for file in ("", "/csv", "/pdf")}
BILLING = {"GET_/documents/{number}/lines.csv"}  # of which a partner knows nothing (M2)
ABOUT_ONE = {"POST_/time", "GET_/time/{deduction_id}", "POST_/time/{deduction_id}"} | STATEMENTS | BILLING
INVOICES = {"mine": "NO-2026-00001", "anothers": "NO-2026-00002", "abroad": "SO-2026-00001"}
ABOUT_ONE |= {"POST_/sla", "GET_/contracts/{contract_id}", "GET_/contracts/{contract_id}/{action}"}
ABOUT_ONE |= {"POST_/contracts/{contract_id}/{action}"}
RECORDS = {"POST_/sla": 2}  # a share of the fee is a charge besides
may = table(MAY_ASK)


def addresses() -> set[str]:
    """Method and path of each route of the portal, routers that are included looked into."""
    found: set[str] = set()
    waiting = list(create_portal().routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute):
            found |= {f"{method}_{route.path}" for method in route.methods}
        else:
            waiting += getattr(route, "original_router", route).routes
    return found


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    url = f"sqlite:///{tmp_path_factory.mktemp('roles') / 'ledger.db'}"
    with opened(url, Clock("2026-03-09T11:00:00Z")) as door:
        for side in SIDES:
            door.all_ok([sign(contract_id=side, **OF[side]), open_ticket(f"{side}-t", contract_id=side, at=OPENED)])
            for role in ("", *ROLES):
                for way in ("many", "one"):
                    entry = log_work(30, TEN, entry_id=f"{side}.{way}.{role}", ticket_id=f"{side}-t")
                    door.all_ok([entry])
                door.all_ok([open_ticket(f"{side}-{role}-t", contract_id=side, at=OPENED)])
            door.ok(issue(side, "2026-02-28", issued_on="2026-03-02"))
        assert door.see("contracts", limit=1)
        yield door


def asked(browser: Browser, address: str, side: str, role: str) -> int:
    """The status that an address is answered with; what a form needs is in it."""
    method, _, path = address.partition("_")
    path = "/portal" + path.replace("{deduction_id}", f"{side}.one.{role}").replace("{contract_id}", side)
    path = path.replace("{action}", "grant")
    path = path.replace("{number}", INVOICES[side])
    if method == "GET":
        return browser.get(path).status_code
    shown = browser.get("/portal/").text
    proof = shown.partition('name="csrf" value="')[2].partition('"')[0]
    fields: Fields = [("csrf", proof), ("by", "K"), ("word", "confirm"), ("one", f"{side}.many.{role}")]
    fields += [("pool", "care"), ("minutes", "60"), ("grant_id", f"{side}.{role}"), ("source", "goodwill")]
    fields += [] if "/time" in address else [("reason", "So")]
    fields += [("ticket_id", f"{side}-{role}-t"), ("target", "reaction")]
    if address == "POST_/account":
        account = browser.get("/portal/account").text
        fields.append(("sign_in_id", account.partition('name="sign_in_id" value="')[2].partition('"')[0]))
    return browser.post(path, fields).status_code


def test_every_address_is_in_the_table() -> None:
    assert addresses() == may.keys() | FOR_ANYBODY


@pytest.mark.parametrize("address", sorted(may))
def test_nobody_is_asked_to_sign_in(door: Door, address: str) -> None:
    before = door.count()
    status = asked(Browser(door), address, "mine", "")
    left = {"POST_/sign-out": 303}  # who is signed out stays so
    assert status == left.get(address, 401 if address.startswith("POST") else 303)
    assert door.count() == before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", sorted(may))
def test_a_role_gets_what_the_table_says(door: Door, address: str, role: str) -> None:
    for side in SIDES if address in ABOUT_ONE else SIDES[:1]:
        browser = Browser(door).signed_in(token(door, role))
        before = door.count()
        status = asked(browser, address, side, role)
        if address in ABOUT_ONE and (not sees[side][role] or (address in BILLING and not may[address][role])):
            expected = {404}
        elif may[address][role]:
            expected = {200, 303}
        else:
            expected = {403}
        assert status in expected, side
        recorded = address in ABOUT_ONE and address.startswith("POST") and status in (200, 303)
        assert door.count() == before + recorded * RECORDS.get(address, 1)
