"""Figures for a monitor, as Prometheus reads them: what this process counted, and how far the ledger's views are."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from api.http.authentication import ActorDep, StateDep
from api.http.problems import PROBLEMS
from api.meters import METERS
from api.state import State
from ledger.kernel.errors import Refusal
from projections.positions import Positions, positions

router = APIRouter(tags=["operation"], responses=PROBLEMS)


@router.get(
    "/metrics",
    summary="Figures for a monitor (Prometheus text)",
    operation_id="get_metrics",
    response_class=PlainTextResponse,
)
async def metrics(state: StateDep, actor: ActorDep) -> PlainTextResponse:
    """Requests, their time, refusals by code, batches, what waits; positions and lag; the process itself."""
    if actor.role in ("customer", "partner"):
        raise Refusal("forbidden", f"A token of role {actor.role} does not read the metrics.", role=actor.role)
    registry = CollectorRegistry()
    registry.register(_Figures(state, await positions(state.reader)))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return PlainTextResponse(generate_latest(registry))


class _Figures(Collector):
    """As of one request."""

    def __init__(self, state: State, found: Positions) -> None:
        self._state = state
        self._found = found

    def collect(self) -> Iterator[Metric]:
        found = self._found
        for name, meaning, figure in (
            ("ledger_events_position", "Position of the newest stored event.", found.events),
            ("ledger_views_position", "Position up to which the views have read.", found.views),
            ("ledger_views_lag_events", "Stored events that the views have not read yet.", found.lag),
            ("ledger_writer_waiting_requests", "Requests that wait for the writer.", self._state.writer.waiting),
        ):
            yield GaugeMetricFamily(name, meaning, value=figure)
        requests = CounterMetricFamily(
            "ledger_http_requests", "Answered requests.", labels=("method", "route", "status")
        )
        for (method, route, status), count in list(METERS.requests.items()):
            requests.add_metric((method, route, str(status)), count)
        yield requests
        seconds = HistogramMetricFamily(
            "ledger_http_request_duration_seconds", "From the request to the end of its answer.", labels=("route",)
        )
        for route, took in list(METERS.seconds.items()):
            seconds.add_metric((route,), took.buckets(), took.total)
        yield seconds
        refusals = CounterMetricFamily("ledger_refusals", "Refusals, by their code.", labels=("code",))
        for code, count in list(METERS.refusals.items()):
            refusals.add_metric((code,), count)
        yield refusals
        batches = METERS.batches
        yield HistogramMetricFamily(
            "ledger_writer_batch_commands",
            "Commands that were decided and saved together.",
            buckets=batches.buckets(),
            sum_value=batches.total,
        )
