"""The numbers of documents that the views know are those that issuing goes by: over the year, and at any place in time.

Issuing folds a contract's events itself (`ledger.billing.charges`), since commands never decide on a view's word.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.cli.importing import COMMAND_LINE
from ledger.billing.charges import BILLED_TOPICS, BillingAccount, billing_account
from ledger.door.batches import Answer, Ledger
from ledger.events import Fact
from ledger.kernel.values import FAR_FUTURE, to_micros
from ledger.store import open_store
from projections.asking import EVERYTHING
from projections.billing.charge_questions import list_charges
from projections.billing.documents import charge_settling, invoice_showing, number_of_charge
from projections.credit.outside_credit import outside_credit
from projections.reader import NOW, Snapshot, open_reader, resolve_as_of
from projections.runner import Projector
from tests.clock import Clock
from tests.http.door import PLANS, read_once
from tests.senders import WriteDoor
from tests.views.ledgers import LINES, Fed, fed
from tests.words import CUSTOMER, Step, credit_note, issue, log_work, open_ticket, reverse, reverse_credit, sign, top_up

FREE = ("flat", "goodwill", "warranty")


def ask(ledger: Fed, question: Callable[[Snapshot], Awaitable[Any]]) -> Any:
    async def asked() -> Any:
        reader = open_reader(ledger.url, Clock("2027-12-31T00:00:00Z"))
        async with reader.snapshot() as snapshot:
            found = await question(snapshot)
        await reader.close()
        return found

    return asyncio.run(asked())


def accounts(ledger: Fed) -> dict[str, BillingAccount]:
    rows = ledger.store.database.query("SELECT contract_id FROM contracts ORDER BY contract_id")
    ids = [row.contract_id for row in rows]
    return {id_: billing_account(ledger.store.facts_of(id_, BILLED_TOPICS), FAR_FUTURE) for id_ in ids}


@pytest.mark.parametrize("end", [len(LINES) // 2, len(LINES)])
def test_a_charge_and_a_free_deduction_stand_where_issuing_says(tmp_path: Path, end: int) -> None:
    with fed(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        ledger.feed(0, end)
        ledger.projector.catch_up()
        for contract_id, account in accounts(ledger).items():

            async def charges(snapshot: Snapshot, contract_id: str = contract_id) -> dict[str, str | None]:
                page = await list_charges(snapshot, COMMAND_LINE, contract_id, NOW, None, EVERYTHING)
                return {one.row.charge_id: one.invoice_number for one in page.items}

            async def free(snapshot: Snapshot, contract_id: str = contract_id) -> dict[str, str | None]:
                as_of = await resolve_as_of(snapshot, None, None, "UTC", contract_id)
                lines = await outside_credit(snapshot, contract_id, as_of, NOW, None, as_of.at)
                return {one.deduction_id: one.invoice_number for one in lines if one.kind in FREE}

            assert ask(ledger, charges) == {id_: charge.invoice for id_, charge in account.charges.items()}
            assert ask(ledger, free) == {
                id_: billed.shown_on
                for id_, billed in account.deductions.items()
                if getattr(billed.fact, "basis", None) in FREE
            }


# -- searched: the fragments against the fold, at any place in both times --------------------------------------------

DAYS = st.integers(1, 27)
ACTIONS = st.one_of(
    st.tuples(st.just("top-up"), DAYS),
    st.tuples(st.just("free"), DAYS),
    *[st.tuples(st.just("reverse"), st.integers(0, 5))] * 2,
    *[st.tuples(st.just("take back"), st.integers(0, 5))] * 2,
    *[st.tuples(st.just("issue"), DAYS)] * 3,
    *[st.tuples(st.just("credit"), st.integers(0, 3))] * 3,
)
BEGUN = [("top-up", 1), ("free", 1)]  # something to bill, and something to show beside it
HISTORIES = st.lists(ACTIONS, min_size=3, max_size=14).map(lambda told: BEGUN + told)
contracts = count(1)


class Issuing:
    """A ledger whose views follow when they are told to; each example has a contract of its own."""

    def __init__(self, url: str) -> None:
        self.store, self.projector = open_store(url), Projector(url)
        self.projector.prepare()
        self.clock = Clock("2026-02-01T12:00:00Z")
        self.door = WriteDoor(Ledger(self.store, read_once(PLANS), self.clock), self.clock)

    def live(self, contract: str, history: list[tuple[str, int]]) -> list[tuple[int, Fact]]:
        """Tells what the ledger allows, a minute apart; all that is recorded of the contract, by position."""
        self.door.ok(sign("north-tiers", contract_id=contract, customer=CUSTOMER))
        self.door.ok(open_ticket(contract, contract_id=contract, at="2026-01-01T00:00:00Z"))
        told: list[Step] = []
        bought: list[str] = []
        numbers: list[str] = []
        for step, (what, size) in enumerate(history):
            at, own = f"2026-01-{size:02}T09:00:00Z", f"{contract}-{step}"
            if what == "top-up":
                one = top_up(60, at, top_up_id=own, contract_id=contract, pool="extra", price="10.00")
                bought.append(own)
            elif what == "free":
                free = {"treatment": "goodwill", "reason": "R"}
                one = log_work(10, at, entry_id=own, ticket_id=contract, **free)
                told.append(one)
            elif what == "reverse":
                one = reverse(told[size % len(told)].fields["entry_id"] if told else "none")
            elif what == "take back":
                one = reverse_credit(top_up_id=bought[size % len(bought)])
            elif what == "issue":
                one = issue(contract, at[:10])
            else:
                one = credit_note(numbers[size % len(numbers)] if numbers else "none")
            self.clock.now += timedelta(minutes=1)
            (answer,) = self.door.tell(one)
            if what == "issue" and isinstance(answer, Answer):
                numbers.append(answer.named["number"])
        self.projector.catch_up()
        return list(self.store.facts_of(contract, BILLED_TOPICS))

    def told(
        self, table: str, named: str, fragment: str, contract: str, place: tuple[int, int]
    ) -> dict[str, str | None]:
        """What the views say at a place: an instant and a position."""
        sql = (
            f"SELECT o.{named} AS own, {fragment} AS number FROM {table} o WHERE o.contract_id = :contract "
            "AND o.effective_at <= :at AND o.position <= :position"
        )
        params = {"contract": contract, "at": place[0], "until": place[0], "position": place[1]}
        return {row.own: row.number for row in self.projector.database.query(sql, params)}

    def close(self) -> None:
        self.projector.close()
        self.store.close()


@pytest.fixture
def issuing(database_url: str) -> Iterator[Issuing]:
    ledger = Issuing(database_url)
    yield ledger
    ledger.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=HISTORIES)
def test_the_number_that_a_charge_stands_on_is_the_pure_rules_at_any_place(
    issuing: Issuing, history: list[tuple[str, int]]
) -> None:
    contract = f"N{next(contracts)}"
    facts = issuing.live(contract, history)
    moments = sorted({fact.effective_at for _, fact in facts})
    for at in (*moments[-4:], moments[0]):
        for upto, _ in facts[-12:]:
            known = [(position, fact) for position, fact in facts if position <= upto and fact.effective_at <= at]
            account = billing_account(known, FAR_FUTURE)
            place = (to_micros(at), upto)
            charges = issuing.told("charges", "charge_id", number_of_charge("o"), contract, place)
            assert charges == {id_: charge.invoice for id_, charge in account.charges.items()}
            settled = issuing.told("charges", "charge_id", charge_settling("o"), contract, place)
            opposites = {id_: account.settled_by(charge) for id_, charge in account.charges.items()}
            assert settled == {id_: one.charge_id if one is not None else None for id_, one in opposites.items()}
            shown = issuing.told("deductions", "deduction_id", invoice_showing("o"), contract, place)
            assert shown == {id_: deduction.shown_on for id_, deduction in account.deductions.items()}
