"""Sign-ins: browsers in which the holder of a token is signed in, and links that sign in once.

A browser keeps no token. It keeps a secret that is made for it alone, ends by itself after hours, and never holds
longer than the token that it was made for. Of secrets only the hash is stored. What has expired opens nothing, and is
deleted when the next one is made, so that neither table grows for ever.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.kernel.access import Actor
from ledger.kernel.clock import Clock, system_clock
from ledger.kernel.errors import Refusal
from ledger.kernel.values import from_micros, to_micros
from ledger.store.database import Database, WriteTransaction
from ledger.store.tokens import HOLDS, QuestionSource, check_holds, hash_of

LINK_LASTS = timedelta(minutes=15)
SIGN_IN_LASTS = timedelta(hours=12)


@dataclass(slots=True, frozen=True)
class SignIn:
    """A browser in which somebody is signed in; never its secret."""

    sign_in_id: str
    created_at: datetime
    expires_at: datetime


def create_link(database: Database, token_id: str, clock: Clock = system_clock) -> str:
    """Makes a link that signs in once as a token's holder; returns its secret, which is shown this once.

    Raises Refusal not-found where there is no such token, or it no longer holds.
    """
    secret, now = secrets.token_urlsafe(32), clock()
    row = {
        "secret_hash": hash_of(secret),
        "token_id": token_id,
        "created_at": to_micros(now),
        "expires_at": to_micros(now + LINK_LASTS),
    }
    with database.transaction() as transaction:
        check_holds(transaction, token_id, now)
        transaction.execute("DELETE FROM sign_in_links WHERE expires_at <= :now", {"now": to_micros(now)})
        sql = (
            "INSERT INTO sign_in_links (secret_hash, token_id, created_at, expires_at) "
            "VALUES (:secret_hash, :token_id, :created_at, :expires_at)"
        )
        transaction.execute(sql, row)
    return secret


async def is_good_link(reader: QuestionSource, secret: str, now: datetime) -> bool:
    """Whether a link would sign somebody in; nothing is used up by asking."""
    sql = (
        "SELECT l.token_id FROM sign_in_links l JOIN access_tokens t ON t.token_id = l.token_id "
        f"WHERE l.secret_hash = :secret_hash AND l.used_at IS NULL AND l.expires_at > :now AND {HOLDS}"
    )
    return bool(await reader.query(sql, _at(now) | {"secret_hash": hash_of(secret)}))


def sign_in_by_link(database: Database, secret: str, clock: Clock = system_clock) -> str:
    """Uses a link up and signs in; returns the browser's secret. Of two who use it at once one is signed in.

    Raises Refusal unauthenticated for a link that is unknown, used, expired, or whose token no longer holds.
    """
    now = clock()
    with database.transaction() as transaction:
        sql = (
            "UPDATE sign_in_links SET used_at = :now WHERE secret_hash = :secret_hash AND used_at IS NULL "
            "AND expires_at > :now AND EXISTS (SELECT 1 FROM access_tokens t "
            f"WHERE t.token_id = sign_in_links.token_id AND {HOLDS}) RETURNING token_id"
        )
        used = transaction.query(sql, _at(now) | {"secret_hash": hash_of(secret)})
        if not used:
            raise bad_link()
        return _sign_in(transaction, used[0].token_id, now)


def sign_in_by_token(database: Database, token: str, clock: Clock = system_clock) -> str:
    """Signs in; returns the browser's secret. Raises Refusal unauthenticated for a token that opens nothing."""
    now = clock()
    with database.transaction() as transaction:
        sql = f"SELECT t.token_id FROM access_tokens t WHERE t.token_hash = :token_hash AND {HOLDS}"
        held = transaction.query(sql, _at(now) | {"token_hash": hash_of(token)})
        if not held:
            raise Refusal("unauthenticated", "This token opens nothing: it is unknown, revoked or has expired.")
        return _sign_in(transaction, held[0].token_id, now)


def _sign_in(transaction: WriteTransaction, token_id: str, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    row = {
        "sign_in_id": f"in-{secrets.token_hex(6)}",
        "secret_hash": hash_of(secret),
        "token_id": token_id,
        "created_at": to_micros(now),
        "expires_at": to_micros(now + SIGN_IN_LASTS),
    }
    transaction.execute("DELETE FROM sign_ins WHERE expires_at <= :now", {"now": to_micros(now)})
    sql = (
        "INSERT INTO sign_ins (sign_in_id, secret_hash, token_id, created_at, expires_at) "
        "VALUES (:sign_in_id, :secret_hash, :token_id, :created_at, :expires_at)"
    )
    transaction.execute(sql, row)
    return secret


async def signed_in(reader: QuestionSource, secret: str, now: datetime) -> tuple[Actor, SignIn] | None:
    """Who is signed in where a browser has this secret; None where that has ended, or its token no longer holds."""
    sql = (
        "SELECT t.token_id, t.role, t.provider, t.customer, t.partner, s.sign_in_id, s.created_at, s.expires_at "
        "FROM sign_ins s JOIN access_tokens t ON t.token_id = s.token_id "
        f"WHERE s.secret_hash = :secret_hash AND s.ended_at IS NULL AND s.expires_at > :now AND {HOLDS}"
    )
    for row in await reader.query(sql, _at(now) | {"secret_hash": hash_of(secret)}):
        actor = Actor(row.token_id, row.role, row.provider, row.customer, row.partner)
        return actor, SignIn(row.sign_in_id, from_micros(row.created_at), from_micros(row.expires_at))
    return None


async def list_sign_ins(reader: QuestionSource, token_id: str, now: datetime) -> list[SignIn]:
    """The newest hundred that have not ended, of one token."""
    sql = (
        "SELECT sign_in_id, created_at, expires_at FROM sign_ins WHERE token_id = :token_id AND ended_at IS NULL "
        "AND expires_at > :now ORDER BY created_at DESC, sign_in_id LIMIT 100"
    )
    rows = await reader.query(sql, {"token_id": token_id, "now": to_micros(now)})
    return [SignIn(row.sign_in_id, from_micros(row.created_at), from_micros(row.expires_at)) for row in rows]


def end_sign_in(database: Database, token_id: str, sign_in_id: str, clock: Clock = system_clock) -> None:
    """From now on that browser is signed out. Raises Refusal not-found where the token has no such sign-in."""
    named = {"sign_in_id": sign_in_id, "token_id": token_id, "now": to_micros(clock())}
    whose = "WHERE sign_in_id = :sign_in_id AND token_id = :token_id"
    with database.transaction() as transaction:
        if not transaction.query(f"SELECT sign_in_id FROM sign_ins {whose}", named):
            raise Refusal("not-found", "There is no such sign-in.")
        transaction.execute(f"UPDATE sign_ins SET ended_at = :now {whose} AND ended_at IS NULL", named)


def bad_link() -> Refusal:
    return Refusal("unauthenticated", "This link signs nobody in: it was used, is older than 15 minutes, or unknown.")


def _at(now: datetime) -> dict[str, object]:
    return {"now": to_micros(now), "today": now.date().isoformat()}
