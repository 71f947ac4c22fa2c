"""Who looks at a page: the cookie of a browser becomes the actor that a token would be.

The cookie keeps the secret of a sign-in and nothing else. A browser never gives it to scripts, sends it along with
nothing that another site posts, and keeps it no longer than the sign-in lasts.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Response

from api.state import state_of
from ledger.door.registry import COMMANDS
from ledger.kernel.access import Actor
from ledger.store.sign_ins import SIGN_IN_LASTS, SignIn, signed_in
from projections.contracts.questions import name_of_party

COOKIE = "ledger_sign_in"
MASK_LENGTH = 32  # bytes, as many as the proof has
FOUND = "ledger.visitor"  # in the scope of a request whose visitor has been looked for
Kept = list[tuple[str, str]]  # the fields of a form as a browser posted them


class SignInNeeded(Exception):
    """Nobody is signed in where somebody has to be; what was posted meanwhile is kept (`kept`)."""

    def __init__(self, kept: Kept | None = None) -> None:
        super().__init__("nobody is signed in")
        self.kept = kept


@dataclass(slots=True, frozen=True)
class Visitor:
    """Somebody who is signed in, in one browser; `mask` is another for each answer, `name` that of a customer or
    partner.
    """

    actor: Actor
    sign_in: SignIn
    secret: str
    name: str | None = None
    mask: bytes = field(default_factory=lambda: secrets.token_bytes(MASK_LENGTH), compare=False, repr=False)

    def may(self, command: str) -> bool:
        """Whether the role sends such a command at all; a page offers no others. The write door decides."""
        return self.actor.role in COMMANDS[command].roles

    def check_may(self, command: str) -> None:
        """Raises Refusal forbidden where `may` says no: before a page asks what it is about."""
        COMMANDS[command].check_may(self.actor.role)

    @property
    def form_key(self) -> bytes:
        """What proves a form to be theirs: nobody works it out without the secret, and it does not tell the secret."""
        return hmac.digest(self.secret.encode(), b"a form of the portal", "sha256")

    @property
    def form_token(self) -> str:
        """The proof as each form carries it: behind a mask, so that no two answers have the same to be guessed at."""
        return (self.mask + _masked(self.form_key, self.mask)).hex()

    def is_token(self, given: str) -> bool:
        """Whether a form that was posted carries the proof, behind whatever mask."""
        try:
            told = bytes.fromhex(given)
        except ValueError:
            return False
        mask, rest = told[:MASK_LENGTH], told[MASK_LENGTH:]
        return len(rest) == MASK_LENGTH and hmac.compare_digest(_masked(rest, mask), self.form_key)


def _masked(told: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(told, mask, strict=True))


async def find_visitor(request: Request, secret: str | None = None) -> Visitor | None:
    """Who is signed in, by the cookie or by a secret that was made just now."""
    given = secret if secret is not None else request.cookies.get(_name(request), "")
    if not given:
        return None
    state = await state_of(request)
    found = await signed_in(state.reader, given, state.clock())
    visitor = None
    if found is not None:
        async with state.reader.snapshot() as snapshot:
            visitor = Visitor(*found, given, await name_of_party(snapshot, found[0]))
    request.scope[FOUND] = visitor
    return visitor


def known_visitor(request: Request) -> Visitor | None:
    """Whom the request was found to come from already; a page about a failure asks no database again."""
    found: Visitor | None = request.scope.get(FOUND)
    return found


async def visitor_of(request: Request) -> Visitor:
    """Raises SignInNeeded where nobody is signed in."""
    visitor = await find_visitor(request)
    if visitor is None:
        raise SignInNeeded
    return visitor


VisitorDep = Annotated[Visitor, Depends(visitor_of)]


def keep_secret(request: Request, response: Response, secret: str) -> None:
    """Gives the browser its secret. `__Host-` has it refuse a cookie that another host or path would set."""
    lasts = int(SIGN_IN_LASTS.total_seconds())
    response.set_cookie(
        _name(request), secret, max_age=lasts, path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


def drop_secret(request: Request, response: Response) -> None:
    response.delete_cookie(_name(request), path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def _is_secure(request: Request) -> bool:
    """Whether the browser speaks TLS, to us or to the proxy before us that says so."""
    return request.url.scheme == "https"


def _name(request: Request) -> str:
    return f"__Host-{COOKIE}" if _is_secure(request) else COOKIE
