"""Personal data and free text: sealed under the party's own key before they enter an event (AES-GCM).

A party is a customer, a partner, or a person of the provider's staff. Keys live in a table of their own, never
in events or views: without its key a sealed text is gone, and the figures beside it stay.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.kernel.fact import Sealed
from ledger.store.database import Database, listed

NONCE_BYTES = 12
MOST_KNOWN = 10_000  # keys at hand, some hundred bytes each: every document has one of its own
# The ledger's own key: it makes digests of commands impossible to guess from outside.
LEDGER_PARTY = {"provider": "", "party": "ledger"}


class PartyKey(NamedTuple):
    """The key of one party, as its table has it."""

    key_id: str
    provider: str
    party: str
    secret: bytes


ADD_KEY = "INSERT INTO party_keys (key_id, provider, party, secret) VALUES (:key_id, :provider, :party, :secret)"
_OF_PARTY = "SELECT key_id, secret FROM party_keys WHERE provider = :provider AND party = :party"


class Keyring:
    """The keys for writing: found in their table or made new; new ones are saved with the command's events."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[str, str], tuple[str, AESGCM]] = {}
        self.fresh: list[PartyKey] = []
        self._digest_key = b""

    def seal(self, provider: str, party: str, content: Any) -> Sealed:
        """Ciphertext of a text or of a record of texts under the party's key."""
        key_id, cipher = self._key(provider, party)
        nonce = os.urandom(NONCE_BYTES)
        plain = msgspec.json.encode(content)
        return Sealed(key_id, nonce + cipher.encrypt(nonce, plain, key_id.encode()))

    def open(self, sealed: Sealed) -> Any:
        """What `seal` was given. Returns None where the key is no longer there; no key is made."""
        secret = self.secrets([sealed.key_id]).get(sealed.key_id)
        return _decrypt(AESGCM(secret), sealed) if secret is not None else None

    def _key(self, provider: str, party: str) -> tuple[str, AESGCM]:
        known = self._known.get((provider, party))
        if known is None:
            rows = self._database.query(_OF_PARTY, {"provider": provider, "party": party})
            if rows:
                key_id, secret = str(rows[0].key_id), bytes(rows[0].secret)
            else:
                key_id, secret = secrets.token_hex(8), AESGCM.generate_key(256)
                self.fresh.append(PartyKey(key_id, provider, party, secret))
            known = self._known[provider, party] = (key_id, AESGCM(secret))
        return known

    def digest(self, content: bytes) -> bytes:
        """A keyed digest of a command's content: equal contents are recognised, none can be guessed from it."""
        if not self._digest_key:
            rows = self._database.query(_OF_PARTY, LEDGER_PARTY)
            if not rows:
                with self._database.transaction() as transaction:
                    key = {"key_id": secrets.token_hex(8), "secret": secrets.token_bytes(32)}
                    transaction.execute(f"{ADD_KEY} ON CONFLICT DO NOTHING", key | LEDGER_PARTY)
                return self.digest(content)
            self._digest_key = bytes(rows[0].secret)
        return blake2b(content, key=self._digest_key, digest_size=16).digest()

    def secrets(self, key_ids: Iterable[str]) -> dict[str, bytes]:
        """The secrets of those of these keys that are still there, those of this batch included."""
        wanted = set(key_ids)
        found = {key.key_id: key.secret for key in self.fresh if key.key_id in wanted}
        stored = sorted(wanted - found.keys())
        if stored:
            among, params = listed("key_id", stored)
            rows = self._database.query(f"SELECT key_id, secret FROM party_keys WHERE key_id IN ({among})", params)
            found.update({row.key_id: bytes(row.secret) for row in rows})
        return found

    @property
    def keys_at_hand(self) -> int:
        return len(self._known)

    def saved(self) -> None:
        self.fresh = []
        if len(self._known) > MOST_KNOWN:
            self._known.clear()

    def undo(self, fresh: int) -> None:
        """Drops the new keys but the first `fresh`: the command that made them was refused."""
        for key in self.fresh[fresh:]:
            del self._known[key.provider, key.party]
        del self.fresh[fresh:]

    def forget_cache(self) -> None:
        """After a lost race the table decides: another process may have made a party's key first."""
        self._known.clear()
        self.fresh = []


def _decrypt(cipher: AESGCM, sealed: Sealed) -> Any:
    try:
        plain = cipher.decrypt(sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:], sealed.key_id.encode())
    except InvalidTag:
        return None
    return msgspec.json.decode(plain)


def unseal(sealed: Iterable[Sealed], secrets_by_key: dict[str, bytes]) -> dict[Sealed, Any]:
    """The contents of many sealed texts; those whose key is gone are left out."""
    ciphers = {key_id: AESGCM(secret) for key_id, secret in secrets_by_key.items()}
    return {one: _decrypt(ciphers[one.key_id], one) for one in sealed if one.key_id in ciphers}
