"""Access tokens: made, listed, revoked, and turned into an `Actor`. Only a token's hash is stored.

A customer or partner is one of a provider's, so a token of theirs names it. Whether the provider knows them, who makes
the token asks beforehand (`api.cli.tokens`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from ledger.kernel.access import ROLES, Actor
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.values import from_micros, show_instant, to_micros
from ledger.store.database import NO_PARAMS, Database, Params, Row, WriteTransaction, listed


@dataclass(slots=True, frozen=True)
class TokenInfo:
    """What may be shown of a token; never the token."""

    token_id: str
    role: str
    provider: str | None
    customer: str | None
    partner: str | None
    created_at: str
    expires_on: str | None
    revoked_at: str | None


class QuestionSource(Protocol):
    """Whatever answers a question without blocking."""

    async def query(self, sql: str, params: Params = NO_PARAMS) -> list[Row]: ...


# Of a token `t` that holds on the day `:today`; an earlier version made tokens of parties without their provider.
HOLDS = (
    "t.revoked_at IS NULL AND (t.expires_on IS NULL OR t.expires_on > :today) "
    "AND (t.provider IS NOT NULL OR coalesce(t.customer, t.partner) IS NULL)"
)


def holds_in_sql(token_id: str) -> str:
    """The condition that a token, by its id, holds on the day `:today`."""
    return f"EXISTS (SELECT 1 FROM access_tokens t WHERE t.token_id = {token_id} AND {HOLDS})"


def hash_of(secret: str) -> bytes:
    """What is stored of a secret. It has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def create_token(
    database: Database,
    role: str,
    provider: str | None = None,
    customer: str | None = None,
    partner: str | None = None,
    expires_on: date | None = None,
    clock: Clock = system_clock,
) -> tuple[str, str]:
    """Makes a token; returns its id and the token, which is shown this once. Raises Refusal malformed."""
    if role not in ROLES:
        raise malformed("role", f"is one of {', '.join(ROLES)}")
    if (role == "customer") != (customer is not None):
        raise malformed("customer", "goes with the role customer, which needs it")
    if (role == "partner") != (partner is not None):
        raise malformed("partner", "goes with the role partner, which needs it")
    if provider is None and (customer or partner):
        raise malformed("provider", "is needed for a customer or partner, who is one of a provider's")
    token, token_id = secrets.token_urlsafe(32), f"tok-{secrets.token_hex(6)}"
    row = {
        "token_id": token_id,
        "token_hash": hash_of(token),
        "role": role,
        "provider": provider,
        "customer": customer,
        "partner": partner,
        "created_at": to_micros(clock()),
        "expires_on": expires_on.isoformat() if expires_on else None,
    }
    sql = f"INSERT INTO access_tokens ({', '.join(row)}) VALUES ({', '.join(f':{column}' for column in row)})"
    with database.transaction() as transaction:
        transaction.execute(sql, row)
    return token_id, token


def list_tokens(database: Database) -> list[TokenInfo]:
    sql = (
        "SELECT token_id, role, provider, customer, partner, created_at, expires_on, revoked_at FROM access_tokens "
        "ORDER BY created_at, token_id"
    )
    return [
        TokenInfo(
            token_id=row.token_id,
            role=row.role,
            provider=row.provider,
            customer=row.customer,
            partner=row.partner,
            created_at=show_instant(from_micros(row.created_at)),
            expires_on=row.expires_on,
            revoked_at=show_instant(from_micros(row.revoked_at)) if row.revoked_at is not None else None,
        )
        for row in database.query(sql)
    ]


def revoke_token(database: Database, token_id: str, clock: Clock = system_clock) -> None:
    """From now on the token opens nothing. Raises Refusal not-found."""
    named = {"token_id": token_id, "now": to_micros(clock())}
    with database.transaction() as transaction:
        if not transaction.query("SELECT role FROM access_tokens WHERE token_id = :token_id", named):
            raise Refusal("not-found", f"There is no token {token_id}.")
        sql = "UPDATE access_tokens SET revoked_at = :now WHERE token_id = :token_id AND revoked_at IS NULL"
        transaction.execute(sql, named)


def check_holds(transaction: WriteTransaction, token_id: str, now: datetime) -> None:
    """Raises Refusal not-found where there is no such token, or it no longer holds."""
    named = {"token_id": token_id, "today": now.date().isoformat()}
    if not transaction.query(f"SELECT t.role FROM access_tokens t WHERE t.token_id = :token_id AND {HOLDS}", named):
        raise Refusal("not-found", f"There is no token {token_id} that holds.")


async def holder_of(reader: QuestionSource, token: str, today: date) -> Actor:
    """Who holds a token. Raises Refusal unauthenticated for one that is unknown, revoked or no longer holds."""
    sql = (
        "SELECT t.token_id, t.role, t.provider, t.customer, t.partner FROM access_tokens t "
        f"WHERE t.token_hash = :token_hash AND {HOLDS}"
    )
    rows = await reader.query(sql, {"token_hash": hash_of(token), "today": today.isoformat()})
    if not rows:
        raise unauthenticated()
    row = rows[0]
    return Actor(row.token_id, row.role, row.provider, row.customer, row.partner)


async def ended_among(reader: QuestionSource, token_ids: Sequence[str], today: date) -> frozenset[str]:
    """Those of some tokens that hold no longer; what is no token of the ledger does not end."""
    among, named = listed("token_id", token_ids)
    sql = f"SELECT t.token_id FROM access_tokens t WHERE t.token_id IN ({among or 'NULL'}) AND NOT ({HOLDS})"
    rows = await reader.query(sql, {**named, "today": today.isoformat()})
    return frozenset(row.token_id for row in rows)


async def holding_among(reader: QuestionSource, token_ids: Sequence[str], today: date) -> frozenset[str]:
    """Those of some tokens that hold."""
    among, named = listed("token_id", token_ids)
    sql = f"SELECT t.token_id FROM access_tokens t WHERE t.token_id IN ({among or 'NULL'}) AND {HOLDS}"
    rows = await reader.query(sql, {**named, "today": today.isoformat()})
    return frozenset(row.token_id for row in rows)


def unauthenticated() -> Refusal:
    return Refusal("unauthenticated", "The request needs a valid token: Authorization: Bearer TOKEN.")
