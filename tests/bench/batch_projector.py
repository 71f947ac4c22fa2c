"""The floor of rebuilding: one loop, written by hand, that makes the same rows of the same tables from the same events.

It knows five views and the kinds of event for them that `commands.year_of_work` leaves behind, and nothing else. As
the product does, it reads a page, decodes it whole, reads what of earlier rows the page changes, folds, writes, and
commits. Rows are bare lists; new ones are inserted, earlier ones updated in the columns that can change.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import psycopg

from ledger import events as e
from ledger.kernel.values import EPOCH, FAR_FUTURE, first_instant
from projections.all_views import VIEWS

PAGE = 5_000
MADE = ("contracts", "movements", "deductions", "charges", "tickets")
TABLES = {table.name: table for view in MADE for table in VIEWS[view].tables}
SEEN = {kind for view in MADE for kind in VIEWS[view].handlers}
DECODERS = {f"{cls.TOPIC}@{cls.VERSION}": msgspec.json.Decoder(cls).decode for cls in e.FACTS.values()}
CHANGING = {  # what an event may change of an earlier row; the key comes last
    "contracts": ("plan", "ends_on", "ends_at", "terms", "contract_id"),
    "accounts": ("granted", "consumed", "reserved", "account_id"),
    "grants": ("consumed", "grant_id"),
    "overages": ("minutes", "amount_cents", "contract_id"),
    "pending": ("quantity", "account_id"),
    "deductions": ("draws", "overage", "deduction_id"),
    "tickets": ("worked_minutes", "state", "ticket_id"),
}
_json = msgspec.json.Encoder().encode
_draws = msgspec.json.Decoder(list[e.Draw]).decode


def micros(instant: Any) -> int:
    span = instant - EPOCH
    return int((span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds)


NEVER = micros(FAR_FUTURE)


def build(connection: Any) -> int:
    """Makes the tables `floor_…` anew from all events, on a connection in autocommit. Returns how many events."""
    on_postgres = isinstance(connection, psycopg.Connection)
    for name, table in TABLES.items():
        connection.execute(f"DROP TABLE IF EXISTS floor_{name}")
        for statement in table.ddl(f"floor_{name}"):
            connection.execute(statement)
    position = count = 0
    while True:
        connection.execute("BEGIN")
        page = _page(connection, position, on_postgres)
        if page:
            _fold(connection, page, on_postgres)
            position = page[-1][0]
            count += len(page)
        connection.execute("COMMIT")
        if len(page) < PAGE:
            return count


def _page(connection: Any, after: int, on_postgres: bool) -> list[tuple[Any, ...]]:
    sql = "SELECT notification_id, recorded_at, topic, state FROM stored_events WHERE notification_id > "
    if on_postgres:
        sql += "%s ORDER BY notification_id LIMIT %s"
        with connection.cursor(binary=True) as cursor:
            rows: list[tuple[Any, ...]] = cursor.execute(sql, (after, PAGE), prepare=True).fetchall()
            return rows
    rows = connection.execute(sql + "? ORDER BY notification_id LIMIT ?", (after, PAGE)).fetchall()
    return rows


def _fold(connection: Any, page: list[tuple[Any, ...]], on_postgres: bool) -> None:  # noqa: PLR0915 - by hand
    facts: list[Any] = [DECODERS[topic](state) for _, _, topic, state in page]
    wanted: dict[str, set[str]] = {name: set() for name in CHANGING}
    for fact in facts:
        kind = type(fact)
        if kind is e.CreditDrawn:
            wanted["accounts"].add(f"{fact.contract_id}:{fact.pool}")
            wanted["grants"].update(draw.grant_id for draw in fact.draws if draw.grant_id)
        elif kind is e.HoursDeducted:
            if fact.status == "pending" and fact.pool:
                wanted["pending"].add(f"{fact.contract_id}:{fact.pool}")
        elif kind is e.WorkLogged:
            wanted["tickets"].add(fact.ticket_id)
        elif kind is e.OverageCharged:
            wanted["overages"].add(fact.contract_id)
            wanted["deductions"].add(fact.deduction_id)
        elif kind is e.DebtSettled:
            wanted["accounts"].add(f"{fact.contract_id}:{fact.pool}")
            wanted["grants"].add(fact.grant_id)
        elif kind is e.DrawSettled:
            wanted["deductions"].add(fact.deduction_id)
        elif kind is e.CreditGranted:
            wanted["accounts"].add(f"{fact.contract_id}:{fact.pool}")
        elif kind is e.TermStarted:
            wanted["contracts"].add(fact.contract_id)
    old = {name: _read(connection, name, keys, on_postgres) if keys else {} for name, keys in wanted.items()}
    new: dict[str, dict[Any, list[Any]]] = {name: {} for name in TABLES}
    movements, charges = new["movements"], new["charges"]
    zones = _zones(connection, old["contracts"], on_postgres)

    def move(fact: Any, grant_id: str | None, kind: str, reference: str, part: int, **moved: Any) -> None:
        granted, consumed = moved.get("granted", 0), moved.get("consumed", 0)
        row = [position, part, fact.contract_id, fact.pool, grant_id, effective_at, recorded_at, kind, reference]
        movements[position, part] = [*row, granted, consumed, 0, moved.get("expires_at"), None, None]
        account_id = f"{fact.contract_id}:{fact.pool}"
        account = new["accounts"].get(account_id)
        if account is not None:
            account[5] += granted
            account[6] += consumed
        else:
            account = old["accounts"][account_id]
            account[0] += granted
            account[1] += consumed
        if grant_id is not None and consumed:
            grant = new["grants"].get(grant_id)
            if grant is not None:
                grant[5] += consumed
            else:
                old["grants"][grant_id][0] += consumed

    for (position, recorded_at, _, _), fact in zip(page, facts, strict=True):
        kind = type(fact)
        effective_at = micros(fact.effective_at)
        if kind is e.HoursDeducted:
            quantity = sum(draw.quantity for draw in fact.draws)
            pending = fact.status == "pending"
            new["deductions"][fact.deduction_id] = [
                *(fact.deduction_id, fact.contract_id, fact.kind, fact.basis, position, effective_at, recorded_at),
                *(fact.worked_seconds, fact.billed_minutes, fact.pool, quantity, _json(fact.draws).decode(), "[]"),
                *(fact.status, int(pending), 0, micros(fact.deemed_at) if fact.deemed_at else None, fact.ticket_id),
                *(fact.deduction_id if fact.kind == "session" else None, fact.service, _json(fact.engineer).decode()),
                *(_json(fact.reason).decode() if fact.reason else None, None),
            ]
            if pending and fact.pool:
                account_id = f"{fact.contract_id}:{fact.pool}"
                if account_id in old["pending"]:
                    old["pending"][account_id][0] += quantity
                else:
                    fresh = [account_id, fact.contract_id, fact.pool, 0]
                    new["pending"].setdefault(account_id, fresh)[3] += quantity
        elif kind is e.WorkLogged:
            ticket = new["tickets"].get(fact.ticket_id)
            minutes, state = (23, 12) if ticket is not None else (0, 1)
            ticket = ticket if ticket is not None else old["tickets"][fact.ticket_id]
            ticket[minutes] += fact.billed_minutes
            if ticket[state] == "open":
                ticket[state] = "in_progress"
        elif kind is e.CreditDrawn:
            for part, draw in enumerate(fact.draws):
                move(fact, draw.grant_id, fact.kind, fact.deduction_id, part, consumed=draw.quantity)
        elif kind is e.OverageCharged:
            charges[fact.charge_id] = [
                *(fact.charge_id, fact.contract_id, position, effective_at, recorded_at, "overage", "overage"),
                *(fact.amount_cents, fact.currency, fact.deduction_id, fact.minutes, None, fact.rate_cents_per_hour),
                *(None, fact.deduction_id, None, None),
            ]
            total = new["overages"].get(fact.contract_id)
            minutes = 1 if total is not None else 0
            total = total if total is not None else old["overages"][fact.contract_id]
            total[minutes] += fact.minutes
            total[minutes + 1] += fact.amount_cents
            row = new["deductions"].get(fact.deduction_id)
            overage = 12 if row is not None else 1
            row = row if row is not None else old["deductions"][fact.deduction_id]
            line = {"minutes": fact.minutes, "rate_cents": fact.rate_cents_per_hour, "amount_cents": fact.amount_cents}
            text = _json(line | {"currency": fact.currency}).decode()
            row[overage] = f"[{text}]" if row[overage] == "[]" else f"{row[overage][:-1]},{text}]"
        elif kind is e.DebtSettled:
            move(fact, None, "debt_settled", fact.deduction_id, 0, consumed=-fact.quantity)
            move(fact, fact.grant_id, "debt_settled", fact.deduction_id, 1, consumed=fact.quantity)
        elif kind is e.DrawSettled:
            row = new["deductions"].get(fact.deduction_id)
            draws = 11 if row is not None else 0
            row = row if row is not None else old["deductions"][fact.deduction_id]
            shares = {draw.grant_id: draw.quantity for draw in _draws(row[draws])}
            shares[None] -= fact.quantity
            shares[fact.grant_id] = shares.get(fact.grant_id, 0) + fact.quantity
            row[draws] = _json([e.Draw(grant_id, share) for grant_id, share in shares.items() if share]).decode()
        elif kind is e.TicketOpened:
            new["tickets"][fact.ticket_id] = [
                *(fact.ticket_id, fact.contract_id, position, _json(fact.title).decode(), fact.kind, fact.channel),
                *(fact.scope, fact.impact, fact.urgency, _json(fact.contact).decode() if fact.contact else None),
                *(fact.priority, "L1", "open", fact.term_no, effective_at, recorded_at, None, None, None, None, 0, 0),
                *(fact.call_after_responses, 0, "reported" if fact.kind == "defect" else None, None, None),
            ]
        elif kind is e.CreditGranted:
            expires_at = micros(fact.expires_at) if fact.expires_at else NEVER
            valid_from = micros(fact.valid_from)
            new["grants"][fact.grant_id] = [
                *(fact.grant_id, fact.contract_id, fact.pool, fact.source, fact.quantity, 0),
                *(valid_from, expires_at, max(valid_from, effective_at), position),
            ]
            move(fact, fact.grant_id, fact.source, fact.grant_id, 0, granted=fact.quantity, expires_at=expires_at)
        elif kind is e.TopUpCharged:
            charges[fact.charge_id] = [
                *(fact.charge_id, fact.contract_id, position, effective_at, recorded_at, "top_up", "top_up"),
                *(fact.amount_cents, fact.currency, fact.grant_id, None, fact.quantity, fact.rate_cents_per_hour),
                *(None, None, None, None),
            ]
        elif kind is e.FeeCharged:
            charges[fact.charge_id] = [
                *(fact.charge_id, fact.contract_id, position, effective_at, recorded_at, "fee", "fee"),
                *(fact.amount_cents, fact.currency, fact.contract_id, None, None, None, None, None, None, None),
            ]
        elif kind is e.AccountOpened:
            account_id = f"{fact.contract_id}:{fact.pool}"
            account = [account_id, fact.contract_id, fact.pool, fact.unit, fact.currency, 0, 0, 0]
            new["accounts"][account_id] = account
        elif kind is e.ContractSigned:
            zones[fact.contract_id] = fact.timezone
            new["overages"][fact.contract_id] = [fact.contract_id, 0, 0, fact.currency]
            new["contracts"][fact.contract_id] = [
                *(fact.contract_id, fact.provider, fact.customer_id, fact.partner_id, "", fact.timezone, fact.currency),
                *(fact.customer_country, fact.customer_language, fact.starts_on.isoformat(), None, effective_at),
                *(effective_at, None, 0, fact.subscriptions, _json(fact.party).decode(), None, "[]", position),
            ]
        elif kind is e.TermStarted:
            term = {"term_no": fact.term_no, "plan": fact.plan, "plan_version": fact.plan_version}
            text = _json(term | {"starts_on": fact.starts_on, "ends_on": fact.ends_on, "terms": fact.terms}).decode()
            row = new["contracts"].get(fact.contract_id)
            plan, ends_on, ends_at, terms = (4, 10, 12, 18) if row is not None else (0, 1, 2, 3)
            row = row if row is not None else old["contracts"][fact.contract_id]
            row[plan], row[ends_on] = fact.plan, fact.ends_on.isoformat() if fact.ends_on else None
            row[ends_at] = NEVER
            if fact.ends_on:
                row[ends_at] = micros(first_instant(fact.ends_on + timedelta(days=1), zones[fact.contract_id]))
            row[terms] = f"[{text}]" if row[terms] == "[]" else f"{row[terms][:-1]},{text}]"
        elif kind in SEEN:
            raise LookupError(f"the floor of rebuilding knows no {kind.__name__}")
    for name, rows in new.items():
        if rows:
            _insert(connection, name, list(rows.values()), on_postgres)
    for name, rows in old.items():
        if rows:
            _update(connection, name, list(rows.values()), on_postgres)


def _read(connection: Any, name: str, keys: set[str], on_postgres: bool) -> dict[Any, list[Any]]:
    columns = CHANGING[name]
    sql = f"SELECT {', '.join(columns)} FROM floor_{name} WHERE {columns[-1]}"
    if on_postgres:
        rows = connection.execute(f"{sql} = ANY(%s)", (list(keys),), prepare=True).fetchall()
    else:
        rows = connection.execute(f"{sql} IN ({','.join('?' * len(keys))})", list(keys)).fetchall()
    return {row[-1]: list(row) for row in rows}


def _zones(connection: Any, contracts: dict[Any, list[Any]], on_postgres: bool) -> dict[str, str]:
    """Of the contracts whose first term stands on another page than their signing."""
    if not contracts:
        return {}
    marks = ",".join(["%s" if on_postgres else "?"] * len(contracts))
    sql = f"SELECT contract_id, timezone FROM floor_contracts WHERE contract_id IN ({marks})"
    return dict(connection.execute(sql, list(contracts)).fetchall())


def _insert(connection: Any, name: str, rows: list[list[Any]], on_postgres: bool) -> None:
    kinds = [kind.partition(" ")[0] for kind in TABLES[name].columns.values()]
    if on_postgres:
        arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
        columns = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"INSERT INTO floor_{name} SELECT * FROM unnest({arrays})", columns, prepare=True)
    else:
        connection.executemany(f"INSERT INTO floor_{name} VALUES ({','.join('?' * len(kinds))})", rows)


def _update(connection: Any, name: str, rows: list[list[Any]], on_postgres: bool) -> None:
    *changing, key = CHANGING[name]
    if not on_postgres:
        sets = ", ".join(f"{column} = ?" for column in changing)
        connection.executemany(f"UPDATE floor_{name} SET {sets} WHERE {key} = ?", rows)
        return
    kinds = [TABLES[name].columns[column].partition(" ")[0] for column in (*changing, key)]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    sets = ", ".join(f"{column} = u.{column}" for column in changing)
    sql = (
        f"UPDATE floor_{name} t SET {sets} FROM unnest({arrays}) AS u({', '.join((*changing, key))}) "
        f"WHERE t.{key} = u.{key}"
    )
    connection.execute(sql, [list(column) for column in zip(*rows, strict=True)], prepare=True)


def connect(url: str) -> Any:
    """As the product's own connection for views: a commit need not wait for the disk."""
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection
    server = psycopg.connect(url, autocommit=True)
    server.execute("SET search_path = views, public")
    server.execute("SET synchronous_commit = off")
    # A plan kept from when the tables were empty would read them whole once they are full.
    server.execute("SET plan_cache_mode = force_custom_plan")
    return server


def settle(connection: Any) -> None:
    """Lets the database write out what the work before left to be written, so that nobody pays for another's work."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute("CHECKPOINT")


def differences(connection: Any) -> list[str]:
    """Tables of the floor that do not hold the same rows as the product's."""
    found = []
    for name, table in TABLES.items():
        columns = ", ".join(table.columns)
        sql = f"SELECT count(*) FROM (SELECT {columns} FROM {name} EXCEPT SELECT {columns} FROM floor_{name}) AS odd"
        odd = connection.execute(sql).fetchone()[0]
        product, floor = (
            connection.execute(f"SELECT count(*) FROM {n}").fetchone()[0] for n in (name, f"floor_{name}")
        )
        if odd or product != floor:
            found.append(f"{odd} of {product} rows of {name} are not among the floor's {floor}")
    return found
