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
from tests.http.world import OF, OPENED, PROVIDER, SIDES, TEN, token
from tests.words import MONDAY, book, issue, log_work, open_ticket, resolve, sign, top_up

# `-` is a role that is refused what it may not do, `sees` one that gets it for what it sees. A form that is carried out
# answers 200, or leads on (303). Whether a role may send a command, tests/http/test_roles.py says for the door itself.
MAY_ASK = """
                                        operator  finance  customer  partner  auditor  admin
GET_/                                   yes       yes      yes       yes      yes      yes
GET_/account                            yes       yes      yes       yes      yes      yes
POST_/account                           yes       yes      yes       yes      yes      yes
GET_/calendar                           yes       yes      yes       yes      yes      yes
POST_/calendar                          yes       yes      yes       yes      yes      yes
GET_/time                               yes       yes      yes       yes      yes      yes
POST_/time                              yes       -        yes       -        -        yes
GET_/time/{deduction_id}                yes       yes      yes       yes      yes      yes
POST_/time/{deduction_id}               yes       -        yes       -        -        yes
POST_/time/{deduction_id}/answer        yes       yes      -         -        -        yes
GET_/month                              yes       yes      -         -        yes      yes
GET_/unanswered                         yes       yes      -         -        yes      yes
GET_/drafts                             yes       yes      -         -        yes      yes
POST_/drafts                            -         yes      -         -        -        yes
GET_/drafts/{contract_id}               yes       yes      -         -        yes      yes
POST_/drafts/{contract_id}              yes       yes      -         -        -        yes
GET_/tickets                            yes       yes      yes       yes      yes      yes
GET_/tickets/new                        yes       -        yes       yes      -        yes
POST_/tickets/new                       yes       -        yes       yes      -        yes
GET_/tickets/{ticket_id}                yes       yes      yes       yes      yes      yes
POST_/tickets/{ticket_id}               yes       -        yes       yes      -        yes
POST_/tickets/{ticket_id}/cost          yes       -        -         -        -        yes
GET_/sessions                           yes       yes      yes       yes      yes      yes
GET_/sessions/new                       yes       -        yes       -        -        yes
POST_/sessions/new                      yes       -        yes       -        -        yes
GET_/sessions/{session_id}              yes       yes      yes       yes      yes      yes
POST_/sessions/{session_id}             yes       -        yes       -        -        yes
GET_/statements/{contract_id}            yes       yes      yes       yes      yes      yes
GET_/statements/{contract_id}/csv        yes       yes      yes       yes      yes      yes
GET_/statements/{contract_id}/pdf        yes       yes      yes       yes      yes      yes
GET_/documents                           yes       yes      yes       yes      yes      yes
GET_/documents/{number}/lines.csv        yes       yes      yes       -        yes      yes
GET_/documents/{number}                 yes       yes      yes       -        yes      yes
GET_/documents/{number}.pdf             yes       yes      yes       -        yes      yes
GET_/documents/{number}.xml             yes       yes      yes       -        yes      yes
GET_/documents/{number}/lines/{line}    yes       yes      yes       -        yes      yes
GET_/documents/{number}/credit-note     -         yes      -         -        -        yes
POST_/documents/{number}/credit-note    -         yes      -         -        -        yes
GET_/reports                            yes       yes      -         -        yes      yes
GET_/periods                            yes       yes      -         -        yes      yes
GET_/periods/{provider}/{month}         yes       yes      -         -        yes      yes
POST_/periods/{provider}/{month}        -         yes      -         -        -        yes
GET_/books                              -         yes      -         -        yes      yes
GET_/books/file                         -         yes      -         -        yes      yes
GET_/urgent                             yes       yes      yes       yes      yes      yes
GET_/credit/low                         yes       yes      yes       yes      yes      yes
GET_/credit/expiring                    yes       yes      yes       yes      yes      yes
GET_/contracts                          yes       yes      yes       yes      yes      yes
GET_/contracts/{contract_id}            yes       yes      yes       yes      yes      yes
GET_/contracts/{contract_id}/{action}   yes       yes      -         -        -        yes
POST_/contracts/{contract_id}/{action}  yes       yes      -         -        -        yes
GET_/sla                                yes       yes      yes       yes      yes      yes
POST_/sla                               yes       yes      -         -        -        yes
POST_/sign-out                          yes       yes      yes       yes      yes      yes
"""
FOR_ANYBODY = {"GET_/sign-in", "POST_/sign-in", "POST_/appearance", "GET_/static/{name}"}
ABOUT_ONE = {"POST_/time", "POST_/sla", "POST_/tickets/new", "POST_/sessions/new"}  # and what has something in its path
# Whoever may not ask at all is told so before anything is looked for.
ASKS_FIRST = {
    *("GET_/drafts/{contract_id}", "GET_/documents/{number}/credit-note"),
    *("GET_/periods/{provider}/{month}", "POST_/periods/{provider}/{month}"),
}
# What a form comes to where it is carried out: so many events, or as many as it takes.
RECORDED: dict[str, int | None] = {
    **{"POST_/time": 1, "POST_/time/{deduction_id}": 1, "POST_/time/{deduction_id}/answer": None},
    **{"POST_/drafts": 1, "POST_/drafts/{contract_id}": 1, "POST_/documents/{number}/credit-note": 3},
    "POST_/periods/{provider}/{month}": None,
    **{"POST_/contracts/{contract_id}/{action}": 1, "POST_/sla": 2},  # a share of the fee is a charge besides
    **{"POST_/tickets/new": 1, "POST_/tickets/{ticket_id}": 1},
    **{"POST_/sessions/new": None, "POST_/sessions/{session_id}": None},
}
# What a form about tickets and sessions says.
SAYS: dict[str, Fields] = {
    "POST_/tickets/new": [("title", "x"), ("kind", "incident"), ("channel", "email"), ("priority", "3")],
    "POST_/tickets/{ticket_id}": [("word", "close")],
    "POST_/tickets/{ticket_id}/cost": [("minutes", "5"), ("entry_id", "never")],
    "POST_/sessions/new": [("starts_at", "2026-06-01T10:00"), ("estimate_minutes", "30"), ("ticket_id", "")],
    "POST_/sessions/{session_id}": [("word", "cancel"), ("by", "customer")],
}
may = table(MAY_ASK)
numbers: dict[tuple[str, str], str] = {}  # of an invoice by side and role


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
                for way in ("many", "one", "answered"):
                    entry = log_work(30, TEN, entry_id=f"{side}.{way}.{role}", ticket_id=f"{side}-t")
                    door.all_ok([entry])
                ticket_id = f"{side}-t.{role}"
                door.all_ok([open_ticket(ticket_id, contract_id=side, at=OPENED), resolve(TEN, ticket_id)])
                door.ok(book(30, "2026-06-01T08:00:00Z", contract_id=side, session_id=f"{side}-s.{role}"))
                invoiced = f"{side}-{role or 'nobody'}"
                bought = top_up(60, MONDAY, contract_id=invoiced, pool="care", price="100.00")
                door.all_ok([sign(contract_id=invoiced, **OF[side]), bought])
                numbers[side, role] = door.ok(issue(invoiced, "2026-02-28"))["number"]
                door.all_ok([open_ticket(f"{side}-{role}-t", contract_id=side, at=OPENED)])
        assert door.see("contracts", limit=1)
        yield door


def path_of(address: str, side: str, role: str) -> str:
    """An address about what is the side's; each role has a deduction, an invoice and a month to itself."""
    way = "answered" if address.endswith("/answer") else "one"
    month = 2 * ROLES.index(role) + SIDES.index(side) % 2 + 1 if role else 1
    return (
        address.partition("_")[2]
        .replace("{deduction_id}", f"{side}.{way}.{role}")
        .replace("{ticket_id}", f"{side}-t.{role}")
        .replace("{session_id}", f"{side}-s.{role}")
        .replace("{contract_id}", side)
        .replace("{number}", numbers.get((side, role), "none"))
        .replace("{line}", "1")
        .replace("{action}", "grant")
        .replace("{provider}", PROVIDER[side])
        .replace("{month}", "2026-02" if address.startswith("GET") else f"2024-{month:02}")
    )


def asked(browser: Browser, address: str, side: str, role: str) -> int:
    """The status that an address is answered with; what a form needs is in it."""
    path = "/portal" + path_of(address, side, role)
    if address == "GET_/books/file":
        return browser.get(f"{path}?form=csv").status_code
    if address.startswith("GET"):
        return browser.get(path).status_code
    shown = browser.get("/portal/").text
    proof = shown.partition('name="csrf" value="')[2].partition('"')[0]
    word = "reverse" if address.endswith("/answer") else "confirm"
    fields: Fields = [("csrf", proof), ("by", "K"), ("word", word), ("one", f"{side}.many.{role}")]
    fields += [("reason", "Why")] if address.endswith(("/answer", "/credit-note", "/{action}", "/sla")) else []
    fields += [
        ("provider", PROVIDER[side]),
        ("through_on", "2020-01-01"),
        ("do", "amend"),
        ("customer.email", "a@b.eu"),
    ]
    fields += [("pool", "care"), ("minutes", "60"), ("grant_id", f"{side}.{role}"), ("source", "goodwill")]
    fields += [("ticket_id", f"{side}-{role}-t"), ("target", "reaction")]
    fields += [("contract_id", side), *SAYS[address]] if address in SAYS else []
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
    is_about_one = address in ABOUT_ONE or "{" in address
    for side in SIDES if is_about_one else SIDES[:1]:
        browser = Browser(door).signed_in(token(door, role))
        before = door.count()
        status = asked(browser, address, side, role)
        if address in ASKS_FIRST and not may[address][role]:
            expected = {403}
        elif is_about_one and not sees[side][role]:
            expected = {404}
        elif may[address][role]:
            lacks_data = {409} if address.endswith((".pdf", ".xml")) else set()
            expected = {200, 303} | lacks_data
        else:
            hidden = role == "partner" and address.startswith("GET_/documents")  # a customer's bill is not theirs (M2)
            expected = {404 if hidden else 403}
        assert status in expected, side
        recorded = RECORDED.get(address, 0) if status in (200, 303) else 0
        assert recorded is None or door.count() == before + recorded, side


@pytest.mark.parametrize("role", ROLES)
def test_each_page_marks_at_its_head_where_it_belongs(door: Door, role: str) -> None:
    browser = Browser(door).signed_in(token(door, role))
    marked: dict[str, int] = {}
    for address in sorted(may):
        if address.startswith("GET") and may[address][role] and not address.endswith(("pdf", "xml", "csv", "file")):
            page = browser.get(f"/portal{path_of(address, 'mine', role)}")
            if page.status_code == 200 and "<nav" in page.text:  # not a part of a page, which has no head
                marked[address] = page.text.count('aria-current="page"')
    assert len(marked) > 15
    assert marked == dict.fromkeys(marked, 1)
