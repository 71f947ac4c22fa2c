"""Secrets of calendar feeds: made for a token, listed, revoked, and turned into the `Actor` that the token is.

A calendar program sends no token: the address that it asks carries a secret instead, which opens the feed and nothing
else. It holds no longer than its token does. Only its hash is stored.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from ledger.kernel.access import Actor
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal
from ledger.kernel.values import from_micros, show_instant, to_micros
from ledger.store.database import Database
from ledger.store.tokens import HOLDS, QuestionSource, check_holds, hash_of

_PREFIX = "feed-"  # of ids


@dataclass(slots=True, frozen=True)
class FeedInfo:
    """What may be shown of a feed; never its secret."""

    feed_id: str
    token_id: str
    created_at: str
    expires_on: str | None
    revoked_at: str | None


@dataclass(slots=True, frozen=True)
class OpenFeed:
    """A feed for its holder to look at; `expires_on` is None where it ends with its token alone."""

    feed_id: str
    created_at: datetime
    expires_on: str | None


def create_feed(
    database: Database, token_id: str, expires_on: date | None = None, clock: Clock = system_clock
) -> tuple[str, str]:
    """Makes a feed of what a token sees; returns its id and the secret, which is shown this once.

    Raises Refusal not-found where there is no such token, or it no longer holds.
    """
    secret, feed_id, now = secrets.token_urlsafe(32), f"{_PREFIX}{secrets.token_hex(6)}", clock()
    with database.transaction() as transaction:
        check_holds(transaction, token_id, now)
        sql = (
            "INSERT INTO feed_secrets (feed_id, secret_hash, token_id, created_at, expires_on) "
            "VALUES (:feed_id, :secret_hash, :token_id, :created_at, :expires_on)"
        )
        row = {
            "feed_id": feed_id,
            "secret_hash": hash_of(secret),
            "token_id": token_id,
            "created_at": to_micros(now),
            "expires_on": expires_on.isoformat() if expires_on else None,
        }
        transaction.execute(sql, row)
    return feed_id, secret


def list_feeds(database: Database) -> list[FeedInfo]:
    sql = "SELECT feed_id, token_id, created_at, expires_on, revoked_at FROM feed_secrets ORDER BY created_at, feed_id"
    return [
        FeedInfo(
            feed_id=row.feed_id,
            token_id=row.token_id,
            created_at=show_instant(from_micros(row.created_at)),
            expires_on=row.expires_on,
            revoked_at=show_instant(from_micros(row.revoked_at)) if row.revoked_at is not None else None,
        )
        for row in database.query(sql)
    ]


async def open_feeds(reader: QuestionSource, token_id: str, today: date) -> list[OpenFeed]:
    """The newest hundred of one token that still open something."""
    sql = (
        "SELECT feed_id, created_at, expires_on FROM feed_secrets WHERE token_id = :token_id AND revoked_at IS NULL "
        "AND (expires_on IS NULL OR expires_on > :today) ORDER BY created_at DESC, feed_id LIMIT 100"
    )
    rows = await reader.query(sql, {"token_id": token_id, "today": today.isoformat()})
    return [OpenFeed(row.feed_id, from_micros(row.created_at), row.expires_on) for row in rows]


def revoke_own_feed(database: Database, token_id: str, feed_id: str, clock: Clock = system_clock) -> None:
    """Raises Refusal not-found where the token has no such feed."""
    named = {"feed_id": feed_id, "token_id": token_id}
    sql = "SELECT feed_id FROM feed_secrets WHERE feed_id = :feed_id AND token_id = :token_id"
    if not database.query(sql, named):
        raise Refusal("not-found", "There is no such feed.")
    revoke_feed(database, feed_id, clock)


def is_feed(id_: str) -> bool:
    """Whether an id is a feed's and no token's."""
    return id_.startswith(_PREFIX)


def revoke_feed(database: Database, feed_id: str, clock: Clock = system_clock) -> None:
    """From now on the address answers nothing; the token goes on. Raises Refusal not-found."""
    named = {"feed_id": feed_id, "now": to_micros(clock())}
    with database.transaction() as transaction:
        if not transaction.query("SELECT token_id FROM feed_secrets WHERE feed_id = :feed_id", named):
            raise Refusal("not-found", f"There is no feed {feed_id}.")
        sql = "UPDATE feed_secrets SET revoked_at = :now WHERE feed_id = :feed_id AND revoked_at IS NULL"
        transaction.execute(sql, named)


async def holder_of_feed(reader: QuestionSource, secret: str, today: date) -> Actor:
    """Whose sessions a feed shows. Raises Refusal not-found where secret or token is unknown, revoked or expired."""
    sql = (
        "SELECT t.token_id, t.role, t.provider, t.customer, t.partner FROM feed_secrets f "
        "JOIN access_tokens t ON t.token_id = f.token_id WHERE f.secret_hash = :secret_hash "
        f"AND f.revoked_at IS NULL AND (f.expires_on IS NULL OR f.expires_on > :today) AND {HOLDS}"
    )
    rows = await reader.query(sql, {"secret_hash": hash_of(secret), "today": today.isoformat()})
    if not rows:
        raise Refusal("not-found", "There is no feed under this address, or no longer.")
    (row,) = rows
    return Actor(row.token_id, row.role, row.provider, row.customer, row.partner)
