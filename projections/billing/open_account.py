"""What a contract's next invoice is made from now: what is on no document yet, and what that rests on, and no more.

The same account as of all its events, as far as a draft asks of it. What was invoiced before is not read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, get_args

import msgspec

from ledger.billing.charges import CHARGE_FACTS, BillingAccount, Opposite, billing_account
from ledger.credit.deduction_events import Deducted, DeductionFact, DeductionReversed, HoursDeducted
from ledger.events import (
    CreditDrawn,
    CreditReturned,
    Fact,
    FeeCharged,
    LumpSumCharged,
    Sealed,
    ServiceCreditCharged,
)
from ledger.kernel.mapper import decode, stored_topics
from ledger.kernel.values import from_micros
from ledger.store.database import Row, listed
from projections.billing.document_questions import read_line
from projections.contracts.known_customers import latest_told
from projections.contracts.view import read_terms
from projections.reader import AsOf, Snapshot

_read_sealed = msgspec.json.Decoder(Sealed).decode
ASKED_TOGETHER = 500  # ids in one question: more of them cost a database more to read than they save
_OPEN_DEDUCTIONS = (
    "SELECT z.deduction_id FROM zero_lines z WHERE z.contract_id = :contract_id AND z.is_open = 1 "
    "UNION SELECT c.deduction_id FROM charges c WHERE c.contract_id = :contract_id AND c.is_due = 1 "
    "AND c.deduction_id IS NOT NULL ORDER BY 1"
)
_HEAD = (
    "SELECT c.position, c.terms, k.position AS told_at FROM contracts c JOIN customers k "
    f"ON k.contract_id = c.contract_id AND k.position = ({latest_told('k')}) WHERE c.contract_id = :contract_id"
)
_COMMANDS = (
    "SELECT e.notification_id AS position, k.first_position, k.last_position FROM stored_events e JOIN commands k "
    "ON k.first_position = (SELECT max(first_position) FROM commands WHERE first_position <= e.notification_id) "
    "WHERE e.notification_id IN ({among})"
)
_LINES = (
    "SELECT i.charge_id, i.number, l.said FROM invoiced_charges i JOIN document_lines l "
    "ON l.number = i.number AND l.line = i.line WHERE i.charge_id IN ({among}) AND i.position = "
    "(SELECT max(j.position) FROM invoiced_charges j WHERE j.charge_id = i.charge_id AND j.position <= :position)"
)


async def open_account(snapshot: Snapshot, contract_id: str, as_of: AsOf) -> tuple[BillingAccount, int]:
    """The account with what is open now, and what is open with it; and how many events were read.

    What begins a little later is among it, as in the views.
    """
    reading = _Reading(snapshot, as_of)
    of_contract = {"contract_id": contract_id, **as_of.params}
    (head,) = await snapshot.query(_HEAD, of_contract)
    await reading.read_at([head.position, head.told_at])
    await reading.read_deductions([row.deduction_id for row in await snapshot.query(_OPEN_DEDUCTIONS, of_contract)])
    due = "SELECT charge_id FROM charges WHERE contract_id = :contract_id AND is_due = 1"
    charges = await reading.read_charges([row.charge_id for row in await snapshot.query(due, of_contract)])
    numbers = reading.term_numbers()
    await reading.read_at(term.position for term in read_terms(head.terms) if term.term_no in numbers)
    account = billing_account(sorted(reading.facts.items()), from_micros(as_of.at))
    pools = await snapshot.query("SELECT pool, unit FROM accounts WHERE contract_id = :contract_id", of_contract)
    account.units = {row.pool: row.unit for row in pools}
    await _name_tickets(reading, account)
    await _put_on_documents(reading, account, [row.charge_id for row in charges if not row.is_open])
    return account, len(reading.facts)


class _Reading:
    """The events that were read, by position; each is read once."""

    def __init__(self, snapshot: Snapshot, as_of: AsOf) -> None:
        self.facts: dict[int, Fact] = {}
        self._snapshot = snapshot
        self._position = as_of.position

    async def rows(self, sql: str, values: Iterable[Any], **params: Any) -> AsyncIterator[Row]:
        """What a question finds for some values, `{among}` in it, which are asked some at a time."""
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), ASKED_TOGETHER):
            among, named = listed("asked", wanted[start : start + ASKED_TOGETHER])
            told = named | params | ({"position": self._position} if ":position" in sql else {})
            for row in await self._snapshot.query(sql.format(among=among), told):
                yield row

    async def read_at(self, positions: Iterable[int]) -> None:
        await self._read("notification_id IN ({among})", (one for one in positions if one not in self.facts))

    async def read_deductions(self, deduction_ids: Sequence[str]) -> None:
        """All that was told of deductions, and how their credit moved: which the same commands recorded."""
        streams = [DeductionFact.stream_of(deduction_id) for deduction_id in deduction_ids]
        await self._read("originator_id IN ({among})", streams)
        deducted, moving = get_args(Deducted), (*get_args(Deducted), DeductionReversed)
        drawn = {fact.deduction_id for fact in self.facts.values() if isinstance(fact, deducted) and fact.draws}
        moved_at = [at for at, fact in self.facts.items() if isinstance(fact, moving) and fact.deduction_id in drawn]
        commands = {row.first_position: row.last_position async for row in self.rows(_COMMANDS, moved_at)}
        beside = [position for first, last in commands.items() for position in range(first, last + 1)]
        topics, named = listed("topic", stored_topics(CreditDrawn, CreditReturned))
        await self._read(f"notification_id IN ({{among}}) AND topic IN ({topics})", beside, **named)

    async def read_charges(self, charge_ids: Sequence[str]) -> list[Row]:
        """Charges, those of the deductions that were read, what they take back, and what took them back."""
        sql = "SELECT charge_id, position, opposite, is_open FROM charges WHERE charge_id IN ({among})"
        found: dict[str, Row] = {}
        wanted = {*charge_ids, *self._charges_named()}
        while wanted:
            rows = [row async for row in self.rows(sql, sorted(wanted))]
            await self.read_at(row.position for row in rows)
            found |= {row.charge_id: row for row in rows}
            opposites = {row.opposite for row in rows if row.opposite is not None}
            wanted = (opposites | self._charges_named()) - found.keys()
        return list(found.values())

    def _charges_named(self) -> set[str]:
        named = {fact.charge_id for fact in self.facts.values() if isinstance(fact, CHARGE_FACTS)}
        named |= {fact.reverses for fact in self.facts.values() if isinstance(fact, Opposite)}
        return named | {fact.fee_charge_id for fact in self.facts.values() if isinstance(fact, ServiceCreditCharged)}

    def term_numbers(self) -> set[int]:
        told = (FeeCharged, LumpSumCharged, HoursDeducted)
        return {fact.term_no for fact in self.facts.values() if isinstance(fact, told)}

    async def _read(self, condition: str, values: Iterable[Any], **params: Any) -> None:
        of = f"{condition} AND notification_id <= :position"
        sql = f"SELECT notification_id, topic, state FROM stored_events WHERE {of}"
        async for row in self.rows(sql, values, **params):
            self.facts[row.notification_id] = decode(row.topic, bytes(row.state))


async def _name_tickets(reading: _Reading, account: BillingAccount) -> None:
    worked_on = {one.ticket_id for one in account.deductions.values() if one.ticket_id is not None}
    titles = "SELECT ticket_id, title FROM tickets WHERE ticket_id IN ({among})"
    async for row in reading.rows(titles, sorted(worked_on)):
        account.titles[row.ticket_id] = _read_sealed(row.title)


async def _put_on_documents(reading: _Reading, account: BillingAccount, charge_ids: Sequence[str]) -> None:
    """Tells the account on which documents stand what it has beside what is open, and what a line takes back."""
    async for row in reading.rows(_LINES, charge_ids):
        charge = account.charges[row.charge_id]
        charge.invoice, charge.line = row.number, read_line(row.said)
    shown = "SELECT deduction_id, shown_on, given_back_on FROM zero_lines WHERE deduction_id IN ({among})"
    async for row in reading.rows(shown, account.deductions):
        deduction = account.deductions[row.deduction_id]
        deduction.shown_on, deduction.given_back_on = row.shown_on, row.given_back_on
