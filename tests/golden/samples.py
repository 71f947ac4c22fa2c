"""What each golden payload means: one event of every topic and version, with as many of its fields told as it has.

A payload `Topic@1.json` is for ever, and so is its line here; after an upcast it means an event of the present version.
"""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from ledger import events as e
from ledger.events import Draw, Fact, Sealed

AT = datetime(2026, 2, 2, 9, 0, 0, 123456, tzinfo=UTC)
LATER = datetime(2026, 2, 2, 10, 30, tzinfo=UTC)
TERMS = msgspec.Raw(b'{"plan":"house-l","version":1,"name":"L","fee":"899.00","increment_minutes":15}')
NAME = Sealed("0123456789abcdef", b"\x00\x01nonce-and-name\xff")
TEXT = Sealed("fedcba9876543210", b"\xf0nonce-and-text\x00")
DRAWS = [Draw("C-1.allotment.1", 420), Draw(None, 15)]
BASE: dict[str, Any] = {"contract_id": "C-1", "effective_at": AT, "token_id": "t-1", "role": "operator"}
TICKET: dict[str, Any] = {**BASE, "ticket_id": "T-1"}
POOL: dict[str, Any] = {**BASE, "pool": "included"}
DEDUCTION: dict[str, Any] = {**BASE, "deduction_id": "W-1"}
SESSION: dict[str, Any] = {**BASE, "session_id": "S-1"}
HELD: dict[str, Any] = {**POOL, "session_id": "S-1", "quantity": 435, "allocations": DRAWS}
BACK: dict[str, Any] = {"returns": DRAWS, "gone": DRAWS[:1], "correction_grant_id": "W-1.correction"}
MONEY: dict[str, Any] = {"amount_cents": 89900, "currency": "EUR"}

LINE = e.DocumentLine(
    line=1,
    kind="overage",
    description="Time beyond the credit, entry W-1",
    quantity=15,
    unit="minute",
    unit_price_cents=8900,
    price_base=60,
    net_cents=2225,
    vat_rate_percent_hundredths=1900,
    vat_category="S",
    supplied_on=date(2026, 1, 6),
    events=[11, 13],
    charge_id="W-1.overage.1",
    deduction_id="W-1",
    ticket_id="T-1",
    session_id="W-1",
    service="training",
    basis="pool",
    worked_minutes=425,
    billed_minutes=435,
    confirmation="pending",
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 12, 31),
)
DOCUMENT: dict[str, Any] = {
    **BASE,
    "provider": "house",
    "issued_on": date(2026, 2, 2),
    "customer_id": "K-1",
    "customer_country": "DE",
    "language": "de",
    "currency": "EUR",
    "lines": [LINE],
    "vat": [e.VatLine(1900, "S", 2225, 423)],
    "net_cents": 2225,
    "vat_cents": 423,
    "gross_cents": 2648,
    "parties": NAME,
    "retained_until": date(2036, 12, 31),
    "line_texts": [e.TextsOfLines(1, TEXT)],
    "partner_id": "P-1",
}

SAMPLES: dict[str, Fact] = {
    "ContractSigned@1": e.ContractSigned(
        **BASE,
        provider="house",
        timezone="Europe/Berlin",
        currency="EUR",
        starts_on=date(2026, 1, 1),
        signed_on=date(2025, 12, 18),
        customer_id="K-1",
        customer_country="DE",
        party=NAME,
        customer_language="de",
        partner_id="P-1",
        partner=TEXT,
        subscriptions=50,
    ),
    "TermStarted@1": e.TermStarted(
        **BASE,
        term_no=2,
        plan="house-l",
        plan_version=1,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        starts_at=datetime(2025, 12, 31, 23, tzinfo=UTC),
        ends_at=datetime(2026, 12, 31, 23, tzinfo=UTC),
        agreed_at=AT,
        terms=TERMS,
        holidays={"DE": [date(2026, 1, 1), date(2026, 4, 3)]},
        holidays_source="holidays 0.109",
    ),
    "TermEndBroughtForward@1": e.TermEndBroughtForward(
        **BASE, term_no=2, ends_on=date(2026, 6, 30), ends_at=datetime(2026, 6, 30, 22, tzinfo=UTC)
    ),
    "FeeCharged@1": e.FeeCharged(**BASE, **MONEY, charge_id="C-1.fee.2", term_no=2),
    "FeeReversed@1": e.FeeReversed(
        **BASE,
        charge_id="C-1.fee.2.reversal",
        reverses="C-1.fee.2",
        term_no=2,
        amount_cents=-89900,
        currency="EUR",
    ),
    "LumpSumCharged@1": e.LumpSumCharged(**BASE, **MONEY, charge_id="C-1.lump-sum.1", term_no=2, pool="lump-sum"),
    "LumpSumReversed@1": e.LumpSumReversed(
        **BASE,
        charge_id="C-1.lump-sum.1.reversal",
        reverses="C-1.lump-sum.1",
        term_no=2,
        pool="lump-sum",
        amount_cents=-89900,
        currency="EUR",
    ),
    "ServiceCreditCharged@1": e.ServiceCreditCharged(
        **BASE,
        charge_id="T-1.reaction.credit",
        ticket_id="T-1",
        target="reaction",
        fee_charge_id="C-1.fee.2",
        percent=10,
        amount_cents=-8990,
        currency="EUR",
    ),
    "ServiceCreditReversed@1": e.ServiceCreditReversed(
        **BASE,
        charge_id="T-1.reaction.credit.reversal",
        reverses="T-1.reaction.credit",
        ticket_id="T-1",
        target="reaction",
        amount_cents=8990,
        currency="EUR",
    ),
    "PlanChanged@1": e.PlanChanged(
        **BASE,
        from_on=date(2026, 7, 1),
        old_plan="house-m",
        new_plan="house-l",
        agreed_at=AT,
        unspent=[e.Unspent("lump-sum", 120000, "CZK")],
    ),
    "ContractTerminated@1": e.ContractTerminated(**BASE, ends_on=date(2026, 6, 30), reason=TEXT, agreed_at=AT),
    "CustomerAmended@1": e.CustomerAmended(
        **BASE, customer_id="K-1", customer_country="AT", party=NAME, customer_language="de", given=["country", "name"]
    ),
    "DirectContactAuthorised@1": e.DirectContactAuthorised(**BASE, by=NAME),
    "DirectContactWithdrawn@1": e.DirectContactWithdrawn(**BASE, by=NAME),
    "ContractOverageCounted@1": e.ContractOverageCounted(**DEDUCTION, minutes=-15),
    "AccountOpened@1": e.AccountOpened(**{**BASE, "pool": "lump-sum"}, unit="money", currency="CZK"),
    "CreditGranted@1": e.CreditGranted(
        **POOL,
        grant_id="C-1.allotment.1",
        source="allotment",
        quantity=480,
        valid_from=AT,
        expires_at=LATER,
        reason=TEXT,
        term_no=2,
        charge_id="C-1.lump-sum.1",
    ),
    "TopUpCharged@1": e.TopUpCharged(
        **POOL, **MONEY, charge_id="B-1.price", grant_id="B-1", quantity=480, rate_cents_per_hour=6000
    ),
    "GrantExpiryMoved@1": e.GrantExpiryMoved(**POOL, grant_id="C-1.allotment.1", expires_at=LATER),
    "CreditReserved@1": e.CreditReserved(**HELD, starts_at=LATER),
    "ReservationReleased@1": e.ReservationReleased(**HELD, because="cancelled"),
    "CreditDrawn@1": e.CreditDrawn(**POOL, deduction_id="W-1", kind="work", draws=DRAWS),
    "DebtSettlementWithdrawn@1": e.DebtSettlementWithdrawn(
        **POOL, deduction_id="W-1", grant_id="B-1", quantity=15, owed_since=AT, arose_at=AT, debt_no=3
    ),
    "GrantTakenBack@1": e.GrantTakenBack(
        **POOL, grant_id="B-1", quantity=480, reason=TEXT, stood_for="B-0", rule="C17"
    ),
    "TopUpReversed@1": e.TopUpReversed(
        **POOL,
        charge_id="B-1.price.reversal",
        reverses="B-1.price",
        grant_id="B-1",
        quantity=-480,
        amount_cents=-48000,
        currency="EUR",
        rate_cents_per_hour=6000,
    ),
    "DebtSettled@1": e.DebtSettled(**POOL, deduction_id="W-1", grant_id="B-1", quantity=15),
    "CreditReturned@1": e.CreditReturned(**POOL, deduction_id="W-1", returns=DRAWS),
    "HoursDeducted@1": e.HoursDeducted(
        **DEDUCTION,
        kind="work",
        worked_seconds=25500,
        billed_minutes=435,
        increment_minutes=15,
        engineer=NAME,
        status="pending",
        basis="pool",
        draws=DRAWS,
        overage_minutes=15,
        ticket_id="T-1",
        pool="included",
        service="training",
        rate_cents_per_hour=8900,
        cost_cents=2225,
        reason=TEXT,
        note=TEXT,
        on_site=True,
        started_at=AT,
        ended_at=LATER,
        deemed_at=LATER,
        term_no=2,
    ),
    "LateChangePenaltyDeducted@1": e.LateChangePenaltyDeducted(
        **BASE,
        deduction_id="S-1.penalty.1",
        session_id="S-1",
        change="move",
        starts_at=LATER,
        notice_minutes=1440,
        billed_minutes=120,
        status="pending",
        draws=DRAWS,
        pool="included",
        ticket_id="T-1",
        deemed_at=LATER,
    ),
    "NoShowPenaltyDeducted@1": e.NoShowPenaltyDeducted(
        **BASE,
        deduction_id="S-1.penalty.2",
        session_id="S-1",
        starts_at=LATER,
        billed_minutes=120,
        status="not_required",
        draws=DRAWS,
        pool="included",
        ticket_id="T-1",
        deemed_at=LATER,
    ),
    "ServiceDelivered@1": e.ServiceDelivered(
        **DEDUCTION,
        service="macros",
        quantity=2,
        price_cents=500000,
        cost_cents=1000000,
        currency="CZK",
        status="pending",
        draws=DRAWS,
        pool="lump-sum",
        deemed_at=LATER,
        note=TEXT,
    ),
    "OverageCharged@1": e.OverageCharged(
        **DEDUCTION,
        charge_id="W-1.overage.1",
        scope="ticket",
        tier=2,
        from_minute=60,
        minutes=15,
        rate_cents_per_hour=8900,
        amount_cents=2225,
        currency="EUR",
    ),
    "ServiceCharged@1": e.ServiceCharged(
        **DEDUCTION, **MONEY, charge_id="W-1.service", service="training", minutes=90, quantity=2, rate_cents=120000
    ),
    "SurchargeCharged@1": e.SurchargeCharged(
        **DEDUCTION, **MONEY, charge_id="W-1.on-site", subscriptions=12, minimum_subscriptions=50
    ),
    "DrawSettlementWithdrawn@1": e.DrawSettlementWithdrawn(**DEDUCTION, grant_id="B-1", quantity=15),
    "DrawSettled@1": e.DrawSettled(**DEDUCTION, grant_id="B-1", quantity=15),
    "DeductionConfirmed@1": e.DeductionConfirmed(**DEDUCTION, by=NAME, on_behalf=True),
    "DeductionDisputed@1": e.DeductionDisputed(**DEDUCTION, by=NAME, reason=TEXT, on_behalf=True),
    "DisputeUpheld@1": e.DisputeUpheld(**DEDUCTION, reason=TEXT),
    "DeductionReversed@1": e.DeductionReversed(**DEDUCTION, **BACK, reason=TEXT, settles_dispute=True),
    "ChargeReversed@1": e.ChargeReversed(
        **DEDUCTION,
        charge_id="W-1.overage.1.reversal",
        reverses="W-1.overage.1",
        kind="overage",
        amount_cents=-2225,
        currency="EUR",
        minutes=-15,
        rate_cents=8900,
    ),
    "InvoiceIssued@1": e.InvoiceIssued(
        **DOCUMENT, number="HS-2026-00001", through_on=date(2026, 1, 31), due_on=date(2026, 2, 16)
    ),
    "CreditNoteIssued@1": e.CreditNoteIssued(
        **DOCUMENT,
        number="HS-CN-2026-00001",
        corrects="HS-2026-00001",
        corrects_issued_on=date(2026, 2, 2),
        reason=TEXT,
    ),
    "InvoiceCredited@1": e.InvoiceCredited(**BASE, number="HS-2026-00001", credited_by="HS-CN-2026-00001"),
    "NumberTaken@1": e.NumberTaken(
        **BASE,
        provider="house",
        kind="invoice",
        year=2026,
        ordinal=1,
        number="HS-2026-00001",
        issued_on=date(2026, 2, 2),
    ),
    "InvoiceRunEnded@1": e.InvoiceRunEnded(
        **{**BASE, "contract_id": ""},
        run="house/january",
        provider="house",
        through_on=date(2026, 1, 31),
        issued=[e.InvoiceOfRun("C-1", "HS-2026-00001", 109629, "EUR")],
        left=[e.LeftByRun("C-2", "malformed", "month: is missing", [e.LeftFault("month", "missing", {})])],
    ),
    "PeriodClosed@1": e.PeriodClosed(
        **{**BASE, "contract_id": ""},
        provider="house",
        month="2026-01",
        totals=[
            e.PeriodTotal(
                "C-1",
                "EUR",
                92125,
                92125,
                0,
                granted={"included": 480},
                consumed={"included": 420},
                expired={"included": 60},
            )
        ],
    ),
    "SessionBooked@1": e.SessionBooked(
        **SESSION,
        starts_at=LATER,
        estimate_minutes=120,
        reserved=60,
        pool="included",
        ticket_id="T-1",
        service="training",
    ),
    "SessionMoved@1": e.SessionMoved(
        **SESSION, old_starts_at=AT, starts_at=LATER, by="customer", penalty_id="S-1.penalty.1"
    ),
    "SessionEnded@1": e.SessionEnded(**SESSION, outcome="no_show", by="customer", penalty_id="S-1.penalty.1"),
    "TicketOpened@1": e.TicketOpened(
        **TICKET,
        title=TEXT,
        kind="incident",
        channel="phone",
        priority=2,
        term_no=2,
        impact="high",
        urgency="medium",
        scope="malfunction",
        contact=NAME,
        call_after_responses=3,
    ),
    "TicketReprioritised@1": e.TicketReprioritised(
        **TICKET, old_priority=2, priority=4, reason=TEXT, impact="low", urgency="low"
    ),
    "ResponseRecorded@1": e.ResponseRecorded(**TICKET, by=NAME, to="customer", speaker="provider"),
    "CallRecorded@1": e.CallRecorded(**TICKET, speaker="partner"),
    "WorkLogged@1": e.WorkLogged(**TICKET, deduction_id="W-1", billed_minutes=435, overage_minutes=15),
    "WorkReversed@1": e.WorkReversed(**TICKET, deduction_id="W-1", billed_minutes=435, overage_minutes=15),
    "TicketHeld@1": e.TicketHeld(**TICKET),
    "TicketResumed@1": e.TicketResumed(**TICKET),
    "TicketResolved@1": e.TicketResolved(**TICKET),
    "TicketReopened@1": e.TicketReopened(**TICKET),
    "TicketClosed@1": e.TicketClosed(**TICKET),
    "TicketRejected@1": e.TicketRejected(**TICKET, reason=TEXT),
    "TicketEscalated@1": e.TicketEscalated(**TICKET, from_level="L1", to_level="L2", by="partner"),
    "TicketStepRetracted@1": e.TicketStepRetracted(
        **TICKET,
        position=41,
        version=3,
        step="TicketHeld",
        reason=TEXT,
        service_credits=["T-1.reaction.credit"],
    ),
    "ServiceCreditGranted@1": e.ServiceCreditGranted(
        **TICKET,
        target="reaction",
        priority=1,
        due_at=BASE["effective_at"],
        ended_at=BASE["effective_at"],
        charge_id="T-1.reaction.credit",
        grant_id="T-1.reaction.credit",
    ),
    "ServiceCreditTakenBack@1": e.ServiceCreditTakenBack(
        **TICKET, target="reaction", charge_id="T-1.reaction.credit", grant_id="T-1.reaction.credit", reason=TEXT
    ),
    "DefectConfirmed@1": e.DefectConfirmed(**TICKET, release="7.2", expected_on=date(2026, 3, 1)),
    "FixAnnounced@1": e.FixAnnounced(**TICKET, release="7.2", expected_on=date(2026, 3, 1)),
    "FixReleased@1": e.FixReleased(**TICKET, release="7.2", expected_on=date(2026, 3, 1)),
}
