"""The tables of the write side, for both databases: events, commands, known ids, keys, and what opens the ledger:
tokens, secrets of feeds, links to sign in with, sign-ins.

Events and commands are written once: on SQLite triggers refuse to change them, on PostgreSQL the writer's role
lacks the right and triggers refuse everybody else.
"""

from __future__ import annotations

# recorded_at is microseconds since 1970 (UTC). Positions are notification_id, from 1, without gaps.
EVENT_COLUMNS = (
    "originator_id",
    "originator_version",
    "topic",
    "state",
    "notification_id",
    "recorded_at",
    "provider",
    "contract_id",
)

APPEND_ONLY = ("stored_events", "commands", "known_ids")
REPLACED = ("access_tokens", "feed_secrets", "snapshots")  # a later state takes the place of an earlier one
SIGNING_IN = ("sign_in_links", "sign_ins")  # what has expired is deleted
# Of the shapes of what is stored, while these may still change without upcasts (decision 16): without one it is older.
FORMAT = 6

_TABLES = """
CREATE TABLE IF NOT EXISTS stored_events (
    originator_id TEXT NOT NULL,
    originator_version BIGINT NOT NULL,
    topic TEXT NOT NULL,
    state {bytes} NOT NULL,
    notification_id {position},
    recorded_at BIGINT NOT NULL,
    provider TEXT,
    contract_id TEXT,
    {stream_key} (originator_id, originator_version)
);
CREATE INDEX IF NOT EXISTS stored_events_recorded ON stored_events (recorded_at, notification_id);
CREATE INDEX IF NOT EXISTS stored_events_contract ON stored_events (contract_id, notification_id);
CREATE TABLE IF NOT EXISTS commands (
    first_position BIGINT NOT NULL PRIMARY KEY,
    last_position BIGINT NOT NULL,
    sender TEXT NOT NULL,
    command_id TEXT NOT NULL,
    name TEXT NOT NULL,
    content_digest {bytes} NOT NULL,
    UNIQUE (sender, command_id)
);
CREATE TABLE IF NOT EXISTS known_ids (
    namespace TEXT NOT NULL,
    id TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (namespace, id)
);
CREATE TABLE IF NOT EXISTS snapshots (
    stream TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    shape TEXT NOT NULL,
    content {bytes} NOT NULL
);
CREATE TABLE IF NOT EXISTS ledger_format (
    version BIGINT NOT NULL PRIMARY KEY
);
CREATE TABLE IF NOT EXISTS party_keys (
    key_id TEXT NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    party TEXT NOT NULL,
    secret {bytes} NOT NULL,
    UNIQUE (provider, party)
);
CREATE TABLE IF NOT EXISTS access_tokens (
    token_id TEXT NOT NULL PRIMARY KEY,
    token_hash {bytes} NOT NULL UNIQUE,
    role TEXT NOT NULL,
    provider TEXT,
    customer TEXT,
    partner TEXT,
    created_at BIGINT NOT NULL,
    expires_on TEXT,
    revoked_at BIGINT
);
CREATE TABLE IF NOT EXISTS feed_secrets (
    feed_id TEXT NOT NULL PRIMARY KEY,
    secret_hash {bytes} NOT NULL UNIQUE,
    token_id TEXT NOT NULL REFERENCES access_tokens,
    created_at BIGINT NOT NULL,
    expires_on TEXT,
    revoked_at BIGINT
);
CREATE TABLE IF NOT EXISTS sign_in_links (
    secret_hash {bytes} NOT NULL PRIMARY KEY,
    token_id TEXT NOT NULL REFERENCES access_tokens,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX IF NOT EXISTS sign_in_links_expired ON sign_in_links (expires_at);
CREATE TABLE IF NOT EXISTS sign_ins (
    sign_in_id TEXT NOT NULL PRIMARY KEY,
    secret_hash {bytes} NOT NULL UNIQUE,
    token_id TEXT NOT NULL REFERENCES access_tokens,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX IF NOT EXISTS sign_ins_token ON sign_ins (token_id, created_at);
CREATE INDEX IF NOT EXISTS sign_ins_expired ON sign_ins (expires_at)
"""

SQLITE_TABLES = [
    statement.strip()
    for statement in _TABLES.format(bytes="BLOB", position="INTEGER PRIMARY KEY", stream_key="UNIQUE").split(";")
]
POSTGRES_TABLES = [
    statement.strip()
    for statement in _TABLES.format(bytes="BYTEA", position="BIGINT NOT NULL UNIQUE", stream_key="PRIMARY KEY").split(
        ";"
    )
]

SQLITE_TRIGGERS = [
    f"CREATE TRIGGER IF NOT EXISTS {table}_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in APPEND_ONLY
    for verb in ("UPDATE", "DELETE")
]

WRITER_ROLE = "ledger_writer"

POSTGRES_TRIGGERS: list[str] = [
    """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$""",
    *(
        f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in APPEND_ONLY
    ),
]

# Who decided so many events ago looks at none of them while others wait for the lock: it has to decide again.
MOST_MISSED = 10_000

# One statement appends everything, so that the lock is held for no round trip; what it is given is one JSON text, since
# a list of each column costs the driver more than the rows cost the database. Each statement of the function sees
# what was committed before it got the lock. Who decided on streams that changed in the meantime has to decide again:
# looked for between two positions, since a plan for any position after one would read the whole table.
POSTGRES_APPEND = """
CREATE OR REPLACE FUNCTION append_events(asked jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE seen bigint := asked->'seen_position'; base bigint; latest bigint; streams text[]; contracts text[];
BEGIN
    PERFORM pg_advisory_xact_lock({lock});
    SELECT notification_id, recorded_at INTO base, latest FROM public.stored_events
        ORDER BY notification_id DESC LIMIT 1;
    base := coalesce(base, 0);
    IF base > seen THEN
        streams := ARRAY(SELECT jsonb_array_elements_text(asked->'read_streams'));
        contracts := ARRAY(SELECT jsonb_array_elements_text(asked->'read_contracts'));
        IF cardinality(streams) + cardinality(contracts) > 0
           AND (base > seen + {most_missed}
                OR EXISTS (SELECT 1 FROM public.stored_events
                           WHERE notification_id BETWEEN seen + 1 AND base
                           AND (originator_id = ANY(streams) OR contract_id = ANY(contracts)
                                OR 'provider:' || provider = ANY(contracts)))) THEN
            RAISE EXCEPTION 'a stream was appended to' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    INSERT INTO public.stored_events (originator_id, originator_version, topic, state, notification_id, recorded_at,
                                      provider, contract_id)
        SELECT e.stream, e.version, e.topic, decode(e.state, 'base64'), base + e.n,
               greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint, latest), e.provider, e.contract
        FROM ROWS FROM (jsonb_to_recordset(asked->'events')
                        AS (stream text, version bigint, topic text, state text, provider text, contract text))
             WITH ORDINALITY AS e(stream, version, topic, state, provider, contract, n);
    INSERT INTO public.commands (first_position, last_position, sender, command_id, name, content_digest)
        SELECT base + 1 + c.first, base + 1 + c.last, c.sender, c.command_id, c.name, decode(c.content_digest, 'base64')
        FROM jsonb_to_recordset(asked->'commands')
             AS c(first bigint, last bigint, sender text, command_id text, name text, content_digest text);
    INSERT INTO public.known_ids (namespace, id, position)
        SELECT i.namespace, i.id, base + 1 + i.first
        FROM jsonb_to_recordset(asked->'ids') AS i(namespace text, id text, first bigint);
    IF jsonb_array_length(asked->'keys') > 0 THEN
        INSERT INTO public.party_keys (key_id, provider, party, secret)
            SELECT k.key_id, k.provider, k.party, decode(k.secret, 'base64')
            FROM jsonb_to_recordset(asked->'keys') AS k(key_id text, provider text, party text, secret text);
    END IF;
    RETURN base;
END $$
"""

POSTGRES_GRANTS = [
    *(
        f"REVOKE ALL ON {table} FROM PUBLIC"
        for table in (*APPEND_ONLY, *SIGNING_IN, *REPLACED, "ledger_format", "party_keys")
    ),
    *(f"GRANT SELECT, INSERT ON {table} TO {WRITER_ROLE}" for table in APPEND_ONLY),
    f"GRANT SELECT ON ledger_format TO {WRITER_ROLE}",
    f"GRANT SELECT, INSERT, DELETE ON party_keys TO {WRITER_ROLE}",
    f"GRANT SELECT, INSERT, UPDATE ON {', '.join(REPLACED)} TO {WRITER_ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(SIGNING_IN)} TO {WRITER_ROLE}",
    f"CREATE SCHEMA IF NOT EXISTS views AUTHORIZATION {WRITER_ROLE}",
]

# `INSERT OR REPLACE` would delete without asking the triggers above, so a taken key is refused before the insert.
SQLITE_TRIGGERS += [
    f"CREATE TRIGGER IF NOT EXISTS {table}_replace BEFORE INSERT ON {table} "
    f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key}) BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table, key in (
        (
            "stored_events",
            "notification_id = NEW.notification_id "
            "OR (originator_id = NEW.originator_id AND originator_version = NEW.originator_version)",
        ),
        ("commands", "first_position = NEW.first_position OR (sender = NEW.sender AND command_id = NEW.command_id)"),
        ("known_ids", "namespace = NEW.namespace AND id = NEW.id"),
    )
]
