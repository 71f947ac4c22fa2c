"""The command that takes back a top-up or a grant that was given by mistake. Find, ask, save. Rules C4, C17."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from pydantic import Field, model_validator

from ledger.contracts.finding import locate
from ledger.credit.account import CreditAccount
from ledger.credit.events import CreditGranted
from ledger.credit.finding import account_of, resting_in_history, tell_settled
from ledger.credit.grants import what_it_follows_from
from ledger.credit.parts import parts_of
from ledger.credit.resting import Resting
from ledger.kernel.access import FINANCE, OPERATOR
from ledger.kernel.errors import Refusal, unknown_grant
from ledger.kernel.faults import FieldFault, FieldFaultError
from ledger.work.case import Case
from ledger.work.declaration import Concern, command
from ledger.work.fields import Command, EffectiveAt, GrantId, ReasonText

MOST_NAMED = 100


class ReverseCredit(Command):
    grant_id: GrantId | None = Field(default=None, description="The grant, by its id; or a top-up.")
    top_up_id: GrantId | None = Field(default=None, description="The top-up, by its id; or a grant.")
    reason: ReasonText
    at: EffectiveAt | None = None

    @model_validator(mode="after")
    def _one_id(self) -> ReverseCredit:
        if (self.grant_id is None) == (self.top_up_id is None):
            raise FieldFaultError("grant_id", FieldFault("grant_or_top_up"))
        return self

    @property
    def named(self) -> tuple[str, str]:
        """The field that names the credit, and its id: top-ups and grants share one name space."""
        return ("grant_id", self.grant_id) if self.grant_id is not None else ("top_up_id", self.top_up_id or "")


def _named(case: Case, body: ReverseCredit) -> CreditGranted:
    """What a body names. Raises Refusal unknown-grant."""
    granted = granted_under(case, body.named[1])
    if granted is None:
        raise unknown_grant(*body.named)
    return granted


def _find(case: Case, body: ReverseCredit) -> None:
    locate(case, _named(case, body).contract_id, unknown_grant(*body.named))


the_credit = Concern[ReverseCredit](find=_find, streams=lambda body: [])


@command("reverse-credit", ReverseCredit, roles=OPERATOR | FINANCE, about=the_credit)
def reverse_credit(case: Case, body: ReverseCredit) -> None:
    """Takes back a top-up or a grant that was given by mistake, and its price by an equal negative charge (C17).

    Not while deductions draw on it or sessions hold it: these come first. Debts that it had settled stand again, and
    other credit settles them at once. It takes effect at `at`, but not before the credit itself.

    Raises Refusal unknown-grant, credit-in-use, or invalid-transition for what is no top-up or grant, or is back.
    """
    at, granted = case.at(body.at), _named(case, body)
    _check_kind(granted)
    take_back(case, granted, body.reason, at)


def _check_kind(granted: CreditGranted) -> None:
    """What follows from something else is undone with that."""
    kind = what_it_follows_from(granted.source, granted.rule)
    if kind is not None:
        raise Refusal("invalid-transition", f"Credit {granted.grant_id} {kind}; it is no top-up or grant.")


def granted_under(case: Case, grant_id: str) -> CreditGranted | None:
    """The event that gave a top-up or grant, whoever's it is."""
    taken = case.facts_that_took("grant", grant_id)
    return next((fact for fact in taken if isinstance(fact, CreditGranted) and fact.grant_id == grant_id), None)


def take_back(case: Case, granted: CreditGranted, reason: str, at: datetime) -> None:
    """Undoes a grant on which nothing rests but debts that it settled (C17), not before it was given.

    Raises Refusal credit-in-use, or invalid-transition where it is back already.
    """
    account, grant_id = account_of(case, granted.pool), granted.grant_id
    if account.grants[grant_id].is_taken_back:
        raise Refusal("invalid-transition", f"Credit {grant_id} was taken back already.")
    found = resting_on_parts(case, account, grant_id)
    _check_free(account, grant_id, found)
    settled = [one for resting in found for one in resting.settled]
    sealed, at = case.seal_customer(reason), max(at, granted.valid_from)
    tell_settled(case, account.take_back(grant_id, settled, at, case.stamp, reason=sealed, rule="C17"))


def resting_on_parts(case: Case, account: CreditAccount, grant_id: str) -> list[Resting]:
    """What rests on a grant and on what stands in its place. Where these are whole no history is read."""
    grants = [
        account.grants[part] for part in dict.fromkeys(part.grant_id for part in parts_of(account.grants, grant_id))
    ]
    if all(grant.remaining == grant.quantity for grant in grants):
        return [Resting(grant.grant_id) for grant in grants]
    found = resting_in_history(case, account)
    return [found.get(grant.grant_id, Resting(grant.grant_id)) for grant in grants]


def _check_free(account: CreditAccount, grant_id: str, found: list[Resting]) -> None:
    """Raises Refusal credit-in-use with what draws on the credit and what holds it, the first hundred of each."""
    wanted = Counter[str]()
    for part in parts_of(account.grants, grant_id):
        wanted[part.grant_id] += part.quantity
    deductions, sessions = set[str](), set[str]()
    for resting in found:
        grant = account.grants[resting.grant_id]
        settled = sum(one.quantity for one in resting.settled)
        if wanted[grant.grant_id] > grant.free + settled + grant.corrected:
            deductions.update(resting.draws)
            sessions.update(account.sessions_on(grant.grant_id))
    if not deductions and not sessions:
        return
    used = {"deductions": sorted(deductions), "sessions": sorted(sessions)}
    said = " and ".join(_listed(name, ids) for name, ids in used.items() if ids)
    members = {name: ids[:MOST_NAMED] for name, ids in used.items() if ids}
    raise Refusal("credit-in-use", f"Credit {grant_id} is in use by {said}. Undo these first.", **members)


def _listed(name: str, ids: list[str]) -> str:
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return f"{name} {', '.join(ids[:MOST_NAMED])}{more}"
