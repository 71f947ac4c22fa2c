"""A double click without a script sends a form twice: the second answers the same result, never a refusal (C12).

Forms that record something new are in tests/http/test_portal_once.py, those of Time in tests/http/test_portal_time.py.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tests.clock import Clock
from tests.http.browsing import Browser, Fields, ShownForm, forms_of
from tests.http.door import Door, opened
from tests.http.world import MINE, OF, OPENED, TEN, token
from tests.words import Step, authorise, book, dispute, log_work, open_ticket, sign, top_up

BOOKED = book(60, "2026-06-01T10:00:00Z", "2026-03-02T09:00:00Z", "s", contract_id=MINE)
SOON = book(60, "2026-04-10T12:00:00Z", "2026-03-02T09:00:00Z", "s", contract_id=MINE)
BEGUN = book(60, "2026-04-09T10:00:00Z", "2026-03-02T09:00:00Z", "s", contract_id=MINE)
BOUGHT = top_up(60, "2026-04-01T09:00:00Z", top_up_id="u", contract_id=MINE, pool="care", price="100.00")


@dataclass(frozen=True)
class Sent:
    """A form of a page: what tells it from others there, what is typed or chosen, and what has to happen before."""

    role: str
    page: str
    word: str
    before: list[Step] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    chosen: Fields = field(default_factory=list)
    is_asked_about: bool = False  # on a page of its own, since it costs something


SENT = {
    "confirm": Sent("customer", "time/e", "confirm"),
    "confirm all": Sent("customer", "time", "", chosen=[("all", "yes")]),
    "settle": Sent(
        "finance", "time/e", "settle", [dispute("e", by="K", reason="No")], {"reason": "Yes"}, [("outcome", "reversed")]
    ),
    "reverse": Sent("operator", "time/e", "reverse", typed={"reason": "Entered twice"}),
    "move": Sent("customer", "sessions/s", "move", [BOOKED], {"starts_at": "2026-06-02T10:00"}),
    "cancel": Sent("customer", "sessions/s", "cancel", [BOOKED]),
    "complete": Sent("operator", "sessions/s", "complete", [BEGUN], {"minutes": "25", "engineer": "Eva"}),
    "missed": Sent("operator", "sessions/s", "missed", [BEGUN], is_asked_about=True),
    "cancel late": Sent("customer", "sessions/s", "cancel", [SOON], is_asked_about=True),
    "resolve": Sent("operator", "tickets/t", "resolve"),
    "hold": Sent("operator", "tickets/t", "hold"),
    "respond": Sent("operator", "tickets/t", "respond", typed={"by": "Eva"}),
    "reject": Sent("operator", "tickets/t", "reject", typed={"reason": "Out of scope"}),
    "escalate": Sent("operator", "tickets/t", "escalate", typed={"to_level": "L2", "by": "partner"}),
    "authorise": Sent("partner", "contracts/mine/authorise", "", typed={"by": "P"}),
    "withdraw": Sent("partner", "contracts/mine/withdraw", "", [authorise(None, MINE, by="P")], {"by": "P"}),
    "reverse credit": Sent(
        "operator", "contracts/mine/reverse", "", [BOUGHT], {"grant_id": "u", "reason": "Not ordered"}
    ),
    "issue all": Sent("finance", "drafts?through_on=2026-03-31", ""),
    "issue one": Sent("finance", "drafts/mine?through_on=2026-03-31", "issue"),
    "close": Sent("finance", "periods/north/2026-03", ""),
}


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with opened(database_url, Clock("2026-04-10T09:00:00Z")) as door:
        door.all_ok(
            [
                sign(contract_id=MINE, **OF[MINE]),
                open_ticket("t", contract_id=MINE, at=OPENED),
                log_work(25, TEN, entry_id="e", ticket_id="t"),
            ]
        )
        yield door


def form_with(browser: Browser, sent: Sent) -> ShownForm:
    page = browser.get(f"/portal/{sent.page}")
    assert page.status_code == 200, page.text
    named = [one for one in forms_of(page) if "command_id" in dict(one.fields)]
    return next(one for one in named if not sent.word or {("word", sent.word), ("do", sent.word)} & {*one.fields})


@pytest.mark.parametrize("what", SENT)
def test_a_form_that_is_sent_twice_is_carried_out_once_and_refused_never(door: Door, what: str) -> None:
    sent = SENT[what]
    door.all_ok(sent.before)
    assert door.see("contracts", limit=1)
    browser = Browser(door).signed_in(token(door, sent.role))
    form, before = form_with(browser, sent), door.count()
    if sent.is_asked_about:
        (form,) = [one for one in forms_of(browser.send(form)) if "accepted" in dict(one.fields)]
    with ThreadPoolExecutor(2) as several:
        at_once = list(several.map(lambda _: browser.send(form, *sent.chosen, **sent.typed), range(2)))
    recorded = door.count()
    assert recorded > before
    later = browser.send(form, *sent.chosen, **sent.typed)
    answers = [*at_once, later]
    assert {one.status_code for one in answers} <= {200, 303}, [one.text for one in answers]
    assert len({one.headers["location"] for one in answers if one.status_code == 303}) <= 1
    assert not [one for one in answers if 'class="banner bad" role="alert" tabindex' in one.text]
    assert door.count() == recorded
