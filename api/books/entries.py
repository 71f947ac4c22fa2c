"""What books are made of, as neutral transactions: one an event, under its position, on its effective day.

Credit: a grant makes credit available, a booking reserves it, a deduction consumes it, a reversal gives it back.
Breakage is worked out as in statements: what is left at a grant's end, and what a reversal gives back to it after
that, each under the grant's position (C9, C10). Money: a charge accrues against income of its kind when it arises, in
full; nothing is spread over a term. An invoice moves what accrued, with its VAT, to the receivable; a credit note does
the reverse (M3). Nothing is priced or rounded, and no sealed text is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from api.books.chart import EXPIRED, MINUTES, accrued, credit, income, receivable, vat
from api.books.journal import CREDIT_NOTE, INVOICE, Posting, Transaction
from ledger.credit.expiry import GrantLife
from ledger.events import CreditNoteIssued, InvoiceIssued
from ledger.kernel.values import from_micros, local_date, show_cents, to_micros
from projections.billing.charges_view import ChargeRow
from projections.credit.movements import NEVER, MovementRow
from projections.provider.books import BookedContract, BookedDocument

Contracts = Mapping[str, BookedContract]


@dataclass(slots=True)
class CreditOfContract:
    """Transactions of a contract's credit from its movements, in the order of their positions.

    A grant's end that has moved is no transaction; it shows in the breakage, which is known when all movements are.
    """

    contracts: Contracts
    _grants: dict[str, GrantLife[MovementRow, int]] = field(default_factory=dict)

    def of_events(self, movements: Iterable[MovementRow]) -> Iterator[Transaction]:
        """One an event; all movements of an event are given at once."""
        for _, event in groupby(movements, lambda one: one.position):
            parts = list(event)
            for part in parts:
                self._tell_grant(part)
            postings = tuple(posting for part in parts for posting in _postings(part, self.contracts))
            if postings:
                first = parts[0]
                yield _of_credit(first, self.contracts, first.effective_at, first.recorded_at, first.kind, postings)

    def of_breakage(self) -> Iterator[Transaction]:
        for grant in self._grants.values():
            yield from _breakage(grant, self.contracts)

    def _tell_grant(self, movement: MovementRow) -> None:
        if movement.grant_id is None:
            return
        if movement.expires_at is not None:
            self._grants.setdefault(movement.grant_id, GrantLife(movement, NEVER)).expires_at = movement.expires_at
        change = movement.granted - movement.consumed
        self._grants[movement.grant_id].flows.append((movement.effective_at, change))


def _postings(part: MovementRow, contracts: Contracts) -> Iterator[Posting]:
    """60 minutes of work: `Consumed` 60, `Available` -60. Of a movement's three figures one at most is not nought."""
    if part.kind == "debt_settled":  # nothing more is consumed: the draw leaves the debt and rests on a grant (C4)
        yield _posting(part, contracts, "Consumed", part.consumed)
        return
    for leaf, amount in (("Granted", -part.granted), ("Consumed", part.consumed), ("Reserved", part.reserved)):
        if amount:
            yield _posting(part, contracts, leaf, amount)
            yield _posting(part, contracts, "Available", -amount)


def _breakage(grant: GrantLife[MovementRow, int], contracts: Contracts) -> Iterator[Transaction]:
    for moment, amount in grant.breakage().items():
        if moment < NEVER:
            taken = ((EXPIRED, amount), ("Available", -amount))
            postings = tuple(_posting(grant.first, contracts, *one) for one in taken)
            yield _of_credit(grant.first, contracts, moment, None, "breakage", postings)


def _posting(part: MovementRow, contracts: Contracts, leaf: str, amount: int) -> Posting:
    contract = contracts[part.contract_id]
    account = credit(contract.provider, part.contract_id, part.pool, leaf)
    return Posting(account, amount, contract.currencies.get(part.pool, MINUTES), part.grant_id)


def _of_credit(
    part: MovementRow, contracts: Contracts, at: int, recorded_at: int | None, kind: str, postings: tuple[Posting, ...]
) -> Transaction:
    on = local_date(from_micros(at), contracts[part.contract_id].timezone)
    dated = part.dated if recorded_at is not None else None
    return Transaction(
        on, at, part.position, recorded_at, part.contract_id, kind, part.reference, postings, dated=dated
    )


def charge_transaction(charge: ChargeRow, contracts: Contracts) -> Transaction:
    """899.00 of fee: accrued 899.00, income -899.00. A reversal is the same with a negative amount."""
    contract = contracts[charge.contract_id]
    earned = income(contract.provider, charge.contract_id, charge.family)
    owed = accrued(contract.provider, charge.contract_id)
    return Transaction(
        local_date(from_micros(charge.effective_at), contract.timezone),
        charge.effective_at,
        charge.position,
        charge.recorded_at,
        charge.contract_id,
        charge.kind,
        charge.charge_id,
        (
            Posting(owed, charge.amount_cents, charge.currency, charge.reverses),
            Posting(earned, -charge.amount_cents, charge.currency, charge.reverses),
        ),
        dated=charge.dated,
    )


def document_transaction(document: BookedDocument) -> Transaction:
    """An invoice over 899.00 and 19 %: receivable 1069.81, accrued -899.00, VAT -170.81. A credit note: the reverse.

    On the day of issue. VAT says what it is in the currency of the provider's country, where that is another (M4).
    Raises ValueError where gross is not net and VAT.
    """
    fact = document.fact
    is_invoice = isinstance(fact, InvoiceIssued)
    sign = 1 if is_invoice else -1
    note = None if isinstance(fact, InvoiceIssued) else fact.corrects
    amounts = [
        (receivable(fact.provider, fact.contract_id), fact.gross_cents, note),
        (accrued(fact.provider, fact.contract_id), -fact.net_cents, note),
        *(
            (
                vat(fact.provider, one.category, one.rate_percent_hundredths),
                -one.amount_cents,
                f"{note} ({national})" if note and national else note or national,
            )
            for one, national in zip(fact.vat, _in_national_currency(fact), strict=True)
            if one.amount_cents
        ),
    ]
    return Transaction(
        fact.issued_on,
        to_micros(fact.effective_at),
        document.position,
        document.recorded_at,
        fact.contract_id,
        INVOICE if is_invoice else CREDIT_NOTE,
        fact.number,
        tuple(Posting(account, sign * amount, fact.currency, about) for account, amount, about in amounts),
        tuple(sorted({event for line in fact.lines for event in line.events})),
    )


def _in_national_currency(fact: InvoiceIssued | CreditNoteIssued) -> list[str | None]:
    """Of each sum of VAT, such as `113.55 CZK at 24.315`."""
    stated = fact.national_vat
    if stated is None:
        return [None for _ in fact.vat]
    return [f"{show_cents(cents)} {stated.currency} at {stated.exchange_rate}" for cents in stated.amounts_cents]
