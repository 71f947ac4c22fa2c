"""What tests of closed months share: the first instant of March, what a month books, what doors say of a day."""

import json

from tests.billing.office import Json, Office

MARCH = "2026-02-28T23:00:00Z"
DOORS = ("balance", "statement", "charges", "deductions", "invoice-draft")
BOOKED = {
    *("HoursDeducted", "OverageCharged", "ServiceDelivered", "ServiceCharged", "SurchargeCharged", "ChargeReversed"),
    *("CreditGranted", "TopUpCharged", "CreditDrawn", "CreditReturned", "GrantExpiryMoved"),
    *("GrantTakenBack", "DebtSettled", "DrawSettled", "DebtSettlementWithdrawn", "DrawSettlementWithdrawn"),
    *("CreditReserved", "ReservationReleased", "FeeCharged", "FeeReversed", "ServiceCreditCharged"),
    *("TopUpReversed", "ServiceCreditReversed"),
    *("LateChangePenaltyDeducted", "NoShowPenaltyDeducted", "DeductionConfirmed", "DeductionDisputed"),
    *("DisputeUpheld", "DeductionReversed", "SessionBooked", "SessionMoved", "SessionEnded"),
}


def as_of(office: Office, contract: str, day: str) -> list[bytes]:
    """What each door says of a day, byte for byte, apart from how far the views had read."""
    found = []
    for door in DOORS:
        body = office.see(f"contracts/{contract}/{door}", as_of=day)
        del body["position"]
        found.append(json.dumps(body).encode())
    return found


def closed(office: Office) -> dict[str, dict[str, Json]]:
    """The totals of each closed month, by contract."""
    return {
        one["data"]["month"]: {total["contract_id"]: total for total in one["data"]["totals"]}
        for one in office.events()
        if one["type"] == "PeriodClosed"
    }
