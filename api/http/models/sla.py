"""Compliance, what is at risk, and the accounts of due instants, as answered."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from api.http.calculation import Calculated
from api.http.models.base import AnswerModel, DecimalText, instant, instant_or_none
from ledger.kernel.values import MINUTE, show_share
from ledger.kernel.words import TargetName
from ledger.sla.targets import TargetState
from ledger.sla.trace import Window
from projections.sla.at_risk import Risk
from projections.sla.clock_account import ClockAccount
from projections.sla.compliance import Group, GroupCount


class ComplianceRow(BaseModel):
    contract: str | None = None
    plan: str | None = None
    priority: int | None = None
    target: TargetName | None = None
    month: str | None = Field(default=None, examples=["2026-03"])
    met: int
    breached: int
    running: int
    paused: int
    void: int
    ratio: DecimalText | None = Field(
        description="met / (met + breached); null where nothing was judged.", examples=["0.9750"]
    )


class ComplianceList(AnswerModel):
    items: list[ComplianceRow]
    next: str | None = None


class RiskOut(BaseModel):
    ticket_id: str
    contract_id: str
    target: TargetName
    priority: int
    started_at: str
    due_at: str
    minutes_left: int = Field(description="Until the due instant, by the clock on the wall.")
    share_left: DecimalText = Field(description="Of its time, as its coverage counts it.", examples=["0.2000"])


class RiskList(AnswerModel):
    items: list[RiskOut]
    next: str | None = None


class WindowOut(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    counted_seconds: int
    why: str


class TraceOut(AnswerModel):
    ticket_id: str
    target: TargetName
    priority: int
    started_at: str | None
    due_at: str | None
    state: TargetState
    windows: list[WindowOut]


class CalculationOut(BaseModel):
    due_at: str | None = None
    covered_seconds: int | None = None
    windows: list[WindowOut]


def show_group(groups: Sequence[Group], counted: GroupCount) -> ComplianceRow:
    """Groups that were not asked for are left out."""
    states = {"met": counted.met, "breached": counted.breached, "running": counted.running, "paused": counted.paused}
    return ComplianceRow.model_validate(
        dict(zip(groups, counted.key, strict=True)) | states | {"void": counted.void, "ratio": counted.ratio}
    )


def show_risk(risk: Risk) -> RiskOut:
    return RiskOut(
        ticket_id=risk.ticket_id,
        contract_id=risk.contract_id,
        target=risk.target,
        priority=risk.priority,
        started_at=instant(risk.started_at),
        due_at=instant(risk.due_at),
        minutes_left=(risk.due_at - risk.now) // MINUTE,
        share_left=show_share(risk.left, risk.whole),
    )


def show_account(account: ClockAccount) -> TraceOut:
    clock = account.clock
    return TraceOut(
        position=account.position,
        ticket_id=account.ticket_id,
        target=clock.target,
        priority=clock.priority,
        started_at=instant_or_none(clock.started_at),
        due_at=instant_or_none(clock.due_at),
        state=account.state,
        windows=show_windows(account.windows),
    )


def show_calculated(found: Calculated) -> CalculationOut:
    return CalculationOut(
        due_at=instant_or_none(found.due_at), covered_seconds=found.covered_seconds, windows=show_windows(found.windows)
    )


def show_windows(windows: Sequence[Window]) -> list[WindowOut]:
    return [
        WindowOut(
            **{"from": instant(window.start)},
            to=instant(window.end),
            counted_seconds=window.counted_seconds,
            why=window.why,
        )
        for window in windows
    ]
