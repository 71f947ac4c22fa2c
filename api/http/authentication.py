"""From a request's token to an `Actor`; and waiting until the views have read what the request has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Query, Request

from api.state import State, state_of
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.store.tokens import holder_of, unauthenticated

ACTOR = "ledger.actor"  # in the scope of a request of this very process, which no client writes

StateDep = Annotated[State, Depends(state_of)]


def token_of(headers: Mapping[str, str]) -> str | None:
    """What a request's `Authorization: Bearer TOKEN` carries."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


async def authenticate(request: Request) -> Actor:
    """The actor behind the bearer token; a new or revoked token is known at once. Raises Refusal unauthenticated.

    It takes the request and nothing else: FastAPI solves what a dependency depends on anew at each place that names it.
    """
    within: Actor | None = request.scope.get(ACTOR)
    if within is not None:
        return within
    state = await state_of(request)
    token = token_of(request.headers)
    if token is None:
        raise unauthenticated()
    try:
        return await holder_of(state.reader, token, state.clock().date())
    except Refusal:
        await state.wrong_tokens.wait(request.client.host if request.client else "")
        raise


ActorDep = Annotated[Actor, Depends(authenticate)]


async def wait_for_position(
    request: Request,
    actor: ActorDep,
    min_position: Annotated[
        int, Query(ge=0, le=2**62, description="Wait up to 5 s until the views have read this position.")
    ] = 0,
) -> None:
    """Reading one's own writes. Raises Refusal not-caught-up (503) when the views do not get there in time."""
    if not min_position:
        return
    state = await state_of(request)
    position = await state.waiters.reached(min_position, state.limits.patience_seconds)
    if position < min_position:
        detail = f"The views have read up to position {position}, not yet to {min_position}; ask again."
        raise Refusal("not-caught-up", detail, position=position)


CaughtUp = Depends(wait_for_position)
