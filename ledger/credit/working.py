"""Commands that deduct: work on a ticket, services at a flat price. Find, ask, save. Rules C1–C4, C11, C14."""

from __future__ import annotations

from pydantic import Field

from ledger.contracts.finding import OnContract, in_force, the_contract
from ledger.credit.confirmation import awaited
from ledger.credit.deducting import TimeSpent, Worked, deduct_time
from ledger.credit.deduction import Deduction
from ledger.credit.deduction_events import ServiceDelivered
from ledger.credit.events import Draw
from ledger.credit.finding import account_of, tell_settled
from ledger.credit.pricing import flat_price_cents
from ledger.credit.settlement import Settlement
from ledger.kernel.access import OPERATOR
from ledger.tickets.finding import OnTicket, the_ticket, ticket_of
from ledger.work.case import Case
from ledger.work.declaration import NewId, command
from ledger.work.fields import AnyId, Count, EffectiveAt, Id, Name, Note


class LogWork(OnTicket, Worked):
    entry_id: Id = Field(description="The id that the entry gets; its deduction has the same.")
    engineer: Name = Field(description="Who worked.")
    at: EffectiveAt | None = None
    pool: AnyId | None = Field(default=None, description="The pool that bears it; the first of the terms if absent.")
    service: AnyId | None = Field(default=None, description="The service of the terms by whose rate it is billed.")
    on_site: bool = Field(default=False, strict=True, description="Whether it was done at the customer.")


class RecordService(OnContract):
    service_id: Id = Field(description="The id that it gets; its deduction has the same.")
    service: AnyId = Field(description="The service of the terms, by its name.")
    quantity: Count = Field(default=1, description="How many times; once if absent.")
    note: Note | None = Field(default=None, description="What was done, for the customer: it stands on documents.")
    at: EffectiveAt | None = None


NEW_ENTRY = NewId[LogWork]("entry", "entry_id", lambda body: body.entry_id, (Deduction,))
NEW_SERVICE = NewId[RecordService]("entry", "service_id", lambda body: body.service_id, (Deduction,))


@command("log-work", LogWork, roles=OPERATOR, about=the_ticket, creates=NEW_ENTRY)
def log_work(case: Case, body: LogWork) -> None:
    """Time worked on a ticket: `minutes` (with `at`), or start and end (C1 to C4); `note` tells the customer what was
    done.

    It is dated by its start, and priced by the terms in force then (C14). Goodwill and warranty need a reason. Without
    a `pool` it is the first of the terms.
    """
    field = "started_at" if body.started_at else "at"
    moment, term = in_force(case, body.started_at or body.at, field)
    ticket = ticket_of(case, body.ticket_id)
    ticket.check_work(moment)
    spent = TimeSpent(body.entry_id, "work", moment, body, body.engineer, ticket, body.pool, body.service, body.on_site)
    deduct_time(case, term, spent)


@command("record-service", RecordService, roles=OPERATOR, about=the_contract, creates=NEW_SERVICE)
def record_service(case: Case, body: RecordService) -> None:
    """A service at its agreed flat price, `quantity` times: drawn from the pool of money where the terms have one, else
    charged (C11). `note` tells the customer what was done.
    """
    moment, term = in_force(case, body.at)
    terms, stamp = term.terms, case.stamp
    price = flat_price_cents(terms, body.service)
    cost = price * body.quantity
    pool = next((name for name, rules in terms.pools.items() if rules.kind == "money"), None)
    draws, settled = list[Draw](), list[Settlement]()
    if pool is not None:
        draws, _, settled = account_of(case, pool).draw(body.service_id, "service", cost, moment, stamp, owe=True)
    word = awaited(terms, stamp.now)
    deduction = case.get(Deduction, body.service_id)
    delivered = ServiceDelivered(
        service=body.service,
        quantity=body.quantity,
        price_cents=price,
        cost_cents=cost,
        currency=terms.currency,
        status=word.status,
        draws=draws,
        pool=pool,
        deemed_at=word.deemed_at,
        note=case.seal_customer(body.note) if body.note else None,
        deduction_id=body.service_id,
    )
    deduction.deduct(case.scope.contract_id, delivered, moment, stamp)
    tell_settled(case, settled)
    if pool is None and cost:
        deduction.charge_service(body.service, cost, price, terms.currency, moment, stamp, quantity=body.quantity)
