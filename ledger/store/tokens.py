"""Access tokens: made, listed, revoked, and turned into an `Actor`. Only a token's hash is stored.

A customer's or partner's token without a provider belongs to the one provider at which that id exists; it is
bound to it as soon as there is one.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date

from ledger.kernel.access import ROLES, Actor
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal, malformed
from ledger.kernel.values import from_micros, show_instant, to_micros
from ledger.store.database import Database

TOKEN_COLUMNS = "token_id, role, provider, customer, partner, expires_on, revoked_at"


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


def token_hash(token: str) -> bytes:
    """A token has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


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
        provider = provider_of(database, customer, partner)
    token, token_id = secrets.token_urlsafe(32), f"tok-{secrets.token_hex(6)}"
    row = (token_id, token_hash(token), role, provider, customer, partner, to_micros(clock()))
    with database.transaction() as transaction:
        sql = "INSERT INTO access_tokens VALUES (?,?,?,?,?,?,?,?,?)"
        transaction.execute(sql, (*row, expires_on.isoformat() if expires_on else None, None))
    return token_id, token


def provider_of(database: Database, customer: str | None, partner: str | None) -> str | None:
    """The one provider at which a customer or partner exists, if there is one. Raises Refusal malformed if several."""
    column, value = ("customer_id", customer) if customer else ("partner_id", partner)
    rows = database.query(f"SELECT DISTINCT provider FROM contracts WHERE {column} = ?", (value,))
    if len(rows) > 1:
        names = ", ".join(sorted(row[0] for row in rows))
        raise malformed("provider", f"{value} exists at several providers ({names}); name one")
    return str(rows[0][0]) if rows else None


def list_tokens(database: Database) -> list[TokenInfo]:
    sql = (
        "SELECT token_id, role, provider, customer, partner, created_at, expires_on, revoked_at FROM access_tokens "
        "ORDER BY created_at, token_id"
    )
    return [
        TokenInfo(
            token_id=row[0],
            role=row[1],
            provider=row[2],
            customer=row[3],
            partner=row[4],
            created_at=show_instant(from_micros(row[5])),
            expires_on=row[6],
            revoked_at=show_instant(from_micros(row[7])) if row[7] is not None else None,
        )
        for row in database.query(sql)
    ]


def revoke_token(database: Database, token_id: str, clock: Clock = system_clock) -> None:
    """From now on the token opens nothing. Raises Refusal not-found."""
    with database.transaction() as transaction:
        if not transaction.query("SELECT 1 FROM access_tokens WHERE token_id = ?", (token_id,)):
            raise Refusal("not-found", f"There is no token {token_id}.")
        sql = "UPDATE access_tokens SET revoked_at = ? WHERE token_id = ? AND revoked_at IS NULL"
        transaction.execute(sql, (to_micros(clock()), token_id))


def actor_of(row: tuple[object, ...] | None, today: date) -> Actor:
    """The actor behind a row of `TOKEN_COLUMNS`. Raises Refusal unauthenticated for none, an expired or revoked one."""
    if row is None or row[6] is not None or (row[5] is not None and str(row[5]) <= today.isoformat()):
        raise Refusal("unauthenticated", "The request needs a valid token: Authorization: Bearer TOKEN.")
    provider, customer, partner = (None if value is None else str(value) for value in row[2:5])
    return Actor(str(row[0]), str(row[1]), provider, customer, partner)
