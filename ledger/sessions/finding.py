"""Finding the session that a command is about."""

from __future__ import annotations

from pydantic import Field

from ledger.contracts.finding import locate
from ledger.credit.deduction import Deduction
from ledger.kernel.errors import unknown_session
from ledger.sessions.session import Session
from ledger.work.case import Case
from ledger.work.declaration import Concern
from ledger.work.fields import AnyId, Command


class OnSession(Command):
    session_id: AnyId = Field(description="The session, by its id.")


def _find(case: Case, body: OnSession) -> None:
    locate(case, case.get(Session, body.session_id).contract_id, unknown_session(body.session_id))


def _streams(body: OnSession) -> list[str]:
    """A session is deducted under its own id."""
    return [Session.stream(body.session_id), Deduction.stream(body.session_id)]


the_session = Concern[OnSession](find=_find, streams=_streams)
