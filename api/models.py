"""The shapes that read doors answer. Minutes are integers, money strings with two decimals beside a currency."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Figure = int | str


class Answer(BaseModel):
    position: int = Field(description="How far the view had read when it answered.", examples=[42])


class AccountOut(BaseModel):
    pool: str = Field(examples=["included"])
    unit: Literal["minutes", "money"]
    currency: str | None = Field(description="Null for minutes.")
    granted: Figure = Field(examples=[480])
    consumed: Figure = Field(examples=[60])
    reserved: Figure = Field(examples=[0])
    expired: Figure = Field(examples=[0])
    available: Figure = Field(description="granted − consumed − reserved − expired", examples=[420])
    pending_confirmation: Figure = Field(description="Deducted, awaiting the customer's word.", examples=[0])


class OverageOut(BaseModel):
    minutes: int = Field(examples=[15])
    amount: str = Field(examples=["22.25"])
    currency: str = Field(examples=["EUR"])


class BalanceOut(Answer):
    contract_id: str
    accounts: list[AccountOut]
    overage: OverageOut


class LineOut(BaseModel):
    position: int
    effective_at: str
    recorded_at: str | None = Field(description="Null for breakage: nobody records that credit expires.")
    pool: str
    kind: str = Field(examples=["work"])
    reference: str = Field(description="The deduction or grant behind the line.")
    change: Figure = Field(examples=[-60])
    balance: Figure = Field(description="What is owned after the line: granted − consumed − expired.", examples=[420])
    note: str | None


class StatementOut(Answer):
    contract_id: str
    items: list[LineOut]
    next: str | None


class MinutesDrawOut(BaseModel):
    grant_id: str | None = Field(description="Null while the draw is a debt that later credit will fill.")
    minutes: int = Field(examples=[420])


class MoneyDrawOut(BaseModel):
    grant_id: str | None
    amount: str = Field(examples=["1200.00"])


class OverageLineOut(BaseModel):
    minutes: int = Field(examples=[15])
    rate: str = Field(examples=["89.00"])
    amount: str = Field(examples=["22.25"])


class DeductionOut(BaseModel):
    deduction_id: str
    contract_id: str
    kind: Literal["work", "session", "penalty", "service"]
    basis: str = Field(description="What bears it: pool, overage, service, flat, goodwill or warranty.")
    effective_at: str
    recorded_at: str
    worked_minutes: int
    worked_seconds: int
    billed_minutes: int
    pool: str | None
    draws: list[MinutesDrawOut | MoneyDrawOut]
    overage: list[OverageLineOut]
    currency: str
    status: str
    on_behalf: bool = Field(description="The customer's word was entered by somebody else's token.")
    ticket_id: str | None
    session_id: str | None
    service: str | None
    engineer: str | None
    reason: str | None
    history: list[dict[str, Any]]


class DeductionAnswer(DeductionOut, Answer):
    pass


class DeductionList(Answer):
    items: list[DeductionOut]
    next: str | None


class ChargeOut(BaseModel):
    charge_id: str
    kind: str = Field(examples=["overage"])
    amount: str = Field(examples=["22.25"])
    currency: str
    effective_at: str
    recorded_at: str
    reference: str
    minutes: int | None
    quantity: int | None
    rate: str | None
    service: str | None
    reverses: str | None
    invoice_number: str | None
    position: int = Field(description="The event behind the charge.")


class ChargeList(Answer):
    contract_id: str
    items: list[ChargeOut]
    next: str | None


class TermOut(BaseModel):
    term_no: int
    plan: str
    plan_version: int
    starts_on: str
    ends_on: str | None
    terms: dict[str, Any]


class ContractOut(BaseModel):
    contract_id: str
    provider: str
    plan: str
    state: Literal["upcoming", "active", "lapsed", "terminated"]
    starts_on: str
    ends_on: str | None = Field(description="Last day of the last term; null: until further notice.")
    terminated_on: str | None
    timezone: str
    currency: str
    customer: dict[str, Any]
    partner: dict[str, Any] | None
    direct_contact_authorised: bool
    subscriptions: int | None
    terms: list[TermOut]


class ContractAnswer(ContractOut, Answer):
    pass


class ContractList(Answer):
    items: list[ContractOut]
    next: str | None


class ClockOut(BaseModel):
    target: Literal["reaction", "resolution"]
    priority: int
    started_at: str = Field(description="When the clock first ran: at once, or at the next opening.")
    due_at: str | None = Field(description="Null while the clock is paused: it moves on with the wait.")
    state: Literal["running", "paused", "met", "breached", "void"]
    ended_at: str | None
    paused_minutes: int


class CoverageOut(BaseModel):
    opened_inside: bool
    open_now: bool
    next_opening_at: str | None = Field(description="Null while it is open, or where it never opens again.")


class TicketOut(BaseModel):
    ticket_id: str
    contract_id: str
    title: str | None
    kind: str
    channel: str
    scope: str | None
    impact: str | None
    urgency: str | None
    contact: dict[str, Any] | None
    priority: int
    level: str
    state: str
    opened_at: str
    first_response_at: str | None
    resolved_at: str | None
    closed_at: str | None
    waiting_since: str | None
    responses: int
    call_due: bool = Field(description="So many responses without a solution that the reporter is to be called (T5).")
    worked_minutes: int
    defect: dict[str, Any] | None
    sla: list[ClockOut]
    coverage: CoverageOut | None = Field(description="Null where the terms name no support hours.")
    history: list[dict[str, Any]]


class TicketAnswer(TicketOut, Answer):
    pass


class TicketList(Answer):
    items: list[TicketOut]
    next: str | None


class EventOut(BaseModel):
    position: int
    type: str = Field(examples=["HoursDeducted"])
    stream: str
    contract_id: str
    effective_at: str
    recorded_at: str
    token_id: str
    role: str
    data: dict[str, Any]


class EventList(Answer):
    items: list[EventOut]
    next: str | None


class OpenOut(BaseModel):
    name: str = Field(examples=["rates.training"])
    type: str
    unit: str
    meaning: str
    required: bool


class PlanOut(BaseModel):
    plan: str
    version: int
    name: str
    provider: str
    country: str
    timezone: str
    currency: str
    terms: dict[str, Any]
    open: list[OpenOut]
    readings: dict[str, str]
    source: list[str]


class PlanAnswer(PlanOut, Answer):
    pass


class PlanList(Answer):
    items: list[PlanOut]
    next: str | None


class RecordedEvent(BaseModel):
    position: int
    type: str
    stream: str


class CommandAnswer(BaseModel):
    """What was recorded; durable when answered."""

    command_id: str
    replayed: bool = Field(description="The command was known already; nothing was recorded again.")
    position: int = Field(description="Position of the command's last event: a `min_position` to read it back.")
    events: list[RecordedEvent]


class ComplianceRow(BaseModel):
    contract: str | None = None
    plan: str | None = None
    priority: int | None = None
    target: str | None = None
    month: str | None = Field(default=None, examples=["2026-03"])
    met: int
    breached: int
    running: int
    paused: int
    void: int
    ratio: str | None = Field(description="met / (met + breached); null where nothing was judged.", examples=["0.9750"])


class ComplianceOut(Answer):
    items: list[ComplianceRow]
    next: str | None = None


class RiskOut(BaseModel):
    ticket_id: str
    contract_id: str
    target: str
    priority: int
    started_at: str
    due_at: str
    minutes_left: int = Field(description="Until the due instant, by the clock on the wall.")
    share_left: str = Field(description="Of its time, as its coverage counts it.", examples=["0.2000"])


class RiskList(Answer):
    items: list[RiskOut]
    next: str | None = None


class WindowOut(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    from_: str = Field(alias="from")
    to: str
    counted_seconds: int
    why: str


class TraceOut(Answer):
    ticket_id: str
    target: str
    priority: int
    started_at: str
    due_at: str | None
    state: str
    windows: list[WindowOut]


class CalculationOut(BaseModel):
    due_at: str | None = None
    covered_seconds: int | None = None
    windows: list[WindowOut]
