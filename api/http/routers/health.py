"""For operators: alive, ready, and figures to watch. Health tells nothing of tenants."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from api.http.authentication import ActorDep, StateDep
from api.http.problems import PROBLEMS
from ledger.kernel.errors import Refusal
from projections.positions import positions

router = APIRouter(tags=["operation"], responses=PROBLEMS)
READY_LAG = 10_000  # events that the views may be behind while still being called ready


@router.get("/health/live", summary="The process runs")
async def live() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/health/ready", summary="The process answers from views that are nearly up to date")
async def ready(state: StateDep) -> dict[str, str]:
    if (await positions(state.reader)).lag > READY_LAG:
        raise Refusal("not-caught-up", "The views are still being filled from the events.")
    return {"status": "ready"}


@router.get("/metrics", summary="Figures for a monitor (Prometheus text)", response_class=PlainTextResponse)
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
