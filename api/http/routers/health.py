"""For operators: alive, ready, and figures to watch. Health tells nothing of tenants."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from api.http.authentication import ActorDep, StateDep
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


@router.get(
    "/metrics",
    summary="Figures for a monitor (Prometheus text)",
    operation_id="get_metrics",
    response_class=PlainTextResponse,
)
async def metrics(state: StateDep, actor: ActorDep) -> PlainTextResponse:
    """Positions and lag."""
    if actor.role in ("customer", "partner"):
        raise Refusal("forbidden", f"A token of role {actor.role} does not read the metrics.", role=actor.role)
    found = await positions(state.reader)
    gauges = [
        ("ledger_events_position", "Position of the newest stored event.", found.events),
        ("ledger_views_position", "Position up to which the views have read.", found.views),
        ("ledger_views_lag_events", "Stored events that the views have not read yet.", found.lag),
        ("ledger_writer_waiting_requests", "Requests that wait for the writer.", state.writer.waiting),
    ]
    told = [f"# HELP {name} {meaning}\n# TYPE {name} gauge\n{name} {figure}\n" for name, meaning, figure in gauges]
    return PlainTextResponse("".join(told))
