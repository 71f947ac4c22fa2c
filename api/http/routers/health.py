"""For operators: alive, ready, and figures to watch. Health tells nothing of tenants."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from api.http.authentication import ActorDep, StateDep
from api.http.problems import PROBLEMS
from ledger.kernel.errors import Refusal

router = APIRouter(tags=["operation"], responses=PROBLEMS)
READY_LAG = 10_000  # events that the views may be behind while still being called ready


@router.get("/health/live", summary="The process runs")
async def live() -> dict[str, str]:
    return {"status": "alive"}


async def _positions(state: StateDep) -> tuple[int, int]:
    sql = "SELECT (SELECT position FROM view_position), (SELECT coalesce(max(notification_id), 0) FROM stored_events)"
    view, head = (await state.reader.query(sql))[0]
    return int(view or 0), int(head)


@router.get("/health/ready", summary="The process answers from views that are nearly up to date")
async def ready(state: StateDep) -> dict[str, str]:
    view, head = await _positions(state)
    if head - view > READY_LAG:
        raise Refusal("not-caught-up", "The views are still being filled from the events.")
    return {"status": "ready"}


@router.get("/metrics", summary="Figures for a monitor (Prometheus text)", response_class=PlainTextResponse)
async def metrics(state: StateDep, actor: ActorDep) -> PlainTextResponse:
    """Positions and lag."""
    if actor.role in ("customer", "partner"):
        raise Refusal("forbidden", f"A token of role {actor.role} does not read the metrics.", role=actor.role)
    view, head = await _positions(state)
    lines = [
        "# HELP ledger_events_position Position of the newest stored event.",
        "# TYPE ledger_events_position gauge",
        f"ledger_events_position {head}",
        "# HELP ledger_views_position Position up to which the views have read.",
        "# TYPE ledger_views_position gauge",
        f"ledger_views_position {view}",
        "# HELP ledger_views_lag_events Stored events that the views have not read yet.",
        "# TYPE ledger_views_lag_events gauge",
        f"ledger_views_lag_events {head - view}",
        "# HELP ledger_writer_waiting_requests Requests that wait for the writer.",
        "# TYPE ledger_writer_waiting_requests gauge",
        f"ledger_writer_waiting_requests {state.writer.waiting}",
        "",
    ]
    return PlainTextResponse("\n".join(lines))
