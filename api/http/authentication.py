"""From a request's token to an `Actor`; and waiting until the views have read what the request has seen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query, Request

from api.state import State, state_of
from ledger.kernel.access import Actor
from ledger.kernel.errors import Refusal
from ledger.store.tokens import bind_token, holder_of, unauthenticated
from projections.contracts.parties import provider_of
from projections.positions import positions

WAIT_SECONDS = 5.0
StateDep = Annotated[State, Depends(state_of)]


async def authenticate(request: Request) -> Actor:
    """The actor behind the bearer token; a new or revoked token is known at once. Raises Refusal unauthenticated.

    It takes the request and nothing else: FastAPI solves what a dependency depends on anew at each place that names it.
    """
    state = await state_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated()
    try:
        actor = await holder_of(state.reader, token.strip(), state.clock().date())
    except Refusal:
        await state.wrong_tokens.wait(request.client.host if request.client else "")
        raise
    if actor.provider is None and (actor.customer or actor.partner):
        return await _bound(state, actor)
    return actor


async def _bound(state: State, actor: Actor) -> Actor:
    """A customer or partner is one of a provider: of the only one that knows the id, and of that one from then on."""
    head = (await positions(state.reader)).events
    await _reach(state, head)  # the views say who knows the id, so they have to know everything
    try:
        provider = await provider_of(state.reader, actor.customer, actor.partner)
    except Refusal:
        provider = None  # several know the id by now: the token sees nobody's contracts
    if provider is not None:
        await asyncio.to_thread(bind_token, state.store.database, actor.token_id, provider)
    return replace(actor, provider=provider or "")


ActorDep = Annotated[Actor, Depends(authenticate)]


async def wait_for_position(
    request: Request,
    actor: ActorDep,
    min_position: Annotated[
        int, Query(ge=0, le=2**62, description="Wait up to 5 s until the views have read this position.")
    ] = 0,
) -> None:
    """Reading one's own writes. Raises Refusal not-caught-up (503) when the views do not get there in time."""
    if min_position:
        await _reach(await state_of(request), min_position)


async def _reach(state: State, wanted: int) -> None:
    """Waits until the views have read a position. Raises Refusal not-caught-up."""
    position = await state.waiters.reached(wanted, WAIT_SECONDS)
    if position < wanted:
        detail = f"The views have read up to position {position}, not yet to {wanted}; ask again."
        raise Refusal("not-caught-up", detail, position=position)


CaughtUp = Depends(wait_for_position)
