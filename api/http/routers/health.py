"""For operators: alive, ready, and figures to watch. Health tells nothing of tenants."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from api.http.authentication import StateDep
from api.http.problems import PROBLEMS
from ledger.kernel.errors import Refusal
from projections.positions import positions

router = APIRouter(tags=["operation"], responses=PROBLEMS)
READY_LAG = 10_000  # events that the views may be behind while still being called ready


class HealthOut(BaseModel):
    status: Literal["alive", "ready"]


@router.get("/health/live", summary="The process runs", operation_id="get_liveness")
async def live() -> HealthOut:
    """Says that the process answers, and nothing else."""
    return HealthOut(status="alive")


@router.get(
    "/health/ready", summary="The process answers from views that are nearly up to date", operation_id="get_readiness"
)
async def ready(state: StateDep) -> HealthOut:
    """Refused (503) while the views are far behind the events."""
    if (await positions(state.reader)).lag > READY_LAG:
        raise Refusal("not-caught-up", "The views are still being filled from the events.")
    return HealthOut(status="ready")
